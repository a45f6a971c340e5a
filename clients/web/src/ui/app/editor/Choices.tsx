import { type KeyboardEvent, useState } from "react";
import { useText } from "../../../text";

/** The choices of a field; Enter adds one. */
export function Choices({ choices, onChange }: { choices: readonly string[]; onChange: (choices: string[]) => void }) {
  const t = useText();
  const [typed, setTyped] = useState("");
  const add = () => {
    const parts = typed.split(/[,，;；\n]/).map((part) => part.trim()).filter(Boolean);
    setTyped("");
    if (parts.length > 0) onChange([...new Set([...choices, ...parts])]);
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || event.nativeEvent.isComposing) return;
    event.preventDefault();
    add();
  };
  return (
    <div className="chips" role="group" aria-label={t("choices")}>
      {choices.map((choice) => (
        <span key={choice} className="chip">
          {choice}
          <button type="button" className="link" aria-label={t("removeThis", { name: choice })} onClick={() => onChange(choices.filter((one) => one !== choice))}>×</button>
        </span>
      ))}
      <input aria-label={t("addChoice")} placeholder={t("addChoice")} value={typed} onChange={(event) => setTyped(event.target.value)} onKeyDown={onKey} onBlur={add} />
    </div>
  );
}
