import { type FormEvent, useState } from "react";
import { newKey } from "../api/client";
import type { Conversation, Member, Mode, Role } from "../api/types";
import { type Key, useText } from "../text";
import { peopleIn } from "./House";
import { Invites } from "./Invites";
import { personByHandle } from "./NewConversation";
import { Input, Problem, useAction } from "./parts";
import { leads, myRole, useRoom } from "./room";

const MODES: readonly [Mode, Key, Key][] = [
  ["ASSISTANT_MODE_MENTION", "modeMention", "modeMentionHint"],
  ["ASSISTANT_MODE_AUTO", "modeAuto", "modeAutoHint"],
  ["ASSISTANT_MODE_SILENT", "modeSilent", "modeSilentHint"],
];
const ROLES: readonly [Role, Key][] = [
  ["MEMBER_ROLE_OWNER", "owner"], ["MEMBER_ROLE_ADMIN", "admin"], ["MEMBER_ROLE_MEMBER", "member"], ["MEMBER_ROLE_GUEST", "guest"],
];
const BELOW_ADMINS: readonly Role[] = ["MEMBER_ROLE_MEMBER", "MEMBER_ROLE_GUEST"];

/** Who is in a group and as what, when the AI speaks there, and the ways in and out. */
export function Group({ onLeft }: { onLeft: () => void }) {
  const t = useText();
  const room = useRoom();
  const { error, run } = useAction();
  const [sure, setSure] = useState(false);
  const { conversation } = room.thread;
  if (!conversation) return null;
  const leading = leads(myRole(room));
  const leave = () =>
    run(async () => {
      await room.api.delete(`${room.path}/members/${encodeURIComponent(room.profile.person_id)}`);
      onLeft();
    });
  return (
    <section className="people" aria-label={t("people")}>
      <SpeakingMode mayChange={leading} />
      <section aria-labelledby="members-title">
        <h2 id="members-title">{peopleIn(conversation, t)}</h2>
        <ul>{conversation.members?.map((member) => <MemberRow key={member.person_id} member={member} />)}</ul>
      </section>
      {leading && <AddMember />}
      {leading && <Invites />}
      <div className="row">
        <button aria-expanded={sure} onClick={() => setSure(!sure)}>{t("leave")}</button>
        {sure && <button className="primary" onClick={() => void leave()}>{t("leaveForSure")}</button>}
      </div>
      <Problem text={error} />
    </section>
  );
}

function SpeakingMode({ mayChange }: { mayChange: boolean }) {
  const t = useText();
  const room = useRoom();
  const { busy, error, run } = useAction();
  const { conversation } = room.thread;
  const set = (mode: Mode) =>
    run(async () => {
      // The threshold goes along: without it the group's own would be given up.
      const body = { mode, speak_threshold: conversation?.speak_threshold ?? 0, idempotency_key: newKey() };
      room.apply({ conversation: (await room.api.put<{ conversation: Conversation }>(`${room.path}/assistant`, body)).conversation });
    });
  return (
    <fieldset disabled={busy || !mayChange}>
      <legend>{t("mode")}</legend>
      {MODES.map(([mode, name, hint]) => (
        <label key={mode} className="check">
          <input type="radio" name="mode" checked={conversation?.assistant_mode === mode} onChange={() => void set(mode)} />
          <span>{t(name)} <small>{t(hint)}</small></span>
        </label>
      ))}
      <Problem text={error} />
    </fieldset>
  );
}

function MemberRow({ member }: { member: Member }) {
  const t = useText();
  const room = useRoom();
  const { busy, error, run } = useAction();
  const mine = myRole(room);
  const me = member.person_id === room.profile.person_id;
  const above = mine === "MEMBER_ROLE_OWNER" || (mine === "MEMBER_ROLE_ADMIN" && BELOW_ADMINS.includes(member.role));
  const path = `${room.path}/members/${encodeURIComponent(member.person_id)}`;
  const here = room.thread.present.includes(member.person_id);

  const change = (role: string) =>
    run(async () => {
      const body = { role, idempotency_key: newKey() };
      room.apply({ conversation: (await room.api.put<{ conversation: Conversation }>(`${path}/role`, body)).conversation });
    });
  const takeOut = () =>
    run(async () => room.apply({ conversation: (await room.api.delete<{ conversation: Conversation }>(path)).conversation }));
  const roles = ROLES.filter(([role]) => mine === "MEMBER_ROLE_OWNER" || BELOW_ADMINS.includes(role));
  const named = ROLES.find(([role]) => role === member.role)?.[1] ?? "member";
  return (
    <li className="row">
      <span className="who">
        <span className={here ? "dot here" : "dot"} aria-hidden="true" /> {member.display_name}{" "}
        <small>{[me && t("you"), here && t("here")].filter(Boolean).join(" · ")}</small>
      </span>
      {above ? (
        <select aria-label={t("roleOf", { name: member.display_name })} value={member.role} disabled={busy} onChange={(event) => void change(event.target.value)}>
          {roles.map(([role, name]) => <option key={role} value={role}>{t(name)}</option>)}
        </select>
      ) : (
        <small>{t(named)}</small>
      )}
      {above && !me && (
        <button disabled={busy} aria-label={t("takeOff", { name: member.display_name })} onClick={() => void takeOut()}>{t("remove")}</button>
      )}
      <Problem text={error} />
    </li>
  );
}

function AddMember() {
  const t = useText();
  const room = useRoom();
  const [handle, setHandle] = useState("");
  const { busy, error, run } = useAction();

  const add = (event: FormEvent) => {
    event.preventDefault();
    void run(async () => {
      const person = await personByHandle(room.api, handle);
      const body = { person_id: person.person_id, role: "MEMBER_ROLE_MEMBER", idempotency_key: newKey() };
      room.apply({ conversation: (await room.api.post<{ conversation: Conversation }>(`${room.path}/members`, body)).conversation });
      setHandle("");
    });
  };
  return (
    <form className="row" onSubmit={add}>
      <Input label={t("addMember")} placeholder={t("friendHandle")} value={handle} onChange={setHandle} required error={error || undefined} />
      <button disabled={busy}>{t("add")}</button>
    </form>
  );
}
