import { type KeyboardEvent, useId } from "react";
import type { Field, Value } from "../../api/apps";
import { kindOf, NUMBERS, textOf } from "../../apps/values";
import { sorted } from "../../apps/views";
import { useText } from "../../text";
import { titleOf } from "./names";
import { usePage } from "./page";

/** What is typed and not stored yet, or a value as it is stored. */
export type Draft = Value | undefined;

export interface ControlProps {
  id: string;
  field: Field;
  draft: Draft;
  label?: string;
  described?: string | undefined;
  invalid?: boolean;
  /** `done`: chosen, not on the way to being typed. */
  onDraft: (draft: Draft, done: boolean) => void;
  onEnter?: () => void;
  onEscape?: () => void;
}

const TYPES: Readonly<Record<string, string>> = { DATE: "date", DATETIME: "datetime-local", URL: "url", IMAGE: "url" };
// More cannot be looked through in a list.
const MOST_RELATED = 500;

/** The input that fits a field's type. */
export function Control(props: ControlProps) {
  const kind = kindOf(props.field);
  if (kind === "BOOLEAN") return <Check {...props} />;
  if (kind === "CHOICE") return <Choice {...props} choices={(props.field.choices ?? []).map((c) => [c, c])} />;
  if (kind === "MULTI_CHOICE") return <Several {...props} />;
  if (kind === "PERSON") return <Person {...props} />;
  if (kind === "RELATION") return <Related {...props} />;
  if (kind === "RATING") return <Stars {...props} />;
  return kind === "TEXT" ? <Words {...props} /> : <Typed {...props} />;
}

/** What an input of this type shows for a draft: text in the making as it is. */
function shown(field: Field, draft: Draft): string {
  return typeof draft === "string" && kindOf(field) !== "DATETIME" ? draft : textOf(field, draft);
}

function named({ id, label, described, invalid, field }: ControlProps) {
  return {
    id, "aria-label": label, "aria-describedby": described, "aria-invalid": invalid || undefined,
    "aria-required": field.required || undefined,
  } as const;
}

function onKey({ onEnter, onEscape }: ControlProps) {
  return (event: KeyboardEvent) => {
    // An input method confirms its candidates with Enter too.
    if (event.key === "Enter" && !event.shiftKey && !event.nativeEvent.isComposing && onEnter) {
      event.preventDefault();
      onEnter();
    }
    if (event.key === "Escape" && onEscape) {
      // Takes back what was typed; only the next one closes the window around it.
      event.preventDefault();
      onEscape();
    }
  };
}

function Words(props: ControlProps) {
  return (
    <textarea
      {...named(props)} rows={1} value={shown(props.field, props.draft)} onKeyDown={onKey(props)}
      onChange={(event) => props.onDraft(event.target.value, false)}
    />
  );
}

function Typed(props: ControlProps) {
  const t = useText();
  const { field, draft, onDraft } = props;
  const kind = kindOf(field);
  const isNumber = NUMBERS.has(kind);
  return (
    <input
      {...named(props)} type={isNumber ? "number" : (TYPES[kind] ?? "text")} value={shown(field, draft)} onKeyDown={onKey(props)}
      {...(isNumber ? { step: kind === "INTEGER" ? 1 : "any", inputMode: "decimal" } : {})}
      {...(kind === "DURATION" ? { placeholder: t("durationHint") } : {})}
      {...(isNumber && field.min !== undefined ? { min: field.min } : {})} {...(isNumber && field.max !== undefined ? { max: field.max } : {})}
      onChange={(event) => onDraft(event.target.value, false)}
    />
  );
}

function Check(props: ControlProps) {
  return (
    <input
      {...named(props)} type="checkbox" checked={props.draft === true}
      onChange={(event) => props.onDraft(event.target.checked, true)}
    />
  );
}

function Choice({ choices, ...props }: ControlProps & { choices: readonly (readonly [string, string])[] }) {
  const value = typeof props.draft === "string" ? props.draft : "";
  const known = choices.some(([key]) => key === value) || value === "";
  return (
    <select {...named(props)} value={value} onChange={(event) => props.onDraft(event.target.value || null, true)}>
      <option value="" />
      {choices.map(([key, words]) => <option key={key} value={key}>{words}</option>)}
      {!known && <option value={value}>{value}</option>}
    </select>
  );
}

function Person(props: ControlProps) {
  const { names } = usePage();
  return <Choice {...props} choices={[...names]} />;
}

function Related(props: ControlProps) {
  const page = usePage();
  const others = sorted(page.state.items, props.field.relates_to ?? "").slice(0, MOST_RELATED);
  const current = typeof props.draft === "string" ? page.state.byId.get(props.draft) : undefined;
  const all = current && !others.includes(current) ? [...others, current] : others;
  return <Choice {...props} choices={all.map((item) => [item.id, titleOf(page, item) || item.id])} />;
}

function Several(props: ControlProps) {
  const held = Array.isArray(props.draft) ? props.draft.map(String) : [];
  const flip = (choice: string, on: boolean) => {
    const next = (props.field.choices ?? []).filter((c) => (c === choice ? on : held.includes(c)));
    props.onDraft(next.length > 0 ? next : null, true);
  };
  return (
    <span className="several" role="group" {...named(props)}>
      {(props.field.choices ?? []).map((choice) => (
        <label key={choice} className="chip">
          <input type="checkbox" checked={held.includes(choice)} onChange={(event) => flip(choice, event.target.checked)} />
          {choice}
        </label>
      ))}
    </span>
  );
}

function Stars(props: ControlProps) {
  const t = useText();
  const name = useId();
  const most = Math.min(10, Math.max(1, props.field.max ?? 5));
  const value = typeof props.draft === "number" ? props.draft : 0;
  return (
    <span className="stars rate" role="radiogroup" {...named(props)}>
      {Array.from({ length: most }, (_, i) => i + 1).map((n) => (
        <label key={n} className={n <= value ? "on" : ""}>
          <input
            type="radio" name={name} checked={n === value} aria-label={t("stars", { count: n })} onChange={() => props.onDraft(n, true)}
            onClick={() => n === value && !props.field.required && props.onDraft(null, true)}
          />
          ★
        </label>
      ))}
    </span>
  );
}
