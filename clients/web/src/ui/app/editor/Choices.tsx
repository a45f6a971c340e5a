import { type KeyboardEvent, useState } from "react";
import { useText } from "../../../text";

interface Props {
  choices: readonly string[];
  onAdd: (choices: string[]) => void;
  onRename: (from: string, to: string) => void;
  onRemove: (choice: string) => void;
}

/** The choices of a field, each to be worded anew or taken away; Enter adds one. */
export function Choices({ choices, onAdd, onRename, onRemove }: Props) {
  const t = useText();
  const [typed, setTyped] = useState("");
  const add = () => {
    const parts = typed.split(/[,，;；\n]/).map((part) => part.trim()).filter((part) => part && !choices.includes(part));
    setTyped("");
    if (parts.length > 0) onAdd(parts);
  };
  return (
    <div className="chips" role="group" aria-label={t("choices")}>
      {choices.map((choice) => (
        <Choice
          key={choice} choice={choice} onRemove={() => onRemove(choice)}
          onRename={(to) => {
            if (choices.includes(to)) return false;
            onRename(choice, to);
            return true;
          }}
        />
      ))}
      <input aria-label={t("addChoice")} placeholder={t("addChoice")} value={typed} onChange={(event) => setTyped(event.target.value)} onKeyDown={onEnter(add)} onBlur={add} />
    </div>
  );
}

/** `onRename` says whether the new wording can be taken. */
function Choice({ choice, onRename, onRemove }: { choice: string; onRename: (to: string) => boolean; onRemove: () => void }) {
  const t = useText();
  const [typed, setTyped] = useState(choice);
  const store = () => {
    const to = typed.trim();
    if (to === choice || !to || !onRename(to)) setTyped(choice);
  };
  return (
    <span className="chip">
      <input aria-label={t("choiceNamed", { name: choice })} value={typed} onChange={(event) => setTyped(event.target.value)} onKeyDown={onEnter(store)} onBlur={store} />
      <button type="button" className="link" aria-label={t("removeThis", { name: choice })} onClick={onRemove}>×</button>
    </span>
  );
}

/** An input method confirms its candidates with Enter too. */
function onEnter(act: () => void) {
  return (event: KeyboardEvent) => {
    if (event.key !== "Enter" || event.nativeEvent.isComposing) return;
    event.preventDefault();
    act();
  };
}
