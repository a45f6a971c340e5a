import { money, number } from "../../../apps/values";
import { useText } from "../../../text";
import { usePage } from "../page";
import { useFigures } from "../useFigures";
import { useItems, type ViewProps } from "./shared";

/** One figure, large; several where the aggregate has groups. */
export function MetricView({ view, entity }: ViewProps) {
  const t = useText();
  const { app, locale, names, state } = usePage();
  const items = useItems(view, entity);
  const { figures, failed } = useFigures();
  const aggregate = app.spec.aggregates?.find((one) => one.name === view.aggregate);
  const figure = figures?.find((one) => one.aggregate === view.aggregate);
  // Without an aggregate it counts: that much is known here.
  const rows = view.aggregate ? (figure?.result?.rows ?? []) : [{ group: "", ...(state.loaded ? { value: items.length } : {}) }];
  const waiting = view.aggregate !== "" && !figure;
  const field = entity.fields?.find((one) => one.name === aggregate?.field);
  const unit = figure?.result?.unit ?? aggregate?.unit ?? "";
  const isMoney = field?.type === "FIELD_TYPE_MONEY" && app.spec.currency && (unit === "" || unit === app.spec.currency);
  const inWords = (value: number) => (isMoney ? money(value, app.spec.currency ?? "", locale) : number(value, locale));
  return (
    <div className="metrics">
      {rows.map((row) => (
        <div key={row.group} className="metric">
          <strong>{row.value === undefined ? "–" : inWords(row.value)}{!isMoney && unit && <small> {unit}</small>}</strong>
          <span>{row.group ? (names.get(row.group) ?? row.group) : aggregate?.label || (view.aggregate || entity.label || entity.name).replaceAll("_", " ")}</span>
        </div>
      ))}
      {rows.length === 0 && <p className="empty">{t(waiting && !failed ? "loading" : failed ? "noFigures" : "noData")}</p>}
    </div>
  );
}
