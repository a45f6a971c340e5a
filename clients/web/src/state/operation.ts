import type { Api } from "../api/client";
import type { Operation } from "../api/types";

/** Whether a call ended because somebody wanted it to. */
export function isBrokenOff(problem: unknown): boolean {
  return problem instanceof DOMException && problem.name === "AbortError";
}

/**
 * Follows long work to its end and returns the id of what was made; throws Error with the reason when it failed, and as for any
 * call that is broken off where somebody stopped it.
 */
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
  if (last?.state === "OPERATION_STATE_CANCELLED") throw new DOMException(last.step, "AbortError");
  throw new Error(last?.error || last?.step || "the connection ended early");
}
