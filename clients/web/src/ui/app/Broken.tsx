import type { BrokenRow } from "../../api/apps";
import { useText } from "../../text";

const MOST_SHOWN = 20;

/** Rows of a file that could not be read, each with the reason. */
export function Broken({ rows, count }: { rows: readonly BrokenRow[]; count: number }) {
  const t = useText();
  if (count === 0 && rows.length === 0) return null;
  return (
    <details className="sources" open>
      <summary>{t("brokenRows", { count: count || rows.length })}</summary>
      <ul>
        {rows.slice(0, MOST_SHOWN).map((bad, i) => (
          <li key={i}>{t("brokenRow", { row: bad.row, reason: bad.field ? `${bad.field}: ${bad.reason}` : bad.reason })}</li>
        ))}
      </ul>
    </details>
  );
}
