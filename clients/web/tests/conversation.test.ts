import { describe, expect, it } from "vitest";
import type { Message, Update } from "../src/api/types";
import { apply, EMPTY, isStreaming, visible, withPage } from "../src/state/conversation";

function message(id: string, cursor: number, rest: Partial<Message> = {}): Message {
  return {
    message_id: id, conversation_id: "c", sender: "person:p", sender_name: "Ann", text: id, cursor: String(cursor), ...rest,
  };
}

function all(updates: Update[]) {
  return updates.reduce(apply, EMPTY);
}

const start: Update = { cursor: "0", answer_start: { message_id: "a", in_reply_to: "m" } };
const delta = (offset: number, text: string): Update => ({ cursor: "0", answer_delta: { message_id: "a", offset, text } });

describe("the stream of a conversation", () => {
  it("joins the pieces of an answer and gives way to the committed one", () => {
    const streaming = all([{ cursor: "1", message: message("m", 1) }, start, delta(0, "Hel"), delta(3, "lo")]);
    expect(streaming.messages.map((m) => m.text)).toEqual(["m", "Hello"]);
    expect(streaming.messages.map(isStreaming)).toEqual([false, true]);
    const done = apply(streaming, {
      cursor: "2",
      message: message("a", 2, { text: "Hello!", answer: { state: "ANSWER_STATE_COMPLETE" } }),
    });
    expect(done.messages.map((m) => m.text)).toEqual(["m", "Hello!"]);
    expect(apply(done, delta(5, " late")).messages.at(-1)?.text).toBe("Hello!");
  });

  it("takes pieces sent anew after a resume, counting characters and not UTF-16 units", () => {
    const text = (t: ReturnType<typeof all>) => t.messages.at(-1)?.text;
    expect(text(all([start, delta(0, "🍰🍰"), delta(2, " ok")]))).toBe("🍰🍰 ok");
    expect(text(all([start, delta(0, "🍰🍰"), delta(2, " ok"), delta(0, "🍰🍰"), delta(2, " ok")]))).toBe("🍰🍰 ok");
  });

  it("keeps offsets right when it joined late", () => {
    const late = all([delta(4, "tail"), delta(8, "!")]);
    expect(late.messages[0]?.text.replaceAll("\u200b", "")).toBe("…tail!");
  });

  it("is the same after an update twice, and never goes back", () => {
    const update: Update = { cursor: "3", message: message("m", 3) };
    expect(all([update, update])).toEqual(all([update]));
    expect(all([update, { cursor: "0", heartbeat: {} }]).cursor).toBe(3);
  });

  it("leaves a message in its place when it is rated or edited", () => {
    const changed = all([
      { cursor: "1", message: message("m", 1) },
      { cursor: "2", message: message("n", 2) },
      { cursor: "5", message: message("m", 5, { text: "edited", edited: true }) },
    ]);
    expect(changed.messages.map((m) => m.text)).toEqual(["edited", "n"]);
    expect(changed.cursor).toBe(5);
  });

  it("orders a page that comes newest first and resumes after it", () => {
    const page = withPage(EMPTY, [message("n", 4), message("m", 2)]);
    expect(page.messages.map((m) => m.message_id)).toEqual(["m", "n"]);
    expect(page.cursor).toBe(4);
  });

  it("shows a failure in place of the stream, and hides what was regenerated", () => {
    const failed = all([start, delta(0, "Hm"), {
      cursor: "2",
      answer_failed: message("a", 2, { text: "", answer: { state: "ANSWER_STATE_FAILED", failure: "no model" } }),
    }]);
    expect(failed.messages[0]?.answer?.failure).toBe("no model");
    const again = apply(failed, {
      cursor: "3",
      message: message("b", 3, { answer: { state: "ANSWER_STATE_COMPLETE", replaces: "a" } }),
    });
    expect(visible(again.messages).map((m) => m.message_id)).toEqual(["b"]);
  });
});
