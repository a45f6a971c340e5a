import { permit, usual } from "../../../apps/drafting";
import { type Key, useText } from "../../../text";
import type { Editing } from "./Editor";

const ACTIONS: readonly ["add" | "change_own" | "change_any" | "remove_own" | "remove_any", Key][] = [
  ["add", "mayAdd"], ["change_own", "mayChangeOwn"], ["change_any", "mayChangeAny"], ["remove_own", "mayRemoveOwn"], ["remove_any", "mayRemoveAny"],
];
const ROLES: readonly ["editor" | "viewer", Key][] = [["editor", "whatEditorsMay"], ["viewer", "whatViewersMay"]];

/** What those who may edit and those who may read may do with records; who is which stands under "People". */
export function Rights({ spec, step }: Editing) {
  const t = useText();
  const rows = ROLES.flatMap(([role, words]) => {
    const own = (spec.permissions ?? []).filter((rule) => rule.role === role);
    const all = own.find((rule) => !rule.entity) ?? usual(role);
    return [all, ...own.filter((rule) => rule.entity)].map((rule) => [rule, words] as const);
  });
  return (
    <section className="editor-part" aria-label={t("whatRolesMay")}>
      <h3>{t("whatRolesMay")}</h3>
      {rows.map(([rule, words]) => {
        const entity = spec.entities?.find((one) => one.name === rule.entity);
        return (
          <fieldset key={`${rule.role}/${rule.entity}`} className="several">
            <legend>{entity ? t("forRecords", { who: t(words), name: entity.label || entity.name }) : t(words)}</legend>
            {ACTIONS.map(([action, says]) => (
              <label key={action} className="check">
                <input
                  type="checkbox" checked={Boolean(rule[action])}
                  onChange={(event) => step(`spec.permissions.${rule.role}/${rule.entity}`, permit({ ...rule, [action]: event.target.checked }))}
                />
                {t(says)}
              </label>
            ))}
          </fieldset>
        );
      })}
    </section>
  );
}
