import { type ReactNode, useEffect, useRef } from "react";
import { useText } from "../../text";

interface Props {
  title: string;
  onClose: () => void;
  /** What was entered would be lost by a click beside it. */
  firm?: boolean;
  children: ReactNode;
}

/** A window above the page; Escape closes it, and a click beside it. */
export function Dialog({ title, onClose, firm = false, children }: Props) {
  const t = useText();
  const box = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const dialog = box.current;
    if (dialog && !dialog.open) dialog.showModal();
  }, []);
  return (
    <dialog ref={box} aria-label={title} onClose={onClose} onClick={(event) => !firm && event.target === box.current && onClose()}>
      <div className="inside">
        <header className="row between">
          <h2>{title}</h2>
          <button type="button" aria-label={t("close")} title={t("close")} onClick={onClose}>×</button>
        </header>
        {children}
      </div>
    </dialog>
  );
}
