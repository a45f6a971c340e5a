import { newKey } from "../../api/client";
import type { App, AppEdit } from "../../api/apps";
import { useText } from "../../text";
import { Problem, useAction } from "../parts";
import { Changes } from "./Changes";
import { usePage } from "./page";

/** One proposed change of the app, to be made or dropped by any who may change it. */
export function Proposal({ edit, onDecided }: { edit: AppEdit; onDecided: (made: boolean) => void }) {
  const t = useText();
  const { api, path, names, locale, setApp } = usePage();
  const { busy, error, run } = useAction();
  const decide = (what: "apply" | "discard") =>
    run(async () => {
      const where = `${path}/edits/${encodeURIComponent(edit.edit_id)}:${what}`;
      const { app } = await api.post<{ app?: App }>(where, { idempotency_key: newKey() });
      if (app) setApp(app);
      onDecided(what === "apply");
    });
  const at = edit.created_at && new Date(edit.created_at).toLocaleString(locale, { dateStyle: "medium", timeStyle: "short" });
  return (
    <li className="proposal" aria-label={edit.request}>
      <p><b>{edit.request}</b> <small>{[names.get(edit.proposed_by ?? ""), at].filter(Boolean).join(" · ")}</small></p>
      <Changes changes={edit.changes ?? []} />
      {edit.not_done && <p className="error">{t("notUnderstood", { what: edit.not_done })}</p>}
      <div className="row">
        {Boolean(edit.changes?.length) && <button className="primary" disabled={busy} onClick={() => void decide("apply")}>{t("apply")}</button>}
        <button disabled={busy} onClick={() => void decide("discard")}>{t("discard")}</button>
      </div>
      <Problem text={error} />
    </li>
  );
}
