// The JSON of proto/madeleine, as the gateway writes it. 64-bit integers are strings; empty lists may be left out.

export interface Profile {
  person_id: string;
  handle: string;
  display_name: string;
  language: string;
}

export interface Tokens {
  access_token: string;
  refresh_token: string;
}

export interface Person {
  person_id: string;
  handle: string;
  display_name: string;
}

export interface Member {
  person_id: string;
  display_name: string;
  role: string;
}

export interface Conversation {
  conversation_id: string;
  kind: "CONVERSATION_KIND_UNSPECIFIED" | "CONVERSATION_KIND_DIRECT" | "CONVERSATION_KIND_GROUP";
  title: string;
  members?: Member[];
}

export interface Citation {
  kind: string;
  id: string;
  text: string;
}

export type Rating = "RATING_UNSPECIFIED" | "RATING_UP" | "RATING_DOWN" | "RATING_NONE";

export interface Answer {
  state: "ANSWER_STATE_UNSPECIFIED" | "ANSWER_STATE_STREAMING" | "ANSWER_STATE_COMPLETE" | "ANSWER_STATE_FAILED";
  revision?: string;
  citations?: Citation[];
  replaces?: string;
  failure?: string;
  my_rating?: Rating;
}

export interface Message {
  message_id: string;
  conversation_id: string;
  /** "person:<id>" or "assistant". */
  sender: string;
  sender_name: string;
  text: string;
  sent_at?: string;
  in_reply_to?: string;
  cursor: string;
  answer?: Answer;
  edited?: boolean;
}

/** One line of StreamConversation: a cursor and one of the rest. */
export interface Update {
  cursor?: string;
  message?: Message;
  answer_start?: { message_id: string; in_reply_to: string };
  answer_delta?: { message_id: string; offset: number; text: string };
  answer_failed?: Message;
  conversation?: Conversation;
  heartbeat?: object;
}

export interface Operation {
  operation_id: string;
  state: string;
  step: string;
  progress: number;
  result_id: string;
  error: string;
}

export type Value = string | number | boolean | null | Value[] | { [name: string]: Value };

export interface Field {
  name: string;
  label: string;
  type: string;
  required: boolean;
  unit: string;
  choices?: string[];
  formula?: string;
}

export interface Entity {
  name: string;
  label: string;
  fields?: Field[];
}

export interface App {
  app_id: string;
  spec: { title: string; description: string; icon: string; entities?: Entity[] };
}

export interface RecordItem {
  record_id: string;
  entity: string;
  values?: { [name: string]: Value };
  entered_at?: string;
}

export interface AskAnswer {
  answered: boolean;
  text: string;
  reading: string;
  reason: string;
  records?: RecordItem[];
}

export interface SparkCard {
  spark_id: string;
  day: string;
  title: string;
  body: string;
  reasons?: { memory_id: string; text: string }[];
  rating: "SPARK_RATING_UNSPECIFIED" | "SPARK_RATING_KEPT" | "SPARK_RATING_DISMISSED";
}
