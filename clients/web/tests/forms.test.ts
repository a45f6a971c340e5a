import { describe, expect, it } from "vitest";
import type { Field } from "../src/api/types";
import { parseRoute, pathOf } from "../src/state/useRoute";
import { valueOf } from "../src/ui/RecordForm";

function field(type: string): Field {
  return { name: "f", label: "", type: `FIELD_TYPE_${type}`, required: false, unit: "" };
}

describe("values of a record", () => {
  it("are typed as the contract says", () => {
    expect(valueOf(field("NUMBER"), "7.5")).toBe(7.5);
    expect(valueOf(field("BOOLEAN"), "false")).toBe(false);
    expect(valueOf(field("DATE"), "2026-11-22")).toBe("2026-11-22");
    expect(valueOf(field("DATETIME"), "2026-11-22T12:00")).toMatch(/Z$/);
    expect(valueOf(field("MULTI_CHOICE"), "a, b，c")).toEqual(["a", "b", "c"]);
    expect(valueOf(field("TEXT"), "7")).toBe("7");
  });
});

describe("routes", () => {
  it("are read as they are written", () => {
    for (const route of [
      { conversationId: "", tab: "chat" },
      { conversationId: "a b", tab: "chat" },
      { conversationId: "c1", tab: "apps" },
      { conversationId: "c1", tab: "people" },
      { conversationId: "c1", tab: "chat", messageId: "m1" },
      { conversationId: "", tab: "chat", invite: "aB-_9" },
    ] as const) {
      expect(parseRoute(pathOf(route))).toEqual(route);
    }
    expect(parseRoute("/elsewhere")).toEqual({ conversationId: "", tab: "chat" });
  });

  it("keep an invite's token after the #, where it is never sent, and take nothing else for one", () => {
    expect(pathOf({ conversationId: "", tab: "chat", invite: "t0k" })).toBe("/#/join/t0k");
    expect(parseRoute("/#/join/a/../../b").invite).toBeUndefined();
  });
});
