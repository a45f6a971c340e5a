import type { QueryRow } from "../api/apps";

export interface Point {
  label: string;
  value: number;
  x: number;
  y: number;
}

export interface Plot {
  points: Point[];
  /** Where the value 0 lies. */
  zero: number;
  /** Round values within the range, with their places. */
  ticks: { value: number; y: number }[];
  /** Room that one point has. */
  step: number;
}

/** Places of figures in a box of `width` by `height`; figures without data are left out. Zero is always in the range. */
export function plot(rows: readonly QueryRow[], width: number, height: number): Plot {
  const known = rows.filter((row): row is QueryRow & { value: number } => typeof row.value === "number");
  const values = known.map((row) => row.value);
  const ticks = ticksOf(Math.min(0, ...values), Math.max(0, ...values));
  const [low, high] = [ticks[0] ?? 0, ticks.at(-1) ?? 1];
  const y = (value: number) => height - ((value - low) / (high - low)) * height;
  const step = width / Math.max(1, known.length);
  return {
    points: known.map((row, i) => ({ label: row.group, value: row.value, x: step * (i + 0.5), y: y(row.value) })),
    zero: y(0),
    ticks: ticks.map((value) => ({ value, y: y(value) })),
    step,
  };
}

/** Three to six round values whose first and last enclose the range. */
export function ticksOf(low: number, high: number): number[] {
  const span = high - low || 1;
  const rough = span / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10);
  const first = Math.floor(low / step);
  const last = Math.max(first + 1, Math.ceil(high / step));
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

/** True where the groups are days, weeks, months or years: their order is that of time. */
export function overTime(rows: readonly QueryRow[]): boolean {
  return rows.length > 1 && rows.every((row) => /^\d{4}(-\d\d(-\d\d)?)?$/.test(row.group));
}
