import { createContext, useContext } from "react";
import { appsEn, appsZh } from "./words/apps";
import { editorEn, editorZh } from "./words/editor";

const en = {
  ...appsEn,
  ...editorEn,
  tagline: "Memory that comes back when it matters.",
  signIn: "Sign in", signUp: "Create account", signOut: "Sign out", signOutForSure: "Sign out anyway", wouldLose: "Changes not yet sent: {count}. They would be lost.", haveAccount: "I have an account", noAccount: "I am new here",
  handle: "Handle", handleHint: "3 to 32 of a-z, 0-9, _ and -", password: "Password", passwordHint: "10 characters or more",
  displayName: "Name", consent: "Madeleine may", consentMemory: "remember what I say, to answer me better",
  consentTraining: "learn from the answers that I rate", consentSpark: "make me a card every morning",
  conversations: "Conversations", newDirect: "Talk with Madeleine", newGroup: "New group", direct: "Madeleine",
  group: "Group", groupTitle: "Title", groupMembers: "Friends' handles, by commas", create: "Create", cancel: "Cancel",
  noConversations: "No conversations yet. Say hello to Madeleine, or make a group.",
  pick: "Choose a conversation, or start one.", welcome: "Good to see you, {name}.",
  chat: "Chat", apps: "Mini-apps", addMember: "Add a friend", friendHandle: "Their handle", add: "Add", members: "{count} people", oneMember: "1 person",
  noMessages: "Nothing said yet. Write the first line.", write: "Write a message", send: "Send",
  groupTip: "Write @madeleine to ask her.", writing: "Madeleine is writing", failed: "She could not answer: {reason}",
  sources: "Sources", good: "Good answer", bad: "Bad answer", again: "Another answer", edited: "edited",
  offline: "Connecting again…", back: "Back",
  today: "Today's Spark", noSpark: "No card yet.", makeSpark: "Make today's card", keep: "Keep", dismiss: "Not for me",
  because: "Because", nothingToSay: "Nothing to say today.", kept: "Kept", dismissed: "Dismissed",
  people: "People", areHere: "{names} here now", here: "here now", you: "you", typing: "writing…",
  deleted: "Message deleted", reminder: "a reminder", byApp: "a mini-app", forName: "for {name}", offTheRecord: "off the record",
  offTheRecordHint: "Members read it; Madeleine answers it and forgets it, and search never finds it.",
  waiting: "The language model is away; the answer follows.", readBy: "read by {names}", notDone: "Could not be done: {reason}",
  cardRecords: "From records", cardApp: "Mini-app", cardReminder: "Reminder", cardSummary: "Summary", cardMemories: "Remembered",
  cardPrivate: "Only for you", toMessage: "Show the message", notHere: "That message is not in this conversation any more.",
  actions: "What to do with this message", reply: "Reply", replyingTo: "Reply to {name}: {text}", react: "React",
  reactWith: "React with {emoji}", reactions: "Reactions", edit: "Edit", putRight: "Put right", newText: "New text", save: "Save",
  delete: "Delete", deleteForAll: "For everybody?", earlier: "Show earlier messages",
  attach: "Attach a file", sending: "Sending", files: "Files", saveFile: "Save {name}", takeOff: "Remove {name}", remove: "Remove",
  mode: "When Madeleine speaks", modeMention: "When called", modeMentionHint: "if a message has her name",
  modeAuto: "When it helps", modeAutoHint: "she judges each message", modeSilent: "Never", modeSilentHint: "she only listens",
  owner: "Owner", admin: "Admin", member: "Member", guest: "Guest", roleOf: "Role of {name}",
  leave: "Leave the group", leaveForSure: "Yes, leave",
  invites: "Invite links", noInvites: "No open invites.", newInvite: "New invite link", inviteLink: "Invite link",
  inviteUntil: "until {date} · used: {uses}", copy: "Copy", copied: "Copied", revoke: "Revoke",
  invited: "You are invited to a group", invitedHint: "Its members will see your name, and you what was said there.", join: "Join",
  search: "Search messages", find: "Find", found: "Found messages", nothingFound: "Nothing found.", unread: "Unread: {count}",
  language: "中文", unreachable: "The server cannot be reached. Try again.",
};

export type Key = keyof typeof en;

