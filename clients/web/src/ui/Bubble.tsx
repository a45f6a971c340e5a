import { type Api, newKey } from "../api/client";
import type { Message, Rating, Update } from "../api/types";
import { isStreaming } from "../state/conversation";
import { useText } from "../text";
import { AgainIcon, ThumbIcon } from "./icons";
import { Problem, useAction } from "./parts";

interface Props {
  api: Api;
  message: Message;
  conversationId: string;
  mine: boolean;
  apply: (update: Update) => void;
}

/** One message; the AI's carry their sources and a way to judge them. */
export function Bubble({ api, message, conversationId, mine, apply }: Props) {
  const t = useText();
  const { answer } = message;
  const streaming = isStreaming(message);
  const fromAi = message.sender === "assistant";
  return (
    <article className={mine ? "bubble mine" : fromAi ? "bubble ai" : "bubble"} aria-busy={streaming}>
      {!mine && <h2>{fromAi ? "Madeleine" : message.sender_name}</h2>}
      {answer?.state === "ANSWER_STATE_FAILED" ? (
        <p className="error">{t("failed", { reason: answer.failure ?? "" })}</p>
      ) : (
        <p className="said">
          {message.text}
          {streaming && <span className="caret" role="img" aria-label={t("writing")} />}
        </p>
      )}
      {message.edited && <small className="hint">{t("edited")}</small>}
      {answer?.citations && answer.citations.length > 0 && (
        <details className="sources">
          <summary>{`${t("sources")} · ${answer.citations.length}`}</summary>
          <ul>
            {answer.citations.map((citation) => (
              <li key={citation.id}>{citation.text || citation.id}</li>
            ))}
          </ul>
        </details>
      )}
      {answer && !streaming && <Judge api={api} message={message} conversationId={conversationId} apply={apply} />}
    </article>
  );
}

function Judge({ api, message, conversationId, apply }: Omit<Props, "mine">) {
  const t = useText();
  const { busy, error, run } = useAction();
  const rating = message.answer?.my_rating;
  const path = `/v1/conversations/${encodeURIComponent(conversationId)}/messages/${encodeURIComponent(message.message_id)}`;

  const rate = (wanted: Rating) =>
    run(async () => {
      const body = { rating: rating === wanted ? "RATING_NONE" : wanted, idempotency_key: newKey() };
      apply({ message: (await api.put<{ message: Message }>(`${path}/rating`, body)).message });
    });
  const again = () => run(async () => void (await api.post(`${path}:regenerate`, { idempotency_key: newKey() })));

  return (
    <div className="judge">
      <button aria-label={t("good")} title={t("good")} aria-pressed={rating === "RATING_UP"} disabled={busy} onClick={() => void rate("RATING_UP")}>
        <ThumbIcon />
      </button>
      <button aria-label={t("bad")} title={t("bad")} aria-pressed={rating === "RATING_DOWN"} disabled={busy} onClick={() => void rate("RATING_DOWN")}>
        <ThumbIcon down />
      </button>
      <button aria-label={t("again")} title={t("again")} disabled={busy} onClick={() => void again()}>
        <AgainIcon />
      </button>
      <Problem text={error} />
    </div>
  );
}
