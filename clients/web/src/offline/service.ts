// The service worker: the page opens without a connection. It keeps the build's files and nothing that anybody wrote.

import { clientsClaim } from "workbox-core";
import type { WorkboxPlugin } from "workbox-core/types";
import { type PrecacheEntry, PrecacheFallbackPlugin, cleanupOutdatedCaches, precacheAndRoute } from "workbox-precaching";
import { NavigationRoute, registerRoute } from "workbox-routing";
import { NetworkOnly } from "workbox-strategies";

/** The files of this build, written in by `vite.offline.config.ts`. */
declare const FILES: PrecacheEntry[];

// A network that is there and does not answer is none.
const PATIENCE_S = 4;

// Its type says of a handler that it may be undefined, which ours do not take.
const kept = new PrecacheFallbackPlugin({ fallbackURL: "/" }) as WorkboxPlugin;
// The server's page comes first, so a new build is seen at once; files of a build never change, the kept ones will do.
const page = new NetworkOnly({ networkTimeoutSeconds: PATIENCE_S, plugins: [kept] });
registerRoute(new NavigationRoute(page, { denylist: [/^\/v1\//] }));
precacheAndRoute(FILES);
cleanupOutdatedCaches();
void (self as unknown as { skipWaiting(): Promise<void> }).skipWaiting();
clientsClaim();
