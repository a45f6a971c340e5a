import { useEffect, useRef, useState } from "react";
import { type Api, newKey } from "../api/client";
import type { Operation, SparkCard } from "../api/types";
import { finished } from "../state/operation";
import { useText } from "../text";
import { Empty, Problem, Progress, useAction } from "./parts";

/** The latest card, why it came, and a way to ask for today's. */
export function Spark({ api }: { api: Api }) {
  const t = useText();
  const [card, setCard] = useState<SparkCard | undefined>();
  const [progress, setProgress] = useState<Operation | undefined>();
  const [nothing, setNothing] = useState(false);
  const { busy, error, run } = useAction();
  const leaving = useRef(new AbortController());

  useEffect(() => {
    leaving.current = new AbortController();
    void run(async () => {
      const { cards } = await api.get<{ cards?: SparkCard[] }>("/v1/sparks?page_size=1");
      setCard(cards?.[0]);
    });
    return () => leaving.current.abort();
  }, [api, run]);

  const make = () =>
    run(async () => {
      setNothing(false);
      try {
        const { operation } = await api.post<{ operation: Operation }>("/v1/sparks", { idempotency_key: newKey() });
        const watch = `/v1/sparks/operations/${encodeURIComponent(operation.operation_id)}:watch`;
        const id = await finished(api, watch, setProgress, leaving.current.signal);
        if (id) setCard((await api.get<{ card: SparkCard }>(`/v1/sparks/${encodeURIComponent(id)}`)).card);
        else setNothing(true);
      } finally {
        setProgress(undefined);
      }
    });
  const rate = (rating: SparkCard["rating"]) =>
    run(async () => {
      const path = `/v1/sparks/${encodeURIComponent(card?.spark_id ?? "")}/rating`;
      setCard((await api.put<{ card: SparkCard }>(path, { rating, idempotency_key: newKey() })).card);
    });

  return (
    <section className="spark" aria-labelledby="spark-title">
      <h2 id="spark-title">{t("today")}</h2>
      {card ? (
        <article>
          <small>{card.day}</small>
          <h3>{card.title}</h3>
          <p className="said">{card.body}</p>
          {card.reasons && card.reasons.length > 0 && (
            <details className="sources">
              <summary>{t("because")}</summary>
              <ul>{card.reasons.map((reason) => <li key={reason.memory_id}>{reason.text}</li>)}</ul>
            </details>
          )}
          <div className="row">
            <button aria-pressed={card.rating === "SPARK_RATING_KEPT"} disabled={busy} onClick={() => void rate("SPARK_RATING_KEPT")}>
              {t(card.rating === "SPARK_RATING_KEPT" ? "kept" : "keep")}
            </button>
            <button aria-pressed={card.rating === "SPARK_RATING_DISMISSED"} disabled={busy} onClick={() => void rate("SPARK_RATING_DISMISSED")}>
              {t(card.rating === "SPARK_RATING_DISMISSED" ? "dismissed" : "dismiss")}
            </button>
          </div>
        </article>
      ) : (
        <Empty>{t(nothing ? "nothingToSay" : "noSpark")}</Empty>
      )}
      {progress && <Progress step={progress.step} value={progress.progress} />}
      <Problem text={error} />
      <button disabled={busy} onClick={() => void make()}>{t("makeSpark")}</button>
    </section>
  );
}
