import type { App, Field, Permission } from "../api/apps";
import type { Item } from "../live/records";

/** What the viewer may do; the server decides, this only keeps buttons away that it would refuse. */
export interface Rights {
  add: (entity: string) => boolean;
  change: (item: Item, field: Field) => boolean;
  remove: (item: Item) => boolean;
  /** May change the app itself. */
  edit: boolean;
  own: boolean;
}

/** The rights of a role: a viewer reads, others do all but what the app's permissions withhold. */
export function rightsOf(app: App, role: string, personId: string): Rights {
  const writes = role === "owner" || role === "editor";
  const ruleFor = (entity: string): Permission | undefined => {
    const rules = (app.spec.permissions ?? []).filter((rule) => rule.role === role);
    return rules.find((rule) => rule.entity === entity) ?? rules.find((rule) => !rule.entity);
  };
  const mine = (item: Item) => item.by === personId;
  return {
    add: (entity) => {
      const rule = ruleFor(entity);
      return rule ? Boolean(rule.add) : writes;
    },
    change: (item, field) => {
      if (field.formula) return false;
      const rule = ruleFor(item.entity);
      if (!rule) return writes;
      if (rule.locked_fields?.includes(field.name)) return false;
      return Boolean(rule.change_any || (rule.change_own && mine(item)));
    },
    remove: (item) => {
      const rule = ruleFor(item.entity);
      return rule ? Boolean(rule.remove_any || (rule.remove_own && mine(item))) : writes;
    },
    edit: writes,
    own: role === "owner",
  };
}
