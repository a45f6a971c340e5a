import { appPath } from "../api/apps";
import { type Api, ApiError } from "../api/client";

/** Why a live connection will not come back: the words for it are chosen by whoever shows it. */
export type Ending = "removed" | "gone";

export interface Next {
  /** Set: no more tries. */
  ending?: Ending;
  /** The token is to be exchanged first. */
  refresh: boolean;
  /** The local document was what the server could not take: a fresh one is fetched. */
  discard: boolean;
  waitMs: number;
}

const FIRST_WAIT_MS = 400;
const LONGEST_WAIT_MS = 15_000;

const BAD_MESSAGE = 4400;
const BAD_TOKEN = 4401;
const NOT_ALLOWED = 4403;
const NO_SUCH_APP = 4404;
const RENEWED = 4410;
const TOO_LARGE = 1009;

/** What to do when the connection closed with `code`, after `failures` tries in a row that were never greeted. */
export function afterClose(code: number, failures: number): Next {
  const waitMs = Math.min(FIRST_WAIT_MS * 2 ** failures, LONGEST_WAIT_MS);
  const next = { refresh: false, discard: false, waitMs };
  if (code === NOT_ALLOWED) return { ...next, ending: "removed" };
  if (code === NO_SUCH_APP) return { ...next, ending: "gone" };
  // A token that runs out is no failure: the first time there is nothing to wait for.
  if (code === BAD_TOKEN) return { ...next, refresh: true, waitMs: failures === 0 ? 0 : waitMs };
  // The document was made anew: there is nothing to wait for.
  if (code === RENEWED) return { ...next, discard: true, waitMs: failures === 0 ? 0 : waitMs };
  if (code === BAD_MESSAGE || code === TOO_LARGE) return { ...next, discard: true };
  return next;
}

/** Why a person has an app no more; undefined while they have it, or where that cannot be told now. */
export async function lossOf(api: Api, appId: string): Promise<Ending | undefined> {
  try {
    await api.get(appPath(appId));
  } catch (error) {
    if (error instanceof ApiError && error.status === 403) return "removed";
    if (error instanceof ApiError && error.status === 404) return "gone";
  }
  return undefined;
}
