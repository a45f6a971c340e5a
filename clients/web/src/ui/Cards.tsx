import type { Card, Citation } from "../api/types";
import { type Key, useText } from "../text";
import { useRoom } from "./room";
import { Said } from "./Said";

const KINDS: Readonly<Record<string, Key>> = {
  records: "cardRecords", app: "cardApp", reminder: "cardReminder", summary: "cardSummary", memories: "cardMemories",
  private: "cardPrivate",
};

/** What the AI did and found; a kind that is not known yet is shown as well, without a name. */
export function Cards({ cards }: { cards: readonly Card[] }) {
  const t = useText();
  return cards.map((card, i) => {
    const kind = KINDS[card.kind];
    return (
      <section key={i} className="card" aria-label={card.title || (kind ? t(kind) : card.kind)}>
        {kind && t(kind) !== card.title && <small>{t(kind)}</small>}
        {card.title && <h3>{card.title}</h3>}
        {card.text && <p className="said"><Said text={card.text} /></p>}
        {card.failure && <p className="error">{t("notDone", { reason: card.failure })}</p>}
        <Citations citations={card.citations ?? []} />
      </section>
    );
  });
}

/** What something rests on; a message of this conversation leads there. */
export function Citations({ citations }: { citations: readonly Citation[] }) {
  const t = useText();
  const { jump } = useRoom();
  if (citations.length === 0) return null;
  return (
    <details className="sources">
      <summary>{`${t("sources")} · ${citations.length}`}</summary>
      <ul>
        {citations.map((citation, i) => (
          <li key={i}>
            {citation.kind === "message" ? (
              <button className="link" onClick={() => jump(citation.id)}>{citation.text || t("toMessage")}</button>
            ) : (
              citation.text || citation.id
            )}
          </li>
        ))}
      </ul>
    </details>
  );
}
