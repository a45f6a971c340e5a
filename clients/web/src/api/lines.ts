/** Splits streamed text into JSON values: one a line, or server-sent events with one in each "data:" line. */
export class LineParser {
  private rest = "";

  /** The values that `chunk` completes, in order; throws SyntaxError for a line that is not JSON. */
  push(chunk: string): unknown[] {
    const lines = (this.rest + chunk).split(/\r?\n/);
    this.rest = lines.pop() ?? "";
    return lines.flatMap((line) => {
      const text = payload(line);
      return text === "" ? [] : [JSON.parse(text) as unknown];
    });
  }
}

function payload(line: string): string {
  // Other fields of server-sent events ("event:", "id:", comments) carry nothing for us.
  if (/^(event|id|retry)?:/.test(line)) return "";
  return line.replace(/^data:/, "").trim();
}

/** All values of a response body as they arrive; ends with the body, throws when the connection breaks. */
export async function* values<T>(body: ReadableStream<Uint8Array>): AsyncGenerator<T> {
  const parser = new LineParser();
  const decoder = new TextDecoder();
  const reader = body.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      for (const item of parser.push(decoder.decode(value, { stream: true }))) yield item as T;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}
