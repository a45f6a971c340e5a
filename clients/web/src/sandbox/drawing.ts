// What a script may draw: a tree of a few elements with a few attributes. Whatever is not named here is refused, so
// that nothing in a drawing can act, load or leave the page.

import { LIMITS } from "./engine";

export type Drawn = string | { tag: string; props: Record<string, string>; children: Drawn[] };

/** A drawing that is not one; the message says what to change. */
export class BadDrawing extends Error {}

export const MOST_ELEMENTS = 5_000;
const MOST_DEPTH = 30;
const MOST_TEXT = 2_000;

/** Attribute as it is written to its name in React and the values that it may have. */
type Attributes = Record<string, [string, RegExp]>;
type Allowed = ReadonlyMap<string, [string, RegExp]>;

const NUMBER = /^-?\d{1,6}(\.\d{1,6})?%?$/;
const NUMBERS = /^[-+\d.,\s]{0,20000}$/;
const COLOUR = /^(#[0-9a-f]{3,8}|[a-z]{1,30}|(rgb|hsl)a?\([\d\s.,%/]{1,40}\))$/i;
const SENTENCE = /^[^\p{Cc}]{0,200}$/u;
const WHOLE = /^\d{1,3}$/;

const LOOKS = "(row|column|card|muted|big|good|warn|bad|end|center)";
// Colours of the page's own, light and dark.
const THEME = new Set(["accent", "ink", "soft", "line", "mine", "wrong"]);

const COMMON: Attributes = {
  title: ["title", SENTENCE],
  label: ["aria-label", SENTENCE],
  look: ["className", new RegExp(`^${LOOKS}( ${LOOKS}){0,3}$`)],
};
const CELL: Attributes = { colspan: ["colSpan", WHOLE], rowspan: ["rowSpan", WHOLE], scope: ["scope", /^(row|col)$/] };
const METER: Attributes = { value: ["value", NUMBER], max: ["max", NUMBER], min: ["min", NUMBER] };
const SVG: Attributes = {
  ...Object.fromEntries(
    ["x", "y", "x1", "y1", "x2", "y2", "cx", "cy", "r", "rx", "ry", "width", "height", "dx", "dy", "opacity"].map((name) => [name, [name, NUMBER]]),
  ),
  viewBox: ["viewBox", NUMBERS],
  points: ["points", NUMBERS],
  d: ["d", /^[MLHVCSQTAZ\d\s.,e+-]{0,20000}$/i],
  transform: ["transform", /^((translate|rotate|scale)\([-\d.,\s]{1,60}\)\s?){1,4}$/],
  fill: ["fill", COLOUR],
  stroke: ["stroke", COLOUR],
  "stroke-width": ["strokeWidth", NUMBER],
  "stroke-dasharray": ["strokeDasharray", NUMBERS],
  "font-size": ["fontSize", NUMBER],
  "text-anchor": ["textAnchor", /^(start|middle|end)$/],
  "dominant-baseline": ["dominantBaseline", /^(auto|middle|central|hanging)$/],
};
const attributes = (of: Attributes, tags: string) =>
  tags.split(" ").map((tag): [string, Allowed] => [tag, new Map(Object.entries({ ...COMMON, ...of }))]);
const TAGS = new Map([
  ...attributes({}, "div span p h3 h4 strong em small ul ol li table thead tbody tr figure figcaption"),
  ...attributes(CELL, "th td"),
  ...attributes(METER, "meter progress"),
  ...attributes(SVG, "svg g rect circle ellipse line polyline polygon path text tspan"),
]);

/** Reads the JSON text that a script returned; raises BadDrawing for anything that is not allowed. */
export function readDrawing(text: string): Drawn[] {
  if (text.length > LIMITS.outputChars) throw new BadDrawing("the drawing is too large");
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new BadDrawing("the drawing is no JSON");
  }
  let left = MOST_ELEMENTS;
  const read = (node: unknown, depth: number): Drawn[] => {
    if (node === null || node === undefined || node === false) return [];
    if (depth > MOST_DEPTH) throw new BadDrawing(`it is nested more than ${MOST_DEPTH} deep`);
    if (--left < 0) throw new BadDrawing(`it has more than ${MOST_ELEMENTS} elements`);
    if (typeof node === "string" || typeof node === "number") return [String(node).slice(0, MOST_TEXT)];
    if (Array.isArray(node)) return node.flatMap((child) => read(child, depth + 1));
    if (typeof node !== "object") throw new BadDrawing("a node must be an element, text or a list of them");
    const { tag, text: said, attrs, children } = node as Record<string, unknown>;
    const allowed = typeof tag === "string" ? TAGS.get(tag) : undefined;
    if (typeof tag !== "string" || !allowed) throw new BadDrawing(`an element ${name(tag)} is not allowed`);
    return [{ tag, props: propsOf(tag, allowed, attrs), children: [...read(said, depth + 1), ...read(children, depth + 1)] }];
  };
  return read(value, 0);
}

function propsOf(tag: string, allowed: Allowed, attrs: unknown): Record<string, string> {
  const props: Record<string, string> = {};
  if (attrs === null || attrs === undefined) return props;
  if (typeof attrs !== "object" || Array.isArray(attrs)) throw new BadDrawing("attrs must be an object");
  for (const [attribute, value] of Object.entries(attrs)) {
    if (value === null || value === undefined || value === false) continue;
    const [prop, values] = allowed.get(attribute) ?? [];
    if (!prop || !values) throw new BadDrawing(`an attribute ${name(attribute)} of ${tag} is not allowed`);
    const written = typeof value === "string" || typeof value === "number" ? String(value) : "";
    if (!values.test(written)) throw new BadDrawing(`the attribute ${name(attribute)} of ${tag} has a value that is not allowed`);
    props[prop] = shown(prop, written);
  }
  return props;
}

function shown(prop: string, value: string): string {
  if (prop === "className") return value.replaceAll(/\w+/g, "drawn-$&");
  return (prop === "fill" || prop === "stroke") && THEME.has(value) ? `var(--${value})` : value;
}

function name(given: unknown): string {
  return typeof given === "string" ? given.slice(0, 40) : typeof given;
}
