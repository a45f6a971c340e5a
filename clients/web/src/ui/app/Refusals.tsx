import type { Refusal } from "../../live/wire";
import { entityOf } from "../../apps/views";
import { labelOf } from "../../apps/values";
import { useText } from "../../text";
import { titleOf } from "./names";
import { usePage } from "./page";

/** What the server took back, with the reason; an entry can be put right and entered again. */
export function Refusals({ onAgain }: { onAgain: (recordId: string) => void }) {
  const t = useText();
  const page = usePage();
  const { refusals } = page.state;
  if (refusals.length === 0) return null;
  const records = [...new Set(refusals.map((refusal) => refusal.record_id))];
  return (
    <div role="alert">
      <ul className="refusals" aria-label={t("takenBack")}>
        {records.map((id) => {
          const own = refusals.filter((refusal) => refusal.record_id === id);
          const entered = page.live?.entered.get(id);
          return (
            <li key={id} className="row">
              <span>
                <b>{titleOf(page, page.state.byId.get(id)) || t("takenBack")}</b>{" "}
                {own.map((refusal) => reasonOf(page.app.spec, refusal, page.state.byId.get(id)?.entity ?? entered?.entity)).join(" · ")}
              </span>
              {!page.state.byId.has(id) && entered && <button onClick={() => onAgain(id)}>{t("putRightAgain")}</button>}
              <button className="link" onClick={() => page.live?.forget(id)}>{t("ok")}</button>
            </li>
          );
        })}
      </ul>
    </div>
  );
}

function reasonOf(spec: Parameters<typeof entityOf>[0], refusal: Refusal, entity: string | undefined): string {
  const field = entityOf(spec, entity ?? "")?.fields?.find((known) => known.name === refusal.field);
  const name = field ? labelOf(field) : refusal.field;
  return name ? `${name}: ${refusal.reason}` : refusal.reason;
}
