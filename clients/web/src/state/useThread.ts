import { useCallback, useEffect, useReducer, useRef, useState } from "react";
import { type Api, ApiError } from "../api/client";
import type { Message, Update } from "../api/types";
import { apply, EMPTY, type Thread, withPage } from "./conversation";

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 15_000;
// The server says something every 15 s; three silences mean that the connection is dead.
const SILENCE_MS = 45_000;

type Action = { update: Update } | { page: readonly Message[] } | { reset: true };

function reduce(thread: Thread, action: Action): Thread {
  if ("reset" in action) return EMPTY;
  return "page" in action ? withPage(thread, action.page) : apply(thread, action.update);
}

export interface LiveThread {
  thread: Thread;
  /** False while the connection is being made again. */
  live: boolean;
  /** Why the conversation cannot be shown at all. */
  refusal: string;
  apply: (update: Update) => void;
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
      const page = await api.get<{ messages?: Message[] }>(`${path}/messages?page_size=100`);
      if (stop.signal.aborted) return;
      const messages = page.messages ?? [];
      dispatch({ page: messages });
      // State is set later than this runs; the stream starts from what the page says.
      cursor.current = withPage(EMPTY, messages).cursor;
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
        }
      } finally {
        clearTimeout(silence);
        stop.signal.removeEventListener("abort", end);
        removeEventListener("offline", end);
      }
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
    return () => stop.abort();
  }, [api, conversationId]);

  const change = useCallback((update: Update) => dispatch({ update }), []);
  return { thread, live, refusal, apply: change };
}

/** Waits, but no longer than until the network is back or nobody waits any more. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      removeEventListener("online", done);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    addEventListener("online", done);
    signal.addEventListener("abort", done);
  });
}
