import { type FormEvent, useCallback, useEffect, useRef, useState } from "react";
import { type Api, newKey } from "../api/client";
import type { App, Operation } from "../api/types";
import { finished } from "../state/operation";
import { useText } from "../text";
import { AppCard } from "./AppCard";
import { Empty, Input, Problem, Progress, useAction } from "./parts";

/** The mini-apps of a conversation, and a sentence to make another. */
export function Apps({ api, conversationId }: { api: Api; conversationId: string }) {
  const t = useText();
  const [apps, setApps] = useState<App[] | undefined>();
  const [prompt, setPrompt] = useState("");
  const [progress, setProgress] = useState<Operation | undefined>();
  const { busy, error, fields, run } = useAction();
  const leaving = useRef(new AbortController());

  const load = useCallback(async () => {
    const found = await api.get<{ apps?: App[] }>(`/v1/apps?conversation_id=${encodeURIComponent(conversationId)}`);
    setApps(found.apps ?? []);
  }, [api, conversationId]);

  useEffect(() => {
    leaving.current = new AbortController();
    void run(load);
    return () => leaving.current.abort();
  }, [load, run]);

  const make = (event: FormEvent) => {
    event.preventDefault();
    void run(async () => {
      try {
        const body = { prompt, conversation_id: conversationId, idempotency_key: newKey() };
        const { operation } = await api.post<{ operation: Operation }>("/v1/apps", body);
        const watch = `/v1/apps/operations/${encodeURIComponent(operation.operation_id)}:watch`;
        await finished(api, watch, setProgress, leaving.current.signal);
        setPrompt("");
        await load();
      } finally {
        setProgress(undefined);
      }
    });
  };

  return (
    <section className="apps" aria-label={t("apps")}>
      <form className="row" onSubmit={make}>
        <Input
          label={t("describeApp")} placeholder={t("describeHint")} value={prompt} onChange={setPrompt} required
          error={fields["prompt"]}
        />
        <button className="primary" disabled={busy}>{t("makeApp")}</button>
      </form>
      {progress && <Progress step={progress.step} value={progress.progress} />}
      <Problem text={error} />
      {apps?.length === 0 && !progress && <Empty>{t("noApps")}</Empty>}
      {apps?.map((app) => <AppCard key={app.app_id} api={api} app={app} />)}
    </section>
  );
}
