import type { Awareness } from "y-protocols/awareness";

/** Somebody else who has the app open, and what they are at. */
export interface Peer {
  /** One browser; a person may have two. */
  client: number;
  person_id: string;
  record_id: string;
  field: string;
}

/** All others, as they say themselves. */
export function peersOf(awareness: Awareness): Peer[] {
  return [...awareness.getStates()].flatMap(([client, state]) => {
    const { person_id, record_id, field } = state as Record<string, unknown>;
    if (client === awareness.clientID || typeof person_id !== "string") return [];
    return [{ client, person_id, record_id: String(record_id ?? ""), field: String(field ?? "") }];
  });
}
