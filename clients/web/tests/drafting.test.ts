import { describe, expect, it } from "vitest";
import type { Field, Spec } from "../src/api/apps";
import { differences } from "../src/apps/differing";
import {
  addChoices, addField, addView, changeField, drafted, moveField, nameAfter, NO_DRAFT, patchApp, permit, removeChoice, removeField, renameChoice, renamesOf,
  retyped, usual, withoutLast, withStep,
} from "../src/apps/drafting";
import { byName, within } from "../src/apps/faults";
import { translator } from "../src/text";

const field = (name: string, kind: string, more: Partial<Field> = {}): Field => ({
  name, label: name.charAt(0).toUpperCase() + name.slice(1), type: `FIELD_TYPE_${kind}`, required: false, unit: "", ...more,
});

const SPEC: Spec = {
  title: "Flat", description: "", icon: "🏠",
  entities: [{ name: "expense", label: "Expense", fields: [field("what", "TEXT"), field("amount", "MONEY"), field("day", "DATE"), field("kind", "CHOICE", { choices: ["food", "fun"] })] }],
  views: [
    { name: "table", type: "VIEW_TYPE_TABLE", entity: "expense", by: "", aggregate: "", fields: ["what", "kind"] },
    { name: "board", type: "VIEW_TYPE_BOARD", entity: "expense", by: "kind", aggregate: "" },
    { name: "days", type: "VIEW_TYPE_CALENDAR", entity: "expense", by: "day", aggregate: "" },
    { name: "share", type: "VIEW_TYPE_METRIC", entity: "expense", by: "", aggregate: "share" },
  ],
  aggregates: [
    { name: "total", entity: "expense", field: "amount" }, { name: "count", entity: "expense" },
    { name: "share", entity: "expense", expression: "total / count" },
  ],
  permissions: [{ role: "editor", entity: "expense", add: true, locked_fields: ["amount"] }],
};

const t = translator("en");
const words = (after: Spec, count = 0) => differences(SPEC, after, t, () => count).map(({ kind, text }) => `${kind} ${text}`);

describe("changes by hand", () => {
  it("stand on top of what others changed meanwhile", () => {
    let draft = withStep(NO_DRAFT, "title", patchApp({ title: "Our fl" }));
    draft = withStep(draft, "title", patchApp({ title: "Our flat" }));
    draft = withStep(draft, "label", changeField("expense", "what", (one) => ({ ...one, label: "For" })));
    expect(draft.size).toBe(2);
    const theirs = addField("expense", field("shop", "TEXT"))(patchApp({ icon: "🏡" })(SPEC));
    const both = drafted(theirs, draft);
    expect(both).toMatchObject({ title: "Our flat", icon: "🏡" });
    expect(both.entities?.[0]?.fields?.map((one) => one.label)).toEqual(["For", "Amount", "Day", "Kind", "Shop"]);
    expect(drafted(SPEC, withoutLast(draft)).entities?.[0]?.fields?.[0]?.label).toBe("What");
    // Of what somebody has removed nothing is left to change.
    expect(drafted(removeField("expense", "what")(SPEC), draft).entities?.[0]?.fields?.length).toBe(3);
  });

  it("take along what cannot be without a field", () => {
    const left = removeField("expense", "amount")(SPEC);
    expect(left.aggregates?.map((one) => one.name)).toEqual(["count"]);
    expect(left.views?.map((one) => one.name)).toEqual(["table", "board", "days"]);
    expect(left.permissions?.[0]?.locked_fields).toEqual([]);
    const without = removeField("expense", "kind")(SPEC);
    expect(without.views?.map((one) => one.name)).toEqual(["table", "days", "share"]);
    expect(without.views?.[0]?.fields).toEqual(["what"]);
    // A board can go by another field.
    const people = addField("expense", field("who", "PERSON"))(SPEC);
    expect(removeField("expense", "kind")(people).views?.find((one) => one.name === "board")?.by).toBe("who");
  });

  it("give another type without what only the old one had", () => {
    const kind = field("kind", "CHOICE", { choices: ["food"], default_value: "food" });
    expect(retyped(kind, "TEXT", [], "")).toEqual({ ...field("kind", "TEXT"), relates_to: "" });
    expect(retyped(field("kind", "TEXT", { choices: [] }), "CHOICE", ["a", "b"], "")).toMatchObject({ type: "FIELD_TYPE_CHOICE", choices: ["a", "b"] });
    expect(retyped(field("n", "NUMBER", { min: 1, max: 9, unit: "kg" }), "INTEGER", [], "")).toMatchObject({ min: 1, max: 9, unit: "kg" });
    const date = retyped(field("n", "NUMBER", { min: 1, unit: "kg" }), "DATE", [], "");
    expect([date.min, date.unit]).toEqual([undefined, ""]);
  });

  it("word choices anew, also where a condition names them, and tell the service", () => {
    const counted = { ...SPEC, aggregates: [{ name: "fun", entity: "expense", where: "kind == 'fun' && what != 'fun'" }, { name: "other", entity: "expense", where: "what == 'fun'" }] };
    let draft = withStep(NO_DRAFT, "1", renameChoice("expense", "kind", "fun", "leis"));
    draft = withStep(draft, "2", renameChoice("expense", "kind", "leis", "leisure"));
    draft = withStep(draft, "3", addChoices("expense", "kind", ["rent", "food"]));
    const after = drafted(counted, draft);
    expect(after.entities?.[0]?.fields?.[3]?.choices).toEqual(["food", "leisure", "rent"]);
    expect(after.aggregates?.map((one) => one.where)).toEqual(["kind == 'leisure' && what != 'leisure'", "what == 'fun'"]);
    const renamed = renamesOf(counted, draft);
    expect(renamed).toEqual({ "expense.kind.fun": "leisure" });
    expect(differences(counted, after, t, () => 2, renamed).map(({ kind, text, records }) => [kind, text, records])).toEqual([
      ["rename", "Expense · Kind: fun → leisure", 2], ["add", "Expense · Kind: rent", 0],
    ]);
    // What is removed in the end, or worded back, is no renaming.
    expect(renamesOf(counted, withStep(draft, "4", removeChoice("expense", "kind", "leisure")))).toEqual({});
    expect(renamesOf(counted, withStep(draft, "5", renameChoice("expense", "kind", "leisure", "fun")))).toEqual({});
  });

  it("say what a role may do only where it is not the usual", () => {
    const bare = { ...SPEC, permissions: [] };
    const narrow = permit({ ...usual("editor"), remove_any: false })(bare);
    expect(narrow.permissions).toHaveLength(1);
    expect(permit(usual("editor"))(narrow).permissions).toEqual([]);
  });

  it("name new things after their words", () => {
    expect(nameAfter("Prix (€)", [], "field")).toBe("prix");
    expect(nameAfter("Café au lait", ["cafe_au_lait"], "field")).toBe("cafe_au_lait_2");
    expect(nameAfter("价格", [], "field")).toMatch(/^field_[a-z0-9]{6}$/);
    expect(nameAfter("2nd", [], "field")).toMatch(/^field_/);
    expect(nameAfter("Record id", [], "field")).toBe("record_id_2");
  });
});

