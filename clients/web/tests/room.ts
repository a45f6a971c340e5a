import "fake-indexeddb/auto";
import * as decoding from "lib0/decoding";
import * as encoding from "lib0/encoding";
import { readSyncMessage, writeSyncStep1, writeUpdate } from "y-protocols/sync";
import { afterEach } from "vitest";
import * as Y from "yjs";
import { placeOf, throwAway } from "../src/live/keeping";
import { Kept } from "../src/live/kept";
import type { Link, Socket } from "../src/live/link";
import { Live } from "../src/live/live";
import { AWARENESS, HELLO, message, SAVED, SYNC, TOKEN } from "../src/live/wire";

/** A room as the server keeps one: a document, and those who are connected. */
export class Room {
  doc = new Y.Doc();
  epoch = "1";
  refuses: number | undefined;
  silent = false;
  answers = true;
  readonly sockets = new Set<Pipe>();
  readonly tokens: string[] = [];

  constructor() {
    this.doc.on("update", (update: Uint8Array, origin: unknown) => {
      for (const socket of this.sockets) if (socket !== origin) socket.say(message(SYNC, (e) => writeUpdate(e, update)));
    });
  }

  open(person_id: string): Socket {
    const pipe = new Pipe(this);
    setTimeout(() => {
      if (this.refuses !== undefined) return pipe.onclose?.({ code: this.refuses });
      this.sockets.add(pipe);
      pipe.readyState = 1;
      // First what must wait: a client may answer it only once it knows the epoch.
      pipe.say(message(SYNC, (e) => writeSyncStep1(e, this.doc)));
      pipe.say(message(HELLO, (e) => encoding.writeVarString(e, JSON.stringify({ epoch: this.epoch, spec_version: 1, role: "editor", person_id }))));
    });
    return pipe;
  }

  take(from: Pipe, bytes: Uint8Array): void {
    const decoder = decoding.createDecoder(bytes);
    const kind = decoding.readVarUint(decoder);
    if (kind === TOKEN) this.tokens.push(decoding.readVarString(decoder));
    if (kind === AWARENESS) for (const other of this.sockets) if (other !== from) other.say(bytes);
    if (kind !== SYNC) return;
    const encoder = encoding.createEncoder();
    encoding.writeVarUint(encoder, SYNC);
    readSyncMessage(decoder, encoder, this.doc, from);
    if (encoding.length(encoder) > 1) {
      if (this.answers) from.say(encoding.toUint8Array(encoder));
    } else if (!this.silent) from.say(message(SAVED, (e) => encoding.writeVarString(e, JSON.stringify({ updates: 1 }))));
  }
}

class Pipe implements Socket {
  binaryType = "";
  readyState = 0;
  onmessage: Socket["onmessage"] = null;
  onclose: Socket["onclose"] = null;

  constructor(private readonly room: Room) {}

  say(bytes: Uint8Array): void {
    if (this.readyState === 1) this.onmessage?.({ data: bytes.slice().buffer as ArrayBuffer });
  }

  send(bytes: Uint8Array): void {
    this.room.take(this, bytes);
  }

  close(code = 1006): void {
    this.readyState = 3;
    this.room.sockets.delete(this);
    this.onclose?.({ code });
  }
}

const open: Live[] = [];
afterEach(async () => {
  open.splice(0).forEach((live) => live.stop());
  await throwAway();
});

export interface Person {
  live: Live;
  tokens: boolean[];
  /** Lets the next try to connect begin. */
  online: () => void;
  offline: (code?: number) => void;
}

/** Somebody opens the app; what their browser keeps is found by their next opening. */
export function join(room: Room, person: string, probe: Link["probe"] = async () => undefined, token = "token"): Person {
  const tokens: boolean[] = [];
  let waiting: (() => void) | undefined;
  let held = false;
  let socket: Socket | undefined;
  const live = new Live({
    kept: new Kept(placeOf(person, "app")),
    token: async (fresh) => (tokens.push(fresh), token),
    open: () => (socket = room.open(person)),
    probe,
    pause: (_, signal) => new Promise((resolve) => {
      if (!held) return resolve();
      waiting = resolve;
      signal.addEventListener("abort", () => resolve());
    }),
  });
  open.push(live);
  void live.run();
  return {
    live, tokens,
    online: () => { held = false; waiting?.(); },
    offline: (code) => { held = true; socket?.close(code); },
  };
}

export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let i = 0; i < 600; i++) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error("did not come to hold");
}

export const loaded = (...people: Person[]) => until(() => people.every(({ live }) => live.get().loaded));
export const valueOf = ({ live }: Person, id: string, field: string) => live.get().byId.get(id)?.values[field];
