import { useEffect, useState, useSyncExternalStore } from "react";
import { type Api, ApiError } from "../api/client";
import { appPath } from "../api/apps";
import { pause } from "../state/pause";
import type { Link, Socket } from "./link";
import { Live } from "./live";
import { NOTHING, type Snapshot } from "./snapshot";

const NOWHERE = () => () => undefined;
const UNKNOWN = () => NOTHING;

/** An app's records, live until the component goes; the first of the two is undefined for one moment. */
export function useLive(api: Api, appId: string): [Live | undefined, Snapshot] {
  const [live, setLive] = useState<Live | undefined>();
  useEffect(() => {
    const made = new Live(linkTo(api, appId));
    setLive(made);
    void made.run();
    addEventListener("offline", made.drop);
    return () => {
      removeEventListener("offline", made.drop);
      made.stop();
    };
  }, [api, appId]);
  const snapshot = useSyncExternalStore(live?.subscribe ?? NOWHERE, live?.get ?? UNKNOWN);

  useEffect(() => {
    if (!snapshot.unsent) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener("beforeunload", ask);
    return () => removeEventListener("beforeunload", ask);
  }, [snapshot.unsent]);
  return [live, snapshot];
}

function linkTo(api: Api, appId: string): Link {
  const path = appPath(appId);
  return {
    token: (fresh) => api.token(fresh),
    open: (protocols) => new WebSocket(new URL(`${path}/live`, location.href.replace(/^http/, "ws")), protocols) as unknown as Socket,
    probe: async () => {
      // A refused handshake has no status that a page could read: the app itself is asked.
      try {
        await api.get(path);
      } catch (error) {
        if (error instanceof ApiError && error.status === 403) return "removed";
        if (error instanceof ApiError && error.status === 404) return "gone";
      }
      return undefined;
    },
    pause,
  };
}
