import { IndexeddbPersistence } from "y-indexeddb";
import type { Doc } from "yjs";
import type { App } from "../api/apps";
import { namesIn, throwAway, WAITING } from "./keeping";

const ABOUT = "about";

/** The app itself, without which its records cannot be shown. */
export interface About {
  app: App;
  /** Of its people, by id. */
  names: [string, string][];
}

/** What was kept of a document. */
export interface Recalled {
  epoch: string;
  /** Edits in it that the server has not accepted. */
  waiting: number;
  about?: About | undefined;
}

// A browser that does not answer keeps nobody from working; what comes later than this is merged all the same.
const LONGEST_MS = 10_000;

/** An app's document as this browser keeps it for one person: what is not sent yet outlives the page. */
export class Kept {
  private store: IndexeddbPersistence | undefined;
  private forgotten: Promise<void> = Promise.resolve();
  /** What was kept was thrown away from elsewhere: somebody signed out. */
  private over = false;
  private about: About | undefined;
  /** Told when that happens. */
  onOver: () => void = () => undefined;

  /** `place`: the beginning of the database's name. */
  constructor(private readonly place: string) {}

  /** Fills an empty document with what was kept; undefined where nothing was. */
  async recall(doc: Doc): Promise<Recalled | undefined> {
    const [name] = await namesIn(this.place);
    if (!name || doc.isDestroyed) return undefined;
    const store = this.attach(doc, name);
    const found = store.whenSynced.then(() => Promise.all([store.get(WAITING), store.get(ABOUT)]));
    const late = new Promise<[]>((resolve) => setTimeout(() => resolve([]), LONGEST_MS));
    const [waiting = 0, about] = (await Promise.race([found, late])) as [number?, About?];
    return { epoch: name.slice(this.place.length).replace("/", ""), waiting, about };
  }

  /** From now on this document is kept, and of the app nothing else; true once it is, false where it cannot be. */
  async keep(doc: Doc, epoch: string): Promise<boolean> {
    const name = `${this.place}${epoch}/`;
    await this.forgotten;
    if (this.over || doc.isDestroyed) return false;
    void throwAway(this.place, name);
    const store = this.store?.doc === doc ? this.store : this.attach(doc, name);
    await store.whenSynced;
    if (this.about) this.put(ABOUT, this.about);
    return !this.over;
  }

  /** Notes how many edits are not accepted yet. */
  note(waiting: number): void {
    this.put(WAITING, waiting);
  }

  /** Keeps the app beside its records, now or as soon as these are kept. */
  describe(about: About): void {
    this.about = about;
    this.put(ABOUT, about);
  }

  /** Throws away what is kept of the app. */
  forget(): void {
    void this.store?.destroy();
    this.store = undefined;
    this.forgotten = throwAway(this.place);
  }

  private put(name: string, value: unknown): void {
    // Where the disk is full the document itself is not kept either. The library's types know no objects here.
    this.store?.set(name, value as string).catch(() => undefined);
  }

  private attach(doc: Doc, name: string): IndexeddbPersistence {
    const store = new IndexeddbPersistence(name, doc);
    this.store = store;
    void store.whenSynced.then(() => {
      store.db?.addEventListener("versionchange", () => {
        if (store !== this.store) return;
        this.over = true;
        this.store = undefined;
        void store.destroy();
        this.onOver();
      });
    });
    return store;
  }
}
