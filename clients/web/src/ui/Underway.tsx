import { type Api, newKey } from "../api/client";
import type { Operation } from "../api/types";
import { useText } from "../text";
import { Problem, Progress, useAction } from "./parts";

/** The making or changing of an app on its way, and a way to stop it. */
export function Underway({ api, operation }: { api: Api; operation: Operation }) {
  const t = useText();
  const { busy, error, run } = useAction();
  const stop = () =>
    run(async () => {
      await api.post(`/v1/apps/operations/${encodeURIComponent(operation.operation_id)}:cancel`, { idempotency_key: newKey() });
    });
  return (
    <div className="row underway">
      <Progress step={operation.step} value={operation.progress} />
      <button disabled={busy} onClick={() => void stop()}>{t("cancel")}</button>
      <Problem text={error} />
    </div>
  );
}
