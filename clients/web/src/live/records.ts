import * as Y from "yjs";
import type { Value, Values } from "../api/apps";
import { latestFirst } from "../apps/order";

/** A record as it stands in the document. */
export interface Item {
  id: string;
  entity: string;
  values: Values;
  /** Who entered it, and when. */
  by: string;
  at: string;
}

/** The origin of the viewer's own edits: what undo goes by. */
export const MINE = Symbol("mine");

type Root = Y.Map<Y.Map<unknown>>;

export function rootOf(doc: Y.Doc): Root {
  return doc.getMap("records");
}

/** Reads a record; undefined where there is none, or not one that is whole yet. */
export function readItem(root: Root, id: string): Item | undefined {
  const record = root.get(id);
  const values = record?.get("values");
  const entity = record?.get("entity");
  if (!record || !(values instanceof Y.Map) || typeof entity !== "string") return undefined;
  return { id, entity, values: values.toJSON() as Values, by: text(record.get("by")), at: text(record.get("at")) };
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** The ids of the records that a change of the document touched. */
export function touched(events: readonly Y.YEvent<Y.AbstractType<unknown>>[], root: Root): Set<string> {
  const ids = new Set<string>();
  for (const event of events) {
    if (event.target === (root as Y.AbstractType<unknown>)) event.keys.forEach((_, id) => ids.add(id));
    else if (typeof event.path[0] === "string") ids.add(event.path[0]);
  }
  return ids;
}

/** Brings `byId` up to date with the records that were touched; the ids of those that are new in it. */
export function reread(byId: Map<string, Item>, root: Root, ids: ReadonlySet<string>): string[] {
  const added: string[] = [];
  for (const id of ids) {
    const item = readItem(root, id);
    if (item && !byId.has(id)) added.push(id);
    if (item) byId.set(id, item);
    else byId.delete(id);
  }
  return added;
}

/**
 * The records as they stand in `byId`, the latest first: those of before, and those added since.
 *
 * The order is kept: sorting fifty thousand again after each edit would be felt.
 */
export function arranged(before: readonly Item[], byId: ReadonlyMap<string, Item>, added: ReadonlySet<string>): Item[] {
  const known = (ids: Iterable<string>) => [...ids].flatMap((id) => byId.get(id) ?? []);
  const items = known(before.map(({ id }) => id).filter((id) => !added.has(id)));
  return added.size > 0 ? [...items, ...known(added)].sort(latestFirst) : items;
}

export function addItem(doc: Y.Doc, item: Item): void {
  doc.transact(() => {
    const record = new Y.Map<unknown>();
    record.set("entity", item.entity);
    record.set("values", new Y.Map(Object.entries(item.values)));
    record.set("by", item.by);
    record.set("at", item.at);
    rootOf(doc).set(item.id, record);
  }, MINE);
}

/** Sets one value; null takes it away. Nothing happens where it stands already. */
export function setValue(doc: Y.Doc, id: string, field: string, value: Value): void {
  const values = rootOf(doc).get(id)?.get("values");
  if (!(values instanceof Y.Map)) return;
  if (JSON.stringify(values.get(field) ?? null) === JSON.stringify(value)) return;
  doc.transact(() => {
    if (value === null) values.delete(field);
    else values.set(field, value);
  }, MINE);
}

export function removeItem(doc: Y.Doc, id: string): void {
  doc.transact(() => rootOf(doc).delete(id), MINE);
}

/** A UUID of version 7, whose order is that of time; also where the page is no secure context. */
export function newRecordId(now: number = Date.now()): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  for (let i = 0; i < 6; i++) bytes[i] = Math.floor(now / 256 ** (5 - i)) % 256;
  bytes[6] = 0x70 | ((bytes[6] ?? 0) & 0x0f);
  bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f);
  const hex = Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
