import type { Item } from "../live/records";

/** The order of entry, the latest first. */
export function latestFirst(a: Item, b: Item): number {
  return a.at < b.at ? 1 : a.at > b.at ? -1 : a.id < b.id ? 1 : -1;
}
