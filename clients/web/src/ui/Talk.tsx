import { type FormEvent, type KeyboardEvent, useEffect, useRef, useState } from "react";
import { type Api, newKey } from "../api/client";
import type { Message, Profile, Update } from "../api/types";
import { type Thread, visible } from "../state/conversation";
import { useText } from "../text";
import { Bubble } from "./Bubble";
import { Empty, Problem, useAction } from "./parts";

interface Props {
  api: Api;
  profile: Profile;
  conversationId: string;
  thread: Thread;
  apply: (update: Update) => void;
}

/** The messages, the newest in view, and the place to write. */
export function Talk({ api, profile, conversationId, thread, apply }: Props) {
  const t = useText();
  const end = useRef<HTMLDivElement>(null);
  const messages = visible(thread.messages);
  const size = messages.reduce((sum, message) => sum + message.text.length, messages.length);
  useEffect(() => {
    // Not returned: newer browsers give a promise, which React would take for a clean-up.
    void end.current?.scrollIntoView({ block: "end" });
  }, [size]);

  return (
    <>
      <section className="messages" aria-label={t("chat")} role="log" aria-live="polite">
        {messages.length === 0 && <Empty>{t("noMessages")}</Empty>}
        {messages.map((message) => (
          <Bubble
            key={message.message_id} api={api} message={message} conversationId={conversationId} apply={apply}
            mine={message.sender === `person:${profile.person_id}`}
          />
        ))}
        <div ref={end} />
      </section>
      <Composer api={api} conversationId={conversationId} apply={apply} />
    </>
  );
}

function Composer({ api, conversationId, apply }: Pick<Props, "api" | "conversationId" | "apply">) {
  const t = useText();
  const [text, setText] = useState("");
  // Kept until the message is through: sending again after a lost answer must not say it twice.
  const key = useRef(newKey());
  const { busy, error, run } = useAction();

  const send = () => {
    if (!text.trim() || busy) return;
    void run(async () => {
      const path = `/v1/conversations/${encodeURIComponent(conversationId)}/messages`;
      const { message } = await api.post<{ message: Message }>(path, { text, idempotency_key: key.current });
      // Without its cursor: what others said just before it is still to come by the stream.
      apply({ message });
      key.current = newKey();
      setText("");
    });
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    send();
  };
  const onKey = (event: KeyboardEvent) => {
    // An input method confirms its candidates with Enter too.
    if (event.key === "Enter" && !event.shiftKey && !event.nativeEvent.isComposing) {
      event.preventDefault();
      send();
    }
  };

  return (
    <form className="composer" onSubmit={submit}>
      <Problem text={error} />
      <textarea
        aria-label={t("write")} placeholder={t("write")} rows={1} value={text} autoFocus
        onChange={(event) => {
          setText(event.target.value);
          key.current = newKey();
        }}
        onKeyDown={onKey}
      />
      <button className="primary" disabled={busy || !text.trim()}>{t("send")}</button>
    </form>
  );
}
