import type { ComponentType } from "react";
import type { View } from "../../../api/apps";
import { entityOf } from "../../../apps/views";
import { useText } from "../../../text";
import { Empty } from "../../parts";
import { usePage } from "../page";
import { BoardView } from "./BoardView";
import { CalendarView } from "./CalendarView";
import { ChartView } from "./ChartView";
import { ChecklistView } from "./ChecklistView";
import { FormView } from "./FormView";
import { GalleryView } from "./GalleryView";
import { ListView } from "./ListView";
import { MetricView } from "./MetricView";
import { ScriptedView } from "./ScriptedView";
import type { ViewProps } from "./shared";
import { TableView } from "./TableView";

const KINDS: Readonly<Record<string, ComponentType<ViewProps>>> = {
  VIEW_TYPE_FORM: FormView, VIEW_TYPE_TABLE: TableView, VIEW_TYPE_LIST: ListView, VIEW_TYPE_BOARD: BoardView,
  VIEW_TYPE_CALENDAR: CalendarView, VIEW_TYPE_CHECKLIST: ChecklistView, VIEW_TYPE_GALLERY: GalleryView,
  VIEW_TYPE_CHART: ChartView, VIEW_TYPE_METRIC: MetricView, VIEW_TYPE_CUSTOM: ScriptedView,
};

/** A view of the app, by its type. */
export function ViewOf({ view }: { view: View }) {
  const t = useText();
  const { app } = usePage();
  const aggregate = app.spec.aggregates?.find((one) => one.name === view.aggregate);
  const entity = entityOf(app.spec, view.entity || aggregate?.entity || "") ?? app.spec.entities?.[0];
  const Kind = KINDS[view.type] ?? TableView;
  return entity ? <Kind view={view} entity={entity} /> : <Empty>{t("noEntity")}</Empty>;
}
