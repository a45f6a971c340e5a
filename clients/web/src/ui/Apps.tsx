import { type FormEvent, useCallback, useEffect, useRef, useState } from "react";
import { type Api, newKey } from "../api/client";
import { type App, type AppProgress, appPath } from "../api/apps";
import type { Operation } from "../api/types";
import { finished, isBrokenOff } from "../state/operation";
import { useText } from "../text";
import { AskBox } from "./app/AskBox";
import { SpecPreview } from "./app/SpecPreview";
import { FromCsv } from "./FromCsv";
import { Ideas } from "./Ideas";
import { Empty, Input, Problem, useAction } from "./parts";
import { Underway } from "./Underway";

interface Props {
  api: Api;
  /** Empty: the viewer's own. */
  conversationId: string;
  onOpen: (appId: string) => void;
}

/** The mini-apps of a conversation, or the viewer's own, and a sentence to make another. */
export function Apps({ api, conversationId, onOpen }: Props) {
  const t = useText();
  const [apps, setApps] = useState<App[] | undefined>();
  const [more, setMore] = useState("");
  const { busy, error, run } = useAction();

  const load = useCallback(
    async (token: string) => {
      const query = `conversation_id=${encodeURIComponent(conversationId)}${token && `&page_token=${encodeURIComponent(token)}`}`;
      const found = await api.get<{ apps?: App[]; next_page_token?: string }>(`/v1/apps?${query}`);
      setApps((before) => [...(token ? (before ?? []) : []), ...(found.apps ?? [])]);
      setMore(found.next_page_token ?? "");
    },
    [api, conversationId],
  );
  useEffect(() => void run(() => load("")), [load, run]);
  const reload = useCallback(() => load(""), [load]);
  return (
    <section className="apps" aria-label={t("apps")}>
      <Maker api={api} conversationId={conversationId} first={apps?.length === 0} onMade={reload} onOpen={onOpen} />
      <FromCsv api={api} conversationId={conversationId} onMade={onOpen} />
      <Problem text={error} />
      <ul className="app-list">
        {apps?.map((app) => (
          <li key={app.app_id}>
            <button onClick={() => onOpen(app.app_id)}>
              <span className="emoji" aria-hidden="true">{app.spec.icon || "▦"}</span>
              <span><b>{app.spec.title}</b><small>{app.spec.description}</small></span>
            </button>
          </li>
        ))}
      </ul>
      {more && <button className="more" disabled={busy} onClick={() => void run(() => load(more))}>{t("moreApps")}</button>}
      {conversationId && apps && apps.length > 0 && <AskBox api={api} about={{ conversation_id: conversationId }} />}
    </section>
  );
}

interface MakerProps {
  api: Api;
  conversationId: string;
  /** There are no apps yet. */
  first: boolean;
  onMade: () => Promise<void>;
  onOpen: (appId: string) => void;
}

/** Makes an app from a sentence; its first form shows at once, and is usable while it is being refined. */
function Maker({ api, conversationId, first, onMade, onOpen }: MakerProps) {
  const t = useText();
  const [prompt, setPrompt] = useState("");
  const [progress, setProgress] = useState<Operation | undefined>();
  const [draft, setDraft] = useState<App | undefined>();
  const [stopped, setStopped] = useState(false);
  const { busy, error, fields, run } = useAction();
  const leaving = useRef(new AbortController());
  useEffect(() => {
    leaving.current = new AbortController();
    return () => leaving.current.abort();
  }, []);

  const make = (event: FormEvent) => {
    event.preventDefault();
    if (!prompt.trim()) return;
    setDraft(undefined);
    setStopped(false);
    void run(async () => {
      try {
        const body = { prompt, conversation_id: conversationId, idempotency_key: newKey() };
        const { operation } = await api.post<{ operation: Operation }>("/v1/apps", body);
        setProgress(operation);
        const watch = `/v1/apps/operations/${encodeURIComponent(operation.operation_id)}:watch`;
        const onApp = ({ app }: AppProgress) => app && setDraft(app);
        const id = await finished<AppProgress>(api, watch, setProgress, leaving.current.signal, onApp);
        setDraft((await api.get<{ app: App }>(appPath(id))).app);
        setPrompt("");
      } catch (problem) {
        setStopped(isBrokenOff(problem));
        throw problem;
      } finally {
        setProgress(undefined);
        // What was made before it was stopped is there, too.
        if (!leaving.current.signal.aborted) await onMade();
      }
    });
  };
  return (
    <>
      <form className="row" onSubmit={make}>
        <Input
          label={t("describeApp")} placeholder={t("describeHint")} value={prompt} onChange={setPrompt} required error={fields["prompt"]}
        />
        <button className="primary" disabled={busy}>{t("makeApp")}</button>
      </form>
      {first && !busy && !draft && <Ideas api={api} onPick={setPrompt} />}
      {first && !busy && !draft && <Empty>{t("noApps")}</Empty>}
      {progress && <Underway api={api} operation={progress} />}
      <Problem text={error} />
      {stopped && !draft && <p className="hint" role="status">{t("stopped")}</p>}
      {draft && (
        <article className="draft" aria-live="polite" aria-label={draft.spec.title}>
          <SpecPreview spec={draft.spec} />
          <div className="row">
            <button className="primary" onClick={() => onOpen(draft.app_id)}>{t("open")}</button>
            <small role="status">{t(progress ? "refining" : stopped ? "stopped" : "ready")}</small>
          </div>
          {!progress && <Judge api={api} appId={draft.app_id} />}
        </article>
      )}
    </>
  );
}

/** Whether the app is what was meant: the AI learns from it. */
function Judge({ api, appId }: { api: Api; appId: string }) {
  const t = useText();
  const [verdict, setVerdict] = useState("");
  const { busy, error, run } = useAction();
  const judge = (wanted: string) =>
    run(async () => {
      await api.post(`${appPath(appId)}:judge`, { verdict: wanted, idempotency_key: newKey() });
      setVerdict(wanted);
    });
  return (
    <div className="row">
      <button aria-pressed={verdict === "VERDICT_KEPT"} disabled={busy} onClick={() => void judge("VERDICT_KEPT")}>{t("asMeant")}</button>
      <button aria-pressed={verdict === "VERDICT_DISCARDED"} disabled={busy} onClick={() => void judge("VERDICT_DISCARDED")}>{t("notAsMeant")}</button>
      <Problem text={error} />
    </div>
  );
}
