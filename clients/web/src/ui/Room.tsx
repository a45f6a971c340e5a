import { type FormEvent, useEffect, useState } from "react";
import { type Api, newKey } from "../api/client";
import type { Conversation, Profile } from "../api/types";
import type { Route } from "../state/useRoute";
import { useThread } from "../state/useThread";
import { useText } from "../text";
import { Apps } from "./Apps";
import { titleOf } from "./House";
import { personByHandle } from "./NewConversation";
import { Empty, Input, Problem, useAction } from "./parts";
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
  const { thread, live, refusal, apply } = useThread(api, route.conversationId);
  const { error, run } = useAction();
  const { conversation } = thread;

  useEffect(() => {
    void run(async () => {
      const path = `/v1/conversations/${encodeURIComponent(route.conversationId)}`;
      apply({ conversation: (await api.get<{ conversation: Conversation }>(path)).conversation });
    });
  }, [api, apply, route.conversationId, run]);

  const isGroup = conversation?.kind === "CONVERSATION_KIND_GROUP";
  return (
    <main className="room">
      <header>
        <button className="link back" onClick={() => go({ conversationId: "", tab: "chat" })}>{`‹ ${t("back")}`}</button>
        <div className="title">
          <h1>{conversation ? titleOf(conversation, t("direct"), t("group")) : "…"}</h1>
          {isGroup && <small>{conversation.members?.map((member) => member.display_name).join(", ")}</small>}
        </div>
        <div className="tabs" role="group">
          {(["chat", "apps"] as const).map((tab) => (
            <button key={tab} aria-pressed={route.tab === tab} onClick={() => go({ ...route, tab })}>{t(tab)}</button>
          ))}
        </div>
        {isGroup && <AddMember api={api} conversationId={route.conversationId} onAdded={(c) => apply({ conversation: c })} />}
      </header>
      <Problem text={refusal || error} />
      {!live && !refusal && <p className="notice" role="status">{t("offline")}</p>}
      {route.tab === "apps" ? (
        <Apps api={api} conversationId={route.conversationId} />
      ) : (
        <Talk api={api} profile={profile} conversationId={route.conversationId} thread={thread} apply={apply} />
      )}
      {route.tab === "chat" && isGroup && thread.messages.length === 0 && <Empty>{t("groupTip")}</Empty>}
    </main>
  );
}

interface AddProps {
  api: Api;
  conversationId: string;
  onAdded: (conversation: Conversation) => void;
}

function AddMember({ api, conversationId, onAdded }: AddProps) {
  const t = useText();
  const [handle, setHandle] = useState("");
  const { busy, error, run } = useAction();

  const add = (event: FormEvent) => {
    event.preventDefault();
    void run(async () => {
      const person = await personByHandle(api, handle);
      const body = { person_id: person.person_id, role: "MEMBER_ROLE_MEMBER", idempotency_key: newKey() };
      const path = `/v1/conversations/${encodeURIComponent(conversationId)}/members`;
      onAdded((await api.post<{ conversation: Conversation }>(path, body)).conversation);
      setHandle("");
    });
  };

  return (
    <details className="add">
      <summary>{t("addMember")}</summary>
      <form onSubmit={add}>
        <Input label={t("friendHandle")} value={handle} onChange={setHandle} required error={error || undefined} />
        <button className="primary" disabled={busy}>{t("add")}</button>
      </form>
    </details>
  );
}
