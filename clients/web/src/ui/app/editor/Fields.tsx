import { type KeyboardEvent, useState } from "react";
import type { Entity } from "../../../api/apps";
import { addField, nameAfter, patchEntity, retyped } from "../../../apps/drafting";
import { within } from "../../../apps/faults";
import { type Key, useText } from "../../../text";
import { Input } from "../../parts";
import type { Editing } from "./Editor";
import { FieldRow } from "./FieldRow";

export const KINDS = [
  "TEXT", "NUMBER", "INTEGER", "MONEY", "BOOLEAN", "DATE", "DATETIME", "DURATION", "CHOICE", "MULTI_CHOICE", "RATING", "PERSON", "URL", "IMAGE", "RELATION",
];

/** One kind of record: what it is called, its fields, and another one. */
export function Fields({ entity, ...editing }: Editing & { entity: Entity }) {
  const t = useText();
  const { spec, faults, step } = editing;
  const path = `spec.entities.${entity.name}`;
  const name = entity.label || entity.name;
  const fields = entity.fields ?? [];
  return (
    <section className="editor-part" aria-label={t("fieldsOf", { name })}>
      <h3>{t("fieldsOf", { name })}</h3>
      {(spec.entities?.length ?? 0) > 1 && (
        <Input label={t("kindOfRecord")} value={entity.label} error={within(faults, `${path}.label`)[0]} onChange={(label) => step(`${path}.label`, patchEntity(entity.name, { label }))} />
      )}
      <ul className="rows">
        {fields.map((field, i) => (
          <FieldRow key={field.name} entity={entity} field={field} first={i === 0} last={i === fields.length - 1} {...editing} />
        ))}
      </ul>
      {[...within(faults, `${path}.rules`), ...(faults[`${path}.fields`] ? [faults[`${path}.fields`]] : [])].map((reason) => <small key={reason} className="error">{reason}</small>)}
      <NewField entity={entity} {...editing} />
    </section>
  );
}

function NewField({ entity, step }: Editing & { entity: Entity }) {
  const t = useText();
  const [label, setLabel] = useState("");
  const [kind, setKind] = useState("TEXT");
  const add = () => {
    if (!label.trim()) return;
    const name = nameAfter(label, (entity.fields ?? []).map((field) => field.name), "field");
    const field = retyped({ name, label: label.trim(), type: "", required: false, unit: "" }, kind, [], entity.name);
    step(`spec.entities.${entity.name}.fields.${name}`, addField(entity.name, field));
    setLabel("");
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || event.nativeEvent.isComposing) return;
    event.preventDefault();
    add();
  };
  return (
    <div className="row adding" onKeyDown={onKey}>
      <input aria-label={t("newField")} placeholder={t("newField")} value={label} maxLength={60} onChange={(event) => setLabel(event.target.value)} />
      <select aria-label={`${t("newField")}: ${t("fieldType")}`} value={kind} onChange={(event) => setKind(event.target.value)}>
        {KINDS.map((one) => <option key={one} value={one}>{t(`type${one}` as Key)}</option>)}
      </select>
      <button type="button" disabled={!label.trim()} onClick={add}>{t("addField")}</button>
    </div>
  );
}
