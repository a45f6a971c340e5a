import { type ReactNode, useMemo, useState } from "react";
import type { Entity, View } from "../../../api/apps";
import { matching, sorted } from "../../../apps/views";
import type { Item } from "../../../live/records";
import { useText } from "../../../text";
import { Empty } from "../../parts";
import { colourOf, type Page, usePage } from "../page";

export interface ViewProps {
  view: View;
  entity: Entity;
}

const STEP = 100;
// Fewer are seen at a glance.
const WORTH_FINDING = 8;

/** The view's records in its order. */
export function useItems(view: View, entity: Entity): Item[] {
  const { items } = usePage().state;
  return useMemo(
    () => sorted(items, entity.name, view.sort_by, view.descending),
    [items, entity.name, view.sort_by, view.descending],
  );
}

/** So many at a time: the first of them, and a button for more while there are. */
export function usePaged<T>(all: readonly T[]): [readonly T[], ReactNode] {
  const t = useText();
  const [most, setMost] = useState(STEP);
  const left = all.length - most;
  const more = left > 0 && <button className="more" onClick={() => setMost(most + STEP)}>{t("showMore", { count: left })}</button>;
  return [all.length > most ? all.slice(0, most) : all, more];
}

/** The records that hold what was typed, and the row above a view: the button for a new record, the box to type into. */
export function useFound(items: readonly Item[], entity: Entity): [readonly Item[], ReactNode] {
  const t = useText();
  const { names } = usePage();
  const [query, setQuery] = useState("");
  const found = useMemo(() => matching(items, query, names), [items, query, names]);
  const bar = (
    <div className="row between">
      <AddButton entity={entity} />
      {(items.length >= WORTH_FINDING || query) && (
        <input className="find" type="search" aria-label={t("findRecords")} placeholder={t("findRecords")} value={query} onChange={(event) => setQuery(event.target.value)} />
      )}
      <span className="unseen" role="status">{query && t("foundRecords", { count: found.length })}</span>
    </div>
  );
  return [found, bar];
}

/** The button that opens an empty form, where the viewer may enter something. */
export function AddButton({ entity }: { entity: Entity }) {
  const t = useText();
  const { rights, enter } = usePage();
  if (!rights.add(entity.name)) return null;
  return <button className="primary" onClick={() => enter(entity.name)}>{t("addTo", { name: entity.label || entity.name })}</button>;
}

/** What stands where there are no records; while they are still to come, that. */
export function NoRecords({ entity }: { entity: Entity }) {
  const t = useText();
  const { state, rights } = usePage();
  if (!state.loaded) return <Empty>{t("loading")}</Empty>;
  return <Empty>{t(rights.add(entity.name) ? "noRecords" : "noRecordsYet")}</Empty>;
}

/** The look of a record that somebody else is at. */
export function takenBy(page: Page, item: Item): string {
  const peer = page.state.peers.find((other) => other.record_id === item.id);
  return peer ? `taken ${colourOf(peer.person_id)}` : "";
}
