// The JSON of proto/madeleine/miniapp, as the gateway writes it: messages and optional numbers that are not set are left out, lists may be.

import type { Operation } from "./types";

export type Value = string | number | boolean | null | Value[] | { [name: string]: Value };
export type Values = { [name: string]: Value };

export interface Field {
  name: string;
  label: string;
  /** "FIELD_TYPE_TEXT" and so on. */
  type: string;
  required: boolean;
  unit: string;
  choices?: string[];
  min?: number;
  max?: number;
  default_value?: Value;
  formula?: string;
  relates_to?: string;
  hint?: string;
}

export interface Entity {
  name: string;
  label: string;
  fields?: Field[];
  rules?: { expression: string; message?: string }[];
}

export interface Automation {
  name: string;
  /** "record", "schedule" or "date". */
  trigger: string;
  schedule?: string;
  /** "remind" or "post". */
  action: string;
  text?: string;
  condition?: string;
  entity?: string;
  field?: string;
  days_before?: number;
  at?: string;
}

export interface View {
  name: string;
  /** "VIEW_TYPE_TABLE" and so on. */
  type: string;
  entity: string;
  by: string;
  aggregate: string;
  title?: string;
  fields?: string[];
  sort_by?: string;
  descending?: boolean;
  script?: string;
}

export interface Aggregate {
  name: string;
  label?: string;
  group_by?: string;
  bucket?: string;
  unit?: string;
  entity?: string;
  field?: string;
  where?: string;
  /** Over other figures' names, instead of a function over a field. */
  expression?: string;
}

export interface Permission {
  role: string;
  entity: string;
  add?: boolean;
  change_own?: boolean;
  change_any?: boolean;
  remove_own?: boolean;
  remove_any?: boolean;
  locked_fields?: string[];
}

export interface Spec {
  title: string;
  description: string;
  icon: string;
  entities?: Entity[];
  views?: View[];
  aggregates?: Aggregate[];
  automations?: Automation[];
  permissions?: Permission[];
  theme?: string;
  currency?: string;
}

export type AppRole = "owner" | "editor" | "viewer";

export interface App {
  app_id: string;
  owner_id: string;
  /** Empty: private to its owner. */
  conversation_id: string;
  spec: Spec;
  version: number;
  prompt?: string;
  created_at?: string;
  role?: AppRole | "";
  /** How this version came to be: what was asked for, by whom, when. */
  request?: string;
  changed_by?: string;
  changed_at?: string;
  /** 0: it is no restored one. */
  restored_version?: number;
}

export interface RecordItem {
  record_id: string;
  entity: string;
  values?: Values;
  entered_by?: string;
  entered_at?: string;
}

export interface AppProgress {
  operation: Operation;
  /** The app as it stands; left out while there is none. */
  app?: App;
}

export interface Change {
  /** "add", "change", "rename" or "remove". */
  kind: string;
  /** "field", "view", "entity", ... */
  what: string;
  name: string;
  text: string;
  records?: number;
}

export interface AppEdit {
  edit_id: string;
  request: string;
  base_version: number;
  changes?: Change[];
  /** "proposed", "applied" or "discarded". */
  state: string;
  not_done?: string;
  created_at?: string;
  proposed_by?: string;
}

export interface QueryRow {
  group: string;
  /** Left out: no data. */
  value?: number;
}

export interface Figure {
  aggregate: string;
  result?: { rows?: QueryRow[]; unit?: string };
}

export interface Table {
  columns?: { name: string; type: string; unit?: string }[];
  rows?: { values?: Value[] }[];
  record_count?: string;
  truncated?: boolean;
}

export interface AskAnswer {
  answered: boolean;
  text: string;
  reading: string;
  reason: string;
  records?: RecordItem[];
  apps?: App[];
  app?: App;
  table?: Table;
  verdict?: string;
  read_by_model?: boolean;
}

export interface BrokenRow {
  /** 1: the first line after the header. */
  row: number;
  field: string;
  reason: string;
}

export interface ImportResult {
  added: number;
  broken?: BrokenRow[];
  broken_count?: number;
  columns?: Record<string, string>;
  /** What was decided about columns that could have been read otherwise. */
  notes?: { column: string; field: string; note: string }[];
}

export interface Template {
  code: string;
  spec: Spec;
  created_at?: string;
}

export function appPath(appId: string): string {
  return `/v1/apps/${encodeURIComponent(appId)}`;
}
