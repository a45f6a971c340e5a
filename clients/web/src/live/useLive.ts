import { useEffect, useState, useSyncExternalStore } from "react";
import { appPath } from "../api/apps";
import type { Api } from "../api/client";
import { pause } from "../state/pause";
import { lossOf } from "./closing";
import { placeOf } from "./keeping";
import { Kept } from "./kept";
import type { Link, Socket } from "./link";
import { Live } from "./live";
import { NOTHING, type Snapshot } from "./snapshot";

const NOWHERE = () => () => undefined;
const UNKNOWN = () => NOTHING;

/** An app's records, live until the component goes; the first of the two is undefined for one moment. */
export function useLive(api: Api, appId: string, personId: string): [Live | undefined, Snapshot] {
  const [live, setLive] = useState<Live | undefined>();
  useEffect(() => {
    const made = new Live(linkTo(api, appId, personId));
    setLive(made);
    void made.run();
    addEventListener("offline", made.drop);
    return () => {
      removeEventListener("offline", made.drop);
      made.stop();
    };
  }, [api, appId, personId]);
  const snapshot = useSyncExternalStore(live?.subscribe ?? NOWHERE, live?.get ?? UNKNOWN);
  return [live, snapshot];
}

function linkTo(api: Api, appId: string, personId: string): Link {
  return {
    kept: new Kept(placeOf(personId, appId)),
    token: (fresh) => api.token(fresh),
    open: (protocols) => new WebSocket(new URL(`${appPath(appId)}/live`, location.href.replace(/^http/, "ws")), protocols) as unknown as Socket,
    // A refused handshake has no status that a page could read: the app itself is asked.
    probe: () => lossOf(api, appId),
    pause,
  };
}
