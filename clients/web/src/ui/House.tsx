import { lazy, Suspense, useCallback, useEffect, useState } from "react";
import type { Api } from "../api/client";
import type { Conversation, Profile } from "../api/types";
import { lossOf } from "../live/closing";
import { appsIn, placeOf, throwAway } from "../live/keeping";
import { useRoute } from "../state/useRoute";
import { type Translate, useText } from "../text";
import { Apps } from "./Apps";
import { Join } from "./Join";
import { NewConversation } from "./NewConversation";
import { Empty, Problem, useAction } from "./parts";
import { Room } from "./Room";
import { Search } from "./Search";
import { SignOut } from "./SignOut";
import { Spark } from "./Spark";

// What edits records live is loaded by who opens an app.
const AppPage = lazy(() => import("./app/AppPage"));
const UseTemplate = lazy(() => import("./app/UseTemplate"));
// Only the open conversation is streamed: what the others have unread is asked for.
const LOOK_EVERY_MS = 15_000;

/** What a signed-in person sees: conversations on one side, the chosen one, or today's card, on the other. */
export function House({ api, profile, onLanguage }: { api: Api; profile: Profile; onLanguage: () => void }) {
  const t = useText();
  const [route, go] = useRoute();
  const [list, setList] = useState<Conversation[] | undefined>();
  const { error, run } = useAction();

  const load = useCallback(async () => {
    const found = await api.get<{ conversations?: Conversation[] }>("/v1/conversations?page_size=100");
    setList(found.conversations ?? []);
  }, [api]);
  // Also when another one is opened: somebody may have added us to a group meanwhile.
  useEffect(() => {
    void run(load);
    const look = () => {
      // The next look tries again.
      if (!document.hidden) load().catch(() => undefined);
    };
    const timer = setInterval(look, LOOK_EVERY_MS);
    document.addEventListener("visibilitychange", look);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", look);
    };
  }, [load, run, route.conversationId]);

  // Of an app that was lost while it was not open nothing stays here either.
  useEffect(() => void dropLost(api, profile.person_id), [api, profile.person_id]);

  const open = (id: string) => go({ conversationId: id, tab: "chat" });
  const openApp = (appId: string) => go({ conversationId: "", tab: "apps", appId });
  const inside = Boolean(route.conversationId || route.invite || route.template || route.appId !== undefined);
  return (
    <div className={inside ? "house inside" : "house"}>
      <nav aria-label={t("conversations")}>
        <header>
          <button className="brand" onClick={() => open("")}>
            <img src="/icon.svg" alt="" width="28" height="28" /> Madeleine
          </button>
        </header>
        <NewConversation api={api} onMade={open} />
        <Search api={api} onOpen={(conversationId, messageId) => go({ conversationId, tab: "chat", messageId })} />
        <Problem text={error} />
        {list?.length === 0 && <p className="empty">{t("noConversations")}</p>}
        <button className="mine-apps" aria-current={route.appId === "" ? "page" : undefined} onClick={() => openApp("")}>{t("myApps")}</button>
        <ul className="conversations">
          {list?.map((conversation) => (
            <li key={conversation.conversation_id}>
              <button
                aria-current={conversation.conversation_id === route.conversationId ? "page" : undefined}
                onClick={() => open(conversation.conversation_id)}
              >
                <span className="avatar" aria-hidden="true">{initial(titleOf(conversation, t("direct"), t("group")))}</span>
                <span className="name">
                  {titleOf(conversation, t("direct"), t("group"))}
                  {conversation.kind === "CONVERSATION_KIND_GROUP" && (
                    <small>{peopleIn(conversation, t)}</small>
                  )}
                </span>
                {conversation.conversation_id !== route.conversationId && <Unread count={conversation.unread ?? 0} />}
              </button>
            </li>
          ))}
        </ul>
        <footer>
          <span>{profile.display_name}</span>
          <button className="link" onClick={onLanguage}>{t("language")}</button>
          <SignOut api={api} personId={profile.person_id} />
        </footer>
      </nav>
      {route.appId !== undefined || route.template ? (
        <Suspense fallback={<main className="home"><Empty>{t("loading")}</Empty></main>}>
          {route.template ? (
            <UseTemplate key={route.template} api={api} code={route.template} onMade={openApp} onCancel={() => openApp("")} />
          ) : route.appId ? (
            <AppPage
              key={route.appId} api={api} profile={profile} appId={route.appId} editId={route.editId}
              onBack={(conversationId) => (conversationId ? go({ conversationId, tab: "apps" }) : openApp(""))}
            />
          ) : (
            <main className="room">
              <header>
                <button className="link back" onClick={() => open("")}>{`‹ ${t("back")}`}</button>
                <h1>{t("myApps")}</h1>
              </header>
              <Apps api={api} conversationId="" onOpen={openApp} />
            </main>
          )}
        </Suspense>
      ) : route.invite ? (
        <Join key={route.invite} api={api} token={route.invite} onJoined={open} onCancel={() => open("")} />
      ) : route.conversationId ? (
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

async function dropLost(api: Api, personId: string): Promise<void> {
  for (const appId of await appsIn(personId)) {
    if (await lossOf(api, appId)) await throwAway(placeOf(personId, appId));
  }
}

function Unread({ count }: { count: number }) {
  const t = useText();
  if (count === 0) return null;
  return <span className="badge" role="img" aria-label={t("unread", { count })}>{count < 100 ? count : "99+"}</span>;
}

export function titleOf(conversation: Conversation, direct: string, group: string): string {
  return conversation.title || (conversation.kind === "CONVERSATION_KIND_DIRECT" ? direct : group);
}

/** How many people are in a conversation, in words. */
export function peopleIn(conversation: Conversation, t: Translate): string {
  const count = conversation.members?.length ?? 0;
  return count === 1 ? t("oneMember") : t("members", { count });
}

function initial(title: string): string {
  return Array.from(title)[0]?.toUpperCase() ?? "?";
}
