import { type FormEvent, type KeyboardEvent, useRef, useState } from "react";
import { newKey } from "../api/client";
import type { Message } from "../api/types";
import { useText } from "../text";
import { Problem, useAction } from "./parts";
import { messagePath, useRoom } from "./room";

/** Another wording for one's own message, or the one that an answer of the AI's should have had. */
export function EditBox({ message, onDone }: { message: Message; onDone: () => void }) {
  const t = useText();
  const room = useRoom();
  const [text, setText] = useState(message.text);
  // As it was when the editing began: an edit of somebody else's meanwhile is not overwritten.
  const [edits] = useState(message.edits ?? 0);
  const key = useRef(newKey());
  const { busy, error, run } = useAction();

  const save = () => {
    if (!text.trim() || busy) return;
    void run(async () => {
      const body = { text, edits, idempotency_key: key.current };
      room.apply({ message: (await room.api.patch<{ message: Message }>(messagePath(room, message), body)).message });
      onDone();
    });
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save();
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.key === "Escape") onDone();
    if (event.key === "Enter" && !event.shiftKey && !event.nativeEvent.isComposing) {
      event.preventDefault();
      save();
    }
  };
  return (
    <form className="edit" onSubmit={submit}>
      <textarea
        aria-label={t("newText")} rows={2} value={text} autoFocus onKeyDown={onKey}
        onChange={(event) => {
          setText(event.target.value);
          key.current = newKey();
        }}
      />
      <div className="row">
        <button className="primary" disabled={busy || !text.trim()}>{t("save")}</button>
        <button type="button" onClick={onDone}>{t("cancel")}</button>
      </div>
      <Problem text={error} />
    </form>
  );
}
