import { createContext, useContext } from "react";

const en = {
  tagline: "Memory that comes back when it matters.",
  signIn: "Sign in", signUp: "Create account", signOut: "Sign out", haveAccount: "I have an account", noAccount: "I am new here",
  handle: "Handle", handleHint: "3 to 32 of a-z, 0-9, _ and -", password: "Password", passwordHint: "10 characters or more",
  displayName: "Name", consent: "Madeleine may", consentMemory: "remember what I say, to answer me better",
  consentTraining: "learn from the answers that I rate", consentSpark: "make me a card every morning",
  conversations: "Conversations", newDirect: "Talk with Madeleine", newGroup: "New group", direct: "Madeleine",
  group: "Group", groupTitle: "Title", groupMembers: "Friends' handles, by commas", create: "Create", cancel: "Cancel",
  noConversations: "No conversations yet. Say hello to Madeleine, or make a group.",
  pick: "Choose a conversation, or start one.", welcome: "Good to see you, {name}.",
  chat: "Chat", apps: "Mini-apps", addMember: "Add a friend", friendHandle: "Their handle", add: "Add", members: "{count} people",
  noMessages: "Nothing said yet. Write the first line.", write: "Write a message", send: "Send",
  groupTip: "Write @madeleine to ask her.", writing: "Madeleine is writing", failed: "She could not answer: {reason}",
  sources: "Sources", good: "Good answer", bad: "Bad answer", again: "Another answer", edited: "edited",
  offline: "Connecting again…", back: "Back", menu: "Conversations",
  noApps: "No mini-apps yet. Describe one in a sentence.", describeApp: "An app that…",
  describeHint: "logs our meals with calories", makeApp: "Make it", noRecords: "No records yet. Add the first one.",
  addRecord: "Add record", ask: "Ask", askHint: "How many calories this week?", notAnswered: "These records cannot answer that.",
  basedOn: "Records used: {count}", yes: "Yes", no: "No",
  today: "Today's Spark", noSpark: "No card yet.", makeSpark: "Make today's card", keep: "Keep", dismiss: "Not for me",
  because: "Because", nothingToSay: "Nothing to say today.", kept: "Kept", dismissed: "Dismissed",
  language: "中文", unreachable: "The server cannot be reached. Try again.",
};

export type Key = keyof typeof en;

const zh: Record<Key, string> = {
  tagline: "在要紧的时候，记忆会回来。",
  signIn: "登录", signUp: "注册", signOut: "退出", haveAccount: "我已有账号", noAccount: "我是新用户",
  handle: "用户名", handleHint: "3 至 32 个 a-z、0-9、_ 或 -", password: "密码", passwordHint: "至少 10 个字符",
  displayName: "名字", consent: "玛德莱娜可以", consentMemory: "记住我说的话，以便更好地回答我",
  consentTraining: "从我评价过的回答中学习", consentSpark: "每天早上为我做一张卡片",
  conversations: "对话", newDirect: "与玛德莱娜聊天", newGroup: "新建群组", direct: "玛德莱娜",
  group: "群组", groupTitle: "标题", groupMembers: "朋友的用户名，用逗号分隔", create: "创建", cancel: "取消",
  noConversations: "还没有对话。和玛德莱娜打个招呼，或建一个群。",
  pick: "选择一个对话，或开始新的对话。", welcome: "{name}，见到你真好。",
  chat: "聊天", apps: "小应用", addMember: "添加朋友", friendHandle: "对方的用户名", add: "添加", members: "{count} 人",
  noMessages: "还没有消息。写下第一句吧。", write: "写消息", send: "发送",
  groupTip: "写 @madeleine 向她提问。", writing: "玛德莱娜正在输入", failed: "她没能回答：{reason}",
  sources: "来源", good: "回答得好", bad: "回答得不好", again: "换一个回答", edited: "已编辑",
  offline: "正在重新连接…", back: "返回", menu: "对话",
  noApps: "还没有小应用。用一句话描述一个吧。", describeApp: "一个小应用，用来…",
  describeHint: "记录我们的饮食和热量", makeApp: "生成", noRecords: "还没有记录。添加第一条吧。",
  addRecord: "添加记录", ask: "提问", askHint: "这周摄入了多少热量？", notAnswered: "这些记录无法回答这个问题。",
  basedOn: "依据记录：{count} 条", yes: "是", no: "否",
  today: "今日 Spark", noSpark: "还没有卡片。", makeSpark: "生成今天的卡片", keep: "保留", dismiss: "不适合我",
  because: "因为", nothingToSay: "今天没有要说的。", kept: "已保留", dismissed: "已忽略",
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
