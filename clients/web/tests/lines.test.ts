import { describe, expect, it } from "vitest";
import { LineParser, values } from "../src/api/lines";

describe("streamed lines", () => {
  it("waits for the end of a line, wherever the chunks are cut", () => {
    const parser = new LineParser();
    expect(parser.push('{"a":1}\n{"a"')).toEqual([{ a: 1 }]);
    expect(parser.push(":2}")).toEqual([]);
    expect(parser.push("\n\n")).toEqual([{ a: 2 }]);
  });

  it("reads server-sent events too", () => {
    const parser = new LineParser();
    expect(parser.push(': hello\nevent: x\ndata: {"a":1}\r\n\r\nid: 3\ndata:{"a":2}\n\n')).toEqual([{ a: 1 }, { a: 2 }]);
  });

  it("refuses what is not JSON", () => {
    expect(() => new LineParser().push("<html>\n")).toThrow(SyntaxError);
  });

  it("puts characters together that were cut in the middle", async () => {
    const bytes = new TextEncoder().encode('{"t":"玛德莱娜"}\n');
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        for (const byte of bytes) controller.enqueue(Uint8Array.of(byte));
        controller.close();
      },
    });
    const found: unknown[] = [];
    for await (const value of values(body)) found.push(value);
    expect(found).toEqual([{ t: "玛德莱娜" }]);
  });
});
