import { describe, expect, it } from "vitest";
import type { App, Entity, Field, View } from "../src/api/apps";
import type { Api } from "../src/api/client";
import { monthsLater, weeksOf } from "../src/apps/calendar";
import { overTime, plot, ticksOf } from "../src/apps/chart";
import { headerOf, piecesOf, rowsOf } from "../src/apps/csv";
import { rightsOf } from "../src/apps/rights";
import { rhythmOf } from "../src/apps/schedule";
import { columnsOf, fieldsMissing, matching, nameField, sorted, viewsOf } from "../src/apps/views";
import type { Item } from "../src/live/records";
import { appOfCard } from "../src/state/appOfCard";

function field(name: string, type: string, more: Partial<Field> = {}): Field {
  return { name, label: "", type: `FIELD_TYPE_${type}`, required: false, unit: "", ...more };
}

function item(id: string, values: Item["values"], more: Partial<Item> = {}): Item {
  return { id, entity: "meal", values, by: "ann", at: `2026-11-0${id}T00:00:00Z`, ...more };
}

describe("a month", () => {
  it("has whole weeks from Monday, filled up with its neighbours", () => {
    const november = weeksOf("2026-11");
    expect(november.map((week) => week.length)).toEqual([7, 7, 7, 7, 7, 7]);
    expect(november[0]?.map((day) => day.day)).toEqual([26, 27, 28, 29, 30, 31, 1]);
    expect(november[0]?.filter((day) => day.inMonth).map((day) => day.iso)).toEqual(["2026-11-01"]);
    // February 2027 begins on a Monday and has exactly four weeks.
    expect(weeksOf("2027-02")).toHaveLength(4);
    expect(weeksOf("2028-02").flat().filter((day) => day.inMonth)).toHaveLength(29);
  });

  it("follows another over the end of the year", () => {
    expect([monthsLater("2026-12", 1), monthsLater("2026-01", -1)]).toEqual(["2027-01", "2025-12"]);
  });
});

describe("a schedule", () => {
  it("is read where it is one that people have words for", () => {
    expect(rhythmOf("0 9 * * *")).toEqual({ kind: "daily", time: "09:00", day: 0 });
    expect(rhythmOf("30 18 * * 5")).toEqual({ kind: "weekly", time: "18:30", day: 5 });
    expect(rhythmOf("0 8 1 * *")).toEqual({ kind: "monthly", time: "08:00", day: 1 });
    expect(["*/5 * * * *", "0 9 1 1 *", "0 9 1 * 1", ""].map((cron) => rhythmOf(cron).kind)).toEqual(["other", "other", "other", "other"]);
  });
});

describe("a chart", () => {
  it("has round ticks around its figures, with zero among them", () => {
    expect(ticksOf(0, 97)).toEqual([0, 50, 100]);
    expect(ticksOf(-3, 8)).toEqual([-5, 0, 5, 10]);
    expect(ticksOf(0, 0)).toContain(0);
  });

  it("leaves out what has no data and puts the rest in its place", () => {
    const { points, zero } = plot([{ group: "a", value: 10 }, { group: "b" }, { group: "c", value: 0 }], 100, 50);
    expect(points.map((p) => [p.label, p.x, p.y])).toEqual([["a", 25, 0], ["c", 75, 50]]);
    expect(zero).toBe(50);
  });

  it("is a line where its groups are times", () => {
    const groups = (...names: string[]) => names.map((group) => ({ group }));
    expect(overTime(groups("2026-11-01", "2026-11-02"))).toBe(true);
    expect(overTime(groups("2026-11", "2026-12"))).toBe(true);
    expect(overTime(groups("2026-11-01", "none"))).toBe(false);
  });
});

describe("CSV", () => {
  it("is split between rows, never within quotes, and every piece has the header", () => {
    const csv = 'name,note\n1,"two\nlines"\n2,b\n3,c';
    expect(rowsOf(csv)).toHaveLength(4);
    const pieces = piecesOf(csv, 30);
    expect(pieces.every((piece) => piece.csv.startsWith("name,note\n"))).toBe(true);
    expect(pieces.map((piece) => piece.before)).toEqual([0, 2]);
    expect(pieces.map((piece) => piece.csv.slice(10)).join("")).toBe('1,"two\nlines"\n2,b\n3,c');
    expect(piecesOf("name\n", 30)).toHaveLength(1);
  });

  it("has names in its first line", () => {
    expect(headerOf('\ufeffDay,"Cost, total","say ""hi"""\r\n1,2,3')).toEqual(["Day", "Cost, total", 'say "hi"']);
    expect(headerOf("a;b;\n")).toEqual(["a", "b", ""]);
  });
});

