import type { Card, Citation } from "../api/types";
import { appOfCard } from "../state/appOfCard";
import { type Key, useText } from "../text";
import { Problem, useAction } from "./parts";
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
        {!card.failure && card.target_id && (card.kind === "app" || card.kind === "records") && <OpenApp card={card} />}
        <Citations citations={card.citations ?? []} />
      </section>
    );
  });
}

/** Leads to the mini-app that a card is about, and to the change of it that waits to be decided on. */
function OpenApp({ card }: { card: Card }) {
  const t = useText();
  const { api, thread, openApp } = useRoom();
  const { busy, error, run } = useAction();
  const open = () =>
    run(async () => {
      const found = await appOfCard(api, thread.conversation?.conversation_id ?? "", card);
      if (!found) throw new Error(t("appGone"));
      openApp(found.appId, found.editId);
    });
  return (
    <div className="row">
      <button disabled={busy} onClick={() => void open()}>{t("openApp")}</button>
      <Problem text={error} />
    </div>
  );
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
