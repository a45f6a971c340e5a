import { createContext, type Dispatch, type SetStateAction, useContext } from "react";
import type { Api } from "../../api/client";
import type { App, AppEdit, Values } from "../../api/apps";
import type { Profile } from "../../api/types";
import type { Draft } from "../../apps/drafting";
import type { Rights } from "../../apps/rights";
import type { Live } from "../../live/live";
import type { Snapshot } from "../../live/snapshot";

/** What everything inside an open app needs. */
export interface Page {
  api: Api;
  profile: Profile;
  app: App;
  /** A proposed change that somebody was led to. */
  editId: string | undefined;
  /** "/v1/apps/{id}". */
  path: string;
  /** Undefined for one moment, while the page opens. */
  live: Live | undefined;
  state: Snapshot;
  rights: Rights;
  /** Names by person id of all who may be named. */
  names: ReadonlyMap<string, string>;
  /** How the viewer writes numbers and dates. */
  locale: string;
  setApp: (app: App) => void;
  /** Changes by a sentence that wait to be decided on, and a way to look for them again. */
  proposals: readonly AppEdit[];
  lookAgain: () => Promise<void>;
  /** Changes of the app by hand that are not made yet. */
  draft: Draft;
  setDraft: Dispatch<SetStateAction<Draft>>;
  /** Opens a record to be read and changed. */
  open: (recordId: string) => void;
  /** Opens a form for a new record; some values may stand there already. */
  enter: (entity: string, values?: Values) => void;
}

export const PageContext = createContext<Page | undefined>(undefined);

export function usePage(): Page {
  const page = useContext(PageContext);
  if (!page) throw new Error("only inside an open app");
  return page;
}

/** One of six looks by which people are told apart. */
export function colourOf(personId: string): string {
  let sum = 0;
  for (const letter of personId) sum = (sum * 31 + letter.charCodeAt(0)) % 6;
  return `peer-${sum}`;
}
