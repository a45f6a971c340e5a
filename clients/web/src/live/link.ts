import { expiryOf } from "../api/token";
import type { Ending } from "./closing";

export const PROTOCOL = "madeleine.live.v1";
// A token is exchanged so long before it runs out, and no timer runs longer than a day.
const RENEW_S = 45;
const LONGEST_TIMER_MS = 86_400_000;

/** How long a token can be used before it should be exchanged, in milliseconds. */
export function untilRenewal(token: string): number {
  const end = expiryOf(token);
  return end === 0 ? LONGEST_TIMER_MS : Math.min(Math.max(1000, (end - RENEW_S) * 1000 - Date.now()), LONGEST_TIMER_MS);
}

/** The part of a WebSocket that is used. */
export interface Socket {
  binaryType: string;
  readyState: number;
  send(data: Uint8Array): void;
  close(code?: number): void;
  onmessage: ((event: { data: ArrayBuffer }) => void) | null;
  onclose: ((event: { code: number }) => void) | null;
}

/** The world outside, as a live connection needs it. */
export interface Link {
  /** An access token that is still good for a while; `fresh`: another one than the last. */
  token(fresh: boolean): Promise<string>;
  open(protocols: string[]): Socket;
  /** Asked when a connection never came about: why there will be none, if that can be told. */
  probe(): Promise<Ending | undefined>;
  /** Returns at once when the signal aborts. */
  pause(ms: number, signal: AbortSignal): Promise<void>;
}
