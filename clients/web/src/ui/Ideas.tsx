import { useEffect, useState } from "react";
import type { Api } from "../api/client";
import type { Spec } from "../api/apps";
import { useText } from "../text";

const MOST_SHOWN = 12;

/** What apps are often made for; a click puts it into words, to be said differently or as it is. */
export function Ideas({ api, onPick }: { api: Api; onPick: (words: string) => void }) {
  const t = useText();
  const [ideas, setIdeas] = useState<readonly Spec[]>([]);
  const language = t("blueprintLanguage");
  useEffect(() => {
    let gone = false;
    // Without them one thinks of something oneself.
    api.get<{ blueprints?: { spec: Spec }[] }>(`/v1/blueprints?language=${language}`).then(
      (found) => !gone && setIdeas((found.blueprints ?? []).map((blueprint) => blueprint.spec)),
      () => undefined,
    );
    return () => {
      gone = true;
    };
  }, [api, language]);
  if (ideas.length === 0) return null;
  // Some of each part of the list, which is in the order of the alphabet.
  const every = Math.max(1, Math.floor(ideas.length / MOST_SHOWN));
  return (
    <div className="chips ideas" role="group" aria-label={t("ideas")}>
      {ideas.filter((_, i) => i % every === 0).slice(0, MOST_SHOWN).map((spec) => (
        <button key={spec.title} onClick={() => onPick(spec.description || spec.title)}>
          <span className="emoji" aria-hidden="true">{spec.icon}</span> {spec.title}
        </button>
      ))}
    </div>
  );
}
