import * as decoding from "lib0/decoding";
import * as encoding from "lib0/encoding";
import { readSyncMessage, writeSyncStep1, writeUpdate } from "y-protocols/sync";
import * as Y from "yjs";
import type { Value, Values } from "../api/apps";
import { afterClose, type Ending } from "./closing";
import type { About } from "./kept";
import { type Link, opened, type Socket } from "./link";
import { Peers } from "./peers";
import { addItem, arranged, type Item, MINE, newRecordId, removeItem, reread, rootOf, setValue, touched } from "./records";
import { NOTHING, type Snapshot } from "./snapshot";
import { AWARENESS, type Hello, HELLO, message, readJson, type Refusal, REFUSED, SAVED, SYNC } from "./wire";

const STEP_1 = 0;
const STEP_2 = 1;
const ABNORMAL = 1006;

/** The records of one app, kept the same as everybody else's; edits made without a connection are merged later. */
export class Live {
  private doc = new Y.Doc();
  private peers: Peers;
  private undoer: Y.UndoManager;
  /** Of the local document; empty before any was told. */
  private epoch = "";
  private byId = new Map<string, Item>();
  /** Of records that are in `byId` and not on the screen yet. */
  private added = new Set<string>();
  private snapshot = NOTHING;
  private readonly listeners = new Set<() => void>();
  private readonly stopped = new AbortController();
  private socket: Socket | undefined;
  private greeted = false;
  private early: Uint8Array[] = [];
  /** Updates that were sent and are not known to have been taken. */
  private underway = 0;
  /** Edits that waited for this connection. */
  private returning = 0;
  private here = { record_id: "", field: "" };
  /** What the viewer entered, for the case that the server takes it back. */
  readonly entered = new Map<string, { entity: string; values: Values }>();

