import { type FormEvent, useState } from "react";
import { fieldBy, fieldsOf, nameField } from "../../../apps/views";
import { useText } from "../../../text";
import { titleOf } from "../names";
import { usePage } from "../page";
import { CardBody } from "./CardBody";
import { AddButton, NoRecords, takenBy, useItems, usePaged, type ViewProps } from "./shared";

/** Records to be ticked off, done ones last; where a name is enough, the next is typed right here. */
export function ChecklistView({ view, entity }: ViewProps) {
  const t = useText();
  const page = usePage();
  const items = useItems(view, entity);
  const done = fieldBy(view, entity, "BOOLEAN");
  const isDone = (values: Readonly<Record<string, unknown>>) => Boolean(done && values[done.name] === true);
  const [rows, more] = usePaged([...items.filter((item) => !isDone(item.values)), ...items.filter((item) => isDone(item.values))]);
  const name = nameField(entity);
  const [typed, setTyped] = useState("");
  const others = (entity.fields ?? []).filter((field) => field.required && field !== name && field.default_value === undefined && !field.formula);
  const quick = page.rights.add(entity.name) && name?.type === "FIELD_TYPE_TEXT" && others.length === 0;
  const add = (event: FormEvent) => {
    event.preventDefault();
    if (!typed.trim() || !name) return;
    const defaults = (entity.fields ?? []).flatMap((field) => (field.default_value === undefined ? [] : [[field.name, field.default_value] as const]));
    page.live?.add(entity.name, { ...Object.fromEntries(defaults), [name.name]: typed.trim() });
    setTyped("");
  };
  return (
    <>
      {quick ? (
        <form className="row quick" onSubmit={add}>
          <input aria-label={t("addTo", { name: entity.label || entity.name })} placeholder={t("addTo", { name: entity.label || entity.name })} value={typed} onChange={(event) => setTyped(event.target.value)} />
          <button className="primary" disabled={!typed.trim()}>{t("add")}</button>
        </form>
      ) : <div className="row"><AddButton entity={entity} /></div>}
      {items.length === 0 && <NoRecords entity={entity} />}
      <ul className="checklist">
        {rows.map((item) => (
          <li key={item.id} className={[isDone(item.values) && "done", takenBy(page, item)].filter(Boolean).join(" ")}>
            {done && (
              <input
                type="checkbox" aria-label={titleOf(page, item) || t("untitled")} checked={isDone(item.values)} disabled={!page.rights.change(item, done)}
                onChange={(event) => page.live?.change(item.id, done.name, event.target.checked)}
              />
            )}
            <button className="open" onClick={() => page.open(item.id)}>{titleOf(page, item) || t("untitled")}</button>
            <CardBody item={item} fields={fieldsOf(view, entity).filter((field) => field !== name && field !== done)} />
          </li>
        ))}
      </ul>
      {more}
    </>
  );
}
