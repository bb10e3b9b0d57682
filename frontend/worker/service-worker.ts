/**
 * Keeps the page on the device, so that it opens without a network.
 *
 * A new version takes over at once: the page itself comes from the network whenever there is one,
 * and what an open page may still ask for stays, as its names change with its content.
 */
import { OURS, PAGE, SETTINGS, outdated, wayOf } from "./way";

declare const self: ServiceWorkerGlobalScope;

/** Put here by the build: paths that a first load needs, and those that it may need later. */
interface Build {
  readonly version: string;
  readonly first: readonly string[];
  readonly later: readonly string[];
}

const build = JSON.parse("__BUILD__") as Build;
const FILES = `${OURS}${build.version}`;
const NOTED = `${OURS}settings`;
/** A network that is there in name only would show nothing for minutes. */
const FRESH_WITHIN_MS = 4_000;

self.addEventListener("install", (event) => {
  event.waitUntil(keepAll().then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(forget().then(() => self.clients.claim()));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const way = wayOf(request, self.location.origin, [...build.first, ...build.later]);
  if (way === "kept") event.respondWith(kept(request));
  if (way === "fresh") event.respondWith(fresh(request, FILES));
  if (way === "noted") event.respondWith(fresh(request, NOTED));
});

async function keepAll(): Promise<void> {
  const files = await caches.open(FILES);
  await files.addAll([PAGE, ...build.first].map((path) => new Request(path, { cache: "no-cache" })));
  await note(new Request(SETTINGS)).catch(() => null); // it comes again with the next load
  void Promise.allSettled(build.later.map((path) => files.add(path))); // else when it is asked for
}

async function forget(): Promise<void> {
  const names = outdated(await caches.keys(), FILES, [NOTED]);
  await Promise.all(names.map((name) => caches.delete(name)));
}

async function kept(request: Request): Promise<Response> {
  const found = await caches.match(request);
  if (found) return found;
  const response = await fetch(request);
  if (response.ok) await (await caches.open(FILES)).put(request, response.clone());
  return response;
}

async function fresh(request: Request, name: string): Promise<Response> {
  const coming = name === NOTED ? note(request) : fetch(request);
  const cache = await caches.open(name);
  // A page is the same whatever its query, which may be a login's.
  const before = await cache.match(request, { ignoreSearch: true });
  if (!before) return coming;
  return Promise.race([coming, late(before)]).catch(() => before);
}

async function note(request: Request): Promise<Response> {
  const response = await fetch(request);
  if (response.ok) await (await caches.open(NOTED)).put(request, response.clone());
  return response;
}

function late(response: Response): Promise<Response> {
  return new Promise((resolve) => {
    setTimeout(() => {
      resolve(response);
    }, FRESH_WITHIN_MS);
  });
}
