import { createContext, useContext } from "react";
import type { Api } from "../api/client";
import type { Message, Profile, Role, Update } from "../api/types";
import type { Thread } from "../state/conversation";

/** What everything inside an open conversation needs. */
export interface Room {
  api: Api;
  profile: Profile;
  /** "/v1/conversations/{id}". */
  path: string;
  thread: Thread;
  apply: (update: Update) => void;
  earlier: () => Promise<void>;
  /** Shows a message of this conversation. */
  jump: (messageId: string) => void;
  /** Opens a mini-app, and a proposed change of it. */
  openApp: (appId: string, editId?: string) => void;
}

export const RoomContext = createContext<Room | undefined>(undefined);

export function useRoom(): Room {
  const room = useContext(RoomContext);
  if (!room) throw new Error("only inside an open conversation");
  return room;
}

export function conversationPath(id: string): string {
  return `/v1/conversations/${encodeURIComponent(id)}`;
}

export function messagePath({ path }: Room, message: Message): string {
  return `${path}/messages/${encodeURIComponent(message.message_id)}`;
}

/** The viewer's own role; "MEMBER_ROLE_UNSPECIFIED" until the conversation is known. */
export function myRole({ thread, profile }: Room): Role {
  const me = thread.conversation?.members?.find((member) => member.person_id === profile.person_id);
  return me?.role ?? "MEMBER_ROLE_UNSPECIFIED";
}

/** Owners and admins. */
export function leads(role: Role): boolean {
  return role === "MEMBER_ROLE_OWNER" || role === "MEMBER_ROLE_ADMIN";
}

/** A member's name; empty for who is none any more. */
export function nameOf({ thread }: Room, personId: string): string {
  return thread.conversation?.members?.find((member) => member.person_id === personId)?.display_name ?? "";
}

export function isGroup({ thread }: Room): boolean {
  return thread.conversation?.kind === "CONVERSATION_KIND_GROUP";
}
