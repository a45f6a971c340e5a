import * as decoding from "lib0/decoding";
import * as encoding from "lib0/encoding";
import { readSyncMessage, writeSyncStep1, writeUpdate } from "y-protocols/sync";
import { afterEach, describe, expect, it } from "vitest";
import * as Y from "yjs";
import { expiryOf } from "../src/api/token";
import { afterClose } from "../src/live/closing";
import type { Link, Socket } from "../src/live/link";
import { Live } from "../src/live/live";
import { newRecordId, rootOf } from "../src/live/records";
import { AWARENESS, HELLO, message, REFUSED, SAVED, SYNC, TOKEN } from "../src/live/wire";

/** A room as the server keeps one: a document, and those who are connected. */
class Room {
  doc = new Y.Doc();
  epoch = "1";
  refuses: number | undefined;
  silent = false;
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
    if (encoding.length(encoder) > 1) from.say(encoding.toUint8Array(encoder));
    else if (!this.silent) from.say(message(SAVED, (e) => encoding.writeVarString(e, JSON.stringify({ updates: 1 }))));
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
afterEach(() => open.splice(0).forEach((live) => live.stop()));

interface Person {
  live: Live;
  tokens: boolean[];
  /** Lets the next try to connect begin. */
  online: () => void;
  offline: (code?: number) => void;
}

function join(room: Room, person: string, probe: Link["probe"] = async () => undefined, token = "token"): Person {
  const tokens: boolean[] = [];
  let waiting: (() => void) | undefined;
  let held = false;
  let socket: Socket | undefined;
  const live = new Live({
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

async function until(holds: () => boolean): Promise<void> {
  for (let i = 0; i < 600; i++) {
    if (holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error("did not come to hold");
}

const loaded = (...people: Person[]) => until(() => people.every(({ live }) => live.get().loaded));
const valueOf = ({ live }: Person, id: string, field: string) => live.get().byId.get(id)?.values[field];

describe("live records", () => {
  it("are seen by the others at once, with who entered them", async () => {
    const room = new Room();
    const [ann, ben] = [join(room, "ann"), join(room, "ben")];
    await loaded(ann, ben);
    const id = ann.live.add("meal", { dish: "soup" });
    expect(ben.live.get().byId.get(id)).toMatchObject({ entity: "meal", by: "ann", values: { dish: "soup" } });
    ben.live.change(id, "kcal", 300);
    ben.live.change(id, "dish", null);
    expect(ann.live.get().byId.get(id)?.values).toEqual({ kcal: 300 });
    ann.live.remove(id);
    expect(ben.live.get().items).toEqual([]);
  });

  it("merge what was edited without a connection", async () => {
    const room = new Room();
    const [ann, ben] = [join(room, "ann"), join(room, "ben")];
    await loaded(ann, ben);
    const id = ann.live.add("meal", { dish: "soup" });
    ben.offline();
    await until(() => ben.live.get().status === "offline");
    ben.live.change(id, "kcal", 300);
    ann.live.change(id, "dish", "broth");
    expect(ben.live.get().unsent).toBe(true);
    expect(valueOf(ann, id, "kcal")).toBeUndefined();
    ben.online();
    await until(() => valueOf(ann, id, "kcal") === 300 && valueOf(ben, id, "dish") === "broth");
    await until(() => !ben.live.get().unsent);
    expect(ben.live.get()).toMatchObject({ lost: false, status: "live" });
  });

  it("are unsent until the server says that it has them", async () => {
    const room = new Room();
    const ann = join(room, "ann");
    await loaded(ann);
    room.silent = true;
    ann.live.add("meal", {});
    expect(ann.live.get().unsent).toBe(true);
    room.silent = false;
    ann.offline();
    await until(() => ann.live.get().status === "offline");
    expect(ann.live.get().unsent).toBe(true);
    ann.online();
    await until(() => !ann.live.get().unsent);
    expect(rootOf(room.doc).size).toBe(1);
  });

  it("go on with a fresh token before the old one runs out", async () => {
    const room = new Room();
    const soon = `h.${btoa(JSON.stringify({ exp: Date.now() / 1000 }))}.s`;
    const ann = join(room, "ann", undefined, soon);
    await until(() => room.tokens.length > 0);
    expect(room.tokens).toEqual([soon]);
    expect(ann.tokens).toEqual([false, true]);
  });

  it("undo only the viewer's own edits, one at a time", async () => {
    const room = new Room();
    const [ann, ben] = [join(room, "ann"), join(room, "ben")];
    await loaded(ann, ben);
    const id = ann.live.add("meal", { dish: "soup" });
    ann.live.change(id, "kcal", 300);
    ben.live.change(id, "dish", "broth");
    ann.live.undo();
    expect(ben.live.get().byId.get(id)?.values).toEqual({ dish: "broth" });
    ann.live.redo();
    expect(valueOf(ben, id, "kcal")).toBe(300);
    ben.live.remove(id);
    ben.live.undo();
    expect(ann.live.get().byId.get(id)?.values).toEqual({ dish: "broth", kcal: 300 });
  });

  it("of another epoch take nothing of the old document along", async () => {
    const room = new Room();
    const ann = join(room, "ann");
    await loaded(ann);
    ann.offline();
    await until(() => ann.live.get().status === "offline");
    ann.live.add("meal", { dish: "erased" });
    room.doc = new Y.Doc();
    room.epoch = "2";
    ann.online();
    await until(() => ann.live.get().status === "live" && ann.live.get().loaded);
    expect(ann.live.get()).toMatchObject({ items: [], canUndo: false, lost: true });
    expect(rootOf(room.doc).size).toBe(0);
  });

  it("say who is where, until they go", async () => {
    const room = new Room();
    const [ann, ben] = [join(room, "ann"), join(room, "ben")];
    await loaded(ann, ben);
    ann.live.at("r1", "dish");
    expect(ben.live.get().peers).toMatchObject([{ person_id: "ann", record_id: "r1", field: "dish" }]);
    ann.live.stop();
    expect(ben.live.get().peers).toEqual([]);
  });

  it("keep a refusal until it is put right", async () => {
    const room = new Room();
    const ann = join(room, "ann");
    await loaded(ann);
    const id = ann.live.add("meal", {});
    const refusal = { record_id: id, field: "kcal", reason: "must be a number" };
    for (const socket of room.sockets) socket.say(message(REFUSED, (e) => encoding.writeVarString(e, JSON.stringify(refusal))));
    expect(ann.live.get().refusals).toEqual([refusal]);
    ann.live.change(id, "dish", "soup");
    expect(ann.live.get().refusals).toEqual([refusal]);
    ann.live.change(id, "kcal", 3);
    expect(ann.live.get().refusals).toEqual([]);
  });

  it("end for who was removed, who then reads no more", async () => {
    const room = new Room();
    const ann = join(room, "ann");
    await loaded(ann);
    ann.live.add("meal", { dish: "soup" });
    ann.offline(4403);
    await until(() => ann.live.get().status === "ended");
    expect(ann.live.get()).toMatchObject({ ending: "removed", items: [] });
  });

  it("come back with another token when it ran out, and ask why when there is no connection at all", async () => {
    const room = new Room();
    const ann = join(room, "ann");
    await loaded(ann);
    ann.offline(4401);
    ann.online();
    await until(() => ann.tokens.length === 2);
    expect(ann.tokens).toEqual([false, true]);

    room.refuses = 1006;
    const ben = join(room, "ben", async () => "removed");
    await until(() => ben.live.get().status === "ended");
    expect(ben.live.get().ending).toBe("removed");
  });
});

describe("a closed connection", () => {
  it("is made again, later each time, unless there is no way back", () => {
    expect(afterClose(1006, 0).waitMs).toBeLessThan(afterClose(1006, 3).waitMs);
    expect(afterClose(1006, 40).waitMs).toBe(15_000);
    expect(afterClose(4401, 0)).toMatchObject({ refresh: true, waitMs: 0 });
    expect(afterClose(4401, 2).waitMs).toBeGreaterThan(0);
    expect(afterClose(4403, 0).ending).toBe("removed");
    expect(afterClose(4404, 0).ending).toBe("gone");
    expect(afterClose(4410, 0)).toMatchObject({ discard: true, waitMs: 0 });
    expect(afterClose(4400, 0)).toMatchObject({ discard: true, refresh: false });
  });
});

describe("tokens and ids", () => {
  it("say when they end", () => {
    const jwt = (body: object) => `h.${btoa(JSON.stringify(body)).replace(/=/g, "")}.s`;
    expect(expiryOf(jwt({ exp: 1_800_000_000 }))).toBe(1_800_000_000);
    expect([expiryOf(jwt({})), expiryOf("none"), expiryOf("")]).toEqual([0, 0, 0]);
  });

  it("are UUIDs in the order of time", () => {
    const [early, late] = [newRecordId(1_700_000_000_000), newRecordId(1_800_000_000_000)];
    expect(early).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(early < late).toBe(true);
  });
});
