import { type FocusEvent, useEffect, useId, useRef, useState } from "react";
import type { Field } from "../../api/apps";
import { labelOf, kindOf, valueOf } from "../../apps/values";
import type { Item } from "../../live/records";
import { useText } from "../../text";
import { Control, type Draft } from "./Control";
import { colourOf, usePage } from "./page";
import { Shown } from "./Shown";

interface Props {
  item: Item;
  field: Field;
  /** The label stands beside the input; otherwise it is only read out. */
  labelled?: boolean;
}

/** A value of a record: an input that stores what was typed when it is left, or plain text for who may not change it. */
export function Cell({ item, field, labelled = false }: Props) {
  const t = useText();
  const page = usePage();
  const { live, rights, names, state } = page;
  const id = useId();
  const value = item.values[field.name];
  const [typed, setTyped] = useState<{ draft: Draft } | undefined>();
  // Whatever closes the record stores what was being typed.
  const leave = useRef<() => void>(() => undefined);
  const refusal = state.refusals.findLast((r) => r.record_id === item.id && r.field === field.name);
  const others = state.peers.filter((peer) => peer.record_id === item.id && peer.field === field.name);
  const mayChange = rights.change(item, field);

  const store = (draft: Draft) => {
    setTyped(undefined);
    leave.current = () => undefined;
    const kind = kindOf(field);
    live?.change(item.id, field.name, typeof draft === "string" && kind !== "CHOICE" ? valueOf(field, draft) : (draft ?? null));
  };
  const onDraft = (draft: Draft, done: boolean) => {
    if (done) return store(draft);
    setTyped({ draft });
    leave.current = () => store(draft);
  };
  useEffect(() => () => leave.current(), []);

  const onFocus = () => live?.at(item.id, field.name);
  const onBlur = (event: FocusEvent) => {
    if (event.currentTarget.contains(event.relatedTarget)) return;
    if (typed) store(typed.draft);
    live?.at("", "");
  };
  const first = others[0];
  const marks = others.map((peer) => names.get(peer.person_id) ?? t("somebody")).join(", ");
  return (
    <div className={["cell", first && `taken ${colourOf(first.person_id)}`].filter(Boolean).join(" ")} data-typing={typed ? "" : undefined} onFocus={onFocus} onBlur={onBlur}>
      {labelled && <label htmlFor={id}>{labelOf(field)}{field.formula && <small>{` · ${t("computed")}`}</small>}</label>}
      {mayChange ? (
        <Control
          id={id} field={field} draft={typed ? typed.draft : value} {...(labelled ? {} : { label: labelOf(field) })}
          described={refusal || (labelled && field.hint) ? `${id}-note` : undefined} invalid={Boolean(refusal)}
          onDraft={onDraft} onEnter={() => typed && store(typed.draft)}
          {...(typed ? { onEscape: () => { leave.current = () => undefined; setTyped(undefined); } } : {})}
        />
      ) : (
        <span className="still" id={id}><Shown field={field} value={value} /></span>
      )}
      {marks && <span className="mark">{marks}</span>}
      {refusal ? (
        <small id={`${id}-note`} role="alert" className="error">
          {t("refused", { reason: refusal.reason })}{" "}
          <button type="button" className="link" onClick={() => live?.forget(item.id, field.name)}>{t("ok")}</button>
        </small>
      ) : (
        labelled && mayChange && field.hint && <small id={`${id}-note`} className="hint">{field.hint}</small>
      )}
    </div>
  );
}
