import type { Aggregate, Entity, Field, Permission, Spec, View } from "../api/apps";
import { kindOf, NUMBERS } from "./values";

/** One change of an app by hand. Of what is not there (any more) it changes nothing, so that it can be made again on top of what others did meanwhile. */
export interface Step {
  (spec: Spec): Spec;
  /** A choice that it words anew: of "entity.field". */
  renamed?: { field: string; from: string; to: string };
}

/** Changes that are not made yet, by what they are about. */
export type Draft = ReadonlyMap<string, Step>;

export const NO_DRAFT: Draft = new Map();

/** The app as it would be. */
export function drafted(spec: Spec, draft: Draft): Spec {
  return [...draft.values()].reduce((before, step) => step(before), spec);
}

/** The choices that a draft words anew, as the service takes them: "entity.field.old" to the new one. */
export function renamesOf(spec: Spec, draft: Draft): Record<string, string> {
  const found = new Map<string, { field: string; from: string; to: string }>();
  for (const { renamed } of draft.values()) {
    if (!renamed) continue;
    const first = [...found.values()].find(({ field, to }) => field === renamed.field && to === renamed.from)?.from ?? renamed.from;
    found.set(`${renamed.field}.${first}`, { ...renamed, from: first });
  }
  const after = drafted(spec, draft);
  const holds = ({ field, from, to }: { field: string; from: string; to: string }) => {
    const [had, has] = [choicesOf(spec, field), choicesOf(after, field)];
    return had.includes(from) && !had.includes(to) && has.includes(to) && !has.includes(from);
  };
  return Object.fromEntries([...found].flatMap(([key, one]) => (holds(one) ? [[key, one.to]] : [])));
}

function choicesOf(spec: Spec, path: string): readonly string[] {
  const [entity, name] = path.split(".");
  return spec.entities?.find((one) => one.name === entity)?.fields?.find((one) => one.name === name)?.choices ?? [];
}

/** The draft with one more change; an earlier one about the same goes. */
export function withStep(draft: Draft, about: string, step: Step): Draft {
  const next = new Map(draft);
  next.delete(about);
  return next.set(about, step);
}

/** The draft without its last change. */
export function withoutLast(draft: Draft): Draft {
  return new Map([...draft].slice(0, -1));
}

export const CHOOSING: ReadonlySet<string> = new Set(["CHOICE", "MULTI_CHOICE"]);
export const RANGED: ReadonlySet<string> = new Set([...NUMBERS, "RATING", "DURATION"]);

/** The types of fields that a view can go by; a view that is not named needs none. */
export const GOES_BY: Readonly<Record<string, readonly string[]>> = {
  VIEW_TYPE_BOARD: ["CHOICE", "PERSON", "BOOLEAN"],
  VIEW_TYPE_CALENDAR: ["DATE", "DATETIME"],
  VIEW_TYPE_CHECKLIST: ["BOOLEAN"],
  VIEW_TYPE_CHART: ["TEXT", "BOOLEAN", "CHOICE", "MULTI_CHOICE", "PERSON", "DATE", "DATETIME"],
};
export const OF_FIGURES: ReadonlySet<string> = new Set(["VIEW_TYPE_CHART", "VIEW_TYPE_METRIC"]);

export const patchApp = (patch: Partial<Spec>): Step => (spec) => ({ ...spec, ...patch });

export const patchEntity = (entity: string, patch: Partial<Entity>): Step => (spec) => ({
  ...spec, entities: (spec.entities ?? []).map((one) => (one.name === entity ? { ...one, ...patch } : one)),
});

const onFields = (entity: string, change: (fields: Field[]) => Field[]): Step => (spec) => ({
  ...spec, entities: (spec.entities ?? []).map((one) => (one.name === entity ? { ...one, fields: change(one.fields ?? []) } : one)),
});

export const changeField = (entity: string, name: string, change: (field: Field) => Field): Step =>
  onFields(entity, (fields) => fields.map((field) => (field.name === name ? change(field) : field)));

