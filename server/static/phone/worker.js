// Keeps the page itself on the phone, so that it opens without signal. VERSION and SHELL are put before this by the
// office.
/* global VERSION, SHELL */

const NAME = `korablik-phone-${VERSION}`;

self.addEventListener("install", (event) => {
  const asked = SHELL.map((url) => new Request(url, { cache: "reload" }));
  event.waitUntil(caches.open(NAME).then((cache) => cache.addAll(asked)));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    (async () => {
      for (const name of await caches.keys()) {
        if (name.startsWith("korablik-phone-") && name !== NAME) await caches.delete(name);
      }
      await self.clients.claim();
    })(),
  );
});

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== self.location.origin) return;
  const path = event.request.mode === "navigate" && url.pathname === "/phone/" ? "/phone/" : url.pathname;
  if (!SHELL.includes(path)) return;
  event.respondWith((async () => (await (await caches.open(NAME)).match(path)) ?? fetch(event.request))());
});

self.addEventListener("message", (event) => {
  if (event.data === "take over") self.skipWaiting();
});
