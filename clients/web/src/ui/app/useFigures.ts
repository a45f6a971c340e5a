import { useEffect, useState } from "react";
import type { Figure } from "../../api/apps";
import { usePage } from "./page";

// The server computes from what it has written down: a little later than an edit is seen.
const SETTLE_MS = 700;

/** The app's aggregates as the server computes them, again whenever records change; undefined until then. */
export function useFigures(): { figures: readonly Figure[] | undefined; failed: boolean } {
  const { api, app, path, state } = usePage();
  const [figures, setFigures] = useState<readonly Figure[] | undefined>();
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    let gone = false;
    const load = () =>
      api.get<{ figures?: Figure[] }>(`${path}/figures`).then(
        (found) => {
          if (gone) return;
          setFigures(found.figures ?? []);
          setFailed(false);
        },
        () => {
          if (!gone) setFailed(true);
        },
      );
    const timer = setTimeout(() => void load(), figures ? SETTLE_MS : 0);
    return () => {
      gone = true;
      clearTimeout(timer);
    };
    // What is known already only decides how soon: it must not ask again by itself.
  }, [api, path, app.version, state.items]);
  return { figures, failed };
}
