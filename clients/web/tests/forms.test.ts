import { describe, expect, it } from "vitest";
import type { Field } from "../src/api/apps";
import { clock, compare, dayIn, money, secondsIn, textOf, valueOf } from "../src/apps/values";
import { parseRoute, pathOf } from "../src/state/useRoute";

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
    expect(valueOf(field("DURATION"), "1:30")).toBe(5400);
    expect(valueOf(field("NUMBER"), "  ")).toBeNull();
    // Not a number goes on as it was typed: the service says what is wrong.
    expect(valueOf(field("NUMBER"), "seven")).toBe("seven");
  });

  it("come back into an input as they were typed", () => {
    const typed = { NUMBER: "7.5", DATE: "2026-11-22", DATETIME: "2026-11-22T12:00", DURATION: "1:30", TEXT: "a\nb", URL: "https://a.example" };
    for (const [type, text] of Object.entries(typed)) expect(textOf(field(type), valueOf(field(type), text))).toBe(text);
    expect(textOf(field("NUMBER"), undefined)).toBe("");
  });

  it("know durations as people write them", () => {
    expect(["0:05:10", "90 min", "1 h 30 min", "1小时5分", "45", "2h"].map(secondsIn)).toEqual([310, 5400, 5400, 3900, 2700, 7200]);
    expect(["soon", "1:75", "3 apples", "1 h and a bit"].map(secondsIn)).toEqual([undefined, undefined, undefined, undefined]);
    expect([0, 59, 3600, 5410].map(clock)).toEqual(["0:00", "0:00:59", "1:00", "1:30:10"]);
  });

  it("fall on days of the viewer's own clock, and amounts have their currency", () => {
    expect(dayIn("2026-11-22")).toBe("2026-11-22");
    expect(dayIn(new Date(2026, 10, 22, 0, 30).toISOString())).toBe("2026-11-22");
    expect([dayIn("soon"), dayIn(7), dayIn(undefined)]).toEqual(["", "", ""]);
    expect(money(12.5, "EUR", "en-GB")).toBe("€12.50");
    expect(money(12.5, "no currency", "en-GB")).toBe("12.50");
  });

  it("are sorted with the missing ones last, up and down", () => {
    const values = [3, undefined, 10, null];
    expect([...values].sort((a, b) => compare(a, b)).slice(0, 2)).toEqual([3, 10]);
    expect([...values].sort((a, b) => compare(a, b, true)).slice(0, 2)).toEqual([10, 3]);
    expect(["b", "a10", "a2"].sort((a, b) => compare(a, b))).toEqual(["a2", "a10", "b"]);
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
      { conversationId: "", tab: "chat", template: "aB-_9" },
      { conversationId: "", tab: "apps", appId: "" },
      { conversationId: "", tab: "apps", appId: "a b" },
      { conversationId: "", tab: "apps", appId: "a1", editId: "e1" },
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
