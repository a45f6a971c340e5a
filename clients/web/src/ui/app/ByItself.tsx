import type { Automation } from "../../api/apps";
import { weekdays } from "../../apps/calendar";
import { rhythmOf } from "../../apps/schedule";
import { labelOf } from "../../apps/values";
import { entityOf } from "../../apps/views";
import { type Translate, useText } from "../../text";
import { type Page, usePage } from "./page";

/** What the app computes, insists on and does without being asked. */
export function ByItself() {
  const t = useText();
  const page = usePage();
  const { spec } = page.app;
  const computed = (spec.entities ?? []).flatMap((entity) => (entity.fields ?? []).filter((field) => field.formula));
  const rules = (spec.entities ?? []).flatMap((entity) => entity.rules ?? []);
  const automations = spec.automations ?? [];
  const count = computed.length + rules.length + automations.length;
  if (count === 0) return null;
  return (
    <details className="sources">
      <summary>{`${t("byItself")} · ${count}`}</summary>
      <ul>
        {automations.map((automation) => <li key={automation.name}>{inWords(automation, page, t)}</li>)}
        {computed.map((field) => <li key={field.name}>{t("computes", { name: labelOf(field), formula: field.formula ?? "" })}</li>)}
        {rules.map((rule) => <li key={rule.expression}>{rule.message || rule.expression}</li>)}
      </ul>
    </details>
  );
}

function inWords(automation: Automation, page: Page, t: Translate): string {
  const what = t(automation.action === "post" ? "posts" : "reminds", { text: automation.text || automation.name });
  return `${when(automation, page, t)}: ${what}`;
}

function when(automation: Automation, page: Page, t: Translate): string {
  if (automation.trigger === "record") return automation.condition ? t("onRecordIf", { condition: automation.condition }) : t("onRecord");
  if (automation.trigger === "date") {
    const field = entityOf(page.app.spec, automation.entity ?? "")?.fields?.find((one) => one.name === automation.field);
    return t("beforeDate", { days: automation.days_before ?? 0, name: field ? labelOf(field) : (automation.field ?? ""), time: automation.at ?? "" });
  }
  const { kind, time, day } = rhythmOf(automation.schedule ?? "");
  if (kind === "daily") return t("everyDay", { time });
  if (kind === "weekly") return t("everyWeek", { day: weekdays(page.locale)[(day + 6) % 7] ?? "", time });
  return kind === "monthly" ? t("everyMonth", { day, time }) : (automation.schedule ?? "");
}
