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

export type Role =
  | "MEMBER_ROLE_UNSPECIFIED" | "MEMBER_ROLE_OWNER" | "MEMBER_ROLE_ADMIN" | "MEMBER_ROLE_MEMBER" | "MEMBER_ROLE_GUEST";

export interface Member {
  person_id: string;
  display_name: string;
  role: Role;
  muted_until?: string;
  read_cursor?: string;
}

export type Mode = "ASSISTANT_MODE_UNSPECIFIED" | "ASSISTANT_MODE_MENTION" | "ASSISTANT_MODE_AUTO" | "ASSISTANT_MODE_SILENT";

export interface Conversation {
  conversation_id: string;
  kind: "CONVERSATION_KIND_UNSPECIFIED" | "CONVERSATION_KIND_DIRECT" | "CONVERSATION_KIND_GROUP";
  title: string;
  members?: Member[];
  assistant_mode?: Mode;
  speak_threshold?: number;
  unread?: number;
}

export interface Invite {
  invite_id: string;
  token: string;
  expires_at?: string;
  /** 0: as many as there is room for. */
  max_uses: number;
  uses: number;
}

export interface Citation {
  /** "memory", "record" or "message". */
  kind: string;
  id: string;
  text: string;
}

/** What one tool of the AI's did: "records", "app", "reminder", "summary", "memories" or "private"; others may come. */
export interface Card {
  kind: string;
  title: string;
  text: string;
  target_id?: string;
  citations?: Citation[];
  /** Why it could not be done; empty when it was. */
  failure?: string;
}

export type Rating = "RATING_UNSPECIFIED" | "RATING_UP" | "RATING_DOWN" | "RATING_NONE";

export interface Answer {
  state: "ANSWER_STATE_UNSPECIFIED" | "ANSWER_STATE_STREAMING" | "ANSWER_STATE_COMPLETE" | "ANSWER_STATE_FAILED";
  revision?: string;
  citations?: Citation[];
  replaces?: string;
  failure?: string;
  my_rating?: Rating;
  asked_by?: string;
  cards?: Card[];
}

export interface Reaction {
  emoji: string;
  person_ids?: string[];
}

export interface Attachment {
  attachment_id: string;
  name: string;
  media_type: string;
  size_bytes: string;
  received_bytes: string;
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
  edits?: number;
  reactions?: Reaction[];
  deleted?: boolean;
  attachments?: Attachment[];
  off_the_record?: boolean;
  /** Set on what the AI says when a reminder is due; such a message has no answer. */
  reminder_id?: string;
  /** Set on what a mini-app says; such a message has no answer. */
  app_id?: string;
  /** Only here, never in the API: why the answer has not begun. */
  waiting?: string;
}

export interface MessageHit {
  message: Message;
  excerpt: string;
  conversation_title: string;
}

/** One line of StreamConversation: a cursor and one of the rest. */
export interface Update {
  cursor?: string;
  message?: Message;
  answer_start?: { message_id: string; in_reply_to: string };
  answer_delta?: { message_id: string; offset: number; text: string };
  answer_failed?: Message;
  answer_waiting?: { message_id: string; in_reply_to: string; reason: string };
  conversation?: Conversation;
  heartbeat?: object;
  presence?: { person_ids?: string[] };
  typing?: { person_id: string; typing: boolean };
  read?: { person_id: string; read_cursor: string };
}

export interface Operation {
  operation_id: string;
  state: string;
  step: string;
  progress: number;
  result_id: string;
  error: string;
}

export interface SparkCard {
  spark_id: string;
  day: string;
  title: string;
  body: string;
  reasons?: { memory_id: string; text: string }[];
  rating: "SPARK_RATING_UNSPECIFIED" | "SPARK_RATING_KEPT" | "SPARK_RATING_DISMISSED";
}
