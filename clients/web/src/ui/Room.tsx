import { useEffect } from "react";
import type { Api } from "../api/client";
import type { Conversation, Profile } from "../api/types";
import type { Route, Tab } from "../state/useRoute";
import { useThread } from "../state/useThread";
import { useText } from "../text";
import { Apps } from "./Apps";
import { Group } from "./Group";
import { titleOf } from "./House";
import { Empty, Problem, useAction } from "./parts";
import { conversationPath, isGroup, type Room as InRoom, RoomContext } from "./room";
import { Talk } from "./Talk";

interface Props {
  api: Api;
  profile: Profile;
  route: Route;
  go: (route: Route) => void;
}

/** One conversation: its members, its messages, its mini-apps. */
export function Room({ api, profile, route, go }: Props) {
  const t = useText();
  const { conversationId, tab } = route;
  const { thread, live, refusal, apply, earlier } = useThread(api, conversationId);
  const { error, run } = useAction();
  const { conversation } = thread;
  const path = conversationPath(conversationId);

  useEffect(() => {
    void run(async () => apply({ conversation: (await api.get<{ conversation: Conversation }>(path)).conversation }));
  }, [api, apply, path, run]);

  const jump = (id: string) => go({ conversationId, tab: "chat", messageId: id });
  const openApp = (appId: string, editId?: string) => go({ conversationId: "", tab: "apps", appId, ...(editId ? { editId } : {}) });
  const room: InRoom = { api, profile, path, thread, apply, earlier, jump, openApp };
  const group = isGroup(room);
  const tabs: readonly Tab[] = group ? ["chat", "apps", "people"] : ["chat", "apps"];
  const here = conversation?.members?.filter((m) => m.person_id !== profile.person_id && thread.present.includes(m.person_id)) ?? [];
  return (
    <RoomContext.Provider value={room}>
      <main className="room">
        <header>
          <button className="link back" onClick={() => go({ conversationId: "", tab: "chat" })}>{`‹ ${t("back")}`}</button>
          <div className="title">
            <h1>{conversation ? titleOf(conversation, t("direct"), t("group")) : "…"}</h1>
            {group && (
              <small>
                {conversation?.members?.map((member) => member.display_name).join(", ")}
                {here.length > 0 && ` · ${t("areHere", { names: here.map((member) => member.display_name).join(", ") })}`}
              </small>
            )}
          </div>
          <div className="tabs" role="group">
            {tabs.map((name) => (
              <button key={name} aria-pressed={tab === name} onClick={() => go({ conversationId, tab: name })}>{t(name)}</button>
            ))}
          </div>
        </header>
        <Problem text={refusal || error} />
        {!live && !refusal && <p className="notice" role="status">{t("offline")}</p>}
        {/* Who was removed reads no more, not even what was loaded before. */}
        {!refusal && (
          <>
            {tab === "apps" && <Apps api={api} conversationId={conversationId} onOpen={openApp} />}
            {tab === "people" && group && <Group onLeft={() => go({ conversationId: "", tab: "chat" })} />}
            {tab === "chat" && <Talk route={route} />}
            {tab === "chat" && group && thread.messages.length === 0 && <Empty>{t("groupTip")}</Empty>}
          </>
        )}
      </main>
    </RoomContext.Provider>
  );
}
