import { useEffect, useRef } from "react";
import { newKey } from "../api/client";
import type { Room } from "../ui/room";
import { newest } from "./conversation";

/** Tells the others how far the viewer has read, while the page is in view. */
export function useRead({ api, path, profile, thread }: Room): void {
  const told = useRef(0);
  const last = newest(thread.messages);
  // Not known before the conversation is: until then there is nothing to tell.
  const read = thread.conversation ? (thread.reads[profile.person_id] ?? 0) : Infinity;

  useEffect(() => {
    const tell = () => {
      if (document.hidden || last <= Math.max(read, told.current)) return;
      told.current = last;
      // Not worth a word to the reader: the next message tries again.
      api.put(`${path}/read`, { cursor: String(last), idempotency_key: newKey() }).catch(() => (told.current = 0));
    };
    tell();
    document.addEventListener("visibilitychange", tell);
    return () => document.removeEventListener("visibilitychange", tell);
  }, [api, path, last, read]);
}

const TELL_EVERY_MS = 2_500;

/** A function that takes what stands in the composer and tells the others that the viewer types, or stopped. */
export function useTyping({ api, path }: Room): (text: string) => void {
  const told = useRef(0);
  return (text) => {
    const typing = text.trim() !== "";
    if (typing ? Date.now() - told.current < TELL_EVERY_MS : told.current === 0) return;
    told.current = typing ? Date.now() : 0;
    api.post(`${path}:typing`, { typing }).catch(() => undefined);
  };
}
