import { values } from "./lines";
import { expiryOf } from "./token";
import type { Profile, Tokens } from "./types";

export interface Session {
  profile: Profile;
  tokens: Tokens;
}

/** A refusal by the gateway or a service: `fields` maps a bad field's path to what is wrong, `reason` is for programs. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly fields: Readonly<Record<string, string>> = {},
    readonly reason = "",
  ) {
    super(message);
  }

  /** What went wrong, for people: every bad field with its reason. */
  get words(): string {
    const bad = Object.entries(this.fields).filter(([field, why]) => !this.message.includes(field) || !this.message.includes(why));
    return [this.message, ...bad.map(([field, why]) => `${field}: ${why}`)].join(" · ");
  }
}

interface ErrorBody {
  message?: string;
  details?: { field_violations?: { field: string; description: string }[]; reason?: string }[];
}

const STORE = "madeleine.session";
// A token with less than this left may run out on its way.
const SOON_S = 20;

/** A key that makes a repeated mutation harmless; also made where the page is not a secure context. */
export function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, "0")).join("");
}

/** Talks to the gateway as one person; keeps the session for this tab only. */
export class Api {
  private refreshing: Promise<void> | undefined;
  private session: Session | undefined;

  constructor(private readonly onChange: (session: Session | undefined) => void) {
    const stored = sessionStorage.getItem(STORE);
    if (stored) this.session = JSON.parse(stored) as Session;
  }

  get current(): Session | undefined {
    return this.session;
  }

  signIn(session: Session): void {
    this.session = session;
    sessionStorage.setItem(STORE, JSON.stringify(session));
    this.onChange(session);
  }

  signOut(): void {
    this.session = undefined;
    sessionStorage.removeItem(STORE);
    this.onChange(undefined);
  }

  get<T>(path: string): Promise<T> {
    return this.json<T>("GET", path);
  }

  post<T>(path: string, body: object): Promise<T> {
    return this.json<T>("POST", path, body);
  }

  put<T>(path: string, body: object): Promise<T> {
    return this.json<T>("PUT", path, body);
  }

  patch<T>(path: string, body: object): Promise<T> {
    return this.json<T>("PATCH", path, body);
  }

  /** A DELETE has no body: its key travels in the query. */
  delete<T>(path: string): Promise<T> {
    return this.json<T>("DELETE", `${path}?idempotency_key=${newKey()}`);
  }

  /** The access token, exchanged first where it is about to run out or `fresh` is asked; for what cannot send headers. */
  async token(fresh = false): Promise<string> {
    const sent = this.session?.tokens.access_token ?? "";
    const end = expiryOf(sent);
    if (fresh || (end > 0 && end < Date.now() / 1000 + SOON_S)) await this.refresh();
    return this.session?.tokens.access_token ?? "";
  }

  /** A file, whole. */
  async file(path: string): Promise<Blob> {
    return (await this.send("GET", path)).blob();
  }

  /** The values of a streaming call until it ends; throws ApiError, or TypeError when the connection breaks. */
  async *stream<T>(path: string, signal: AbortSignal): AsyncGenerator<T> {
    const response = await this.send("GET", path, undefined, signal);
    if (response.body) yield* values<T>(response.body);
  }

  private async json<T>(method: string, path: string, body?: object): Promise<T> {
    return (await (await this.send(method, path, body)).json()) as T;
  }

  private async send(method: string, path: string, body?: object, signal?: AbortSignal): Promise<Response> {
    const sent = this.session?.tokens;
    let response = await this.fetch(method, path, body, signal);
    if (response.status === 401 && sent) {
      // Another call may have refreshed meanwhile: a refresh token works once.
      if (sent === this.session?.tokens) await this.refresh();
      response = await this.fetch(method, path, body, signal);
    }
    if (!response.ok) throw await errorOf(response);
    return response;
  }

  private fetch(method: string, path: string, body?: object, signal?: AbortSignal): Promise<Response> {
    const headers = new Headers();
    if (this.session) headers.set("authorization", `Bearer ${this.session.tokens.access_token}`);
    if (body) headers.set("content-type", "application/json");
    return fetch(path, {
      method,
      headers,
      ...(body ? { body: JSON.stringify(body) } : {}),
      ...(signal ? { signal } : {}),
    });
  }

  private refresh(): Promise<void> {
    this.refreshing ??= this.exchange().finally(() => {
      this.refreshing = undefined;
    });
    return this.refreshing;
  }

  private async exchange(): Promise<void> {
    if (!this.session) return;
    const response = await fetch("/v1/token:refresh", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ refresh_token: this.session.tokens.refresh_token }),
    });
    if (response.ok) {
      const { tokens } = (await response.json()) as { tokens: Tokens };
      this.signIn({ ...this.session, tokens });
    } else if (response.status < 500 && response.status !== 429) {
      this.signOut();
    }
  }
}

async function errorOf(response: Response): Promise<ApiError> {
  const body = (await response.json().catch(() => ({}))) as ErrorBody;
  const violations = (body.details ?? []).flatMap((detail) => detail.field_violations ?? []);
  const fields = Object.fromEntries(violations.map((v) => [v.field, v.description]));
  const reason = (body.details ?? []).find((detail) => detail.reason)?.reason ?? "";
  return new ApiError(response.status, body.message || response.statusText, fields, reason);
}
