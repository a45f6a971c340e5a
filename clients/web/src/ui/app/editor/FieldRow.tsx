import type { Entity, Field } from "../../../api/apps";
import { addChoices, changeField, CHOOSING, moveField, RANGED, removeChoice, removeField, renameChoice, retyped } from "../../../apps/drafting";
import { within } from "../../../apps/faults";
import { kindOf } from "../../../apps/values";
import { type Key, useText } from "../../../text";
import { Input } from "../../parts";
import { usePage } from "../page";
import { Choices } from "./Choices";
import type { Editing } from "./Editor";
import { KINDS } from "./Fields";
import { Order } from "./Order";

// So many different texts are choices at most, and so long.
const MOST_CHOICES = 50;
const LONGEST_CHOICE = 60;
const TEXTS: readonly ["unit" | "hint" | "formula", Key, Key?][] = [["unit", "fieldUnit"], ["hint", "fieldHint"], ["formula", "fieldFormula", "fieldFormulaHint"]];
const BOUNDS: readonly ["min" | "max", Key][] = [["min", "fieldLeast"], ["max", "fieldMost"]];

/** One field: what it is called, holds and insists on. */
export function FieldRow({ entity, field, first, last, spec, faults, step }: Editing & { entity: Entity; field: Field; first: boolean; last: boolean }) {
  const t = useText();
  const { state } = usePage();
  const kind = kindOf(field);
  const path = `spec.entities.${entity.name}.fields.${field.name}`;
  const name = field.label || field.name;
  const wrong = within(faults, path);
  const set = (part: string, patch: (field: Field) => Field) => step(`${path}.${part}`, changeField(entity.name, field.name, patch));
  const retype = (to: string) => {
    const held = state.items.flatMap((item) => (item.entity === entity.name ? [item.values[field.name]] : []));
    const texts = [...new Set(held.filter((value) => typeof value === "string" && value.trim() && value.length <= LONGEST_CHOICE))] as string[];
    const other = spec.entities?.find((one) => one.name !== entity.name) ?? entity;
    set("type", (one) => retyped(one, to, texts.slice(0, MOST_CHOICES), other.name));
  };
  return (
    <li role="group" aria-label={name}>
      <div className="row">
        <input
          aria-label={t("fieldLabel")} value={field.label} aria-invalid={within(faults, `${path}.label`).length > 0 || undefined}
          onChange={(event) => set("label", (one) => ({ ...one, label: event.target.value }))}
        />
        <select aria-label={t("fieldType")} value={kind} onChange={(event) => retype(event.target.value)}>
          {KINDS.map((one) => <option key={one} value={one}>{t(`type${one}` as Key)}</option>)}
        </select>
        <label className="check">
          <input type="checkbox" checked={field.required} disabled={Boolean(field.formula)} onChange={(event) => set("required", (one) => ({ ...one, required: event.target.checked }))} />
          {t("fieldRequired")}
        </label>
        <Order
          name={name} first={first} last={last} onMove={(by) => step(`${path}.move${Math.random()}`, moveField(entity.name, field.name, by))}
          onRemove={() => step(`${path}.remove`, removeField(entity.name, field.name))}
        />
      </div>
      {CHOOSING.has(kind) && (
        <Choices
          choices={field.choices ?? []}
          onAdd={(choices) => step(`${path}.choices+${choices.join()}`, addChoices(entity.name, field.name, choices))}
          onRename={(from, to) => step(`${path}.choices.${from}`, renameChoice(entity.name, field.name, from, to))}
          onRemove={(choice) => step(`${path}.choices-${choice}`, removeChoice(entity.name, field.name, choice))}
        />
      )}
      {kind === "RELATION" && (
        <label className="input">
          {t("fieldRelatesTo")}
          <select value={field.relates_to} onChange={(event) => set("relates_to", (one) => ({ ...one, relates_to: event.target.value }))}>
            {spec.entities?.map((one) => <option key={one.name} value={one.name}>{one.label || one.name}</option>)}
          </select>
        </label>
      )}
      {wrong.map((reason) => <small key={reason} className="error" role="alert">{reason}</small>)}
      <details>
        <summary>{t("moreAbout", { name })}</summary>
        <div className="about">
          {TEXTS.map(([part, words, hint]) => (
            <Input key={part} label={t(words)} value={field[part] ?? ""} {...(hint ? { placeholder: t(hint) } : {})} onChange={(value) => set(part, (one) => ({ ...one, [part]: value }))} />
          ))}
          {RANGED.has(kind) && BOUNDS.map(([part, words]) => (
            <Input key={part} label={t(words)} type="number" step="any" value={String(field[part] ?? "")} onChange={(value) => set(part, (one) => bounded(one, part, value))} />
          ))}
        </div>
      </details>
    </li>
  );
}

function bounded(field: Field, part: "min" | "max", text: string): Field {
  const { [part]: _, ...rest } = field;
  return text === "" ? rest : { ...rest, [part]: Number(text) };
}
