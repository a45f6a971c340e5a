import wasmUrl from "@jitl/quickjs-wasmfile-release-sync/wasm?url";
import type { Outcome } from "./engine";
import type { Parcel } from "./frame";
import frameUrl from "./frame?worker&url";
import workerUrl from "./worker?worker&url";

// Above the script's own limit: some loops inside of QuickJS never ask whether they may go on.
const PATIENCE_MS = 2_000;
const START_MS = 15_000;

/** Runs scripts that nobody trusts, one after another, in a worker in a frame without origin, network or page. */
export class Sandbox {
  #running: Promise<unknown> = Promise.resolve();
  #started: Promise<{ frame: HTMLIFrameElement; port: MessagePort }> | undefined;
  #count = 0;

  /** What `draw(data)` of the script returns; `data` is JSON text. Rejects only when the sandbox itself cannot start. */
  draw(script: string, data: string, signal: AbortSignal): Promise<Outcome | undefined> {
    const mine = this.#running.then(() => (signal.aborted ? undefined : this.#draw(script, data)));
    this.#running = mine.catch(() => undefined);
    return mine;
  }

  /** Ends whatever runs in it; the next drawing starts a new one. */
  close() {
    void this.#started?.then(({ frame, port }) => { port.close(); frame.remove(); }, () => undefined);
    this.#started = undefined;
  }

  async #draw(script: string, data: string): Promise<Outcome> {
    this.#started ??= start();
    let port: MessagePort;
    try {
      ({ port } = await this.#started);
    } catch (error) {
      this.#started = undefined;
      throw error;
    }
    const id = ++this.#count;
    const outcome = await new Promise<Outcome>((resolve) => {
      const late = setTimeout(() => resolve({ problem: "gone", detail: "" }), PATIENCE_MS);
      port.onmessage = ({ data: answer }: MessageEvent<unknown>) => {
        if (!isAnswer(answer) || answer.id !== id) return;
        clearTimeout(late);
        resolve(answer.outcome);
      };
      port.postMessage({ id, script, data });
    });
    // What broke a limit may have left the engine in any state.
    if (!("drawing" in outcome)) this.close();
    return outcome;
  }
}

/** A frame with its worker, ready; only who holds the port can speak with it. */
async function start(): Promise<{ frame: HTMLIFrameElement; port: MessagePort }> {
  const [source, wasm] = await Promise.all([file(workerUrl).then((r) => r.text()), file(wasmUrl).then((r) => r.arrayBuffer())]);
  const frame = document.createElement("iframe");
  frame.sandbox.add("allow-scripts");
  frame.hidden = true;
  frame.srcdoc = page(new URL(frameUrl, document.baseURI).href);
  const { port1: port, port2 } = new MessageChannel();
  const ready = new Promise<void>((resolve, reject) => {
    const late = setTimeout(() => reject(new Error("the sandbox did not start")), START_MS);
    port.onmessage = () => { clearTimeout(late); resolve(); };
  });
  const parcel: Parcel = { source, wasm };
  // It has no origin that could be named; who else may read this would have to be in the frame.
  frame.addEventListener("load", () => frame.contentWindow?.postMessage(parcel, "*", [wasm, port2]), { once: true });
  document.body.append(frame);
  try {
    await ready;
  } catch (error) {
    frame.remove();
    throw error;
  }
  return { frame, port };
}

/** The frame's page. It inherits this page's policy besides its own, and this page's frame-src lets it go nowhere. */
function page(script: string): string {
  const policy = `default-src 'none'; script-src ${script} 'wasm-unsafe-eval'; worker-src blob:; base-uri 'none'; form-action 'none'`;
  return `<!doctype html><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${policy}"><script src="${script}"></script>`;
}

async function file(url: string): Promise<Response> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${response.status} for ${url}`);
  return response;
}

function isAnswer(value: unknown): value is { id: number; outcome: Outcome } {
  if (typeof value !== "object" || value === null || !("id" in value) || !("outcome" in value)) return false;
  const { outcome } = value;
  if (typeof outcome !== "object" || outcome === null) return false;
  if ("drawing" in outcome) return typeof outcome.drawing === "string";
  return "problem" in outcome && "detail" in outcome && typeof outcome.problem === "string" && typeof outcome.detail === "string";
}
