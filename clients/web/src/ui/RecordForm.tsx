import { type FormEvent, useState } from "react";
import type { Entity, Field, Value } from "../api/types";
import { useText } from "../text";
import { withUnit } from "./AppCard";
import { Input } from "./parts";

interface Props {
  entity: Entity;
  /** Reasons by field path, as the service names them ("values.kcal"). */
  errors: Readonly<Record<string, string>>;
  onAdd: (values: Record<string, Value>) => Promise<boolean>;
}

const NUMBERS = new Set(["NUMBER", "INTEGER", "RATING", "DURATION", "MONEY"]);
const INPUTS: Readonly<Record<string, string>> = { DATE: "date", DATETIME: "datetime-local", URL: "url" };

/** One input for each field that a person enters; computed ones are left out. */
export function RecordForm({ entity, errors, onAdd }: Props) {
  const t = useText();
  const [entered, setEntered] = useState<Readonly<Record<string, string>>>({});
  const fields = (entity.fields ?? []).filter((field) => !field.formula);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    const values = fields.flatMap((field): [string, Value][] => {
      const text = entered[field.name] ?? "";
      return text === "" ? [] : [[field.name, valueOf(field, text)]];
    });
    void onAdd(Object.fromEntries(values)).then((added) => added && setEntered({}));
  };

  return (
    <form className="record" onSubmit={submit}>
      {fields.map((field) => (
        <FieldInput
          key={field.name} field={field} value={entered[field.name] ?? ""}
          error={errors[`values.${field.name}`]} onChange={(text) => setEntered({ ...entered, [field.name]: text })}
        />
      ))}
      <button className="primary">{t("addRecord")}</button>
    </form>
  );
}

interface InputProps {
  field: Field;
  value: string;
  error: string | undefined;
  onChange: (text: string) => void;
}

function FieldInput({ field, value, error, onChange }: InputProps) {
  const t = useText();
  const label = withUnit(field.label || field.name, field.unit);
  const type = kind(field);
  const choices = type === "BOOLEAN" ? [["true", t("yes")], ["false", t("no")]] : (field.choices ?? []).map((c) => [c, c]);
  if (type === "BOOLEAN" || type === "CHOICE") {
    return (
      <label className="input">
        {label}
        <select value={value} required={field.required} onChange={(event) => onChange(event.target.value)}>
          <option value="" />
          {choices.map(([key, words]) => <option key={key} value={key}>{words}</option>)}
        </select>
        {error && <small className="error">{error}</small>}
      </label>
    );
  }
  return (
    <Input
      label={label} value={value} onChange={onChange} required={field.required} error={error}
      type={NUMBERS.has(type) ? "number" : (INPUTS[type] ?? "text")} {...(NUMBERS.has(type) ? { step: "any" } : {})}
    />
  );
}

function kind(field: Field): string {
  return field.type.replace("FIELD_TYPE_", "");
}

/** What the service stores for what was typed: numbers as numbers, times with a zone, several choices as a list. */
export function valueOf(field: Field, text: string): Value {
  const type = kind(field);
  if (NUMBERS.has(type)) return Number(text);
  if (type === "BOOLEAN") return text === "true";
  if (type === "DATETIME") return new Date(text).toISOString();
  if (type === "MULTI_CHOICE") return text.split(/[,，]/).map((part) => part.trim()).filter(Boolean);
  return text;
}
