import { loadEngine, run } from "./engine";

/** What the page asks of the worker, and gets back under the same number. */
export interface Order {
  id: number;
  script: string;
  data: string;
}

// The first message brings the engine and the page's port; nobody else can reach a worker but through that port.
self.onmessage = async ({ data, ports }: MessageEvent<{ wasm: ArrayBuffer }>) => {
  const page = ports[0];
  if (!page) return;
  self.onmessage = null;
  const engine = await loadEngine(data.wasm);
  page.onmessage = ({ data: order }: MessageEvent<Order>) =>
    page.postMessage({ id: order.id, outcome: run(engine, order.script, order.data) });
  page.postMessage({ ready: true });
};
