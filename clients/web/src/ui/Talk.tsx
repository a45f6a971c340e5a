import { useEffect, useRef, useState } from "react";
import type { Message } from "../api/types";
import { isStreaming, visible } from "../state/conversation";
import { useRead } from "../state/useRead";
import type { Route } from "../state/useRoute";
import { useText } from "../text";
import { Bubble } from "./Bubble";
import { Composer } from "./Composer";
import { Empty, Problem, useAction } from "./parts";
import { nameOf, type Room, useRoom } from "./room";

// Nearer to the end than this, the reader follows what is said.
const FOLLOWING_PX = 160;
// A link that leads to a message looks for it in this many pages.
const MOST_PAGES = 20;

/** The messages, the newest in view or the one that was asked for, and the place to write. */
export function Talk({ route }: { route: Route }) {
  const t = useText();
  const target = route.messageId;
  const room = useRoom();
  const { thread, earlier } = room;
  const [replyTo, setReplyTo] = useState<Message | undefined>();
  const { busy, error, run } = useAction();
  const list = useRef<HTMLElement>(null);
  const following = useRef(!target);
  // Where somebody was led already, and how many pages that took: looking further back then must not lead there again.
  const led = useRef<{ route: Route | undefined; pages: number }>({ route: undefined, pages: 0 });
  const messages = visible(thread.messages);
  const byId = new Map(messages.map((message) => [message.message_id, message]));
  const last = messages.at(-1);
  const me = `person:${room.profile.person_id}`;
  useRead(room);

  useEffect(() => {
    // Whoever says something wants to see it, wherever they were reading.
    if (last?.sender === me) following.current = true;
  }, [last?.message_id, last?.sender, me]);
  useEffect(() => {
    const box = list.current;
    if (box && following.current) box.scrollTop = box.scrollHeight;
  }, [last?.message_id, last?.text.length, last?.answer?.state, last?.reactions?.length]);

  const there = target !== undefined && byId.has(target);
  useEffect(() => {
    if (!target || led.current.route === route) return;
    if (there) {
      following.current = false;
      led.current = { route, pages: 0 };
      const bubble = document.getElementById(`m-${target}`);
      // Not returned: newer browsers give a promise, which React would take for a clean-up.
      void bubble?.scrollIntoView({ block: "center" });
      bubble?.focus({ preventScroll: true });
    } else if (thread.begins && led.current.pages < MOST_PAGES) {
      led.current.pages += 1;
      void run(earlier);
    }
  }, [route, target, there, thread.begins, earlier, run]);

  const lost = target !== undefined && !there && last !== undefined && thread.begins === 0;
  const onScroll = () => {
    const box = list.current;
    if (box) following.current = box.scrollHeight - box.scrollTop - box.clientHeight < FOLLOWING_PX;
  };
  const lastMine = messages.findLast((message) => message.sender === me && !message.deleted);
  return (
    <>
      <section className="messages" aria-label={t("chat")} role="log" aria-live="polite" ref={list} onScroll={onScroll}>
        {thread.begins > 0 && <button className="earlier" disabled={busy} onClick={() => void run(earlier)}>{t("earlier")}</button>}
        <Problem text={lost ? t("notHere") : error} />
        {messages.length === 0 && <Empty>{t("noMessages")}</Empty>}
        {messages.map((message, i) => (
          <Bubble
            key={message.message_id} message={message} found={message.message_id === target} onReply={setReplyTo}
            quoted={quotedBy(message, messages[i - 1], byId)} readBy={message === lastMine ? readers(room, message) : ""}
          />
        ))}
      </section>
      <p className="typing" role="status">{typists(room, t("typing"))}</p>
      <Composer replyTo={replyTo} onReplied={() => setReplyTo(undefined)} />
    </>
  );
}

/** What a message replies to; what the AI answers is not repeated right under it. */
function quotedBy(message: Message, before: Message | undefined, byId: ReadonlyMap<string, Message>): Message | undefined {
  const quoted = byId.get(message.in_reply_to ?? "");
  return quoted && quoted === before && message.sender === "assistant" ? undefined : quoted;
}

function readers(room: Room, message: Message): string {
  if (isStreaming(message)) return "";
  const others = (room.thread.conversation?.members ?? []).filter((member) => member.person_id !== room.profile.person_id);
  const have = others.filter((member) => (room.thread.reads[member.person_id] ?? 0) >= Number(message.cursor));
  return have.map((member) => member.display_name).join(", ");
}

function typists(room: Room, words: string): string {
  const names = room.thread.typing.filter((id) => id !== room.profile.person_id).map((id) => nameOf(room, id)).filter(Boolean);
  return names.length > 0 ? `${names.join(", ")} ${words}` : "";
}
