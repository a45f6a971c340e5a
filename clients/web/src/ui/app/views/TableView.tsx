import { useMemo, useState } from "react";
import { kindOf, labelOf } from "../../../apps/values";
import { fieldsOf, sorted } from "../../../apps/views";
import { useText } from "../../../text";
import { BinIcon, OpenIcon } from "../../icons";
import { Cell } from "../Cell";
import { titleOf } from "../names";
import { usePage } from "../page";
import { NoRecords, useFound, usePaged, type ViewProps } from "./shared";

interface Order {
  by: string;
  descending: boolean;
}

/** Records in rows; every cell can be changed where it stands. A click on a column's name sorts by it. */
export function TableView({ view, entity }: ViewProps) {
  const t = useText();
  const page = usePage();
  const [order, setOrder] = useState<Order | undefined>();
  const by = order?.by ?? view.sort_by ?? "";
  const descending = order?.descending ?? view.descending ?? false;
  const items = useMemo(() => sorted(page.state.items, entity.name, by, descending), [page.state.items, entity.name, by, descending]);
  const [found, bar] = useFound(items, entity);
  const [rows, more] = usePaged(found);
  const fields = fieldsOf(view, entity);
  const sort = (name: string) => setOrder(by === name && descending ? undefined : { by: name, descending: by === name });
  return (
    <>
      {bar}
      {items.length === 0 ? <NoRecords entity={entity} /> : (
        <div className="table">
          <table className="grid">
            <thead>
              <tr>
                {fields.map((field) => (
                  <th key={field.name} scope="col" aria-sort={by === field.name ? (descending ? "descending" : "ascending") : "none"}>
                    <button className="link" onClick={() => sort(field.name)}>
                      {labelOf(field)}{by === field.name && <span aria-hidden="true">{descending ? " ↓" : " ↑"}</span>}
                    </button>
                  </th>
                ))}
                <th scope="col"><span className="unseen">{t("actionsOfRecord")}</span></th>
              </tr>
            </thead>
            <tbody>
              {rows.map((item) => (
                <tr key={item.id}>
                  {fields.map((field) => (
                    <td key={field.name} className={`kind-${kindOf(field).toLowerCase()}`}><Cell item={item} field={field} /></td>
                  ))}
                  <td className="tools">
                    <button aria-label={t("openRecord", { name: titleOf(page, item) })} title={t("open")} onClick={() => page.open(item.id)}><OpenIcon /></button>
                    {page.rights.remove(item) && (
                      <button aria-label={t("removeThis", { name: titleOf(page, item) })} title={t("removeRecord")} onClick={() => page.live?.remove(item.id)}><BinIcon /></button>
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {more}
    </>
  );
}
