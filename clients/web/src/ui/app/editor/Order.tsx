import { useText } from "../../../text";

interface Props {
  name: string;
  first: boolean;
  last: boolean;
  onMove: (by: number) => void;
  onRemove: () => void;
}

/** Moves a thing of a list up or down, or takes it away. */
export function Order({ name, first, last, onMove, onRemove }: Props) {
  const t = useText();
  return (
    <span className="order">
      <button type="button" aria-label={t("moveUp", { name })} title={t("moveUp", { name })} disabled={first} onClick={() => onMove(-1)}>↑</button>
      <button type="button" aria-label={t("moveDown", { name })} title={t("moveDown", { name })} disabled={last} onClick={() => onMove(1)}>↓</button>
      <button type="button" aria-label={t("removeThis", { name })} title={t("removeThis", { name })} onClick={onRemove}>×</button>
    </span>
  );
}
