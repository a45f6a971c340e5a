import type { Change, Entity, Field, Permission, Spec } from "../api/apps";
import { type Key, type Translate } from "../text";
import { kindOf } from "./values";
import { titleOfView } from "./views";

/** How many records hold something in a field; with a choice: that one. */
export type Holding = (entity: string, field: string, choice?: string) => number;

/** What differs between an app as it is and as it would be, step by step, for people to read; `renamed`: choices, as the service takes them. */
export function differences(before: Spec, after: Spec, t: Translate, holding: Holding, renamed: Readonly<Record<string, string>> = {}): Change[] {
  const entities = (after.entities ?? []).flatMap((entity) => {
    const was = before.entities?.find((one) => one.name === entity.name);
    return was ? ofEntity(was, entity, t, holding, renamed) : [];
  });
  return [...ofApp(before, after, t), ...entities, ...ofViews(before, after, t), ...ofRest(before, after, t)];
}

const APP: readonly ["title" | "icon" | "description" | "currency" | "theme", Key][] = [
  ["title", "appTitle"], ["icon", "appIcon"], ["description", "appAbout"], ["currency", "appCurrency"], ["theme", "appTheme"],
];

function ofApp(before: Spec, after: Spec, t: Translate): Change[] {
  return APP.filter(([part]) => (before[part] ?? "") !== (after[part] ?? "")).map(([part, words]) =>
    change("change", "app", part, `${t(words)}: ${arrow(before[part], after[part])}`),
  );
}

function ofEntity(before: Entity, after: Entity, t: Translate, holding: Holding, renamed: Readonly<Record<string, string>>): Change[] {
  const found: Change[] = [];
  const [old, now] = [before.fields ?? [], after.fields ?? []];
  if (before.label !== after.label) found.push(change("rename", "entity", after.name, arrow(before.label, after.label)));
  const place = (field: Field) => `${after.label || after.name} · ${field.label || field.name}`;
  for (const field of now) {
    const was = old.find((one) => one.name === field.name);
    if (was) found.push(...ofField(was, field, after, place(was), t, holding, renamed));
    else found.push(change("add", "field", field.name, `${place(field)} (${typeOf(field, t)})`));
  }
  for (const field of old.filter((one) => !now.some((other) => other.name === one.name))) {
    found.push(change("remove", "field", field.name, place(field), holding(after.name, field.name)));
  }
  const kept = (fields: Field[], others: Field[]) => fields.filter((one) => others.some((other) => other.name === one.name)).map((one) => one.name).join();
  if (kept(old, now) !== kept(now, old)) found.push(change("change", "entity", after.name, `${after.label || after.name}: ${t("fieldOrder")}`));
  return found;
}

function ofField(before: Field, after: Field, entity: Entity, place: string, t: Translate, holding: Holding, renamed: Readonly<Record<string, string>>): Change[] {
  const found: Change[] = [];
  const say = (kind: string, text: string, records = 0) => found.push(change(kind, "field", after.name, text, records));
  if (before.label !== after.label) say("rename", arrow(place, after.label));
  const of = `${entity.label || entity.name} · ${after.label || after.name}`;
  if (before.type !== after.type) say("change", `${of}: ${arrow(typeOf(before, t), typeOf(after, t))}`, holding(entity.name, after.name));
  const worded = (choice: string) => renamed[`${entity.name}.${after.name}.${choice}`] ?? choice;
  for (const choice of before.choices ?? []) if (worded(choice) !== choice) say("rename", `${of}: ${arrow(choice, worded(choice))}`, holding(entity.name, after.name, choice));
  const [had, has] = [(before.choices ?? []).map(worded), after.choices ?? []];
  for (const choice of has.filter((one) => !had.includes(one))) say("add", `${of}: ${choice}`);
  for (const choice of after.type === before.type ? had.filter((one) => !has.includes(one)) : []) {
    say("remove", `${of}: ${choice}`, holding(entity.name, after.name, choice));
  }
  if (before.required !== after.required) say("change", `${of}: ${t(after.required ? "fieldRequired" : "fieldOptional")}`);
  const parts: readonly ["unit" | "hint" | "formula" | "min" | "max", Key][] = [
    ["unit", "fieldUnit"], ["hint", "fieldHint"], ["formula", "fieldFormula"], ["min", "fieldLeast"], ["max", "fieldMost"],
  ];
  for (const [part, words] of parts) {
    if ((before[part] ?? "") !== (after[part] ?? "")) say("change", `${of}: ${t(words)} ${arrow(before[part], after[part])}`);
  }
  return found;
}

function ofViews(before: Spec, after: Spec, t: Translate): Change[] {
  const [old, now] = [before.views ?? [], after.views ?? []];
  const text = (title: string) => `${t("view")}: ${title}`;
  const found = now.flatMap((view) => {
    const was = old.find((one) => one.name === view.name);
    if (!was) return [change("add", "view", view.name, text(titleOfView(view, after)))];
    const [from, to] = [titleOfView(was, before), titleOfView(view, after)];
    const renamed = from === to ? [] : [change("rename", "view", view.name, text(arrow(from, to)))];
    const same = was.type === view.type && was.by === view.by && was.entity === view.entity && was.aggregate === view.aggregate;
    return same ? renamed : [...renamed, change("change", "view", view.name, text(to))];
  });
  const gone = old.filter((one) => !now.some((view) => view.name === one.name));
  const order = (some: typeof old, others: typeof old) => some.filter((one) => others.some((other) => other.name === one.name)).map((one) => one.name).join();
  return [
    ...found, ...gone.map((view) => change("remove", "view", view.name, text(titleOfView(view, before)))),
    ...(order(old, now) === order(now, old) ? [] : [change("change", "view", "", t("viewOrder"))]),
  ];
}

/** What goes along with a field, and what the roles may do. */
function ofRest(before: Spec, after: Spec, t: Translate): Change[] {
  const left = <T extends { name: string }>(some: T[] = [], others: T[] = []) => some.filter((one) => !others.some((other) => other.name === one.name));
  const rights = (spec: Spec) => JSON.stringify([...(spec.permissions ?? [])].map(plain).sort());
  return [
    ...left(before.aggregates, after.aggregates).map((one) => change("remove", "aggregate", one.name, `${t("viewFigure")}: ${one.label || one.name}`)),
    ...left(before.automations, after.automations).map((one) => change("remove", "automation", one.name, one.text || one.name)),
    ...(rights(before) === rights(after) ? [] : [change("change", "permission", "", t("whatRolesMay"))]),
  ];
}

function plain({ role, entity, locked_fields, ...may }: Permission): string {
  return JSON.stringify([role, entity, [...(locked_fields ?? [])].sort(), Object.entries(may).filter(([, yes]) => yes).map(([name]) => name).sort()]);
}

/** A type in words. */
export function typeOf(field: Field, t: Translate): string {
  return t(`type${kindOf(field)}` as Key);
}

function arrow(from: unknown, to: unknown): string {
  return `${String(from ?? "") || "–"} → ${String(to ?? "") || "–"}`;
}

function change(kind: string, what: string, name: string, text: string, records = 0): Change {
  return { kind, what, name, text, records };
}
