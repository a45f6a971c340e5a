/** A cron line as people say it; "other" where it is none of the usual ones. */
export interface Rhythm {
  kind: "daily" | "weekly" | "monthly" | "other";
  /** "09:00". */
  time: string;
  /** Of the week (0 or 7: Sunday) or of the month. */
  day: number;
}

/** Reads "0 9 * * 1" and its like. */
export function rhythmOf(cron: string): Rhythm {
  const [minute = "", hour = "", day = "", month = "", weekday = ""] = cron.trim().split(/\s+/);
  const whole = (text: string) => /^\d{1,2}$/.test(text);
  const other: Rhythm = { kind: "other", time: "", day: 0 };
  if (!whole(minute) || !whole(hour) || month !== "*") return other;
  const time = `${hour.padStart(2, "0")}:${minute.padStart(2, "0")}`;
  if (day === "*" && weekday === "*") return { kind: "daily", time, day: 0 };
  if (day === "*" && whole(weekday)) return { kind: "weekly", time, day: Number(weekday) };
  if (weekday === "*" && whole(day)) return { kind: "monthly", time, day: Number(day) };
  return other;
}
