import { type FormEvent, useState } from "react";
import type { Api } from "../api/client";
import type { MessageHit } from "../api/types";
import { useText } from "../text";
import { Problem, useAction } from "./parts";

/** Finds words in all that the viewer may read, and leads to where they were said. */
export function Search({ api, onOpen }: { api: Api; onOpen: (conversationId: string, messageId: string) => void }) {
  const t = useText();
  const [query, setQuery] = useState("");
  const [hits, setHits] = useState<readonly MessageHit[] | undefined>();
  const { busy, error, run } = useAction();

  const find = (event: FormEvent) => {
    event.preventDefault();
    if (!query.trim()) return;
    void run(async () => {
      const path = `/v1/messages:search?page_size=20&query=${encodeURIComponent(query)}`;
      setHits((await api.get<{ hits?: MessageHit[] }>(path)).hits ?? []);
    });
  };
  return (
    <search>
      <form className="row" onSubmit={find}>
        <input
          type="search" aria-label={t("search")} placeholder={t("search")} value={query}
          onChange={(event) => {
            setQuery(event.target.value);
            if (!event.target.value) setHits(undefined);
          }}
        />
        <button disabled={busy || !query.trim()}>{t("find")}</button>
      </form>
      <Problem text={error} />
      <div role="status">{hits?.length === 0 && <p className="empty">{t("nothingFound")}</p>}</div>
      {hits && hits.length > 0 && (
        <ul className="hits" aria-label={t("found")}>
          {hits.map(({ message, excerpt, conversation_title }) => (
            <li key={message.message_id}>
              <button onClick={() => onOpen(message.conversation_id, message.message_id)}>
                <small>
                  {[message.sender === "assistant" ? "Madeleine" : message.sender_name, conversation_title].filter(Boolean).join(" · ")}
                </small>
                {excerpt}
              </button>
            </li>
          ))}
        </ul>
      )}
    </search>
  );
}
