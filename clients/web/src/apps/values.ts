import type { Field, Value } from "../api/apps";

/** "TEXT" for "FIELD_TYPE_TEXT". */
export function kindOf(field: Field): string {
  return field.type.replace("FIELD_TYPE_", "");
}

export function labelOf(field: Field): string {
  const name = field.label || field.name.replaceAll("_", " ");
  return field.unit ? `${name} (${field.unit})` : name;
}

export const NUMBERS: ReadonlySet<string> = new Set(["NUMBER", "INTEGER", "MONEY"]);

/** What an input shows for a stored value. */
export function textOf(field: Field, value: Value | undefined): string {
  if (value === undefined || value === null) return "";
  const kind = kindOf(field);
  if (kind === "DURATION" && typeof value === "number") return clock(value);
  if (kind === "DATETIME") return localOf(String(value));
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** What the service stores for what was typed: numbers as numbers, times with a zone; null for nothing. */
export function valueOf(field: Field, text: string): Value {
  const typed = text.trim();
  if (typed === "") return null;
  const kind = kindOf(field);
  // What is no number goes as it is: the service says what is wrong with it.
  if (NUMBERS.has(kind) || kind === "RATING") return Number.isFinite(Number(typed)) ? Number(typed) : typed;
  if (kind === "DURATION") return secondsIn(typed) ?? typed;
  if (kind === "BOOLEAN") return typed === "true";
  if (kind === "DATETIME") return Number.isNaN(Date.parse(typed)) ? typed : new Date(typed).toISOString();
  if (kind === "MULTI_CHOICE") return typed.split(/[,，]/).map((part) => part.trim()).filter(Boolean);
  return kind === "TEXT" ? text : typed;
}

/** "2026-11-29T09:30", of the viewer's own clock, for an ISO time; empty for none. */
export function localOf(iso: string): string {
  const at = new Date(iso);
  return Number.isNaN(at.getTime()) ? "" : `${dayOf(at)}T${two(at.getHours())}:${two(at.getMinutes())}`;
}

/** "2026-11-29" of the viewer's own calendar. */
export function dayOf(at: Date): string {
  return `${String(at.getFullYear()).padStart(4, "0")}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}

/** The day that a date or a time falls on; empty for neither. */
export function dayIn(value: Value | undefined): string {
  if (typeof value !== "string") return "";
  return /^\d{4}-\d\d-\d\d$/.test(value) ? value : localOf(value).slice(0, 10);
}

const UNIT_S: Readonly<Record<string, number>> = { h: 3600, 时: 3600, 小: 3600, m: 60, 分: 60, s: 1, 秒: 1 };

/** Seconds in "1:30" (hours and minutes), "0:05:10", "1 h 30 min", "45" (minutes), "1 小时 5 分"; undefined for what is none. */
export function secondsIn(text: string): number | undefined {
  const typed = text.trim().toLowerCase();
  if (/^\d+(\.\d+)?$/.test(typed)) return Math.round(Number(typed) * 60);
  const parts = /^(\d+):([0-5]?\d)(?::([0-5]?\d))?$/.exec(typed);
  if (parts) return Number(parts[1]) * 3600 + Number(parts[2]) * 60 + Number(parts[3] ?? 0);
  const named = [...typed.matchAll(/(\d+(?:\.\d+)?)\s*(小时|时|分钟?|秒钟?|h(?:ours?|rs?)?|m(?:in(?:ute)?s?)?|s(?:ec(?:ond)?s?)?)/g)];
  const rest = named.reduce((left, [whole]) => left.replace(whole, ""), typed).trim();
  if (named.length === 0 || rest) return undefined;
  return Math.round(named.reduce((sum, [, count, unit]) => sum + Number(count) * (UNIT_S[unit?.[0] ?? ""] ?? 0), 0));
}

/** "1:30", or "1:30:05" where there are seconds. */
export function clock(seconds: number): string {
  const whole = Math.round(seconds);
  const rest = whole % 60;
  const base = `${Math.floor(whole / 3600)}:${two(Math.floor((whole % 3600) / 60))}`;
  return rest ? `${base}:${two(rest)}` : base;
}

function two(n: number): string {
  return String(n).padStart(2, "0");
}

/** An amount with its currency, if that is one. */
export function money(amount: number, currency: string, locale?: string): string {
  try {
    if (currency) return new Intl.NumberFormat(locale, { style: "currency", currency }).format(amount);
  } catch {
    // Not a currency's code: shown as a plain number.
  }
  return new Intl.NumberFormat(locale, { minimumFractionDigits: 2, maximumFractionDigits: 2 }).format(amount);
}

/** A number as people write it; no digit that counts is dropped. */
export function number(value: number, locale?: string): string {
  return new Intl.NumberFormat(locale, { maximumFractionDigits: 6 }).format(value);
}

/** Before or after, for a list sorted by a field: what is missing comes last either way. */
export function compare(a: Value | undefined, b: Value | undefined, descending = false): number {
  const [noA, noB] = [a === undefined || a === null || a === "", b === undefined || b === null || b === ""];
  if (noA || noB) return Number(noA) - Number(noB);
  const order = typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b), undefined, { numeric: true });
  return descending ? -order : order;
}
