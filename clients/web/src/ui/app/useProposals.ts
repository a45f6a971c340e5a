import { useCallback, useEffect, useState } from "react";
import type { Api } from "../../api/client";
import { type AppEdit, appPath } from "../../api/apps";

/** The proposed changes of an app that wait to be decided on, the latest first, and a way to look again. */
export function useProposals(api: Api, appId: string, version: number | undefined): [readonly AppEdit[], () => Promise<void>] {
  const [edits, setEdits] = useState<readonly AppEdit[]>([]);
  const load = useCallback(async () => {
    const { edits = [] } = await api.get<{ edits?: AppEdit[] }>(`${appPath(appId)}/edits?state=proposed&page_size=100`);
    setEdits(edits);
  }, [api, appId]);
  // Another version: one of them was made, perhaps by somebody else. Whoever comes back sees what others proposed meanwhile.
  useEffect(() => {
    if (version === undefined) return;
    const look = () => {
      // The next look tries again.
      if (!document.hidden) load().catch(() => undefined);
    };
    look();
    document.addEventListener("visibilitychange", look);
    return () => document.removeEventListener("visibilitychange", look);
  }, [load, version]);
  return [edits, load];
}
