import { kindOf } from "../../../apps/values";
import { fieldsOf, nameField } from "../../../apps/views";
import { useText } from "../../../text";
import { titleOf } from "../names";
import { usePage } from "../page";
import { Picture } from "../Shown";
import { CardBody } from "./CardBody";
import { NoRecords, takenBy, useFound, useItems, usePaged, type ViewProps } from "./shared";

/** Records as cards with their pictures. */
export function GalleryView({ view, entity }: ViewProps) {
  const t = useText();
  const page = usePage();
  const items = useItems(view, entity);
  const [found, bar] = useFound(items, entity);
  const [rows, more] = usePaged(found);
  const name = nameField(entity);
  const picture = (entity.fields ?? []).find((field) => kindOf(field) === "IMAGE");
  const fields = fieldsOf(view, entity).filter((field) => field !== name && field !== picture);
  return (
    <>
      {bar}
      {items.length === 0 && <NoRecords entity={entity} />}
      <ul className="gallery">
        {rows.map((item) => {
          const address = picture && item.values[picture.name];
          const title = titleOf(page, item) || t("untitled");
          return (
            <li key={item.id} className={takenBy(page, item)}>
              {typeof address === "string" ? <Picture address={address} /> : <span className="blank" aria-hidden="true">{Array.from(title)[0]}</span>}
              <button className="open" onClick={() => page.open(item.id)}>{title}</button>
              <CardBody item={item} fields={fields} />
            </li>
          );
        })}
      </ul>
      {more}
    </>
  );
}
