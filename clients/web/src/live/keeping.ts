// What this browser keeps of open apps: a database for each person, app and epoch, so that none is ever another's.

const ROOT = "madeleine.live/";
/** Where y-indexeddb leaves room for what is not the document. */
const CUSTOM = "custom";
/** Edits in a database that the server has not accepted yet. */
export const WAITING = "waiting";

/** The beginning of the names of a person's databases, or of those of one app. */
export function placeOf(personId: string, appId = ""): string {
  return `${ROOT}${encodeURIComponent(personId)}/${appId && `${encodeURIComponent(appId)}/`}`;
}

/** The names of the databases in a place; none where the browser keeps nothing. */
export async function namesIn(place: string): Promise<string[]> {
  try {
    return (await indexedDB.databases()).flatMap(({ name }) => (name?.startsWith(place) ? [name] : []));
  } catch {
    // Some private windows have no databases.
    return [];
  }
}

/** The apps of which something is kept for a person. */
export async function appsIn(personId: string): Promise<string[]> {
  const place = placeOf(personId);
  return [...new Set((await namesIn(place)).map((name) => decodeURIComponent(name.slice(place.length).split("/")[0] ?? "")))];
}

/** Throws away all that is kept in a place, but for what lies in `but`. */
export async function throwAway(place = ROOT, but = ""): Promise<void> {
  const names = (await namesIn(place)).filter((name) => !but || !name.startsWith(but));
  await Promise.all(names.map((name) => settled(indexedDB.deleteDatabase(name))));
}

/** How many edits of a person have not reached the server. */
export async function waitingOf(personId: string): Promise<number> {
  const counts = await Promise.all((await namesIn(placeOf(personId))).map(waitingIn));
  return counts.reduce((sum, count) => sum + count, 0);
}

async function waitingIn(name: string): Promise<number> {
  const db = await settled(indexedDB.open(name));
  if (!db) return 0;
  try {
    return Number((await settled<unknown>(db.transaction(CUSTOM).objectStore(CUSTOM).get(WAITING))) ?? 0);
  } catch {
    // Made by another tab this very moment, and still empty.
    return 0;
  } finally {
    db.close();
  }
}

/** What a request came to; undefined where it failed. */
function settled<T>(request: IDBRequest<T>): Promise<T | undefined> {
  return new Promise((resolve) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => resolve(undefined);
  });
}