describe("the words for changes", () => {
  it("say each step, with the records that it touches", () => {
    expect(words(SPEC)).toEqual([]);
    expect(words(patchApp({ title: "Home" })(SPEC))).toEqual(["change Title: Flat → Home"]);
    expect(words(changeField("expense", "what", (one) => ({ ...one, label: "For", required: true }))(SPEC))).toEqual([
      "rename Expense · What → For", "change Expense · For: required",
    ]);
    expect(words(changeField("expense", "kind", (one) => ({ ...one, choices: ["food", "travel"] }))(SPEC))).toEqual([
      "add Expense · Kind: travel", "remove Expense · Kind: fun",
    ]);
    expect(words(addField("expense", field("shop", "TEXT"))(SPEC))).toEqual(["add Expense · Shop (Text)"]);
    expect(words(moveField("expense", "day", -1)(SPEC))).toEqual(["change Expense: another order of the fields"]);
    expect(words(addView({ name: "list", type: "VIEW_TYPE_LIST", entity: "expense", by: "", aggregate: "", title: "All" })(SPEC))).toEqual(["add View: All"]);
    expect(words(permit(usual("viewer"))(permit({ ...usual("viewer"), add: true })(SPEC)))).toEqual([]);
  });

  it("tell all that a removal takes along", () => {
    expect(differences(SPEC, removeField("expense", "amount")(SPEC), t, () => 3).map(({ kind, what, records }) => [kind, what, records])).toEqual([
      ["remove", "field", 3], ["remove", "view", 0], ["remove", "aggregate", 0], ["remove", "aggregate", 0], ["change", "permission", 0],
    ]);
  });
});

describe("what is wrong", () => {
  it("is found by name, whatever was moved since", () => {
    const faults = byName({ "spec.entities[0].fields[3].choices": "must be 1 to 50", "spec.title": "must be text", "spec.permissions[0].role": "no" }, SPEC);
    expect(within(faults, "spec.entities.expense.fields.kind")).toEqual(["must be 1 to 50"]);
    expect(within(faults, "spec.entities.expense.fields.kin")).toEqual([]);
    expect(within(faults, "spec.title")).toEqual(["must be text"]);
    expect(Object.keys(faults)).toContain("spec.permissions.0.role");
    expect(within(faults, "")).toHaveLength(3);
  });
});