  constructor(private readonly link: Link) {
    [this.undoer, this.peers] = this.watch();
    link.kept.onOver = () => this.set({ kept: false });
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly get = (): Snapshot => this.snapshot;

  /** Begins with what this browser kept, and keeps connected until `stop`, or until there is no way back. */
  async run(): Promise<void> {
    let failures = 0;
    let refresh = false;
    await this.recall();
    while (!this.stopped.signal.aborted) {
      this.greeted = false;
      const code = await this.connect(refresh).catch(() => ABNORMAL);
      if (this.stopped.signal.aborted) return;
      const next = afterClose(code, failures);
      const ending = next.ending ?? (this.greeted ? undefined : await this.link.probe().catch(() => undefined));
      failures = this.greeted ? 0 : failures + 1;
      refresh = next.refresh;
      this.alone(ending);
      if (ending) return;
      if (next.discard) this.renew();
      // Jitter: after a restart of the server not everybody comes back at once.
      await this.link.pause(next.waitMs * (0.5 + Math.random() / 2), this.stopped.signal);
    }
  }

  stop(): void {
    this.stopped.abort();
    // Says goodbye, then goes.
    this.peers.destroy();
    this.socket?.close();
    this.doc.destroy();
  }

  /** Ends this connection: the browser often knows that the network is gone long before the connection does. */
  readonly drop = (): void => {
    const socket = this.socket;
    socket?.close();
    // A close that cannot be told to the other side takes long to come back.
    socket?.onclose?.({ code: ABNORMAL });
  };

  add(entity: string, values: Values): string {
    const id = newRecordId();
    this.entered.set(id, { entity, values });
    addItem(this.doc, { id, entity, values, by: this.snapshot.hello?.person_id ?? "", at: new Date().toISOString() });
    return id;
  }

  change(id: string, field: string, value: Value): void {
    this.forget(id, field);
    setValue(this.doc, id, field, value);
  }

  remove(id: string): void {
    removeItem(this.doc, id);
  }

  undo(): void {
    this.undoer.undo();
  }

  redo(): void {
    this.undoer.redo();
  }

  /** Tells the others where the viewer is; two empty names: nowhere in particular. */
  at(record_id: string, field: string): void {
    this.here = { record_id, field };
    this.present();
  }

  /** Takes a refusal off the screen; without a field all of the record's. */
  forget(id: string, field?: string): void {
    const refusals = this.snapshot.refusals.filter((r) => r.record_id !== id || (field !== undefined && r.field !== field));
    if (refusals.length < this.snapshot.refusals.length) this.set({ refusals });
  }

  /** Lets the browser keep the app beside its records. */
  describe(about: About): void {
    this.link.kept.describe(about);
  }

  /** Takes the word that edits went out off the screen. */
  forgetSent(): void {
    this.set({ sent: 0 });
  }

  private async recall(): Promise<void> {
    const found = await this.link.kept.recall(this.doc);
    if (!found || this.doc.isDestroyed) return;
    this.epoch = found.epoch;
    this.arrange(this.byId.size > 0);
    this.set({ waiting: this.snapshot.waiting + found.waiting, about: found.about, kept: true });
  }

  private async connect(refresh: boolean): Promise<number> {
    const token = await this.link.token(refresh);
    if (this.stopped.signal.aborted) return ABNORMAL;
    this.early = [];
    this.underway = 0;
    const [socket, closed] = opened(this.link, token, (bytes) => {
      if (socket === this.socket) this.take(bytes);
    });
    this.socket = socket;
    const code = await closed;
    if (socket === this.socket) this.socket = undefined;
    return code;
  }

  private take(bytes: Uint8Array): void {
    const decoder = decoding.createDecoder(bytes);
    const kind = decoding.readVarUint(decoder);
    if (kind === HELLO) this.greet(readJson(decoder));
    // Nothing of the local document may go out before it is known to be of the same epoch.
    else if (!this.greeted) this.early.push(bytes);
    else if (kind === SYNC) this.sync(decoder);
    else if (kind === AWARENESS) this.peers.take(decoding.readVarUint8Array(decoder));
    else if (kind === REFUSED) this.set({ refusals: [...this.snapshot.refusals, readJson<Refusal>(decoder)] });
    else if (kind === SAVED) this.saved(readJson<{ updates: number }>(decoder).updates);
  }

  private greet(hello: Hello): void {
    const epoch = String(hello.epoch);
    if (this.epoch && this.epoch !== epoch) this.renew();
    this.epoch = epoch;
    this.set({ hello, status: "live" });
    void this.keep();
    if (this.greeted) return;
    this.greeted = true;
    this.returning = this.snapshot.waiting;
    this.send(message(SYNC, (encoder) => writeSyncStep1(encoder, this.doc)));
    this.present();
    for (const bytes of this.early.splice(0)) this.take(bytes);
  }

  private async keep(): Promise<void> {
    const kept = await this.link.kept.keep(this.doc, this.epoch);
    this.link.kept.note(this.snapshot.waiting);
    this.set({ kept });
  }

  private sync(decoder: decoding.Decoder): void {
    const encoder = encoding.createEncoder();
    encoding.writeVarUint(encoder, SYNC);
    const step = readSyncMessage(decoder, encoder, this.doc, this);
    if (step === STEP_1) this.submit(encoding.toUint8Array(encoder));
    if (step === STEP_2 && !this.snapshot.loaded) this.arrange(true);
  }

  /** Sends an update, which the server will say to have taken. */
  private submit(bytes: Uint8Array): void {
    this.underway += 1;
    this.send(bytes);
  }

  private saved(updates: number): void {
    this.underway -= updates;
    if (this.underway > 0 || this.snapshot.waiting === 0) return;
    this.count(0, this.returning);
    this.returning = 0;
  }

  private count(waiting: number, sent: number): void {
    this.link.kept.note(waiting);
    this.set({ waiting, sent });
  }

  private send(bytes: Uint8Array): void {
    if (this.socket?.readyState === 1) this.socket.send(bytes);
  }

  /** Without a connection nobody else is known to be here; whoever was removed reads no more. */
  private alone(ending: Ending | undefined): void {
    this.peers.leave();
    this.set({ status: ending ? "ended" : "offline", ending });
    if (ending) this.renew();
  }

  /** Begins with an empty document. */
  private renew(): void {
    const lost = this.snapshot.waiting > 0;
    this.peers.destroy();
    this.doc.destroy();
    this.link.kept.forget();
    this.doc = new Y.Doc();
    this.byId = new Map();
    this.added.clear();
    [this.undoer, this.peers] = this.watch();
    this.set({ items: [], byId: this.byId, canUndo: false, canRedo: false, refusals: [], peers: [], waiting: 0, loaded: false, kept: false, lost });
  }

  private watch(): [Y.UndoManager, Peers] {
    const { doc } = this;
    const root = rootOf(doc);
    // Of its own for each edit: what a person did in two cells is not taken back at once.
    const undoer = new Y.UndoManager(root, { trackedOrigins: new Set([MINE]), captureTimeout: 0 });
    const stack = () => this.set({ canUndo: undoer.canUndo(), canRedo: undoer.canRedo() });
    undoer.on("stack-item-added", stack);
    undoer.on("stack-item-popped", stack);
    root.observeDeep((events, { local }) => {
      const ids = touched(events, root);
      // Entered before the page was loaded anew, and perhaps refused now.
      if (this.returning > 0) ids.forEach((id) => !root.has(id) && this.remember(id));
      for (const id of reread(this.byId, root, ids)) this.added.add(id);
      // A large app comes in pieces: the first is shown at once, and then whenever there is twice as much.
      if (this.snapshot.loaded || local || this.added.size >= this.snapshot.items.length) this.arrange();
    });
    doc.on("update", (update: Uint8Array, origin: unknown, _: Y.Doc, { local }: Y.Transaction) => {
      if (origin === this) return;
      // What comes from the browser's store was counted when it was made.
      if (local) this.count(this.snapshot.waiting + 1, 0);
      if (this.greeted && this.socket) this.submit(message(SYNC, (encoder) => writeUpdate(encoder, update)));
    });
    const tell = (states: Uint8Array) => {
      if (this.greeted) this.send(message(AWARENESS, (encoder) => encoding.writeVarUint8Array(encoder, states)));
    };
    return [undoer, new Peers(doc, tell, (peers) => this.set({ peers }))];
  }

  private remember(id: string): void {
    const item = this.byId.get(id);
    if (item && !this.entered.has(id)) this.entered.set(id, item);
  }

  private arrange(loaded = this.snapshot.loaded): void {
    const items = arranged(this.snapshot.items, this.byId, this.added);
    this.added.clear();
    this.set({ items, byId: this.byId, loaded });
  }

  private present(): void {
    const person_id = this.snapshot.hello?.person_id;
    if (person_id) this.peers.at(person_id, this.here);
  }

  private set(change: Partial<Snapshot>): void {
    this.snapshot = { ...this.snapshot, ...change };
    this.listeners.forEach((listener) => listener());
  }
}
