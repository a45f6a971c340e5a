import { entityOf, nameField } from "../../apps/views";
import type { Item } from "../../live/records";
import type { Page } from "./page";
import { inWords } from "./Shown";

/** What a record is called: the value of the field that names it. */
export function titleOf(page: Page, item: Item | undefined): string {
  const entity = item && entityOf(page.app.spec, item.entity);
  const field = entity && nameField(entity);
  // A record that names itself by another would go on for ever.
  if (!item || !field || field.type === "FIELD_TYPE_RELATION") return "";
  return inWords(page, field, item.values[field.name]);
}
