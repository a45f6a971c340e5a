import { useCallback, useEffect, useState } from "react";
import type { Api } from "../api/client";
import type { Conversation, Profile } from "../api/types";
import { useRoute } from "../state/useRoute";
import { useText } from "../text";
import { NewConversation } from "./NewConversation";
import { Problem, useAction } from "./parts";
import { Room } from "./Room";
import { Spark } from "./Spark";

/** What a signed-in person sees: conversations on one side, the chosen one, or today's card, on the other. */
export function House({ api, profile, onLanguage }: { api: Api; profile: Profile; onLanguage: () => void }) {
  const t = useText();
  const [route, go] = useRoute();
  const [list, setList] = useState<Conversation[] | undefined>();
  const { error, run } = useAction();

  const load = useCallback(
    () =>
      run(async () => {
        const found = await api.get<{ conversations?: Conversation[] }>("/v1/conversations?page_size=100");
        setList(found.conversations ?? []);
      }),
    [api, run],
  );
  // Also when another one is opened: somebody may have added us to a group meanwhile.
  useEffect(() => {
    void load();
  }, [load, route.conversationId]);

  const open = (id: string) => go({ conversationId: id, tab: "chat" });
  return (
    <div className={route.conversationId ? "house inside" : "house"}>
      <nav aria-label={t("conversations")}>
        <header>
          <button className="brand" onClick={() => open("")}>
            <img src="/icon.svg" alt="" width="28" height="28" /> Madeleine
          </button>
        </header>
        <NewConversation api={api} onMade={open} />
        <Problem text={error} />
        {list?.length === 0 && <p className="empty">{t("noConversations")}</p>}
        <ul className="conversations">
          {list?.map((conversation) => (
            <li key={conversation.conversation_id}>
              <button
                aria-current={conversation.conversation_id === route.conversationId ? "page" : undefined}
                onClick={() => open(conversation.conversation_id)}
              >
                <span className="avatar" aria-hidden="true">{initial(titleOf(conversation, t("direct"), t("group")))}</span>
                <span>
                  {titleOf(conversation, t("direct"), t("group"))}
                  {conversation.kind === "CONVERSATION_KIND_GROUP" && (
                    <small>{t("members", { count: conversation.members?.length ?? 0 })}</small>
                  )}
                </span>
              </button>
            </li>
          ))}
        </ul>
        <footer>
          <span>{profile.display_name}</span>
          <button className="link" onClick={onLanguage}>{t("language")}</button>
          <button className="link" onClick={() => api.signOut()}>{t("signOut")}</button>
        </footer>
      </nav>
      {route.conversationId ? (
        <Room key={route.conversationId} api={api} profile={profile} route={route} go={go} />
      ) : (
        <main className="home">
          <h1>{t("welcome", { name: profile.display_name })}</h1>
          <p className="hint">{t("pick")}</p>
          <Spark api={api} />
        </main>
      )}
    </div>
  );
}

export function titleOf(conversation: Conversation, direct: string, group: string): string {
  return conversation.title || (conversation.kind === "CONVERSATION_KIND_DIRECT" ? direct : group);
}

function initial(title: string): string {
  return Array.from(title)[0]?.toUpperCase() ?? "?";
}
