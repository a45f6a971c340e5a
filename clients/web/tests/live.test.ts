import * as encoding from "lib0/encoding";
import { writeSyncStep2, writeUpdate } from "y-protocols/sync";
import { describe, expect, it } from "vitest";
import * as Y from "yjs";
import { expiryOf } from "../src/api/token";
import { afterClose } from "../src/live/closing";
import { newRecordId, rootOf } from "../src/live/records";
import { message, REFUSED, SYNC } from "../src/live/wire";
import { join, loaded, Room, until, valueOf } from "./room";

describe("live records", () => {
  it("of a large app are shown from the first piece on, and as they are once all is in", async () => {
    const room = new Room();
    const pieces: Uint8Array[] = [];
    const server = new Y.Doc();
    server.on("update", (update: Uint8Array) => pieces.push(update));
    const ids = Array.from({ length: 40 }, (_, number) => newRecordId(number));
    const put = (id: string) => {
      const record = new Y.Map<unknown>(Object.entries({ entity: "meal", values: new Y.Map([["dish", id]]), by: "ann", at: id }));
      rootOf(server).set(id, record as Y.Map<unknown>);
    };
    for (let begin = 0; begin < 40; begin += 4) server.transact(() => ids.slice(begin, begin + 4).forEach(put));
    server.transact(() => rootOf(server).delete(ids[0] ?? ""));
    room.answers = false;
    const ann = join(room, "ann");
    await until(() => ann.live.get().status === "live");
    const [pipe] = room.sockets;
    const seen: number[] = [];
    ann.live.subscribe(() => seen.push(ann.live.get().items.length));
    for (const piece of pieces) pipe?.say(message(SYNC, (e) => writeUpdate(e, piece)));
    expect(ann.live.get()).toMatchObject({ loaded: false });
    expect([...new Set(seen)]).toEqual([4, 8, 16, 32]);
    pipe?.say(message(SYNC, (e) => writeSyncStep2(e, server, Y.encodeStateVector(server))));
    expect(ann.live.get()).toMatchObject({ loaded: true });
    expect(ann.live.get().items.map((item) => item.id)).toEqual(ids.slice(1).reverse());
  });

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
    expect(ben.live.get().waiting).toBe(1);
    expect(valueOf(ann, id, "kcal")).toBeUndefined();
    ben.online();
    await until(() => valueOf(ann, id, "kcal") === 300 && valueOf(ben, id, "dish") === "broth");
    await until(() => ben.live.get().waiting === 0);
    expect(ben.live.get()).toMatchObject({ lost: false, status: "live", sent: 1 });
  });

  it("wait until the server says that it has them", async () => {
    const room = new Room();
    const ann = join(room, "ann");
    await loaded(ann);
    room.silent = true;
    ann.live.add("meal", {});
    expect(ann.live.get().waiting).toBe(1);
    room.silent = false;
    ann.offline();
    await until(() => ann.live.get().status === "offline");
    expect(ann.live.get().waiting).toBe(1);
    ann.online();
    await until(() => ann.live.get().waiting === 0);
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
