import type { Ending } from "./closing";
import type { About } from "./kept";
import type { Peer } from "./peers";
import type { Item } from "./records";
import type { Hello, Refusal } from "./wire";

/** What is known of an app's records now; a new object whenever something of it changes. */
export interface Snapshot {
  status: "connecting" | "live" | "offline" | "ended";
  ending: Ending | undefined;
  hello: Hello | undefined;
  /** The app as this browser kept it, until it is loaded. */
  about: About | undefined;
  /** False until the records came for the first time. */
  loaded: boolean;
  items: readonly Item[];
  byId: ReadonlyMap<string, Item>;
  peers: readonly Peer[];
  refusals: readonly Refusal[];
  canUndo: boolean;
  canRedo: boolean;
  /** Edits that the server has not yet. */
  waiting: number;
  /** Edits that waited for the connection and went out when it came. */
  sent: number;
  /** What waits outlives the page: this browser keeps it. */
  kept: boolean;
  /** Edits that never reached the server were given up. */
  lost: boolean;
}

export const NOTHING: Snapshot = {
  status: "connecting", ending: undefined, hello: undefined, about: undefined, loaded: false, items: [], byId: new Map(), peers: [],
  refusals: [], canUndo: false, canRedo: false, waiting: 0, sent: 0, kept: false, lost: false,
};
