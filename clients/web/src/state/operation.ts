import type { Api } from "../api/client";
import type { Operation } from "../api/types";

/** Follows long work to its end and returns the id of what was made; throws Error with the reason when it failed. */
export async function finished<T extends { operation: Operation } = { operation: Operation }>(
  api: Api,
  watchPath: string,
  onProgress: (operation: Operation) => void,
  signal: AbortSignal,
  /** What else each line of the stream says. */
  onLine: (line: T) => void = () => undefined,
): Promise<string> {
  let last: Operation | undefined;
  for await (const line of api.stream<T>(watchPath, signal)) {
    last = line.operation;
    onLine(line);
    onProgress(last);
    if (last.state !== "OPERATION_STATE_RUNNING") break;
  }
  if (last?.state === "OPERATION_STATE_SUCCEEDED") return last.result_id;
  throw new Error(last?.error || last?.step || "the connection ended early");
}
