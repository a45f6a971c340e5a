import { Awareness, applyAwarenessUpdate, encodeAwarenessUpdate, removeAwarenessStates } from "y-protocols/awareness";
import type { Doc } from "yjs";

/** Somebody else who has the app open, and what they are at. */
export interface Peer {
  /** One browser; a person may have two. */
  client: number;
  person_id: string;
  record_id: string;
  field: string;
}

/** Who else has a document open, as long as it lasts. */
export class Peers {
  private readonly awareness: Awareness;

  /** `tell` hands the viewer's own place to the others. */
  constructor(doc: Doc, tell: (states: Uint8Array) => void, onChange: (peers: Peer[]) => void) {
    this.awareness = new Awareness(doc);
    this.awareness.on("update", ({ added, updated, removed }: Record<"added" | "updated" | "removed", number[]>, origin: unknown) => {
      if (origin !== this) tell(encodeAwarenessUpdate(this.awareness, [...added, ...updated, ...removed]));
      onChange(this.others());
    });
  }

  take(states: Uint8Array): void {
    applyAwarenessUpdate(this.awareness, states, this);
  }

  /** Says where the viewer is. */
  at(person_id: string, place: { record_id: string; field: string }): void {
    this.awareness.setLocalState({ person_id, ...place });
  }

  /** Without a connection nobody else is known to be here. */
  leave(): void {
    removeAwarenessStates(this.awareness, [...this.awareness.getStates().keys()].filter((client) => client !== this.awareness.clientID), this);
  }

  /** Says goodbye. */
  destroy(): void {
    this.awareness.destroy();
  }

  private others(): Peer[] {
    return [...this.awareness.getStates()].flatMap(([client, state]) => {
      const { person_id, record_id, field } = state as Record<string, unknown>;
      if (client === this.awareness.clientID || typeof person_id !== "string") return [];
      return [{ client, person_id, record_id: String(record_id ?? ""), field: String(field ?? "") }];
    });
  }
}
