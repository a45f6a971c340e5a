import type { Conversation, Message, Update } from "../api/types";

/** A conversation as one client sees it; `cursor` is where to resume, `messages` are in order. */
export interface Thread {
  readonly cursor: number;
  readonly messages: readonly Message[];
  readonly conversation: Conversation | undefined;
}

export const EMPTY: Thread = { cursor: 0, messages: [], conversation: undefined };

/** The thread after one update; pure, and the same update twice changes nothing more. */
export function apply(thread: Thread, update: Update): Thread {
  const next = { ...thread, cursor: Math.max(thread.cursor, Number(update.cursor ?? 0)) };
  if (update.message) return { ...next, messages: withMessage(next.messages, update.message) };
  if (update.answer_failed) return { ...next, messages: withMessage(next.messages, update.answer_failed) };
  if (update.conversation) return { ...next, conversation: update.conversation };
  if (update.answer_start) {
    const { message_id, in_reply_to } = update.answer_start;
    const known = next.messages.some((m) => m.message_id === message_id);
    return known ? next : { ...next, messages: [...next.messages, pending(message_id, in_reply_to)] };
  }
  if (update.answer_delta) {
    const { message_id, offset, text } = update.answer_delta;
    return { ...next, messages: withDelta(next.messages, message_id, offset, text) };
  }
  return next;
}

/** The thread with a page of older messages (newest first, as listed), which also says where to resume. */
export function withPage(thread: Thread, page: readonly Message[]): Thread {
  return page.reduce((t, message) => apply(t, { message, cursor: message.cursor }), thread);
}

/** The messages to show: an answer that was regenerated gives way to the one that replaces it. */
export function visible(messages: readonly Message[]): readonly Message[] {
  const replaced = new Set(messages.map((m) => m.answer?.replaces).filter(Boolean));
  return messages.filter((m) => !replaced.has(m.message_id));
}

/** True while the AI is writing this message. */
export function isStreaming(message: Message): boolean {
  return message.answer?.state === "ANSWER_STATE_STREAMING";
}

function pending(message_id: string, in_reply_to: string): Message {
  return {
    message_id,
    in_reply_to,
    conversation_id: "",
    sender: "assistant",
    sender_name: "",
    text: "",
    // Not committed yet: it stands after everything that is.
    cursor: String(Number.MAX_SAFE_INTEGER),
    answer: { state: "ANSWER_STATE_STREAMING" },
  };
}

function withMessage(messages: readonly Message[], message: Message): readonly Message[] {
  const known = messages.find((m) => m.message_id === message.message_id);
  // A later change (a rating, an edit) has a later cursor, and must not move the message.
  const place = known && !isStreaming(known) ? known.cursor : message.cursor;
  const others = messages.filter((m) => m !== known);
  return [...others, { ...message, cursor: place }].sort((a, b) => Number(a.cursor) - Number(b.cursor));
}

function withDelta(messages: readonly Message[], id: string, offset: number, text: string): readonly Message[] {
  const known = messages.find((m) => m.message_id === id);
  // The finished answer is the truth; a late piece of it changes nothing.
  if (known && !isStreaming(known)) return messages;
  const before = known ?? pending(id, "");
  // The server counts characters, JavaScript UTF-16 units.
  const characters = Array.from(before.text);
  // What a late joiner missed takes its room invisibly, so that offsets stay right.
  const missed = offset - characters.length;
  const gap = missed > 0 ? `${"\u200b".repeat(missed - 1)}…` : "";
  const joined = characters.slice(0, offset).join("") + gap + text;
  const after = { ...before, text: joined };
  return known ? messages.map((m) => (m === known ? after : m)) : [...messages, after];
}