const zh: Record<Key, string> = {
  ...appsZh,
  ...editorZh,
  tagline: "在要紧的时候，记忆会回来。",
  signIn: "登录", signUp: "注册", signOut: "退出", signOutForSure: "仍然退出", wouldLose: "尚未发送的修改：{count} 处，退出后会丢失。", haveAccount: "我已有账号", noAccount: "我是新用户",
  handle: "用户名", handleHint: "3 至 32 个 a-z、0-9、_ 或 -", password: "密码", passwordHint: "至少 10 个字符",
  displayName: "名字", consent: "玛德莱娜可以", consentMemory: "记住我说的话，以便更好地回答我",
  consentTraining: "从我评价过的回答中学习", consentSpark: "每天早上为我做一张卡片",
  conversations: "对话", newDirect: "与玛德莱娜聊天", newGroup: "新建群组", direct: "玛德莱娜",
  group: "群组", groupTitle: "标题", groupMembers: "朋友的用户名，用逗号分隔", create: "创建", cancel: "取消",
  noConversations: "还没有对话。和玛德莱娜打个招呼，或建一个群。",
  pick: "选择一个对话，或开始新的对话。", welcome: "{name}，见到你真好。",
  chat: "聊天", apps: "小应用", addMember: "添加朋友", friendHandle: "对方的用户名", add: "添加", members: "{count} 人", oneMember: "1 人",
  noMessages: "还没有消息。写下第一句吧。", write: "写消息", send: "发送",
  groupTip: "写 @madeleine 向她提问。", writing: "玛德莱娜正在输入", failed: "她没能回答：{reason}",
  sources: "来源", good: "回答得好", bad: "回答得不好", again: "换一个回答", edited: "已编辑",
  offline: "正在重新连接…", back: "返回",
  today: "今日 Spark", noSpark: "还没有卡片。", makeSpark: "生成今天的卡片", keep: "保留", dismiss: "不适合我",
  because: "因为", nothingToSay: "今天没有要说的。", kept: "已保留", dismissed: "已忽略",
  people: "成员", areHere: "{names} 在线", here: "在线", you: "我", typing: "正在输入…",
  deleted: "消息已删除", reminder: "提醒", byApp: "小应用", forName: "回答{name}", offTheRecord: "不留记录",
  offTheRecordHint: "成员可以看到；玛德莱娜回答后便忘记，搜索也找不到。",
  waiting: "语言模型暂时不在，稍后回答。", readBy: "{names} 已读", notDone: "未能完成：{reason}",
  cardRecords: "来自记录", cardApp: "小应用", cardReminder: "提醒", cardSummary: "总结", cardMemories: "记得的事",
  cardPrivate: "仅限本人", toMessage: "查看消息", notHere: "这条消息已不在此对话中。",
  actions: "消息操作", reply: "回复", replyingTo: "回复 {name}：{text}", react: "表情回应",
  reactWith: "用 {emoji} 回应", reactions: "表情回应", edit: "编辑", putRight: "改正", newText: "新的内容", save: "保存",
  delete: "删除", deleteForAll: "为所有人删除？", earlier: "显示更早的消息",
  attach: "添加文件", sending: "正在上传", files: "文件", saveFile: "保存 {name}", takeOff: "移除 {name}", remove: "移除",
  mode: "玛德莱娜何时发言", modeMention: "被叫到时", modeMentionHint: "消息里有她的名字",
  modeAuto: "有帮助时", modeAutoHint: "由她判断每条消息", modeSilent: "从不", modeSilentHint: "她只是听着",
  owner: "群主", admin: "管理员", member: "成员", guest: "访客", roleOf: "{name} 的角色",
  leave: "退出群组", leaveForSure: "确认退出",
  invites: "邀请链接", noInvites: "没有有效的邀请。", newInvite: "新建邀请链接", inviteLink: "邀请链接",
  inviteUntil: "{date} 前有效 · 已用 {uses} 次", copy: "复制", copied: "已复制", revoke: "撤销",
  invited: "你受邀加入一个群组", invitedHint: "群成员会看到你的名字，你会看到群里说过的话。", join: "加入",
  search: "搜索消息", find: "搜索", found: "找到的消息", nothingFound: "没有找到。", unread: "未读：{count}",
  language: "English", unreachable: "无法连接服务器，请重试。",
};

export type Language = "en" | "zh";
export type Translate = (key: Key, values?: Record<string, string | number>) => string;

/** The words of one language, with {name} places filled in. */
export function translator(language: Language): Translate {
  const words = language === "zh" ? zh : en;
  return (key, values = {}) => words[key].replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ""));
}

export const TextContext = createContext<Translate>(translator("en"));

export function useText(): Translate {
  return useContext(TextContext);
}
