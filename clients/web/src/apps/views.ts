import type { Entity, Field, Spec, View } from "../api/apps";
import type { Item } from "../live/records";
import { latestFirst } from "./order";
import { compare, kindOf } from "./values";

export function entityOf(spec: Spec, name: string): Entity | undefined {
  return spec.entities?.find((entity) => entity.name === name) ?? (name ? undefined : spec.entities?.[0]);
}

/** The views to show: the app's own, or a table of each entity where it has none that the client knows. */
export function viewsOf(spec: Spec): View[] {
  const views = (spec.views ?? []).filter((view) => view.type in SHOWN);
  if (views.length > 0) return views;
  return (spec.entities ?? []).map((entity) => ({ ...plain(entity), name: entity.name, title: entity.label || entity.name }));
}

function plain(entity: Entity): View {
  return { name: "", type: "VIEW_TYPE_TABLE", entity: entity.name, by: "", aggregate: "" };
}

const SHOWN: Readonly<Record<string, true>> = {
  VIEW_TYPE_FORM: true, VIEW_TYPE_TABLE: true, VIEW_TYPE_LIST: true, VIEW_TYPE_BOARD: true, VIEW_TYPE_CALENDAR: true,
  VIEW_TYPE_CHECKLIST: true, VIEW_TYPE_GALLERY: true, VIEW_TYPE_CHART: true, VIEW_TYPE_METRIC: true, VIEW_TYPE_CUSTOM: true,
};

export function titleOfView(view: View, spec: Spec): string {
  const figure = spec.aggregates?.find((aggregate) => aggregate.name === view.aggregate && aggregate.label);
  const words = view.title || figure?.label || view.name.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** The labels of fields that one version has and another has not. */
export function fieldsMissing(of: Spec, from: Spec | undefined): string[] {
  const key = (entity: Entity, field: Field) => `${entity.name}.${field.name}`;
  const known = new Set((from?.entities ?? []).flatMap((entity) => (entity.fields ?? []).map((field) => key(entity, field))));
  return (of.entities ?? []).flatMap((entity) =>
    (entity.fields ?? []).filter((field) => !known.has(key(entity, field))).map((field) => field.label || field.name),
  );
}

/** The fields of a view, in its order. */
export function fieldsOf(view: View, entity: Entity): Field[] {
  const all = entity.fields ?? [];
  const wanted = view.fields ?? [];
  if (wanted.length === 0) return all;
  return wanted.flatMap((name) => all.find((field) => field.name === name) ?? []);
}

const NAMES: ReadonlySet<string> = new Set(["TEXT", "CHOICE", "DATE", "DATETIME"]);

/** The field that names a record: the first text, else the first that says something short. */
export function nameField(entity: Entity): Field | undefined {
  const fields = entity.fields ?? [];
  return fields.find((f) => kindOf(f) === "TEXT" && !f.formula) ?? fields.find((f) => NAMES.has(kindOf(f))) ?? fields[0];
}

/** A field that a view goes by: the one it names, or the first of a fitting type. */
export function fieldBy(view: View, entity: Entity, ...kinds: string[]): Field | undefined {
  const fields = entity.fields ?? [];
  return fields.find((field) => field.name === view.by) ?? fields.find((field) => kinds.includes(kindOf(field)));
}

/** The records of one entity in a view's order: by its field, else the latest entry first. */
export function sorted(items: readonly Item[], entity: string, by = "", descending = false): Item[] {
  const own = items.filter((item) => item.entity === entity);
  if (by) return own.sort((a, b) => compare(a.values[by], b.values[by], descending) || compare(b.at, a.at));
  return own.sort(latestFirst);
}

/** The records that hold every word of `query`, in any case; people are found by name. */
export function matching(items: readonly Item[], query: string, names: ReadonlyMap<string, string>): readonly Item[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return items;
  return items.filter((item) => {
    const text = Object.values(item.values).map((value) => names.get(String(value)) ?? String(value)).join("\n").toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

/** The columns of a board: the field's choices in order, then what else stands in the records; "" for those without. */
export function columnsOf(field: Field, items: readonly Item[]): string[] {
  const choices = kindOf(field) === "BOOLEAN" ? ["false", "true"] : (field.choices ?? []);
  const found = new Set(items.map((item) => columnOf(field, item)));
  const others = [...found].filter((column) => column && !choices.includes(column)).sort();
  return [...choices, ...others, ...(found.has("") ? [""] : [])];
}

export function columnOf(field: Field, item: Item): string {
  const value = item.values[field.name];
  if (value === undefined || value === null) return kindOf(field) === "BOOLEAN" ? "false" : "";
  return String(value);
}
