import type { Conversation, Message, Update } from "../api/types";

/** A conversation as one client sees it; `cursor` is where to resume, `messages` are in order. */
export interface Thread {
  readonly cursor: number;
  readonly messages: readonly Message[];
  readonly conversation: Conversation | undefined;
  /** Messages before this cursor are not loaded; 0: all are. */
  readonly begins: number;
  /** Ids of those who watch now, and of those who type. */
  readonly present: readonly string[];
  readonly typing: readonly string[];
  /** How far each person has read. */
  readonly reads: Readonly<Record<string, number>>;
}

export const EMPTY: Thread = {
  cursor: 0, messages: [], conversation: undefined, begins: 0, present: [], typing: [], reads: {},
};

/** The thread after one update; pure, and the same update twice changes nothing more. */
export function apply(thread: Thread, update: Update): Thread {
  const next = { ...thread, cursor: Math.max(thread.cursor, Number(update.cursor ?? 0)) };
  const committed = update.message ?? update.answer_failed;
  if (committed) {
    return { ...next, messages: withMessage(next, committed), typing: next.typing.filter((id) => committed.sender !== `person:${id}`) };
  }
  if (update.conversation) {
    const { members = [] } = update.conversation;
    const reads = members.reduce((r, m) => furthest(r, m.person_id, m.read_cursor), next.reads);
    return { ...next, conversation: update.conversation, reads };
  }
  if (update.answer_waiting) {
    const { message_id, in_reply_to, reason } = update.answer_waiting;
    return { ...next, messages: withAttempt(next.messages, { ...pending(message_id, in_reply_to), waiting: reason }) };
  }
  if (update.answer_start) {
    const { message_id, in_reply_to } = update.answer_start;
    return { ...next, messages: withAttempt(next.messages, pending(message_id, in_reply_to)) };
  }
  if (update.answer_delta) {
    const { message_id, offset, text } = update.answer_delta;
    return { ...next, messages: withDelta(next.messages, message_id, offset, text) };
  }
  if (update.presence) return { ...next, present: update.presence.person_ids ?? [] };
  if (update.typing) {
    const { person_id, typing } = update.typing;
    const others = next.typing.filter((id) => id !== person_id);
    return { ...next, typing: typing ? [...others, person_id] : others };
  }
  if (update.read) return { ...next, reads: furthest(next.reads, update.read.person_id, update.read.read_cursor) };
  return next;
}

/** The thread with a page of older messages (newest first, as listed), which also says where to resume. */
export function withPage(thread: Thread, page: readonly Message[], more = false): Thread {
  const open = { ...thread, begins: 0 };
  const all = page.reduce((t, message) => apply(t, { message, cursor: message.cursor }), open);
  return { ...all, begins: more ? Number(all.messages[0]?.cursor ?? 0) : 0 };
}

/** The cursor of the newest message that is committed; 0 without one. */
export function newest(messages: readonly Message[]): number {
  return messages.reduce((most, m) => (isStreaming(m) ? most : Math.max(most, Number(m.cursor))), 0);
}

function furthest(reads: Thread["reads"], person: string, cursor: string | undefined): Thread["reads"] {
  const read = Math.max(reads[person] ?? 0, Number(cursor ?? 0));
  return read === reads[person] ? reads : { ...reads, [person]: read };
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

function withMessage(thread: Thread, message: Message): readonly Message[] {
  const { messages, begins } = thread;
  const known = messages.find((m) => m.message_id === message.message_id);
  // Something was done to a message of a page that is not loaded: shown now, it would stand beside a gap.
  if (!known && Number(message.cursor) < begins) return messages;
  // A later change (a rating, an edit) has a later cursor, and must not move the message.
  const place = known && !isStreaming(known) ? known.cursor : message.cursor;
  const others = messages.filter((m) => m !== known);
  return [...others, { ...message, cursor: place }].sort((a, b) => Number(a.cursor) - Number(b.cursor));
}

/** Another attempt takes the place of the one before; a finished answer is the truth, and stays. */
function withAttempt(messages: readonly Message[], attempt: Message): readonly Message[] {
  const known = messages.find((m) => m.message_id === attempt.message_id);
  if (!known) return [...messages, attempt];
  return isStreaming(known) ? messages.map((m) => (m === known ? attempt : m)) : messages;
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
  const { waiting: _, ...begun } = before;
  const after = { ...begun, text: joined };
  return known ? messages.map((m) => (m === known ? after : m)) : [...messages, after];
}
