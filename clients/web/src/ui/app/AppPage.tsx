import { useCallback, useEffect, useMemo, useState } from "react";
import type { Api } from "../../api/client";
import { type App, appPath, type Values } from "../../api/apps";
import type { Conversation, Profile } from "../../api/types";
import { NO_DRAFT } from "../../apps/drafting";
import { rightsOf } from "../../apps/rights";
import { entityOf, viewsOf } from "../../apps/views";
import { useLive } from "../../live/useLive";
import { useAsk } from "../../state/useAsk";
import { useText } from "../../text";
import { Empty, Problem, useAction } from "../parts";
import { Dialog } from "./Dialog";
import { Entry } from "./Entry";
import { Head } from "./Head";
import { type Page, PageContext } from "./page";
import { RecordDialog } from "./RecordDialog";
import { Refusals } from "./Refusals";
import { Tools } from "./Tools";
import { useProposals } from "./useProposals";
import { useUndoKeys } from "./useUndoKeys";
import { ViewOf } from "./views";

const AGAIN_MS = 3000;

interface Props {
  api: Api;
  profile: Profile;
  appId: string;
  /** A proposed change that is to be decided on. */
  editId: string | undefined;
  /** Leads to the app's conversation; empty: to the viewer's own apps. */
  onBack: (conversationId: string) => void;
}

/** Something that stands above the views. */
interface Above {
  record?: string;
  entity?: string;
  values?: Values;
  errors?: Readonly<Record<string, string>>;
}

/** One mini-app, open: its views, filled in live by all who may. */
export default function AppPage({ api, profile, appId, editId, onBack }: Props) {
  const t = useText();
  const [loaded, setApp] = useState<App | undefined>();
  const [people, setPeople] = useState<ReadonlyMap<string, string> | undefined>();
  const [live, state] = useLive(api, appId, profile.person_id);
  const app = loaded ?? state.about?.app;
  const names = useMemo(
    () => people ?? new Map([...(state.about?.names ?? []), [profile.person_id, profile.display_name]]),
    [people, state.about, profile],
  );
  const [shown, setShown] = useState("");
  const [above, setAbove] = useState<Above | undefined>();
  const [draft, setDraft] = useState(NO_DRAFT);
  const [proposals, lookAgain] = useProposals(api, appId, app?.version);
  const { error, run } = useAction();
  const path = appPath(appId);
  useUndoKeys(live);
  useAsk((state.waiting > 0 && !state.kept) || draft.size > 0);

  const load = useCallback(async () => setApp((await api.get<{ app: App }>(path)).app), [api, path]);
  const told = state.hello?.spec_version;
  // Whoever changes the app, the others are told by number.
  useEffect(() => {
    if (told !== undefined && told !== loaded?.version) void run(load);
  }, [told, loaded?.version, load, run]);
  useEffect(() => void run(load), [load, run]);
  // A server that was busy is asked again.
  const stale = !loaded || (told !== undefined && told !== loaded.version);
  useEffect(() => {
    if (!error || !stale || state.status === "ended") return;
    const timer = setTimeout(() => void run(load), AGAIN_MS);
    return () => clearTimeout(timer);
  }, [error, stale, state.status, load, run]);
  const conversationId = loaded?.conversation_id;
  useEffect(() => {
    if (!conversationId) return;
    void run(async () => {
      const found = await api.get<{ conversation: Conversation }>(`/v1/conversations/${encodeURIComponent(conversationId)}`);
      setPeople(new Map(found.conversation.members?.map((member) => [member.person_id, member.display_name])));
    });
  }, [api, conversationId, run]);
  useEffect(() => {
    if (loaded) live?.describe({ app: loaded, names: [...names] });
  }, [live, loaded, names]);

  const role = state.hello?.role || app?.role || (app?.owner_id === profile.person_id ? "owner" : "editor");
  const rights = useMemo(() => app && rightsOf(app, role, profile.person_id), [app, role, profile.person_id]);
  const views = useMemo(() => (app ? viewsOf(app.spec) : []), [app]);
  const view = views.find((one) => one.name === shown) ?? views[0];
  if (state.status === "ended") {
    return <main className="app-page"><Empty>{t(state.ending === "gone" ? "appGone" : "notAllowed")}</Empty><p><button onClick={() => onBack("")}>{t("back")}</button></p></main>;
  }
  if (!app || !rights) return <main className="app-page">{error ? <Problem text={error} /> : <Empty>{t("loading")}</Empty>}</main>;

  const page: Page = {
    api, profile, app, editId, path, live, state, rights, names, setApp, draft, setDraft, proposals, lookAgain, locale: localeOf(),
    open: (record) => setAbove({ record }),
    enter: (entity, values = {}) => setAbove({ entity, values }),
  };
  const again = (id: string) => {
    const errors = Object.fromEntries(state.refusals.filter((r) => r.record_id === id).map((r) => [r.field, r.reason]));
    setAbove({ ...live?.entered.get(id), errors });
    live?.forget(id);
  };
  const close = () => setAbove(undefined);
  const entity = above?.entity === undefined ? undefined : entityOf(app.spec, above.entity);
  return (
    <PageContext.Provider value={page}>
      <main className={`app-page theme-${app.spec.theme || "plain"}`}>
        <Head views={views} shown={view?.name ?? ""} onShow={setShown} onBack={() => onBack(app.conversation_id)} />
        <Problem text={state.status === "offline" ? "" : error} />
        {state.lost && <p className="notice" role="alert">{t("editsLost")}</p>}
        {!state.loaded && state.items.length > 0 && <p className="notice" role="status">{t("moreToCome", { count: state.items.length })}</p>}
        <Refusals onAgain={again} />
        <div className="stage">
          <section className="view" aria-label={view?.title || view?.name || app.spec.title}>
            {view ? <ViewOf key={view.name} view={view} /> : <Empty>{t("noEntity")}</Empty>}
          </section>
          <Tools key={editId ?? ""} />
        </div>
        {above?.record && <RecordDialog key={above.record} recordId={above.record} onClose={close} />}
        {above && entity && (
          <Dialog title={t("addTo", { name: entity.label || entity.name })} firm onClose={close}>
            <Entry entity={entity} onDone={close} {...(above.values ? { values: above.values } : {})} {...(above.errors ? { errors: above.errors } : {})} />
          </Dialog>
        )}
      </main>
    </PageContext.Provider>
  );
}

/** The viewer's own way to write dates, if it is one of the page's language. */
function localeOf(): string {
  const { lang } = document.documentElement;
  return navigator.language.slice(0, 2) === lang.slice(0, 2) ? navigator.language : lang;
}
