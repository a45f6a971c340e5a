import type { View } from "../../api/apps";
import { titleOfView } from "../../apps/views";
import { useText } from "../../text";
import { RedoIcon, UndoIcon } from "../icons";
import { titleOf } from "./names";
import { colourOf, type Page, usePage } from "./page";

interface Props {
  views: readonly View[];
  shown: string;
  onShow: (view: string) => void;
  onBack: () => void;
}

/** The app's name, who is here, undo and redo, and its views. */
export function Head({ views, shown, onShow, onBack }: Props) {
  const t = useText();
  const page = usePage();
  const { app, live, state, rights } = page;
  return (
    <header className="app-head">
      <div className="row">
        <button className="link" onClick={onBack}>{`‹ ${t("back")}`}</button>
        <div className="title">
          <h1><span className="emoji" aria-hidden="true">{app.spec.icon}</span> {app.spec.title}</h1>
          {app.spec.description && <small>{app.spec.description}</small>}
        </div>
        <Presence />
        {rights.edit && (
          <div className="row undo">
            <button aria-label={t("undo")} title={t("undo")} disabled={!state.canUndo} onClick={() => live?.undo()}><UndoIcon /></button>
            <button aria-label={t("redo")} title={t("redo")} disabled={!state.canRedo} onClick={() => live?.redo()}><RedoIcon /></button>
          </div>
        )}
      </div>
      <Connection />
      {!rights.edit && <p className="notice">{t("onlyRead")}</p>}
      <div className="views" role="group" aria-label={t("views")}>
        {views.map((view) => (
          <button key={view.name} aria-pressed={view.name === shown} onClick={() => onShow(view.name)}>{titleOfView(view, app.spec)}</button>
        ))}
      </div>
    </header>
  );
}

/** Whether edits reach the server, and those that waited have. */
function Connection() {
  const t = useText();
  const { live, state } = usePage();
  const { waiting, sent } = state;
  if (state.status === "offline") {
    return <p className="notice" role="status">{waiting > 0 ? t(state.kept ? "editsKept" : "editsWait", { count: waiting }) : t("offline")}</p>;
  }
  if (sent === 0) return null;
  return <p className="notice" role="status">{t("editsSent", { count: sent })} <button className="link" onClick={() => live?.forgetSent()}>{t("ok")}</button></p>;
}

/** Who else has the app open, and what they are at. */
function Presence() {
  const t = useText();
  const page = usePage();
  const people = [...new Set(page.state.peers.map((peer) => peer.person_id))].filter((person) => person !== page.profile.person_id);
  return (
    <ul className="presence" aria-label={t("alsoHere")}>
      {people.map((person) => {
        const name = page.names.get(person) ?? t("somebody");
        const where = placeOf(page, person);
        const words = where ? t("isAt", { name, where }) : t("isHere", { name });
        return <li key={person} className={colourOf(person)} title={words}><span className="face" aria-hidden="true">{Array.from(name)[0]?.toUpperCase()}</span><span className="unseen">{words}</span></li>;
      })}
    </ul>
  );
}

function placeOf(page: Page, person: string): string {
  const at = page.state.peers.find((peer) => peer.person_id === person && peer.record_id);
  return at ? titleOf(page, page.state.byId.get(at.record_id)) : "";
}
