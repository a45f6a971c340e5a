import { type FormEvent, lazy, Suspense, useEffect, useRef, useState } from "react";
import { newKey } from "../../api/client";
import type { Operation } from "../../api/types";
import { finished, isBrokenOff } from "../../state/operation";
import { type Key, useText } from "../../text";
import { Input, Problem, useAction } from "../parts";
import { Underway } from "../Underway";
import { ByItself } from "./ByItself";
import { usePage } from "./page";
import { Proposal } from "./Proposal";

const Editor = lazy(() => import("./editor/Editor"));

/** Changes the app by a sentence or by hand: what would change is shown first, then made or dropped. */
export function ChangePanel() {
  const t = useText();
  const { api, path, editId, draft, proposals, lookAgain } = usePage();
  const [request, setRequest] = useState("");
  const [progress, setProgress] = useState<Operation | undefined>();
  const [byHand, setByHand] = useState(false);
  const [said, setSaid] = useState<Key | undefined>();
  const { busy, error, fields, run } = useAction();
  const leaving = useRef(new AbortController());
  useEffect(() => {
    leaving.current = new AbortController();
    return () => leaving.current.abort();
  }, []);
  useEffect(() => void run(lookAgain), [run, lookAgain]);
  // The one that somebody was led to comes first.
  const edits = [...proposals].sort((a, b) => Number(b.edit_id === editId) - Number(a.edit_id === editId));

  const propose = (event: FormEvent) => {
    event.preventDefault();
    if (!request.trim()) return;
    setSaid(undefined);
    void run(async () => {
      try {
        const { operation } = await api.post<{ operation: Operation }>(`${path}:edit`, { request, idempotency_key: newKey() });
        setProgress(operation);
        const watch = `/v1/apps/operations/${encodeURIComponent(operation.operation_id)}:watch`;
        await finished(api, watch, setProgress, leaving.current.signal);
        setRequest("");
        await lookAgain();
      } catch (problem) {
        if (isBrokenOff(problem)) setSaid("changeDropped");
        throw problem;
      } finally {
        setProgress(undefined);
      }
    });
  };
  const decided = (made: boolean) => {
    setSaid(made ? "changeMade" : "changeDropped");
    void run(lookAgain);
  };
  return (
    <section className="panel" aria-label={t("changeApp")}>
      <form className="row" onSubmit={propose}>
        <Input label={t("changeApp")} placeholder={t("changeAppHint")} value={request} onChange={setRequest} error={fields["request"]} />
        <button className="primary" disabled={busy || !request.trim()}>{t("propose")}</button>
      </form>
      {progress && <Underway api={api} operation={progress} />}
      <Problem text={error} />
      <p className="hint" role="status">{said && t(said)}</p>
      {edits.length > 0 && (
        <ul className="proposals" aria-label={t("waitingProposals")}>
          {edits.map((edit) => <Proposal key={edit.edit_id} edit={edit} onDecided={decided} />)}
        </ul>
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
