import { type FormEvent, useCallback, useEffect, useRef, useState } from "react";
import { newKey } from "../../api/client";
import type { App, AppEdit, Change } from "../../api/apps";
import type { Operation } from "../../api/types";
import { finished } from "../../state/operation";
import { type Key, useText } from "../../text";
import { Input, Problem, Progress, useAction } from "../parts";
import { ByItself } from "./ByItself";
import { usePage } from "./page";

/** Changes the app by a sentence: what would change is shown first, then made or dropped. */
export function ChangePanel() {
  const t = useText();
  const { api, path, editId, setApp } = usePage();
  const [request, setRequest] = useState("");
  const [progress, setProgress] = useState<Operation | undefined>();
  const [edit, setEdit] = useState<AppEdit | undefined>();
  const [said, setSaid] = useState<Key | undefined>();
  const { busy, error, fields, run } = useAction();
  const leaving = useRef(new AbortController());
  useEffect(() => {
    leaving.current = new AbortController();
    return () => leaving.current.abort();
  }, []);
  const load = useCallback(
    async (id: string) => setEdit((await api.get<{ edit: AppEdit }>(`${path}/edits/${encodeURIComponent(id)}`)).edit),
    [api, path],
  );
  useEffect(() => {
    if (editId) void run(() => load(editId));
  }, [editId, load, run]);

  const propose = (event: FormEvent) => {
    event.preventDefault();
    if (!request.trim()) return;
    setEdit(undefined);
    setSaid(undefined);
    void run(async () => {
      try {
        const { operation } = await api.post<{ operation: Operation }>(`${path}:edit`, { request, idempotency_key: newKey() });
        const watch = `/v1/apps/operations/${encodeURIComponent(operation.operation_id)}:watch`;
        await load(await finished(api, watch, setProgress, leaving.current.signal));
      } finally {
        setProgress(undefined);
      }
    });
  };
  const decide = (what: "apply" | "discard") =>
    run(async () => {
      const where = `${path}/edits/${encodeURIComponent(edit?.edit_id ?? "")}:${what}`;
      const { app } = await api.post<{ app?: App }>(where, { idempotency_key: newKey() });
      if (app) setApp(app);
      setEdit(undefined);
      setRequest("");
      setSaid(what === "apply" ? "changeMade" : "changeDropped");
    });
  return (
    <section className="panel" aria-label={t("changeApp")}>
      <form className="row" onSubmit={propose}>
        <Input label={t("changeApp")} placeholder={t("changeAppHint")} value={request} onChange={setRequest} error={fields["request"]} />
        <button className="primary" disabled={busy || !request.trim()}>{t("propose")}</button>
      </form>
      {progress && <Progress step={progress.step} value={progress.progress} />}
      <Problem text={error} />
      <p className="hint" role="status">{said && t(said)}</p>
      {edit && edit.state === "proposed" && (
        <div className="proposal">
          {edit.request !== request && <p className="hint">{edit.request}</p>}
          <Changes changes={edit.changes ?? []} />
          {edit.not_done && <p className="error">{t("notUnderstood", { what: edit.not_done })}</p>}
          <div className="row">
            {Boolean(edit.changes?.length) && <button className="primary" disabled={busy} onClick={() => void decide("apply")}>{t("apply")}</button>}
            <button disabled={busy} onClick={() => void decide("discard")}>{t("discard")}</button>
          </div>
        </div>
      )}
      <ByItself />
    </section>
  );
}

const SIGNS: Readonly<Record<string, [string, Key]>> = {
  add: ["+", "changeAdds"], remove: ["−", "changeRemoves"], change: ["~", "changeChanges"], rename: ["→", "changeRenames"],
};

/** What an edit does, step by step. */
export function Changes({ changes }: { changes: readonly Change[] }) {
  const t = useText();
  if (changes.length === 0) return <p className="empty">{t("noChanges")}</p>;
  return (
    <ul className="changes" aria-label={t("proposed")}>
      {changes.map((change, i) => {
        const [sign, words] = SIGNS[change.kind] ?? ["~", "changeChanges"];
        return (
          <li key={i} className={change.kind}>
            <span className="sign" role="img" aria-label={t(words)}>{sign}</span>
            <span>
              {change.text || `${change.what} ${change.name}`}
              {Boolean(change.records) && <small>{` · ${t("touches", { count: change.records ?? 0 })}`}</small>}
            </span>
          </li>
        );
      })}
    </ul>
  );
}
