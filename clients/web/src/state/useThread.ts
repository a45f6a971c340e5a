import { useCallback, useEffect, useReducer, useRef, useState } from "react";
import { type Api, ApiError } from "../api/client";
import type { Message, Update } from "../api/types";
import { apply, EMPTY, type Thread, withPage } from "./conversation";
import { pause } from "./pause";

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 15_000;
// The server says something every 15 s; three silences mean that the connection is dead.
const SILENCE_MS = 45_000;
// The contract's: whoever types says so more often.
const TYPING_ENDS_MS = 6_000;
const PAGE = 100;

interface Page {
  messages?: Message[];
  next_page_token?: string;
}

type Action = { update: Update } | { page: Page } | { reset: true };

function reduce(thread: Thread, action: Action): Thread {
  if ("reset" in action) return EMPTY;
  if ("update" in action) return apply(thread, action.update);
  return withPage(thread, action.page.messages ?? [], Boolean(action.page.next_page_token));
}

export interface LiveThread {
  thread: Thread;
  /** False while the connection is being made again. */
  live: boolean;
  /** Why the conversation cannot be shown at all. */
  refusal: string;
  apply: (update: Update) => void;
  /** Loads the page before the first message; nothing happens when all are there. */
  earlier: () => Promise<void>;
}

/** A conversation's messages, kept up to date until the component goes: loads a page, then follows the stream. */
export function useThread(api: Api, conversationId: string): LiveThread {
  const [thread, dispatch] = useReducer(reduce, EMPTY);
  const [live, setLive] = useState(true);
  const [refusal, setRefusal] = useState("");
  const cursor = useRef(0);
  cursor.current = thread.cursor;

  useEffect(() => {
    const stop = new AbortController();
    dispatch({ reset: true });
    setRefusal("");
    const path = `/v1/conversations/${encodeURIComponent(conversationId)}`;

    let heard = false;

    async function follow(): Promise<void> {
      const page = await api.get<Page>(`${path}/messages?page_size=${PAGE}`);
      if (stop.signal.aborted) return;
      dispatch({ page });
      // State is set later than this runs; the stream starts from what the page says.
      cursor.current = withPage(EMPTY, page.messages ?? []).cursor;
      await stream();
    }

    async function stream(): Promise<void> {
      const connection = new AbortController();
      const end = () => connection.abort();
      stop.signal.addEventListener("abort", end);
      // The browser often knows that the network is gone long before the connection does.
      addEventListener("offline", end);
      let silence = setTimeout(end, SILENCE_MS);
      try {
        const url = `${path}:stream?after_cursor=${cursor.current}`;
        for await (const update of api.stream<Update>(url, connection.signal)) {
          clearTimeout(silence);
          silence = setTimeout(end, SILENCE_MS);
          heard = true;
          setLive(true);
          dispatch({ update });
          if (update.typing?.typing) endTyping(update.typing.person_id);
        }
      } finally {
        clearTimeout(silence);
        stop.signal.removeEventListener("abort", end);
        removeEventListener("offline", end);
      }
    }

    const ends = new Map<string, ReturnType<typeof setTimeout>>();
    function endTyping(person_id: string): void {
      clearTimeout(ends.get(person_id));
      ends.set(person_id, setTimeout(() => dispatch({ update: { typing: { person_id, typing: false } } }), TYPING_ENDS_MS));
    }

    async function keepUp(): Promise<void> {
      let wait = FIRST_WAIT_MS;
      let next = follow;
      while (!stop.signal.aborted) {
        heard = false;
        try {
          await next();
          next = stream;
        } catch (error) {
          if (error instanceof ApiError && error.status < 500 && error.status !== 429) {
            if (!stop.signal.aborted) setRefusal(error.message);
            return;
          }
          if (cursor.current > 0) next = stream;
        }
        if (stop.signal.aborted) return;
        setLive(false);
        wait = heard ? FIRST_WAIT_MS : Math.min(wait * 2, LONGEST_WAIT_MS);
        // Jitter: after a restart of the server not everybody comes back at once.
        await pause(wait * (0.5 + Math.random() / 2), stop.signal);
      }
    }

    void keepUp();
    return () => {
      stop.abort();
      ends.forEach((timer) => clearTimeout(timer));
    };
  }, [api, conversationId]);

  const change = useCallback((update: Update) => dispatch({ update }), []);
  const { begins } = thread;
  const earlier = useCallback(async () => {
    if (!begins) return;
    const query = `page_size=${PAGE}&from_cursor=${begins}&direction=PAGE_DIRECTION_BACKWARD`;
    dispatch({ page: await api.get<Page>(`/v1/conversations/${encodeURIComponent(conversationId)}/messages?${query}`) });
  }, [api, conversationId, begins]);
  return { thread, live, refusal, apply: change, earlier };
}
