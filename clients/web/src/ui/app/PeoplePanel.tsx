import { useCallback, useEffect, useState } from "react";
import { newKey } from "../../api/client";
import type { App, AppRole } from "../../api/apps";
import type { Conversation } from "../../api/types";
import { type Key, useText } from "../../text";
import { titleOf } from "../House";
import { Problem, useAction } from "../parts";
import { usePage } from "./page";

const ROLES: readonly [AppRole, Key][] = [["editor", "roleEditor"], ["viewer", "roleViewer"]];

/** Who may do what in the app; a private one can be shared with a conversation. */
export function PeoplePanel() {
  const t = useText();
  const { api, app, path, names, rights, profile } = usePage();
  const [roles, setRoles] = useState<ReadonlyMap<string, string>>(new Map());
  const { busy, error, run } = useAction();

  const load = useCallback(async () => {
    const found = await api.get<{ roles?: { person_id: string; role: string }[] }>(`${path}/roles`);
    setRoles(new Map((found.roles ?? []).map(({ person_id, role }) => [person_id, role])));
  }, [api, path]);
  useEffect(() => void run(load), [load, run]);

  const set = (person: string, role: string) =>
    run(async () => {
      await api.post(`${path}/roles/${encodeURIComponent(person)}`, { role, idempotency_key: newKey() });
      await load();
    });
  const roleOf = (person: string) => (person === app.owner_id ? "owner" : (roles.get(person) ?? "editor"));
  return (
    <section className="panel" aria-label={t("people")}>
      <h2>{t("people")}</h2>
      <ul className="plain">
        {[...names].map(([person, name]) => (
          <li key={person} className="row between">
            <span>{name} {person === profile.person_id && <small>{t("you")}</small>}</span>
            {rights.own && person !== app.owner_id ? (
              <select aria-label={t("roleOf", { name })} value={roleOf(person)} disabled={busy} onChange={(event) => void set(person, event.target.value)}>
                {ROLES.map(([role, words]) => <option key={role} value={role}>{t(words)}</option>)}
              </select>
            ) : (
              <small>{t(roleOf(person) === "owner" ? "roleOwner" : roleOf(person) === "viewer" ? "roleViewer" : "roleEditor")}</small>
            )}
          </li>
        ))}
      </ul>
      <Problem text={error} />
      {!app.conversation_id && rights.own && <ShareWith />}
    </section>
  );
}

function ShareWith() {
  const t = useText();
  const { api, path, setApp } = usePage();
  const [list, setList] = useState<readonly Conversation[] | undefined>();
  const [chosen, setChosen] = useState("");
  const { busy, error, run } = useAction();
  useEffect(() => {
    void run(async () => setList((await api.get<{ conversations?: Conversation[] }>("/v1/conversations?page_size=100")).conversations ?? []));
  }, [api, run]);
  const share = () =>
    run(async () => setApp((await api.post<{ app: App }>(`${path}:share`, { conversation_id: chosen, idempotency_key: newKey() })).app));
  return (
    <div className="row">
      <label className="input">
        {t("shareWith")}
        <select value={chosen} onChange={(event) => setChosen(event.target.value)}>
          <option value="" />
          {list?.map((one) => <option key={one.conversation_id} value={one.conversation_id}>{titleOf(one, t("direct"), t("group"))}</option>)}
        </select>
      </label>
      <button disabled={busy || !chosen} onClick={() => void share()}>{t("share")}</button>
      <Problem text={error} />
    </div>
  );
}
