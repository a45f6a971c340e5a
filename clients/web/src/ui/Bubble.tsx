import { useState } from "react";
import { newKey } from "../api/client";
import type { Answer, Citation, Message } from "../api/types";
import { isStreaming } from "../state/conversation";
import { useText } from "../text";
import { Actions } from "./Actions";
import { Cards, Citations } from "./Cards";
import { EditBox } from "./EditBox";
import { Files } from "./Files";
import { Judge } from "./Judge";
import { Problem, useAction } from "./parts";
import { Reactions } from "./Reactions";
import { isGroup, leads, messagePath, myRole, nameOf, useRoom } from "./room";
import { Said } from "./Said";

interface Props {
  message: Message;
  /** The message that it is a reply to, where that is worth showing. */
  quoted: Message | undefined;
  /** Whether somebody was led here. */
  found: boolean;
  /** Names of those who have read it, where that is worth showing. */
  readBy: string;
  onReply: (message: Message) => void;
}

/** One message, with what was done to it and what may be. */
export function Bubble({ message, quoted, found, readBy, onReply }: Props) {
  const t = useText();
  const room = useRoom();
  const { answer } = message;
  const [editing, setEditing] = useState(false);
  const { busy, error, run } = useAction();
  const me = `person:${room.profile.person_id}`;
  const mine = message.sender === me;
  const fromAi = message.sender === "assistant";
  const streaming = isStreaming(message);
  const there = !message.deleted && !streaming;
  const path = messagePath(room, message);

  const react = (emoji: string, remove: boolean) =>
    void run(async () => {
      const body = { emoji, remove, idempotency_key: newKey() };
      room.apply({ message: (await room.api.put<{ message: Message }>(`${path}/reaction`, body)).message });
    });
  const takeAway = () =>
    void run(async () => room.apply({ message: (await room.api.delete<{ message: Message }>(path)).message }));

  const mayEdit = mine || (answer?.state === "ANSWER_STATE_COMPLETE" && !message.off_the_record);
  const mayDelete = mine || answer?.asked_by === room.profile.person_id || leads(myRole(room));
  const look = ["bubble", mine && "mine", fromAi && "ai", message.deleted && "gone", found && "found"];
  return (
    <article id={`m-${message.message_id}`} className={look.filter(Boolean).join(" ")} aria-busy={streaming} tabIndex={-1}>
      <Head message={message} mine={mine} />
      {quoted && there && (
        <button className="quote" onClick={() => room.jump(quoted.message_id)}>
          <b>{quoted.sender === "assistant" ? "Madeleine" : quoted.sender_name}</b>{" "}
          {quoted.deleted ? t("deleted") : Array.from(quoted.text).slice(0, 120).join("")}
        </button>
      )}
      {editing && there ? <EditBox message={message} onDone={() => setEditing(false)} /> : <Body message={message} />}
      {there && <Files attachments={message.attachments ?? []} />}
      {there && <Cards cards={answer?.cards ?? []} />}
      {there && <Citations citations={beyondCards(answer)} />}
      <Marks message={message} readBy={readBy} />
      {there && <Reactions message={message} onReact={react} />}
      {answer && there && !message.off_the_record && <Judge message={message} />}
      <Problem text={error} />
      {there && (
        <Actions
          message={message} busy={busy} onReact={react} onReply={() => onReply(message)}
          onEdit={mayEdit ? () => setEditing(true) : undefined} onDelete={mayDelete ? takeAway : undefined}
        />
      )}
    </article>
  );
}

/** What an answer rests on besides what its cards show with themselves. */
function beyondCards(answer: Answer | undefined): readonly Citation[] {
  const shown = new Set(answer?.cards?.flatMap((card) => card.citations ?? []).map((citation) => citation.id));
  return (answer?.citations ?? []).filter((citation) => !shown.has(citation.id));
}

function Head({ message, mine }: { message: Message; mine: boolean }) {
  const t = useText();
  const room = useRoom();
  if (mine) return null;
  if (message.sender !== "assistant") return <h2>{message.sender_name}</h2>;
  const asker = message.answer?.asked_by && isGroup(room) ? nameOf(room, message.answer.asked_by) : "";
  const about = message.app_id ? t("byApp") : message.reminder_id ? t("reminder") : asker && t("forName", { name: asker });
  return <h2>{about ? `Madeleine · ${about}` : "Madeleine"}</h2>;
}

function Body({ message }: { message: Message }) {
  const t = useText();
  const streaming = isStreaming(message);
  if (message.deleted) return <p className="hint">{t("deleted")}</p>;
  if (message.answer?.state === "ANSWER_STATE_FAILED") {
    return <p className="error">{t("failed", { reason: message.answer.failure ?? "" })}</p>;
  }
  if (message.waiting !== undefined) return <p className="hint" title={message.waiting}>{t("waiting")}</p>;
  if (!message.text && !streaming) return null;
  return (
    <p className="said">
      <Said text={message.text} />
      {streaming && <span className="caret" role="img" aria-label={t("writing")} />}
    </p>
  );
}

function Marks({ message, readBy }: { message: Message; readBy: string }) {
  const t = useText();
  const marks = [
    message.sent_at && new Date(message.sent_at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" }),
    message.edited && !message.deleted && t("edited"),
    message.off_the_record && t("offTheRecord"),
    readBy && t("readBy", { names: readBy }),
  ].filter(Boolean);
  return marks.length > 0 ? <small className="marks">{marks.join(" · ")}</small> : null;
}
