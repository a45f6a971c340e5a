// A year of days, Monday first: the darker a day, the more of its records (or the larger their first shown number).
// Goes by the view's date field, or by the entity's first one. Says how many days in a row there is something.

const DAY = 86_400_000;
const SIZE = 12;
const WORDS = {
  en: { now: "days in a row now", longest: "at most", days: "days with records", none: "No records with a date yet.",
    months: ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"] },
  zh: { now: "天连续至今", longest: "最长", days: "天有记录", none: "还没有带日期的记录。",
    months: ["1月", "2月", "3月", "4月", "5月", "6月", "7月", "8月", "9月", "10月", "11月", "12月"] },
};
const NUMBERS = ["NUMBER", "INTEGER", "RATING", "DURATION", "MONEY"].map((type) => `FIELD_TYPE_${type}`);
const TIMES = ["FIELD_TYPE_DATE", "FIELD_TYPE_DATETIME"];

function dayNumber(text) {
  // A date-time's own offset says which day it was where it was entered.
  const parts = /^(\d{4})-(\d{2})-(\d{2})/.exec(String(text));
  return parts ? Date.UTC(Number(parts[1]), Number(parts[2]) - 1, Number(parts[3])) / DAY : null;
}

function totals(records, view, fields) {
  const by = view.by || (fields.find((field) => TIMES.includes(field.type)) || {}).name;
  const number = (view.fields || []).find((name) => fields.some((field) => field.name === name && NUMBERS.includes(field.type)));
  const days = new Map();
  for (const { entity, values } of records) {
    if (entity !== view.entity || !values) continue;
    const day = dayNumber(values[by]);
    const amount = number ? values[number] : 1;
    if (day !== null && typeof amount === "number") days.set(day, (days.get(day) || 0) + amount);
  }
  return days;
}

function streaks(days, today) {
  let longest = 0;
  for (const day of days.keys()) {
    if (days.has(day - 1)) continue;
    let length = 1;
    while (days.has(day + length)) length++;
    longest = Math.max(longest, length);
  }
  // A day that is not over does not end a streak.
  let last = days.has(today) ? today : today - 1;
  let now = 0;
  while (days.has(last)) { now++; last--; }
  return { now, longest };
}

function draw({ records, spec, view, today, language }) {
  const words = WORDS[String(language).startsWith("zh") ? "zh" : "en"];
  const entity = (spec.entities || []).find((one) => one.name === view.entity);
  const days = totals(records, view, (entity && entity.fields) || []);
  if (!days.size) return { tag: "p", attrs: { look: "muted center" }, text: words.none };
  const now = dayNumber(today);
  // Day 0 of the era was a Thursday.
  const weekday = (day) => (((day + 3) % 7) + 7) % 7;
  const first = now - 52 * 7 - weekday(now);
  const most = Math.max(...days.values(), 0);
  const cells = [];
  const months = [];
  for (let day = first; day <= now; day++) {
    const column = Math.floor((day - first) / 7);
    const amount = days.get(day) || 0;
    const date = new Date(day * DAY);
    if (date.getUTCDate() === 1 && column < 51)
      months.push({ tag: "text", attrs: { x: column * SIZE, y: 10 }, text: words.months[date.getUTCMonth()] });
    const level = amount > 0 ? Math.ceil((amount / most) * 4) / 4 : 0;
    const shade = level ? { fill: "accent", opacity: 0.25 + 0.75 * level } : { fill: "line" };
    cells.push({ tag: "rect", attrs: { x: column * SIZE, y: 16 + weekday(day) * SIZE, width: 10, height: 10, rx: 2,
      label: `${date.toISOString().slice(0, 10)}: ${amount}`, ...shade } });
  }
  const { now: running, longest } = streaks(days, now);
  return { tag: "div", attrs: { look: "column" }, children: [
    { tag: "svg", attrs: { viewBox: `0 0 ${53 * SIZE} ${18 + 7 * SIZE}`, width: "100%" }, children: [months, cells] },
    { tag: "p", attrs: { look: "muted" },
      text: `${running} ${words.now} · ${words.longest} ${longest} · ${days.size} ${words.days}` }] };
}
