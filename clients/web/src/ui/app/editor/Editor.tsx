import { useMemo, useState } from "react";
import { ApiError, newKey } from "../../../api/client";
import type { App } from "../../../api/apps";
import { differences } from "../../../apps/differing";
import { drafted, NO_DRAFT, renamesOf, type Step, withoutLast, withStep } from "../../../apps/drafting";
import { byName, type Faults, within } from "../../../apps/faults";
import { useText } from "../../../text";
import { Problem, useAction } from "../../parts";
import { Changes } from "../Changes";
import { Dialog } from "../Dialog";
import { usePage } from "../page";
import { About } from "./About";
import { Fields } from "./Fields";
import { Rights } from "./Rights";
import { Views } from "./Views";

/** What the parts of the editor share: the app as it would be, what is wrong with it, and a way to change it. */
export interface Editing {
  spec: App["spec"];
  faults: Faults;
  /** `about`: what an earlier change of goes. */
  step: (about: string, step: Step) => void;
}

/** Changes the app by hand. What would change is shown before it is made; until then it stays the viewer's own, also when this is closed. */
export default function Editor({ onClose, onMade }: { onClose: () => void; onMade: () => void }) {
  const t = useText();
  const { api, app, path, draft, setDraft, setApp, rights, state } = usePage();
  const [looking, setLooking] = useState(false);
  const [since] = useState(app.version);
  const [faults, setFaults] = useState<Faults>({});
  const { busy, error, run } = useAction();
  const spec = useMemo(() => drafted(app.spec, draft), [app.spec, draft]);
  const renamed = useMemo(() => renamesOf(app.spec, draft), [app.spec, draft]);
  const changes = useMemo(() => {
    const holding = (entity: string, field: string, choice?: string) =>
      state.items.filter((item) => item.entity === entity && holds(item.values[field], choice)).length;
    return looking ? differences(app.spec, spec, t, holding, renamed) : [];
  }, [looking, app.spec, spec, t, state.items, renamed]);

  const apply = () =>
    run(async () => {
      setFaults({});
      try {
        const body = { spec, base_version: app.version, renamed, idempotency_key: newKey() };
        setApp((await api.put<{ app: App }>(`${path}/spec`, body)).app);
      } catch (problem) {
        if (!(problem instanceof ApiError)) throw problem;
        if (Object.keys(problem.fields).length > 0) {
          setFaults(byName(problem.fields, spec));
          return setLooking(false);
        }
        // Two changed the same at once: the draft moves on top of theirs, to be looked at again.
        if (problem.status === 409) return setApp((await api.get<{ app: App }>(path)).app);
        throw problem;
      }
      setDraft(NO_DRAFT);
      onMade();
    });
  const look = () => {
    setFaults({});
    setLooking(true);
  };
  const drop = () => {
    setDraft(NO_DRAFT);
    onClose();
  };
  const editing: Editing = { spec, faults, step: (about, step) => setDraft((before) => withStep(before, about, step)) };
  const marked = within(faults, "").length > 0;
  return (
    <Dialog title={t("byHand")} firm onClose={onClose}>
      {app.version !== since && draft.size > 0 && <p className="notice" role="alert">{t("changedMeanwhile", { number: app.version })}</p>}
      {looking ? <Changes changes={changes} /> : (
        <>
          <About {...editing} />
          {spec.entities?.map((entity) => <Fields key={entity.name} entity={entity} {...editing} />)}
          <Views {...editing} />
          {rights.own && <Rights {...editing} />}
        </>
      )}
      <footer className="row sticky">
        {looking ? (
          <>
            <button className="primary" disabled={busy || changes.length === 0} onClick={() => void apply()}>{t("apply")}</button>
            <button disabled={busy} onClick={() => setLooking(false)}>{t("goOnEditing")}</button>
          </>
        ) : (
          <>
            <button className="primary" disabled={draft.size === 0} onClick={look}>{t("propose")}</button>
            <button disabled={draft.size === 0} onClick={() => setDraft(withoutLast)}>{t("takeBackLast")}</button>
          </>
        )}
        {draft.size > 0 && <button className="link" disabled={busy} onClick={drop}>{t("dropDraft")}</button>}
        <Problem text={marked ? [t("lookAtMarked"), ...elsewhere(faults)].join(" ") : error} />
      </footer>
    </Dialog>
  );
}

function holds(value: unknown, choice: string | undefined): boolean {
  if (value === undefined || value === null || value === "") return false;
  return choice === undefined || value === choice || (Array.isArray(value) && value.includes(choice));
}

/** What is wrong with parts that the editor does not show. */
function elsewhere(faults: Faults): string[] {
  return Object.entries(faults).flatMap(([path, reason]) => (/^spec\.(title|icon|description|currency|theme|entities|views)\b/.test(path) ? [] : [`${path}: ${reason}`]));
}
