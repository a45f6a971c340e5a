import type { Field } from "../../../api/apps";
import { labelOf } from "../../../apps/values";
import type { Item } from "../../../live/records";
import { Shown } from "../Shown";

/** Some values of a record with their names; those that are missing are left out. */
export function CardBody({ item, fields }: { item: Item; fields: readonly Field[] }) {
  const present = fields.filter((field) => {
    const value = item.values[field.name];
    return value !== undefined && value !== null && value !== "";
  });
  if (present.length === 0) return null;
  return (
    <dl>
      {present.map((field) => (
        <div key={field.name}>
          <dt>{labelOf(field)}</dt>
          <dd><Shown field={field} value={item.values[field.name]} /></dd>
        </div>
      ))}
    </dl>
  );
}