describe("rights", () => {
  const app = (permissions: App["spec"]["permissions"] = []): App => ({
    app_id: "a", owner_id: "ann", conversation_id: "c", version: 1, spec: { title: "", description: "", icon: "", permissions },
  });
  const mine = item("1", {});
  const others = item("2", {}, { by: "ben" });

  it("are all but a viewer's where nothing else is said; nobody writes what is computed", () => {
    const editor = rightsOf(app(), "editor", "ann");
    expect([editor.add("meal"), editor.remove(others), editor.change(others, field("a", "TEXT"))]).toEqual([true, true, true]);
    expect(editor.change(mine, field("a", "NUMBER", { formula: "1" }))).toBe(false);
    const viewer = rightsOf(app(), "viewer", "ann");
    expect([viewer.add("meal"), viewer.remove(mine), viewer.change(mine, field("a", "TEXT")), viewer.edit]).toEqual([false, false, false, false]);
  });

  it("are narrowed by the app's permissions, those of the entity first", () => {
    const rule = { role: "editor", entity: "", add: true, change_own: true, locked_fields: ["paid"] };
    const rights = rightsOf(app([rule, { role: "editor", entity: "trip" }]), "editor", "ann");
    expect([rights.add("meal"), rights.add("trip")]).toEqual([true, false]);
    expect([rights.change(mine, field("a", "TEXT")), rights.change(others, field("a", "TEXT"))]).toEqual([true, false]);
    expect(rights.change(mine, field("paid", "BOOLEAN"))).toBe(false);
    expect(rights.remove(mine)).toBe(false);
  });
});

describe("views", () => {
  const entity: Entity = { name: "meal", label: "Meal", fields: [field("at", "DATE"), field("dish", "TEXT"), field("kind", "CHOICE", { choices: ["lunch", "dinner"] })] };
  const view: View = { name: "v", type: "VIEW_TYPE_LIST", entity: "meal", by: "", aggregate: "" };

  it("are the app's own, or a table of each entity", () => {
    const spec = { title: "", description: "", icon: "", entities: [entity] };
    expect(viewsOf({ ...spec, views: [view, { ...view, type: "VIEW_TYPE_OF_TOMORROW" }] })).toEqual([view]);
    expect(viewsOf(spec).map((one) => [one.type, one.entity])).toEqual([["VIEW_TYPE_TABLE", "meal"]]);
  });

  it("name a record by its first text and show the latest first", () => {
    expect(nameField(entity)?.name).toBe("dish");
    const items = [item("1", { dish: "b" }), item("3", { dish: "a" }), item("2", {}), item("4", {}, { entity: "other" })];
    expect(sorted(items, "meal").map((one) => one.id)).toEqual(["3", "2", "1"]);
    expect(sorted(items, "meal", "dish").map((one) => one.id)).toEqual(["3", "1", "2"]);
  });

  it("tell which fields a version has and another has not", () => {
    const spec = (...names: string[]) => ({ title: "", description: "", icon: "", entities: [{ name: "meal", label: "", fields: names.map((name) => field(name, "TEXT")) }] });
    expect([fieldsMissing(spec("a", "b"), spec("a")), fieldsMissing(spec("a"), spec("a", "b")), fieldsMissing(spec("a"), undefined)]).toEqual([["b"], [], ["a"]]);
  });

  it("find records by all words of a query, people by name", () => {
    const items = [item("1", { dish: "Lentil soup", cook: "p1" }), item("2", { dish: "Tart", cook: "p2" })];
    const names = new Map([["p1", "Ann"], ["p2", "Ben"]]);
    const found = (query: string) => matching(items, query, names).map((one) => one.id);
    expect([found("ann LENTIL"), found("ann tart"), found(" "), found("t")]).toEqual([["1"], [], ["1", "2"], ["1", "2"]]);
  });

  it("have a column for each choice, and for what else was entered", () => {
    const kind = field("kind", "CHOICE", { choices: ["lunch", "dinner"] });
    expect(columnsOf(kind, [item("1", { kind: "dinner" }), item("2", { kind: "brunch" }), item("3", {})])).toEqual(["lunch", "dinner", "brunch", ""]);
    expect(columnsOf(field("done", "BOOLEAN"), [item("1", {})])).toEqual(["false", "true"]);
  });
});

describe("a card", () => {
  const named = (app_id: string, title: string) => ({ app_id, spec: { title } });
  const api = (lines: object[] | undefined, found: Record<string, object>): Api =>
    ({
      get: async (path: string) => found[path] ?? Promise.reject(new Error("not found")),
      stream: async function* () {
        if (!lines) throw new Error("not yours");
        yield* lines;
      },
    }) as unknown as Api;
  const list = { "/v1/apps?conversation_id=c&page_size=200": { apps: [named("a1", "Meals"), named("a2", "Meals"), named("a3", "Trips")] } };
  const card = (kind: string, title: string) => ({ kind, title, text: "", target_id: "t" });

  it("leads to the app that it names or was made", async () => {
    expect(await appOfCard(api([], {}), "c", card("records", "Meals"))).toEqual({ appId: "t" });
    const made = [{ operation: { result_id: "a9" }, app: named("a9", "Meals") }];
    expect(await appOfCard(api(made, {}), "c", card("app", "Meals"))).toEqual({ appId: "a9" });
  });

  it("leads to a change that waits, in whichever of the apps of that name it is", async () => {
    const ended = [{ operation: { result_id: "e1" } }];
    const edit = (state: string) => ({ ...list, "/v1/apps/a2/edits/e1": { edit: { state } } });
    expect(await appOfCard(api(ended, edit("proposed")), "c", card("app", "Meals"))).toEqual({ appId: "a2", editId: "e1" });
    expect(await appOfCard(api(ended, edit("applied")), "c", card("app", "Meals"))).toEqual({ appId: "a2" });
  });

  it("leads others, who may not see the operation, to the app of that name", async () => {
    expect(await appOfCard(api(undefined, list), "c", card("app", "Trips"))).toEqual({ appId: "a3" });
    expect(await appOfCard(api(undefined, list), "c", card("app", "Gone"))).toBeUndefined();
  });
});
