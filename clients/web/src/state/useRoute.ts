import { useCallback, useEffect, useState } from "react";

export type Tab = "chat" | "apps" | "people";

export interface Route {
  conversationId: string;
  tab: Tab;
  /** A message to show. */
  messageId?: string;
  /** An invite to a group. */
  invite?: string;
  /** An open mini-app; empty: the viewer's own ones. */
  appId?: string;
  /** A proposed change of it, to be decided on. */
  editId?: string;
  /** The code of a mini-app's template. */
  template?: string;
}

/**
 * The place that the address bar names: "/", "/conversations/{id}", with "/apps" or "/people" or "#{message id}" after it,
 * "/apps", "/apps/{id}", with "#{edit id}" after it.
 *
 * An invite is "/#/join/{token}", a template "/#/template/{code}": what stands after "#" is never sent, so no log on the way
 * can hold it.
 */
export function parseRoute(address: string): Route {
  const [path = "", hash = ""] = address.split("#");
  const [, invite = ""] = /^\/join\/([\w.~-]+)$/.exec(hash) ?? [];
  if (invite) return { conversationId: "", tab: "chat", invite };
  const [, template = ""] = /^\/template\/([\w.~-]+)$/.exec(hash) ?? [];
  if (template) return { conversationId: "", tab: "chat", template };
  const [app, appId = ""] = /^\/apps(?:\/([^/]+))?\/?$/.exec(path) ?? [];
  if (app) return { conversationId: "", tab: "apps", appId: decodeURIComponent(appId), ...(appId && hash ? { editId: decodeURIComponent(hash) } : {}) };
  const [, id = "", rest = ""] = /^\/conversations\/([^/]+)(\/apps|\/people)?\/?$/.exec(path) ?? [];
  const tab = rest === "/apps" ? "apps" : rest === "/people" ? "people" : "chat";
  return { conversationId: decodeURIComponent(id), tab, ...(id && hash ? { messageId: decodeURIComponent(hash) } : {}) };
}

export function pathOf({ conversationId, tab, messageId, invite, appId, editId, template }: Route): string {
  if (invite) return `/#/join/${invite}`;
  if (template) return `/#/template/${template}`;
  if (appId !== undefined) {
    const app = appId ? `/apps/${encodeURIComponent(appId)}` : "/apps";
    return editId ? `${app}#${encodeURIComponent(editId)}` : app;
  }
  if (!conversationId) return "/";
  const path = `/conversations/${encodeURIComponent(conversationId)}`;
  if (tab !== "chat") return `${path}/${tab}`;
  return messageId ? `${path}#${encodeURIComponent(messageId)}` : path;
}

function here(): Route {
  return parseRoute(location.pathname + location.hash);
}

/** The current route and a way to go elsewhere; follows the back button. */
export function useRoute(): [Route, (route: Route) => void] {
  const [route, setRoute] = useState(here);
  useEffect(() => {
    const back = () => setRoute(here());
    addEventListener("popstate", back);
    addEventListener("hashchange", back);
    return () => {
      removeEventListener("popstate", back);
      removeEventListener("hashchange", back);
    };
  }, []);
  const go = useCallback((to: Route) => {
    history.pushState(null, "", pathOf(to));
    setRoute(to);
  }, []);
  return [route, go];
}
