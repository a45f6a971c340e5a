import { type FormEvent, useState } from "react";
import { type Api, newKey } from "../api/client";
import type { Conversation, Person } from "../api/types";
import { useText } from "../text";
import { Input, Problem, useAction } from "./parts";

/** Finds somebody by exact handle; throws ApiError when there is no such person. */
export async function personByHandle(api: Api, handle: string): Promise<Person> {
  const exact = encodeURIComponent(handle.trim().replace(/^@/, ""));
  return (await api.get<{ person: Person }>(`/v1/people/${exact}`)).person;
}

/** Starts a talk with the AI, or a group of friends with it. */
export function NewConversation({ api, onMade }: { api: Api; onMade: (id: string) => void }) {
  const t = useText();
  const [asGroup, setAsGroup] = useState(false);
  const [title, setTitle] = useState("");
  const [handles, setHandles] = useState("");
  const { busy, error, fields, run } = useAction();

  const make = async (body: object) => {
    const made = await api.post<{ conversation: Conversation }>("/v1/conversations", { ...body, idempotency_key: newKey() });
    setAsGroup(false);
    setTitle("");
    setHandles("");
    onMade(made.conversation.conversation_id);
  };

  const group = (event: FormEvent) => {
    event.preventDefault();
    void run(async () => {
      const wanted = handles.split(/[,，\s]+/).filter(Boolean);
      const people = await Promise.all(wanted.map((handle) => personByHandle(api, handle)));
      await make({
        kind: "CONVERSATION_KIND_GROUP",
        title,
        member_ids: people.map((person) => person.person_id),
        assistant_mode: "ASSISTANT_MODE_MENTION",
      });
    });
  };

  return (
    <div className="new">
      <div className="row">
        <button className="primary" disabled={busy} onClick={() => void run(() => make({ kind: "CONVERSATION_KIND_DIRECT" }))}>
          {t("newDirect")}
        </button>
        <button aria-expanded={asGroup} onClick={() => setAsGroup(!asGroup)}>{t("newGroup")}</button>
      </div>
      {asGroup && (
        <form onSubmit={group}>
          <Input label={t("groupTitle")} value={title} onChange={setTitle} required error={fields["title"]} />
          <Input label={t("groupMembers")} value={handles} onChange={setHandles} error={fields["member_ids"]} />
          <div className="row">
            <button className="primary" disabled={busy}>{t("create")}</button>
            <button type="button" onClick={() => setAsGroup(false)}>{t("cancel")}</button>
          </div>
        </form>
      )}
      <Problem text={error} />
    </div>
  );
}
