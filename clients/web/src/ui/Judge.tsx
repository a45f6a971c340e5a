import { newKey } from "../api/client";
import type { Message, Rating } from "../api/types";
import { useText } from "../text";
import { AgainIcon, ThumbIcon } from "./icons";
import { Problem, useAction } from "./parts";
import { messagePath, useRoom } from "./room";

/** A way to judge an answer of the AI's, and to have another one. */
export function Judge({ message }: { message: Message }) {
  const t = useText();
  const room = useRoom();
  const { busy, error, run } = useAction();
  const rating = message.answer?.my_rating;
  const path = messagePath(room, message);

  const rate = (wanted: Rating) =>
    run(async () => {
      const body = { rating: rating === wanted ? "RATING_NONE" : wanted, idempotency_key: newKey() };
      room.apply({ message: (await room.api.put<{ message: Message }>(`${path}/rating`, body)).message });
    });
  const again = () => run(async () => void (await room.api.post(`${path}:regenerate`, { idempotency_key: newKey() })));

  return (
    <div className="judge">
      {message.answer?.state === "ANSWER_STATE_COMPLETE" && (
        <>
          <button aria-label={t("good")} title={t("good")} aria-pressed={rating === "RATING_UP"} disabled={busy} onClick={() => void rate("RATING_UP")}>
            <ThumbIcon />
          </button>
          <button aria-label={t("bad")} title={t("bad")} aria-pressed={rating === "RATING_DOWN"} disabled={busy} onClick={() => void rate("RATING_DOWN")}>
            <ThumbIcon down />
          </button>
        </>
      )}
      <button aria-label={t("again")} title={t("again")} disabled={busy} onClick={() => void again()}>
        <AgainIcon />
      </button>
      <Problem text={error} />
    </div>
  );
}