export const addField = (entity: string, field: Field): Step =>
  onFields(entity, (fields) => (fields.some((one) => one.name === field.name) ? fields : [...fields, field]));

export const addChoices = (entity: string, name: string, choices: readonly string[]): Step =>
  changeField(entity, name, (field) => ({ ...field, choices: [...new Set([...(field.choices ?? []), ...choices])] }));

export const removeChoice = (entity: string, name: string, choice: string): Step =>
  changeField(entity, name, ({ default_value, ...field }) => ({
    ...field, choices: (field.choices ?? []).filter((one) => one !== choice), ...(default_value === undefined || default_value === choice ? {} : { default_value }),
  }));

/** Words a choice anew, also where a formula or a condition names it; in records the service does. */
export function renameChoice(entity: string, name: string, from: string, to: string): Step {
  const word = (text: string | undefined) =>
    text && new RegExp(`\\b${name}\\b`).test(text) ? text.replaceAll(`'${from}'`, () => `'${to}'`).replaceAll(`"${from}"`, () => `"${to}"`) : (text ?? "");
  const step: Step = (spec) => {
    const { choices = [] } = spec.entities?.find((one) => one.name === entity)?.fields?.find((one) => one.name === name) ?? {};
    if (!choices.includes(from) || choices.includes(to)) return spec;
    const inField = (field: Field): Field => ({
      ...field, formula: word(field.formula),
      ...(field.name === name ? { choices: choices.map((one) => (one === from ? to : one)) } : {}),
      ...(field.name === name && field.default_value === from ? { default_value: to } : {}),
    });
    return {
      ...spec,
      entities: (spec.entities ?? []).map((one) => (one.name !== entity ? one : {
        ...one, fields: (one.fields ?? []).map(inField), rules: (one.rules ?? []).map((rule) => ({ ...rule, expression: word(rule.expression) })),
      })),
      aggregates: (spec.aggregates ?? []).map((one) => (one.entity === entity && one.where ? { ...one, where: word(one.where) } : one)),
      automations: (spec.automations ?? []).map((one) => (one.entity === entity && one.condition ? { ...one, condition: word(one.condition) } : one)),
    };
  };
  return Object.assign(step, { renamed: { field: `${entity}.${name}`, from, to } });
}

export const moveField = (entity: string, name: string, by: number): Step => onFields(entity, (fields) => moved(fields, name, by));

/** Gives a field another type; what only the old one had goes. `choices`: those that its values hold already. */
export function retyped(field: Field, kind: string, choices: string[], relates_to: string): Field {
  const { default_value: _, choices: had, min, max, ...rest } = field;
  const bounds = RANGED.has(kind) && kind !== "RATING" ? { ...(min === undefined ? {} : { min }), ...(max === undefined ? {} : { max }) } : {};
  return {
    ...rest, ...bounds, type: `FIELD_TYPE_${kind}`, unit: RANGED.has(kind) ? field.unit : "",
    ...(CHOOSING.has(kind) ? { choices: had?.length ? had : choices } : {}), relates_to: kind === "RELATION" ? relates_to : "",
  };
}

/** Takes a field away, and with it what cannot be without it: figures over it, their views, reminders of its date. */
export const removeField = (entity: string, name: string): Step => (spec) => {
  const rest = onFields(entity, (fields) => fields.filter((field) => field.name !== name))(spec);
  const figures = standing(spec.aggregates ?? [], entity, name);
  const views = (spec.views ?? []).flatMap((view) => {
    if (view.aggregate && !figures.some((figure) => figure.name === view.aggregate)) return [];
    return view.entity === entity ? viewWithout(view, name, rest) : [view];
  });
  return {
    ...rest, views, aggregates: figures,
    automations: (spec.automations ?? []).filter((one) => !(one.trigger === "date" && one.entity === entity && one.field === name)),
    permissions: (spec.permissions ?? []).map((rule) =>
      rule.entity === entity || (!rule.entity && !hasField(rest, name)) ? { ...rule, locked_fields: (rule.locked_fields ?? []).filter((field) => field !== name) } : rule,
    ),
  };
};

