import type { Field, Value } from "../../api/apps";
import { clock, kindOf, money, number } from "../../apps/values";
import { useText } from "../../text";
import { pieces } from "../Said";
import { titleOf } from "./names";
import { type Page, usePage } from "./page";

/** A value as people read it. */
export function Shown({ field, value }: { field: Field; value: Value | undefined }) {
  const t = useText();
  const page = usePage();
  if (value === undefined || value === null || value === "") return null;
  const kind = kindOf(field);
  if (kind === "RATING" && typeof value === "number") return <Stars most={field.max ?? 5} value={value} />;
  if (kind === "MULTI_CHOICE" && Array.isArray(value)) {
    return <span className="chips">{value.map((one) => <span key={String(one)} className="chip">{String(one)}</span>)}</span>;
  }
  if (kind === "CHOICE") return <span className="chip">{String(value)}</span>;
  if (kind === "IMAGE" && typeof value === "string") return <Picture address={value} />;
  if (kind === "URL" && typeof value === "string") return <Link address={value} />;
  if (typeof value === "boolean") return <span>{t(value ? "yes" : "no")}</span>;
  return <span className={typeof value === "number" ? "number" : "words"}>{inWords(page, field, value)}</span>;
}

/** The same in plain text. */
export function inWords(page: Page, field: Field, value: Value | undefined): string {
  if (value === undefined || value === null) return "";
  const kind = kindOf(field);
  if (kind === "MONEY" && typeof value === "number") return money(value, page.app.spec.currency ?? "", page.locale);
  if (kind === "DURATION" && typeof value === "number") return clock(value);
  if (kind === "DATE" && typeof value === "string") return dateInWords(`${value}T12:00`, page.locale, false);
  if (kind === "DATETIME" && typeof value === "string") return dateInWords(value, page.locale, true);
  if (kind === "PERSON") return page.names.get(String(value)) ?? String(value);
  if (kind === "RELATION") return titleOf(page, page.state.byId.get(String(value))) || String(value);
  if (typeof value === "number") return number(value, page.locale);
  if (Array.isArray(value)) return value.map(String).join(", ");
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

function dateInWords(iso: string, locale: string, time: boolean): string {
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) return iso;
  const year = at.getFullYear() === new Date().getFullYear() ? {} : ({ year: "numeric" } as const);
  const clockTime = time ? ({ hour: "2-digit", minute: "2-digit" } as const) : {};
  return at.toLocaleString(locale, { weekday: "short", day: "numeric", month: "short", ...year, ...clockTime });
}

function Stars({ most, value }: { most: number; value: number }) {
  const full = Math.round(value);
  return <span className="stars" role="img" aria-label={`${value}/${most}`}>{"★".repeat(full)}<i>{"★".repeat(Math.max(0, most - full))}</i></span>;
}

/** Only http and https lead anywhere: other schemes can run code. */
function Link({ address }: { address: string }) {
  const [only] = pieces(address);
  if (!only?.href) return <span className="words">{address}</span>;
  const short = only.href.replace(/^https?:\/\/(www\.)?/, "").replace(/\/$/, "");
  return <a className="words" href={only.href} target="_blank" rel="noopener noreferrer">{short}</a>;
}

/** A picture of this house is shown; one from elsewhere is a link, since loading it would tell that server who reads. */
export function Picture({ address }: { address: string }) {
  const own = address.startsWith("data:image/") || address.startsWith(`${location.origin}/`);
  return own ? <img className="picture" src={address} alt="" loading="lazy" /> : <Link address={address} />;
}
