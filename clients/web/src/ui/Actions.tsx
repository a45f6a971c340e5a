import { type KeyboardEvent, useState } from "react";
import type { Message } from "../api/types";
import { useText } from "../text";
import { BinIcon, PencilIcon, ReplyIcon, SmileIcon } from "./icons";

const EMOJI = ["👍", "❤️", "😂", "😮", "😢", "🎉"] as const;

interface Props {
  message: Message;
  busy: boolean;
  onReply: () => void;
  onReact: (emoji: string, remove: boolean) => void;
  /** Absent: the viewer may not. */
  onEdit: (() => void) | undefined;
  onDelete: (() => void) | undefined;
}

/** What the viewer may do with a message; shown on hover, on focus, and always where nothing hovers. */
export function Actions({ message, busy, onReply, onReact, onEdit, onDelete }: Props) {
  const t = useText();
  const [open, setOpen] = useState<"" | "emoji" | "delete">("");
  const fromAi = message.sender === "assistant";
  const toggle = (what: "emoji" | "delete") => setOpen(open === what ? "" : what);
  const onKey = (event: KeyboardEvent) => {
    if (event.key === "Escape") setOpen("");
  };
  return (
    <div className={open ? "actions open" : "actions"} role="group" aria-label={t("actions")} onKeyDown={onKey}>
      <button aria-label={t("reply")} title={t("reply")} onClick={onReply}><ReplyIcon /></button>
      <button aria-label={t("react")} title={t("react")} aria-expanded={open === "emoji"} onClick={() => toggle("emoji")}><SmileIcon /></button>
      {onEdit && (
        <button aria-label={t(fromAi ? "putRight" : "edit")} title={t(fromAi ? "putRight" : "edit")} onClick={onEdit}><PencilIcon /></button>
      )}
      {onDelete && (
        <button aria-label={t("delete")} title={t("delete")} aria-expanded={open === "delete"} onClick={() => toggle("delete")}><BinIcon /></button>
      )}
      {open === "emoji" && (
        <div className="choice">
          {EMOJI.map((emoji) => (
            <button
              key={emoji} className="emoji" aria-label={t("reactWith", { emoji })} disabled={busy}
              onClick={() => {
                setOpen("");
                onReact(emoji, false);
              }}
            >
              {emoji}
            </button>
          ))}
        </div>
      )}
      {open === "delete" && (
        <div className="choice">
          <span>{t("deleteForAll")}</span>
          <button className="primary" disabled={busy} onClick={onDelete}>{t("delete")}</button>
          <button onClick={() => setOpen("")}>{t("cancel")}</button>
        </div>
      )}
    </div>
  );
}
