import { type FormEvent, useId, useRef, useState } from "react";
import type { Entity, Field, Value, Values } from "../../api/apps";
import { kindOf, labelOf, valueOf } from "../../apps/values";
import { useText } from "../../text";
import { Control, type Draft } from "./Control";
import { usePage } from "./page";

interface Props {
  entity: Entity;
  /** What stands there already. */
  values?: Values;
  /** Reasons by field, of an entry that was refused. */
  errors?: Readonly<Record<string, string>>;
  onDone?: () => void;
}

/** A form for a new record: one input for each field that a person enters, the computed ones left out. */
export function Entry({ entity, values = {}, errors = {}, onDone }: Props) {
  const t = useText();
  const { live } = usePage();
  const fields = (entity.fields ?? []).filter((field) => !field.formula);
  const begin = () => Object.fromEntries(fields.map((field) => [field.name, values[field.name] ?? field.default_value]));
  const [drafts, setDrafts] = useState<Readonly<Record<string, Draft>>>(begin);
  const [bad, setBad] = useState<Readonly<Record<string, string>>>(errors);
  const [added, setAdded] = useState(0);
  const form = useRef<HTMLFormElement>(null);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    const entered = fields.map((field) => [field, stored(field, drafts[field.name])] as const);
    const missing = entered.filter(([field, value]) => field.required && (value === null || value === ""));
    setBad(Object.fromEntries(missing.map(([field]) => [field.name, t("isRequired")])));
    if (missing.length > 0 || !live) return;
    live.add(entity.name, Object.fromEntries(entered.flatMap(([field, value]) => (value === null ? [] : [[field.name, value]]))));
    setDrafts(Object.fromEntries(fields.map((field) => [field.name, field.default_value])));
    setAdded(added + 1);
    onDone?.();
  };
  return (
    <form ref={form} className="entry" noValidate onSubmit={submit} aria-label={t("addTo", { name: entity.label || entity.name })}>
      {fields.map((field) => (
        <Line
          key={field.name} field={field} draft={drafts[field.name]} error={bad[field.name]}
          onDraft={(draft) => setDrafts((before) => ({ ...before, [field.name]: draft }))} onEnter={() => form.current?.requestSubmit()}
        />
      ))}
      <div className="row">
        <button className="primary">{t("addRecord")}</button>
        <span className="hint" role="status">{added > 0 && t("added")}</span>
      </div>
    </form>
  );
}

function stored(field: Field, draft: Draft): Value {
  if (typeof draft !== "string" || kindOf(field) === "CHOICE") return draft ?? null;
  return valueOf(field, draft);
}

interface LineProps {
  field: Field;
  draft: Draft;
  error: string | undefined;
  onDraft: (draft: Draft) => void;
  onEnter: () => void;
}

function Line({ field, draft, error, onDraft, onEnter }: LineProps) {
  const id = useId();
  const note = error || field.hint;
  return (
    <div className="line">
      <label htmlFor={id}>{labelOf(field)}{field.required && <span className="must" aria-hidden="true"> *</span>}</label>
      <Control
        id={id} field={field} draft={draft} {...(groups(field) ? { label: labelOf(field) } : {})} invalid={Boolean(error)}
        described={note ? `${id}-note` : undefined} onDraft={onDraft} onEnter={onEnter}
      />
      {note && <small id={`${id}-note`} className={error ? "error" : "hint"} {...(error ? { role: "alert" } : {})}>{note}</small>}
    </div>
  );
}

/** Several inputs together: a label cannot belong to all of them. */
export function groups(field: Field): boolean {
  return ["MULTI_CHOICE", "RATING"].includes(kindOf(field));
}
