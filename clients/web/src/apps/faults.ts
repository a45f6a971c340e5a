import type { Spec } from "../api/apps";

/** Reasons by path, with names instead of places in lists: "spec.entities.meal.fields.kcal.label". */
export type Faults = Readonly<Record<string, string>>;

/** The service's violations by names: those stay right while other things come and go. */
export function byName(violations: Faults, spec: Spec): Faults {
  return Object.fromEntries(Object.entries(violations).map(([path, reason]) => [named(path, spec), reason]));
}

function named(path: string, spec: Spec): string {
  let at: unknown = { spec };
  const step = (key: string): unknown => (typeof at === "object" && at !== null ? (at as Record<string, unknown>)[key] : undefined);
  return path.split(".").map((part) => {
    const [, name = part, index] = /^(\w+)\[(\d+)\]$/.exec(part) ?? [];
    at = step(name);
    if (index === undefined) return name;
    at = step(index);
    const called = step("name");
    return `${name}.${typeof called === "string" ? called : index}`;
  }).join(".");
}

/** The reasons at a path and below it, each once. */
export function within(faults: Faults, path: string): string[] {
  return [...new Set(Object.entries(faults).flatMap(([at, reason]) => (at === path || at.startsWith(path && `${path}.`) ? [reason] : [])))];
}