function hasField(spec: Spec, name: string): boolean {
  return (spec.entities ?? []).some((entity) => entity.fields?.some((field) => field.name === name));
}

/** The figures that do not rest on a field, nor on another that does. */
function standing(all: readonly Aggregate[], entity: string, name: string): Aggregate[] {
  let left = all.filter((one) => one.entity !== entity || (one.field !== name && one.group_by !== name));
  for (let before = -1; before !== left.length; ) {
    before = left.length;
    const gone = all.filter((one) => !left.includes(one)).map((one) => one.name);
    left = left.filter((one) => !gone.some((other) => new RegExp(`\\b${other}\\b`).test(one.expression ?? "")));
  }
  return left;
}

function viewWithout(view: View, name: string, spec: Spec): View[] {
  const left = { ...view, fields: (view.fields ?? []).filter((field) => field !== name), sort_by: view.sort_by === name ? "" : (view.sort_by ?? "") };
  if (view.by !== name) return [left];
  const by = fieldsToGoBy(view.type, view.entity, spec)[0]?.name ?? "";
  return by || !GOES_BY[view.type] ? [{ ...left, by }] : [];
}

/** The fields that a view of this type can go by. */
export function fieldsToGoBy(type: string, entity: string, spec: Spec): Field[] {
  const fields = spec.entities?.find((one) => one.name === entity)?.fields ?? [];
  return fields.filter((field) => GOES_BY[type]?.includes(kindOf(field)));
}

export const changeView = (name: string, change: (view: View) => View): Step => (spec) => ({
  ...spec, views: (spec.views ?? []).map((view) => (view.name === name ? change(view) : view)),
});

export const addView = (view: View): Step => (spec) =>
  spec.views?.some((one) => one.name === view.name) ? spec : { ...spec, views: [...(spec.views ?? []), view] };

export const removeView = (name: string): Step => (spec) => ({ ...spec, views: (spec.views ?? []).filter((view) => view.name !== name) });

export const moveView = (name: string, by: number): Step => (spec) => ({ ...spec, views: moved(spec.views ?? [], name, by) });

/** What a role may do with all records where the app does not say. */
export function usual(role: string): Permission {
  const writes = role !== "viewer";
  return { role, entity: "", add: writes, change_own: writes, change_any: writes, remove_own: writes, remove_any: writes };
}

/** Says what a role may do with one entity's records, or with all; what is usual need not be said. */
export const permit = (rule: Permission): Step => (spec) => {
  const others = (spec.permissions ?? []).filter((one) => one.role !== rule.role || one.entity !== rule.entity);
  const special = rule.entity || rule.locked_fields?.length || Object.entries(usual(rule.role)).some(([part, value]) => rule[part as keyof Permission] !== value);
  return { ...spec, permissions: special ? [...others, rule] : others };
};

function moved<T extends { name: string }>(items: readonly T[], name: string, by: number): T[] {
  const from = items.findIndex((item) => item.name === name);
  const to = from + by;
  const [item, other] = [items[from], items[to]];
  if (!item || !other) return [...items];
  return items.map((one, i) => (i === from ? other : i === to ? item : one));
}

/** A name for programs after the one for people, unlike those that are taken. */
export function nameAfter(label: string, taken: Iterable<string>, kind: string): string {
  const plain = label.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().replace(/[^a-z0-9]+/g, "_").replace(/^_+|_+$/g, "").slice(0, 36);
  // Letters of another script cannot be spelled out here.
  const stem = /^[a-z]/.test(plain) && !/[^\p{Script=Latin}\P{L}]/u.test(label) ? plain : `${kind}_${Math.random().toString(36).slice(2, 8)}`;
  const all = new Set([...taken, "entered_by", "entered_at", "record_id"]);
  for (let n = 1; ; n++) {
    const name = n === 1 ? stem : `${stem}_${n}`;
    if (!all.has(name)) return name;
  }
}
