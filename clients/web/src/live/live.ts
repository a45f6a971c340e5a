import * as decoding from "lib0/decoding";
import * as encoding from "lib0/encoding";
import { Awareness, applyAwarenessUpdate, encodeAwarenessUpdate, removeAwarenessStates } from "y-protocols/awareness";
import { readSyncMessage, writeSyncStep1, writeUpdate } from "y-protocols/sync";
import * as Y from "yjs";
import type { Value, Values } from "../api/apps";
import { afterClose, type Ending } from "./closing";
import { type Link, PROTOCOL, type Socket, untilRenewal } from "./link";
import { peersOf } from "./peers";
import { addItem, followed, type Item, MINE, newRecordId, removeItem, rootOf, setValue, touched } from "./records";
import { NOTHING, type Snapshot } from "./snapshot";
import { AWARENESS, type Hello, HELLO, message, readJson, type Refusal, REFUSED, SAVED, SYNC, TOKEN } from "./wire";

const STEP_1 = 0;
const STEP_2 = 1;
const ABNORMAL = 1006;

/** The records of one app, kept the same as everybody else's; edits made without a connection are merged later. */
export class Live {
  private doc = new Y.Doc();
  private awareness = new Awareness(this.doc);
  private undoer: Y.UndoManager;
  private byId = new Map<string, Item>();
  private snapshot = NOTHING;
  private readonly listeners = new Set<() => void>();
  private readonly stopped = new AbortController();
  private socket: Socket | undefined;
  private greeted = false;
  private early: Uint8Array[] = [];
  /** Updates that were sent and are not known to have been taken. */
  private underway = 0;
  private here = { record_id: "", field: "" };
  /** What the viewer entered, for the case that the server takes it back. */
  readonly entered = new Map<string, { entity: string; values: Values }>();

