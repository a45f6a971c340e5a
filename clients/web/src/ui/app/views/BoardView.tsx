import { type DragEvent, useState } from "react";
import type { Field, Value } from "../../../api/apps";
import { kindOf, labelOf } from "../../../apps/values";
import { columnOf, columnsOf, fieldBy, fieldsOf, nameField } from "../../../apps/views";
import type { Item } from "../../../live/records";
import { useText } from "../../../text";
import { titleOf } from "../names";
import { type Page, usePage } from "../page";
import { inWords } from "../Shown";
import { CardBody } from "./CardBody";
import { NoRecords, takenBy, useFound, useItems, type ViewProps } from "./shared";

const MOST_IN_COLUMN = 100;
const MOST_COLUMNS = 20;

/** Records as cards in columns; a card moves by drag and drop, or by the list on it. */
export function BoardView({ view, entity }: ViewProps) {
  const t = useText();
  const page = usePage();
  const items = useItems(view, entity);
  const [found, bar] = useFound(items, entity);
  const [over, setOver] = useState<string | undefined>();
  const by = fieldBy(view, entity, "CHOICE", "BOOLEAN", "PERSON");
  if (!by) return <NoRecords entity={entity} />;
  const columns = columnsOf(by, items).slice(0, MOST_COLUMNS);
  const move = (id: string, column: string) => page.live?.change(id, by.name, valueIn(by, column));
  const drop = (column: string) => (event: DragEvent) => {
    event.preventDefault();
    setOver(undefined);
    const id = event.dataTransfer.getData("text/plain");
    if (page.state.byId.has(id)) move(id, column);
  };
  return (
    <>
      {bar}
      {items.length === 0 && <NoRecords entity={entity} />}
      <div className="board">
        {columns.map((column) => {
          const held = found.filter((item) => columnOf(by, item) === column);
          return (
            <section
              key={column} aria-label={columnInWords(page, by, column, t("none"))} className={over === column ? "over" : ""}
              onDragOver={(event) => { event.preventDefault(); setOver(column); }} onDragLeave={() => setOver(undefined)} onDrop={drop(column)}
            >
              <h3>{columnInWords(page, by, column, t("none"))} <small>{held.length}</small></h3>
              {held.slice(0, MOST_IN_COLUMN).map((item) => (
                <Card key={item.id} item={item} by={by} columns={columns} fields={shownFields(fieldsOf(view, entity), by, nameField(entity))} onMove={(to) => move(item.id, to)} />
              ))}
              {held.length > MOST_IN_COLUMN && <p className="hint">{t("andMore", { count: held.length - MOST_IN_COLUMN })}</p>}
            </section>
          );
        })}
      </div>
    </>
  );
}

interface CardProps {
  item: Item;
  by: Field;
  columns: readonly string[];
  fields: readonly Field[];
  onMove: (column: string) => void;
}

function Card({ item, by, columns, fields, onMove }: CardProps) {
  const t = useText();
  const page = usePage();
  const movable = page.rights.change(item, by);
  const title = titleOf(page, item) || t("untitled");
  const start = (event: DragEvent) => {
    event.dataTransfer.setData("text/plain", item.id);
    event.dataTransfer.effectAllowed = "move";
    page.live?.at(item.id, by.name);
  };
  return (
    <article className={takenBy(page, item)} draggable={movable} onDragStart={start} onDragEnd={() => page.live?.at("", "")}>
      <button className="open" onClick={() => page.open(item.id)}>{title}</button>
      <CardBody item={item} fields={fields} />
      {movable && (
        <select aria-label={t("moveTo", { name: title, by: labelOf(by) })} value={columnOf(by, item)} onChange={(event) => onMove(event.target.value)}>
          {[...new Set([...columns, columnOf(by, item)])].map((column) => <option key={column} value={column}>{columnInWords(page, by, column, t("none"))}</option>)}
        </select>
      )}
    </article>
  );
}

function shownFields(fields: readonly Field[], by: Field, name: Field | undefined): Field[] {
  return fields.filter((field) => field !== by && field !== name);
}

function valueIn(by: Field, column: string): Value {
  if (kindOf(by) === "BOOLEAN") return column === "true";
  return column === "" ? null : column;
}

function columnInWords(page: Page, by: Field, column: string, none: string): string {
  if (column === "") return none;
  if (kindOf(by) !== "BOOLEAN") return inWords(page, by, column);
  return column === "true" ? labelOf(by) : `${labelOf(by)}: –`;
}
