import { entityOf } from "../../apps/views";
import { useText } from "../../text";
import { Cell } from "./Cell";
import { Dialog } from "./Dialog";
import { titleOf } from "./names";
import { usePage } from "./page";

/** One record, all of its fields; what is changed here is stored as soon as an input is left. */
export function RecordDialog({ recordId, onClose }: { recordId: string; onClose: () => void }) {
  const t = useText();
  const page = usePage();
  const item = page.state.byId.get(recordId);
  const entity = item && entityOf(page.app.spec, item.entity);
  if (!item || !entity) {
    return <Dialog title={t("notThere")} onClose={onClose}><p className="empty">{t("notThereHint")}</p></Dialog>;
  }
  const by = page.names.get(item.by);
  const at = new Date(item.at);
  const when = Number.isNaN(at.getTime()) ? "" : at.toLocaleString(page.locale, { dateStyle: "medium", timeStyle: "short" });
  const remove = () => {
    onClose();
    page.live?.remove(item.id);
  };
  return (
    <Dialog title={titleOf(page, item) || entity.label || entity.name} onClose={onClose}>
      <div className="entry">
        {entity.fields?.map((field) => <Cell key={field.name} item={item} field={field} labelled />)}
      </div>
      <footer className="row between">
        <small>{by || when ? t("enteredBy", { name: by ?? t("somebody"), when }) : ""}</small>
        {page.rights.remove(item) && <button type="button" onClick={remove}>{t("removeRecord")}</button>}
      </footer>
    </Dialog>
  );
}
