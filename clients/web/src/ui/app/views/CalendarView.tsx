import { useMemo, useState } from "react";
import { monthInWords, monthsLater, weekdays, weeksOf } from "../../../apps/calendar";
import { dayIn, dayOf, kindOf } from "../../../apps/values";
import { fieldBy, fieldsOf, nameField } from "../../../apps/views";
import type { Item } from "../../../live/records";
import { useText } from "../../../text";
import { titleOf } from "../names";
import { usePage } from "../page";
import { CardBody } from "./CardBody";
import { NoRecords, takenBy, useItems, type ViewProps } from "./shared";

const MOST_IN_DAY = 3;

/** A month of records by their date; below it those of the chosen day. */
export function CalendarView({ view, entity }: ViewProps) {
  const t = useText();
  const page = usePage();
  const items = useItems(view, entity);
  const today = dayOf(new Date());
  const [day, setDay] = useState(today);
  const [month, setMonth] = useState(today.slice(0, 7));
  const by = fieldBy(view, entity, "DATE", "DATETIME");
  const days = useMemo(() => byDay(items, by?.name ?? ""), [items, by?.name]);
  if (!by) return <NoRecords entity={entity} />;
  const name = nameField(entity);
  const shown = days.get(day) ?? [];
  const enter = () => page.enter(entity.name, { [by.name]: kindOf(by) === "DATE" ? day : new Date(`${day}T12:00`).toISOString() });
  const inWords = new Date(`${day}T12:00`).toLocaleDateString(page.locale, { weekday: "long", day: "numeric", month: "long" });
  return (
    <>
      <div className="row months">
        <button aria-label={t("monthBefore")} onClick={() => setMonth(monthsLater(month, -1))}>‹</button>
        <h3 aria-live="polite">{monthInWords(month, page.locale)}</h3>
        <button aria-label={t("monthAfter")} onClick={() => setMonth(monthsLater(month, 1))}>›</button>
        <button onClick={() => { setMonth(today.slice(0, 7)); setDay(today); }}>{t("thisMonth")}</button>
      </div>
      <table className="calendar" aria-label={monthInWords(month, page.locale)}>
        <thead><tr>{weekdays(page.locale).map((weekday) => <th key={weekday} scope="col">{weekday}</th>)}</tr></thead>
        <tbody>
          {weeksOf(month).map((week) => (
            <tr key={week[0]?.iso}>
              {week.map(({ iso, day: number, inMonth }) => {
                const held = days.get(iso) ?? [];
                const look = [!inMonth && "beside", iso === today && "today", iso === day && "chosen"].filter(Boolean).join(" ");
                return (
                  <td key={iso} className={look}>
                    <button aria-pressed={iso === day} aria-label={t("dayWith", { day: iso, count: held.length })} onClick={() => setDay(iso)}>
                      <span className="date">{number}</span>
                      {held.slice(0, MOST_IN_DAY).map((item) => <span key={item.id} className="event">{titleOf(page, item) || t("untitled")}</span>)}
                      {held.length > MOST_IN_DAY && <small>+{held.length - MOST_IN_DAY}</small>}
                      {held.length > 0 && <i className="dots" aria-hidden="true">{"•".repeat(Math.min(3, held.length))}</i>}
                    </button>
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
      <div className="row between">
        <h3>{inWords}</h3>
        {page.rights.add(entity.name) && <button className="primary" onClick={enter}>{t("addTo", { name: entity.label || entity.name })}</button>}
      </div>
      {shown.length === 0 && <p className="empty">{t("nothingThatDay")}</p>}
      <ul className="items">
        {shown.map((item) => (
          <li key={item.id} className={takenBy(page, item)}>
            <button className="open" onClick={() => page.open(item.id)}>{titleOf(page, item) || t("untitled")}</button>
            <CardBody item={item} fields={fieldsOf(view, entity).filter((field) => field !== name)} />
          </li>
        ))}
      </ul>
    </>
  );
}

function byDay(items: readonly Item[], field: string): Map<string, Item[]> {
  const days = new Map<string, Item[]>();
  for (const item of items) {
    const day = dayIn(item.values[field]);
    if (day) days.set(day, [...(days.get(day) ?? []), item]);
  }
  return days;
}
