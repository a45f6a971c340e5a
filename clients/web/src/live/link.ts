import * as encoding from "lib0/encoding";
import { expiryOf } from "../api/token";
import type { Ending } from "./closing";
import type { Kept } from "./kept";
import { message, TOKEN } from "./wire";

const PROTOCOL = "madeleine.live.v1";
// A token is exchanged so long before it runs out, and no timer runs longer than a day.
const RENEW_S = 45;
const LONGEST_TIMER_MS = 86_400_000;

/** How long a token can be used before it should be exchanged, in milliseconds. */
function untilRenewal(token: string): number {
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
  /** What this browser keeps of the document. */
  kept: Kept;
  /** Returns at once when the signal aborts. */
  pause(ms: number, signal: AbortSignal): Promise<void>;
}

/** A connection and, once it closes, its code; its token is exchanged before it runs out. */
export function opened(link: Link, token: string, take: (bytes: Uint8Array) => void): [Socket, Promise<number>] {
  const socket = link.open([PROTOCOL, `bearer.${token}`]);
  const renewal = setTimeout(() => void renew(link, socket), untilRenewal(token));
  socket.binaryType = "arraybuffer";
  socket.onmessage = ({ data }) => take(new Uint8Array(data));
  const closed = new Promise<number>((resolve) => {
    socket.onclose = ({ code }) => {
      clearTimeout(renewal);
      resolve(code);
    };
  });
  return [socket, closed];
}

async function renew(link: Link, socket: Socket): Promise<void> {
  // Without another one the server will close, and that is seen to as every other close.
  const token = await link.token(true).catch(() => "");
  if (token && socket.readyState === 1) socket.send(message(TOKEN, (encoder) => encoding.writeVarString(encoder, token)));
}
