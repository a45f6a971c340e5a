import { describe, expect, it } from "vitest";
import type { Message, Update } from "../src/api/types";
import { apply, EMPTY, isStreaming, newest, visible, withPage } from "../src/state/conversation";

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

  it("shows that an answer waits, and gives that up once it comes", () => {
    const waiting = all([{ cursor: "2", answer_waiting: { message_id: "a", in_reply_to: "m", reason: "away" } }]);
    expect(waiting.messages[0]).toMatchObject({ message_id: "a", waiting: "away", text: "" });
    expect(waiting.cursor).toBe(2);
    for (const next of [start, delta(0, "Hello")]) expect(apply(waiting, next).messages[0]).not.toHaveProperty("waiting");
    const done = apply(waiting, { cursor: "3", message: message("a", 3, { answer: { state: "ANSWER_STATE_COMPLETE" } }) });
    expect(done.messages).toHaveLength(1);
    expect(done.messages[0]).not.toHaveProperty("waiting");
  });

  it("replaces what an earlier attempt said, also when the model went away in between", () => {
    const text = (t: ReturnType<typeof all>) => t.messages[0]?.text;
    expect(text(all([start, delta(0, "Half an ans"), start]))).toBe("");
    expect(text(all([start, delta(0, "Half an ans"), start, delta(0, "Whole")]))).toBe("Whole");
    const waiting: Update = { cursor: "2", answer_waiting: { message_id: "a", in_reply_to: "m", reason: "away" } };
    expect(text(all([start, delta(0, "Half an ans"), waiting]))).toBe("");
    const done: Update = { cursor: "3", message: message("a", 3, { text: "Done", answer: { state: "ANSWER_STATE_COMPLETE" } }) };
    expect(text(all([done, start, waiting]))).toBe("Done");
  });

  it("takes a deleted message's words away and leaves its place", () => {
    const gone = all([
      { cursor: "1", message: message("m", 1) },
      { cursor: "2", message: message("n", 2) },
      { cursor: "3", message: message("m", 1, { text: "", deleted: true }) },
    ]);
    expect(gone.messages.map((m) => [m.message_id, m.text, m.deleted ?? false])).toEqual([["m", "", true], ["n", "n", false]]);
  });

  it("takes a reminder, which has no answer, for a message like any other", () => {
    const told = all([{ cursor: "4", message: message("r", 4, { sender: "assistant", reminder_id: "x", text: "call mum" }) }]);
    expect(told.messages.map(isStreaming)).toEqual([false]);
    expect(newest(told.messages)).toBe(4);
  });

  it("does not count an answer that is being written as one to have read", () => {
    expect(newest(all([{ cursor: "1", message: message("m", 1) }, start, delta(0, "Hi")]).messages)).toBe(1);
  });

  it("knows who is there and who types, until they said it", () => {
    const typing: Update = { typing: { person_id: "p", typing: true } };
    const seen = all([{ presence: { person_ids: ["p", "q"] } }, typing, typing]);
    expect(seen).toMatchObject({ present: ["p", "q"], typing: ["p"] });
    expect(apply(seen, { presence: {} }).present).toEqual([]);
    expect(apply(seen, { typing: { person_id: "p", typing: false } }).typing).toEqual([]);
    expect(apply(seen, { cursor: "1", message: message("m", 1) }).typing).toEqual([]);
  });

  it("never takes back how far somebody has read", () => {
    const read = (cursor: string): Update => ({ cursor: "9", read: { person_id: "p", read_cursor: cursor } });
    expect(all([read("7"), read("3")]).reads).toEqual({ p: 7 });
    const member = { person_id: "p", display_name: "Ann", role: "MEMBER_ROLE_MEMBER", read_cursor: "5" } as const;
    const conversation: Update = { conversation: { conversation_id: "c", kind: "CONVERSATION_KIND_GROUP", title: "", members: [member] } };
    expect(all([read("7"), conversation]).reads).toEqual({ p: 7 });
    expect(all([conversation]).reads).toEqual({ p: 5 });
  });

  it("says where it begins, and shows nothing beside a gap", () => {
    const page = withPage(EMPTY, [message("n", 8), message("m", 6)], true);
    expect(page.begins).toBe(6);
    const reacted: Update = { cursor: "9", message: message("old", 2, { reactions: [{ emoji: "👍", person_ids: ["p"] }] }) };
    expect(apply(page, reacted).messages.map((m) => m.message_id)).toEqual(["m", "n"]);
    expect(apply(page, reacted).cursor).toBe(9);
    const whole = withPage(page, [message("old", 2)]);
    expect(whole.messages.map((m) => m.message_id)).toEqual(["old", "m", "n"]);
    expect([whole.begins, whole.cursor]).toEqual([0, 8]);
  });
});
