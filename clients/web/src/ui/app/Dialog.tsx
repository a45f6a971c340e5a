import { type ReactNode, useEffect, useRef } from "react";
import { useText } from "../../text";

interface Props {
  title: string;
  onClose: () => void;
  children: ReactNode;
}

/** A window above the page; Escape and a click beside it close it. */
export function Dialog({ title, onClose, children }: Props) {
  const t = useText();
  const box = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const dialog = box.current;
    if (dialog && !dialog.open) dialog.showModal();
  }, []);
  return (
    <dialog ref={box} aria-label={title} onClose={onClose} onClick={(event) => event.target === box.current && onClose()}>
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
