// All that runs in the sandboxed frame: it takes one parcel from the page that holds it and starts the worker in it.
// The frame has an origin of its own, which may start workers from blobs only.

/** The worker's source and QuickJS, as the page read them; the frame itself can read nothing. */
export interface Parcel {
  source: string;
  wasm: ArrayBuffer;
}

function take(event: MessageEvent<Parcel>) {
  const page = event.ports[0];
  // Other frames can post to this one too.
  if (event.source !== window.parent || !page) return;
  window.removeEventListener("message", take);
  const { source, wasm } = event.data;
  const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  new Worker(url).postMessage({ wasm }, [wasm, page]);
}

window.addEventListener("message", take);
