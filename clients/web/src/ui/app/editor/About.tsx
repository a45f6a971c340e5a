import { patchApp } from "../../../apps/drafting";
import { within } from "../../../apps/faults";
import { type Key, useText } from "../../../text";
import { Input } from "../../parts";
import type { Editing } from "./Editor";

const PARTS: readonly ["icon" | "title" | "description" | "currency", Key, Key?][] = [
  ["icon", "appIcon", "appIconHint"], ["title", "appTitle"], ["description", "appAbout"], ["currency", "appCurrency", "appCurrencyHint"],
];
const THEMES = ["plain", "warm", "cool", "forest", "night"];

/** The app's name, icon and look. */
export function About({ spec, faults, step }: Editing) {
  const t = useText();
  return (
    <div className="about">
      {PARTS.map(([part, words, hint]) => (
        <Input
          key={part} label={t(words)} value={spec[part] ?? ""} error={within(faults, `spec.${part}`)[0]}
          {...(hint ? { placeholder: t(hint) } : {})} onChange={(value) => step(part, patchApp({ [part]: value }))}
        />
      ))}
      <label className="input">
        {t("appTheme")}
        <select value={spec.theme || "plain"} onChange={(event) => step("theme", patchApp({ theme: event.target.value }))}>
          {THEMES.map((theme) => <option key={theme} value={theme}>{t(`theme${theme}` as Key)}</option>)}
        </select>
      </label>
    </div>
  );
}
