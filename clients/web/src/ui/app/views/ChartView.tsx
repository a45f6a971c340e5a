import type { QueryRow } from "../../../api/apps";
import { overTime, plot } from "../../../apps/chart";
import { number } from "../../../apps/values";
import { columnOf, columnsOf } from "../../../apps/views";
import { useText } from "../../../text";
import { Empty } from "../../parts";
import { type Page, usePage } from "../page";
import { useFigures } from "../useFigures";
import { inWords } from "../Shown";
import { useItems, type ViewProps } from "./shared";

const [WIDTH, HEIGHT] = [600, 220];
const EDGE = { left: 56, top: 12, right: 12, bottom: 34 };
const MOST_LABELS = 8;
const MOST_BARS = 60;

/** Figures by group: a line over time, else bars; the same as a table below. The figures are the server's. */
export function ChartView({ view, entity }: ViewProps) {
  const t = useText();
  const page = usePage();
  const items = useItems(view, entity);
  const { figures, failed } = useFigures();
  const by = entity.fields?.find((field) => field.name === view.by);
  const figure = figures?.find((one) => one.aggregate === view.aggregate);
  if (view.aggregate && !figure) return <Empty>{t(failed ? "noFigures" : figures ? "noData" : "loading")}</Empty>;
  if (!view.aggregate && !page.state.loaded) return <Empty>{t("loading")}</Empty>;
  // A chart of no aggregate counts: that much is known here.
  const counted = by && !view.aggregate
    ? columnsOf(by, items).map((column) => ({ group: inWords(page, by, column), value: items.filter((item) => columnOf(by, item) === column).length }))
    : [];
  const known = figure?.result?.rows ?? counted;
  const grouped = known.length > 1 || known[0]?.group;
  const rows = known.map((row) => ({ ...row, group: groupInWords(page, row.group) || (grouped ? t("none") : view.title || entity.label) }));
  const unit = figure?.result?.unit ?? "";
  if (rows.every((row) => row.value === undefined)) return <Empty>{t("noData")}</Empty>;
  return (
    <figure className="chart">
      <Drawing rows={rows.slice(-MOST_BARS)} unit={unit} />
      <figcaption>
        <details>
          <summary>{t("asTable")}</summary>
          <div className="table">
            <table>
              <tbody>
                {rows.map((row) => (
                  <tr key={row.group}><th scope="row">{row.group}</th><td>{row.value === undefined ? "–" : `${number(row.value, page.locale)} ${unit}`}</td></tr>
                ))}
              </tbody>
            </table>
          </div>
        </details>
      </figcaption>
    </figure>
  );
}

/** A person's or a record's name for its id; other groups are words already. */
function groupInWords(page: Page, group: string): string {
  return page.names.get(group) ?? group;
}

function Drawing({ rows, unit }: { rows: readonly QueryRow[]; unit: string }) {
  const { locale } = usePage();
  const [width, height] = [WIDTH - EDGE.left - EDGE.right, HEIGHT - EDGE.top - EDGE.bottom];
  const { points, ticks, zero, step } = plot(rows, width, height);
  const line = overTime(rows);
  const every = Math.ceil(points.length / MOST_LABELS);
  const most = Math.max(4, Math.floor((step * every) / 7.5));
  return (
    <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={points.map((p) => `${p.label}: ${number(p.value, locale)} ${unit}`).join(", ")}>
      <g transform={`translate(${EDGE.left} ${EDGE.top})`}>
        {ticks.map(({ value, y }) => (
          <g key={value}>
            <line className={value === 0 ? "base" : "rule"} x1={0} x2={width} y1={y} y2={y} />
            <text x={-8} y={y + 4} textAnchor="end">{number(value, locale)}</text>
          </g>
        ))}
        {line && <polyline points={points.map((p) => `${p.x},${p.y}`).join(" ")} />}
        {points.map((p, i) => (
          <g key={i}>
            <title>{`${p.label}: ${number(p.value, locale)} ${unit}`}</title>
            {line ? <circle cx={p.x} cy={p.y} r={4} /> : (
              <rect x={p.x - Math.min(28, step * 0.35)} width={Math.min(56, step * 0.7)} y={Math.min(p.y, zero)} height={Math.max(1, Math.abs(zero - p.y))} rx={3} />
            )}
            {i % every === 0 && <text x={p.x} y={height + 20} textAnchor="middle">{short(p.label, most, line)}</text>}
          </g>
        ))}
      </g>
    </svg>
  );
}

/** The label in so many letters; a day loses its year. */
function short(label: string, most: number, time: boolean): string {
  const text = time && label.length === 10 ? label.slice(5) : label;
  return Array.from(text).length > most ? `${Array.from(text).slice(0, most - 1).join("")}…` : text;
}
