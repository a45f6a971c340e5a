import type { Change } from "../../api/apps";
import { type Key, useText } from "../../text";

const SIGNS: Readonly<Record<string, [string, Key]>> = {
  add: ["+", "changeAdds"], remove: ["−", "changeRemoves"], change: ["~", "changeChanges"], rename: ["→", "changeRenames"],
};

/** What an edit does, step by step. */
export function Changes({ changes }: { changes: readonly Change[] }) {
  const t = useText();
  if (changes.length === 0) return <p className="empty">{t("noChanges")}</p>;
  return (
    <ul className="changes" aria-label={t("proposed")}>
      {changes.map((change, i) => {
        const [sign, words] = SIGNS[change.kind] ?? ["~", "changeChanges"];
        return (
          <li key={i} className={change.kind}>
            <span className="sign" role="img" aria-label={t(words)}>{sign}</span>
            <span>
              {change.text || `${change.what} ${change.name}`}
              {Boolean(change.records) && <small>{` · ${t("touches", { count: change.records ?? 0 })}`}</small>}
            </span>
          </li>
        );
      })}
    </ul>
  );
}
