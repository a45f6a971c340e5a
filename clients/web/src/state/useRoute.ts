import { useEffect, useState } from "react";

export interface Route {
  conversationId: string;
  tab: "chat" | "apps";
}

/** The place that the address bar names: "/" or "/conversations/{id}" or "/conversations/{id}/apps". */
export function parseRoute(path: string): Route {
  const [, id = "", rest = ""] = /^\/conversations\/([^/]+)(\/apps)?\/?$/.exec(path) ?? [];
  return { conversationId: decodeURIComponent(id), tab: rest ? "apps" : "chat" };
}

export function pathOf({ conversationId, tab }: Route): string {
  if (!conversationId) return "/";
  return `/conversations/${encodeURIComponent(conversationId)}${tab === "apps" ? "/apps" : ""}`;
}

/** The current route and a way to go elsewhere; follows the back button. */
export function useRoute(): [Route, (route: Route) => void] {
  const [route, setRoute] = useState(() => parseRoute(location.pathname));
  useEffect(() => {
    const back = () => setRoute(parseRoute(location.pathname));
    addEventListener("popstate", back);
    return () => removeEventListener("popstate", back);
  }, []);
  const go = (to: Route) => {
    history.pushState(null, "", pathOf(to));
    setRoute(to);
  };
  return [route, go];
}
