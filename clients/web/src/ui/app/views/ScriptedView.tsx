import { useMemo } from "react";
import { CustomView } from "../../../sandbox/CustomView";
import { usePage } from "../page";
import { useFigures } from "../useFigures";
import type { ViewProps } from "./shared";

/** A view that the app's own script draws, apart from the page; it gets what the viewer may see of the app anyway. */
export function ScriptedView({ view }: ViewProps) {
  const { app, names, locale, state } = usePage();
  const { figures } = useFigures();
  const records = useMemo(
    () =>
      state.items
        .map(({ id, entity, values, by, at }) => ({ record_id: id, entity, values, entered_by: by, entered_at: at }))
        .sort((a, b) => (a.entered_at < b.entered_at ? 1 : -1)),
    [state.items],
  );
  const people = useMemo(() => Object.fromEntries(names), [names]);
  return (
    <CustomView
      script={view.script ?? ""} records={records} spec={app.spec} view={view} people={people} language={locale}
      {...(figures ? { figures } : {})}
    />
  );
}
