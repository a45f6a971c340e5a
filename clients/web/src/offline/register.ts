/** Lets this browser keep the page, where it may: over https or on this machine, and in a build. */
export function keepPage(): void {
  if (!import.meta.env.PROD || !("serviceWorker" in navigator)) return;
  // Without it the page works as long as there is a connection.
  addEventListener("load", () => void navigator.serviceWorker.register("/offline.js").catch(() => undefined));
}
