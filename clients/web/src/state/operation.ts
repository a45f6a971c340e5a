import type { Api } from "../api/client";
import type { Operation } from "../api/types";

/** Follows long work to its end and returns the id of what was made; throws Error with the reason when it failed. */
export async function finished(
  api: Api,
  watchPath: string,
  onProgress: (operation: Operation) => void,
  signal: AbortSignal,
): Promise<string> {
  let last: Operation | undefined;
  for await (const { operation } of api.stream<{ operation: Operation }>(watchPath, signal)) {
    last = operation;
    onProgress(operation);
    if (operation.state !== "OPERATION_STATE_RUNNING") break;
  }
  if (last?.state === "OPERATION_STATE_SUCCEEDED") return last.result_id;
  throw new Error(last?.error || last?.step || "the connection ended early");
}
