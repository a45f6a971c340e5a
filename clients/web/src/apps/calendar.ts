import { dayOf } from "./values";

export interface Day {
  /** "2026-11-29". */
  iso: string;
  day: number;
  inMonth: boolean;
}

/** The weeks of a month ("2026-11"), from Monday to Sunday; the first and the last are filled up with their neighbours. */
export function weeksOf(month: string): Day[][] {
  const [year = 1970, number = 1] = month.split("-").map(Number);
  const first = new Date(year, number - 1, 1);
  const before = (first.getDay() + 6) % 7;
  const days = new Date(year, number, 0).getDate();
  const weeks: Day[][] = [];
  for (let start = 1 - before; start <= days; start += 7) {
    weeks.push(Array.from({ length: 7 }, (_, i) => {
      const at = new Date(year, number - 1, start + i);
      return { iso: dayOf(at), day: at.getDate(), inMonth: at.getMonth() === number - 1 };
    }));
  }
  return weeks;
}

/** The month so many after `month`. */
export function monthsLater(month: string, count: number): string {
  const [year = 1970, number = 1] = month.split("-").map(Number);
  return dayOf(new Date(year, number - 1 + count, 1)).slice(0, 7);
}

/** "November 2026". */
export function monthInWords(month: string, locale?: string): string {
  return new Intl.DateTimeFormat(locale, { year: "numeric", month: "long" }).format(new Date(`${month}-01T12:00`));
}

/** "Mon" to "Sun". */
export function weekdays(locale?: string): string[] {
  const name = new Intl.DateTimeFormat(locale, { weekday: "short" });
  // 1 January 2024 was a Monday.
  return Array.from({ length: 7 }, (_, i) => name.format(new Date(2024, 0, 1 + i)));
}
