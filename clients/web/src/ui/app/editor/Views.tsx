import { useState } from "react";
import type { Aggregate, Spec, View } from "../../../api/apps";
import { addView, changeView, fieldsToGoBy, GOES_BY, moveView, nameAfter, OF_FIGURES, removeView } from "../../../apps/drafting";
import { within } from "../../../apps/faults";
import { labelOf } from "../../../apps/values";
import { titleOfView } from "../../../apps/views";
import { type Key, useText } from "../../../text";
import type { Editing } from "./Editor";
import { Order } from "./Order";

const TYPES = ["FORM", "TABLE", "LIST", "BOARD", "CALENDAR", "CHECKLIST", "GALLERY", "CHART", "METRIC"].map((one) => `VIEW_TYPE_${one}`);

/** The views, in their order, and another one. */
export function Views(editing: Editing) {
  const t = useText();
  const views = editing.spec.views ?? [];
  return (
    <section className="editor-part" aria-label={t("views")}>
      <h3>{t("views")}</h3>
      <ul className="rows">
        {views.map((view, i) => <ViewRow key={view.name} view={view} first={i === 0} last={i === views.length - 1} {...editing} />)}
      </ul>
      {editing.faults["spec.views"] && <small className="error">{editing.faults["spec.views"]}</small>}
      <NewView {...editing} />
    </section>
  );
}

/** The figures that a view of an entity can show. */
function figuresOf(spec: Spec, entity: string): Aggregate[] {
  return (spec.aggregates ?? []).filter((figure) => figure.expression || figure.entity === entity);
}

/** The types that a view of an entity can have. */
function typesFor(spec: Spec, entity: string): string[] {
  return TYPES.filter((type) =>
    (!GOES_BY[type] || fieldsToGoBy(type, entity, spec).length > 0) && (!OF_FIGURES.has(type) || figuresOf(spec, entity).length > 0));
}

/** A view with what its type and its entity call for. */
function fitted(view: View, spec: Spec): View {
  const [fields, figures] = [fieldsToGoBy(view.type, view.entity, spec), figuresOf(spec, view.entity)];
  const figure = OF_FIGURES.has(view.type) ? (figures.find((one) => one.name === view.aggregate) ?? figures[0]) : undefined;
  // A chart goes by what its figure is grouped by.
  const by = [figure?.group_by, view.by, fields[0]?.name].find((name) => fields.some((field) => field.name === name)) ?? "";
  return { ...view, by, aggregate: figure?.name ?? "" };
}

function ViewRow({ view, first, last, spec, faults, step }: Editing & { view: View; first: boolean; last: boolean }) {
  const t = useText();
  const path = `spec.views.${view.name}`;
  const title = titleOfView(view, spec);
  const types = [...new Set([view.type, ...typesFor(spec, view.entity)])];
  const [fields, figures] = [fieldsToGoBy(view.type, view.entity, spec), figuresOf(spec, view.entity)];
  const set = (part: string, change: (view: View) => View) => step(`${path}.${part}`, changeView(view.name, change));
  return (
    <li role="group" aria-label={title}>
      <div className="row">
        <input aria-label={t("viewTitle")} value={view.title ?? ""} placeholder={title} onChange={(event) => set("title", (one) => ({ ...one, title: event.target.value }))} />
        <select aria-label={t("viewType")} value={view.type} disabled={view.type === "VIEW_TYPE_CUSTOM"} onChange={(event) => set("type", (one) => fitted({ ...one, type: event.target.value }, spec))}>
          {types.map((type) => <option key={type} value={type}>{typeWords(type, t)}</option>)}
        </select>
        {(spec.entities?.length ?? 0) > 1 && view.type !== "VIEW_TYPE_CUSTOM" && (
          <select aria-label={t("viewOf")} value={view.entity} onChange={(event) => set("entity", (one) => fitted({ ...one, entity: event.target.value, fields: [], sort_by: "" }, spec))}>
            {spec.entities?.map((entity) => <option key={entity.name} value={entity.name}>{entity.label || entity.name}</option>)}
          </select>
        )}
        {fields.length > 1 && !OF_FIGURES.has(view.type) && (
          <select aria-label={t("viewBy")} value={view.by} onChange={(event) => set("by", (one) => ({ ...one, by: event.target.value }))}>
            {fields.map((field) => <option key={field.name} value={field.name}>{`${t("viewBy")}: ${labelOf(field)}`}</option>)}
          </select>
        )}
        {OF_FIGURES.has(view.type) && (
          <select aria-label={t("viewFigure")} value={view.aggregate} onChange={(event) => set("aggregate", (one) => fitted({ ...one, aggregate: event.target.value }, spec))}>
            {figures.map((figure) => <option key={figure.name} value={figure.name}>{figure.label || figure.name}</option>)}
          </select>
        )}
        <Order name={title} first={first} last={last} onMove={(by) => step(`${path}.move${Math.random()}`, moveView(view.name, by))} onRemove={() => step(`${path}.remove`, removeView(view.name))} />
      </div>
      {within(faults, path).map((reason) => <small key={reason} className="error" role="alert">{reason}</small>)}
    </li>
  );
}

function NewView({ spec, step }: Editing) {
  const t = useText();
  const entity = spec.entities?.[0]?.name ?? "";
  const types = typesFor(spec, entity);
  const [chosen, setChosen] = useState("VIEW_TYPE_TABLE");
  const type = types.includes(chosen) ? chosen : (types[0] ?? "");
  const add = () => {
    const name = nameAfter(type.replace("VIEW_TYPE_", "").toLowerCase(), (spec.views ?? []).map((view) => view.name), "view");
    step(`spec.views.${name}`, addView(fitted({ name, type, entity, by: "", aggregate: "", title: OF_FIGURES.has(type) ? "" : typeWords(type, t) }, spec)));
  };
  return (
    <div className="row adding">
      <select aria-label={`${t("addView")}: ${t("viewType")}`} value={type} onChange={(event) => setChosen(event.target.value)}>
        {types.map((one) => <option key={one} value={one}>{typeWords(one, t)}</option>)}
      </select>
      <button type="button" onClick={add}>{t("addView")}</button>
    </div>
  );
}

function typeWords(type: string, t: ReturnType<typeof useText>): string {
  return t(type.replace("VIEW_TYPE_", "view") as Key);
}
