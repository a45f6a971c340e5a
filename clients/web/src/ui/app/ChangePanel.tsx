import { type FormEvent, lazy, Suspense, useCallback, useEffect, useRef, useState } from "react";
import { newKey } from "../../api/client";
import type { App, AppEdit } from "../../api/apps";
import type { Operation } from "../../api/types";
import { finished } from "../../state/operation";
import { type Key, useText } from "../../text";
import { Input, Problem, Progress, useAction } from "../parts";
import { ByItself } from "./ByItself";
import { Changes } from "./Changes";
import { usePage } from "./page";

const Editor = lazy(() => import("./editor/Editor"));

/** Changes the app by a sentence: what would change is shown first, then made or dropped. */
export function ChangePanel() {
  const t = useText();
  const { api, path, editId, draft, setApp } = usePage();
  const [byHand, setByHand] = useState(false);
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
      <div className="row">
        <button onClick={() => setByHand(true)}>{t("byHand")}</button>
        {draft.size > 0 && <small>{t("notApplied", { count: draft.size })}</small>}
      </div>
      <Suspense>
        {byHand && <Editor onClose={() => setByHand(false)} onMade={() => (setByHand(false), setSaid("changeMade"))} />}
      </Suspense>
      <ByItself />
    </section>
  );
}
