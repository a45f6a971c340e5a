import { type ChangeEvent, type FormEvent, type KeyboardEvent, useEffect, useRef, useState } from "react";
import { newKey } from "../api/client";
import type { Attachment, Message } from "../api/types";
import { upload } from "../api/upload";
import { useTyping } from "../state/useRead";
import { useText } from "../text";
import { ClipIcon } from "./icons";
import { Problem, Progress, useAction } from "./parts";
import { useRoom } from "./room";

interface Props {
  replyTo: Message | undefined;
  onReplied: () => void;
}

/** The place to write: a text, files, as a reply, off the record. */
export function Composer({ replyTo, onReplied }: Props) {
  const t = useText();
  const room = useRoom();
  const [text, setText] = useState("");
  const [files, setFiles] = useState<readonly Attachment[]>([]);
  const [progress, setProgress] = useState<number | undefined>();
  const [offRecord, setOffRecord] = useState(false);
  const box = useRef<HTMLTextAreaElement>(null);
  const picker = useRef<HTMLInputElement>(null);
  const tellTyping = useTyping(room);
  // Kept until the message is through: sending the same again after a lost answer must not say it twice.
  const tried = useRef({ body: "", key: "" });
  const { busy, error, run } = useAction();
  const empty = !text.trim() && files.length === 0;

  useEffect(() => {
    if (replyTo) box.current?.focus();
  }, [replyTo]);

  const send = () => {
    if (empty || busy) return;
    void run(async () => {
      const said = {
        text, in_reply_to: replyTo?.message_id ?? "", off_the_record: offRecord,
        attachment_ids: files.map((file) => file.attachment_id),
      };
      const body = JSON.stringify(said);
      if (tried.current.body !== body) tried.current = { body, key: newKey() };
      const sent = { ...said, idempotency_key: tried.current.key };
      const { message } = await room.api.post<{ message: Message }>(`${room.path}/messages`, sent);
      // Without its cursor: what others said just before it is still to come by the stream.
      room.apply({ message });
      tried.current = { body: "", key: "" };
      setText("");
      setFiles([]);
      setOffRecord(false);
      tellTyping("");
      onReplied();
    });
  };
  const attach = (event: ChangeEvent<HTMLInputElement>) => {
    const chosen = Array.from(event.target.files ?? []);
    event.target.value = "";
    void run(async () => {
      try {
        for (const file of chosen) {
          setProgress(0);
          const attachment = await upload(room.api, room.path, file, setProgress);
          setFiles((before) => [...before, attachment]);
        }
      } finally {
        setProgress(undefined);
      }
    });
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    send();
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.key === "Escape" && replyTo) onReplied();
    // An input method confirms its candidates with Enter too.
    if (event.key === "Enter" && !event.shiftKey && !event.nativeEvent.isComposing) {
      event.preventDefault();
      send();
    }
  };

  return (
    <form className="composer" onSubmit={submit}>
      <Problem text={error} />
      {replyTo && (
        <p className="replying">
          <span>{t("replyingTo", { name: replyTo.sender === "assistant" ? "Madeleine" : replyTo.sender_name, text: replyTo.text })}</span>
          <button type="button" className="link" onClick={onReplied}>{t("cancel")}</button>
        </p>
      )}
      {progress !== undefined && <Progress step={t("sending")} value={progress} />}
      {files.map((file) => (
        <p key={file.attachment_id} className="replying">
          <span>{file.name}</span>
          <button
            type="button" className="link" aria-label={t("takeOff", { name: file.name })}
            onClick={() => setFiles(files.filter((other) => other !== file))}
          >
            {t("remove")}
          </button>
        </p>
      ))}
      <input ref={picker} type="file" multiple hidden aria-label={t("attach")} onChange={attach} />
      <button type="button" className="icon" aria-label={t("attach")} title={t("attach")} disabled={busy} onClick={() => picker.current?.click()}>
        <ClipIcon />
      </button>
      <textarea
        ref={box} aria-label={t("write")} placeholder={t("write")} rows={1} value={text} autoFocus onKeyDown={onKey}
        onChange={(event) => {
          setText(event.target.value);
          tellTyping(event.target.value);
        }}
      />
      <button className="primary" disabled={busy || empty}>{t("send")}</button>
      <label className="check off" title={t("offTheRecordHint")}>
        <input type="checkbox" checked={offRecord} onChange={(event) => setOffRecord(event.target.checked)} /> {t("offTheRecord")}
      </label>
    </form>
  );
}
