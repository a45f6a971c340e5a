import { useEffect } from "react";
import type { Live } from "../../live/live";

/** Ctrl or Cmd and Z takes the viewer's last edit back, with Shift (or Y) it makes it again; not while something is being typed. */
export function useUndoKeys(live: Live | undefined): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (!(event.ctrlKey || event.metaKey) || event.altKey || typing(event.target)) return;
      const key = event.key.toLowerCase();
      if (key !== "z" && key !== "y") return;
      event.preventDefault();
      if (key === "y" || event.shiftKey) live?.redo();
      else live?.undo();
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, [live]);
}

/** There the browser's own undo is meant: that of letters. A cell whose text is stored already has none to take back. */
function typing(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  const cell = target.closest(".cell");
  if (cell) return cell.hasAttribute("data-typing");
  return target instanceof HTMLTextAreaElement || (target instanceof HTMLInputElement && !["checkbox", "radio"].includes(target.type));
}
