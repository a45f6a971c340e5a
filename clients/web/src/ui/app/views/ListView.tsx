import { fieldsOf, nameField } from "../../../apps/views";
import { useText } from "../../../text";
import { titleOf } from "../names";
import { usePage } from "../page";
import { CardBody } from "./CardBody";
import { NoRecords, takenBy, useFound, useItems, usePaged, type ViewProps } from "./shared";

/** Records one below the other; each opens. */
export function ListView({ view, entity }: ViewProps) {
  const t = useText();
  const page = usePage();
  const items = useItems(view, entity);
  const [found, bar] = useFound(items, entity);
  const [rows, more] = usePaged(found);
  const name = nameField(entity);
  const fields = fieldsOf(view, entity).filter((field) => field !== name);
  return (
    <>
      {bar}
      {items.length === 0 && <NoRecords entity={entity} />}
      <ul className="items">
        {rows.map((item) => (
          <li key={item.id} className={takenBy(page, item)}>
            <button className="open" onClick={() => page.open(item.id)}>{titleOf(page, item) || t("untitled")}</button>
            <CardBody item={item} fields={fields} />
          </li>
        ))}
      </ul>
      {more}
    </>
  );
}