  constructor(private readonly link: Link) {
    this.undoer = this.watch();
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly get = (): Snapshot => this.snapshot;

  /** Keeps connected until `stop`, or until there is no way back. */
  async run(): Promise<void> {
    let failures = 0;
    let refresh = false;
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
    this.awareness.destroy();
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

  private async connect(refresh: boolean): Promise<number> {
    const token = await this.link.token(refresh);
    if (this.stopped.signal.aborted) return ABNORMAL;
    return new Promise((resolve) => {
      const socket = this.link.open([PROTOCOL, `bearer.${token}`]);
      this.socket = socket;
      this.early = [];
      this.underway = 0;
      const renewal = setTimeout(() => void this.renewToken(socket), untilRenewal(token));
      socket.binaryType = "arraybuffer";
      socket.onmessage = ({ data }) => {
        if (socket === this.socket) this.take(new Uint8Array(data));
      };
      socket.onclose = ({ code }) => {
        clearTimeout(renewal);
        if (socket === this.socket) this.socket = undefined;
        resolve(code);
      };
    });
  }

  private async renewToken(socket: Socket): Promise<void> {
    // Without another one the server will close, and that is seen to as every other close.
    const token = await this.link.token(true).catch(() => "");
    if (token && socket === this.socket) this.send(message(TOKEN, (encoder) => encoding.writeVarString(encoder, token)));
  }

  private take(bytes: Uint8Array): void {
    const decoder = decoding.createDecoder(bytes);
    const kind = decoding.readVarUint(decoder);
    if (kind === HELLO) this.greet(readJson(decoder));
    // Nothing of the local document may go out before it is known to be of the same epoch.
    else if (!this.greeted) this.early.push(bytes);
    else if (kind === SYNC) this.sync(decoder);
    else if (kind === AWARENESS) applyAwarenessUpdate(this.awareness, decoding.readVarUint8Array(decoder), this);
    else if (kind === REFUSED) this.set({ refusals: [...this.snapshot.refusals, readJson<Refusal>(decoder)] });
    else if (kind === SAVED) this.saved(readJson<{ updates: number }>(decoder).updates);
  }

  private greet(hello: Hello): void {
    const known = this.snapshot.hello;
    if (known && known.epoch !== hello.epoch) this.renew();
    this.set({ hello, status: "live" });
    if (this.greeted) return;
    this.greeted = true;
    this.send(message(SYNC, (encoder) => writeSyncStep1(encoder, this.doc)));
    this.present();
    for (const bytes of this.early.splice(0)) this.take(bytes);
  }

  private sync(decoder: decoding.Decoder): void {
    const encoder = encoding.createEncoder();
    encoding.writeVarUint(encoder, SYNC);
    const step = readSyncMessage(decoder, encoder, this.doc, this);
    if (step === STEP_1) this.submit(encoding.toUint8Array(encoder));
    if (step === STEP_2) this.set({ loaded: true });
  }

  /** Sends an update, which the server will say to have taken. */
  private submit(bytes: Uint8Array): void {
    this.underway += 1;
    this.send(bytes);
  }

  private saved(updates: number): void {
    this.underway -= updates;
    if (this.underway <= 0) this.set({ unsent: false });
  }

  private send(bytes: Uint8Array): void {
    if (this.socket?.readyState === 1) this.socket.send(bytes);
  }

  /** Without a connection nobody else is known to be here; whoever was removed reads no more. */
  private alone(ending: Ending | undefined): void {
    const others = [...this.awareness.getStates().keys()].filter((client) => client !== this.awareness.clientID);
    removeAwarenessStates(this.awareness, others, this);
    this.set({ status: ending ? "ended" : "offline", ending });
    if (ending) this.renew();
  }

  /** Begins with an empty document. */
  private renew(): void {
    const lost = this.snapshot.unsent;
    this.awareness.destroy();
    this.doc.destroy();
    this.doc = new Y.Doc();
    this.awareness = new Awareness(this.doc);
    this.byId = new Map();
    this.undoer = this.watch();
    this.set({ items: [], byId: this.byId, canUndo: false, canRedo: false, refusals: [], peers: [], unsent: false, loaded: false, lost });
  }

  private watch(): Y.UndoManager {
    const { doc, awareness } = this;
    const root = rootOf(doc);
    // Of its own for each edit: what a person did in two cells is not taken back at once.
    const undoer = new Y.UndoManager(root, { trackedOrigins: new Set([MINE]), captureTimeout: 0 });
    const stack = () => this.set({ canUndo: undoer.canUndo(), canRedo: undoer.canRedo() });
    undoer.on("stack-item-added", stack);
    undoer.on("stack-item-popped", stack);
    root.observeDeep((events) => {
      this.set({ items: followed(this.snapshot.items, this.byId, root, touched(events, root)), byId: this.byId });
    });
    doc.on("update", (update: Uint8Array, origin: unknown) => {
      if (origin === this) return;
      this.set({ unsent: true });
      if (this.greeted && this.socket) this.submit(message(SYNC, (encoder) => writeUpdate(encoder, update)));
    });
    awareness.on("update", ({ added, updated, removed }: Record<"added" | "updated" | "removed", number[]>, origin: unknown) => {
      const clients = [...added, ...updated, ...removed];
      if (origin !== this && this.greeted) this.tell(clients);
      this.set({ peers: peersOf(this.awareness) });
    });
    return undoer;
  }

  private tell(clients: number[]): void {
    const update = encodeAwarenessUpdate(this.awareness, clients);
    this.send(message(AWARENESS, (encoder) => encoding.writeVarUint8Array(encoder, update)));
  }

  private present(): void {
    const person_id = this.snapshot.hello?.person_id;
    if (person_id) this.awareness.setLocalState({ person_id, ...this.here });
  }

  private set(change: Partial<Snapshot>): void {
    this.snapshot = { ...this.snapshot, ...change };
    this.listeners.forEach((listener) => listener());
  }
}
