import * as encoding from "lib0/encoding";
import { describe, expect, it } from "vitest";
import * as Y from "yjs";
import type { App } from "../src/api/apps";
import { appsIn, namesIn, placeOf, throwAway, waitingOf } from "../src/live/keeping";
import { rootOf } from "../src/live/records";
import { message, REFUSED } from "../src/live/wire";
import { join, loaded, type Person, Room, until, valueOf } from "./room";

/** Ann enters a meal without a connection and leaves the page. */
async function leaveWithEdits(room: Room): Promise<string> {
  const ann = join(room, "ann");
  await until(() => ann.live.get().kept);
  ann.offline();
  await until(() => ann.live.get().status === "offline");
  const id = ann.live.add("meal", { dish: "soup" });
  ann.live.change(id, "kcal", 300);
  ann.live.stop();
  await until(async () => (await waitingOf("ann")) === 2);
  return id;
}

const kept = (person: string) => namesIn(placeOf(person));
const isKept = ({ live }: Person) => until(() => live.get().kept);

describe("what this browser keeps", () => {
  it("of edits made without a connection goes out when the page is opened again", async () => {
    const room = new Room();
    const ben = join(room, "ben");
    const id = await leaveWithEdits(room);
    expect(rootOf(room.doc).size).toBe(0);
    const again = join(room, "ann");
    await until(() => valueOf(ben, id, "kcal") === 300);
    await until(() => again.live.get().waiting === 0);
    expect(again.live.get()).toMatchObject({ sent: 2, lost: false });
    await until(async () => (await waitingOf("ann")) === 0);
  });

  it("is shown before there is a connection, and counted", async () => {
    const room = new Room();
    const id = await leaveWithEdits(room);
    room.refuses = 1006;
    const again = join(room, "ann");
    await until(() => again.live.get().status === "offline");
    expect(valueOf(again, id, "dish")).toBe("soup");
    expect(again.live.get()).toMatchObject({ waiting: 2, loaded: true, kept: true });
  });

  it("holds the app itself, as it was last loaded", async () => {
    const room = new Room();
    const ann = join(room, "ann");
    const about = { app: { app_id: "app", version: 3 } as App, names: [["ann", "Ann"]] as [string, string][] };
    ann.live.describe(about);
    await isKept(ann);
    const later = { ...about, app: { ...about.app, version: 4 } };
    ann.live.describe(later);
    ann.live.stop();
    room.refuses = 1006;
    const again = join(room, "ann");
    await until(() => again.live.get().status === "offline");
    expect(again.live.get()).toMatchObject({ about: later, kept: true, hello: undefined });
  });

  it("of another epoch is thrown away unsent", async () => {
    const room = new Room();
    await leaveWithEdits(room);
    room.doc = new Y.Doc();
    room.epoch = "2";
    const again = join(room, "ann");
    // Until the server greets, what was kept is shown, whatever its epoch.
    await until(() => again.live.get().status === "live");
    await loaded(again);
    await isKept(again);
    expect(again.live.get()).toMatchObject({ items: [], lost: true, waiting: 0 });
    expect(rootOf(room.doc).size).toBe(0);
    expect(await kept("ann")).toEqual([`${placeOf("ann", "app")}2/`]);
  });

  it("is thrown away with the app", async () => {
    const room = new Room();
    await leaveWithEdits(room);
    room.refuses = 4403;
    const again = join(room, "ann");
    await until(() => again.live.get().status === "ended");
    expect(again.live.get().items).toEqual([]);
    await until(async () => (await kept("ann")).length === 0);
  });

  it("is one person's, and goes when they sign out, though the app is open", async () => {
    const room = new Room();
    const [ann, ben] = [join(room, "ann"), join(room, "ben")];
    await Promise.all([isKept(ann), isKept(ben)]);
    expect(await appsIn("ann")).toEqual(["app"]);
    await throwAway(undefined, placeOf("ben"));
    expect([await appsIn("ann"), await appsIn("ben")]).toEqual([[], ["app"]]);
    await until(() => !ann.live.get().kept);
    // What is open goes on, and is not kept again.
    const id = ann.live.add("meal", { dish: "soup" });
    ann.offline();
    await until(() => ann.live.get().status === "offline");
    ann.online();
    await until(() => ann.live.get().status === "live" && ann.live.get().waiting === 0);
    expect(valueOf(ben, id, "dish")).toBe("soup");
    expect(await appsIn("ann")).toEqual([]);
  });

  it("can be put right when it is refused later", async () => {
    const room = new Room();
    room.silent = true;
    const id = await leaveWithEdits(room);
    const again = join(room, "ann");
    await until(() => rootOf(room.doc).has(id));
    rootOf(room.doc).delete(id);
    const refusal = { record_id: id, field: "kcal", reason: "must be at most 200" };
    for (const socket of room.sockets) socket.say(message(REFUSED, (e) => encoding.writeVarString(e, JSON.stringify(refusal))));
    expect(again.live.get()).toMatchObject({ items: [], refusals: [refusal] });
    expect(again.live.entered.get(id)).toMatchObject({ entity: "meal", values: { dish: "soup", kcal: 300 } });
  });
});
