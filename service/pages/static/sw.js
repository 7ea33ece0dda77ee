// The service worker: pages from the network while there is one, and the kept ones while there is none.
// VERSION and FILES are put in front by service/pages/assets.py. Outcomes are sent by outbox.js, not from here.

const ASSETS = `files-${VERSION}`;
const PAGES = "pages"; // filled here and by app.js
const OFFLINE = "/offline";
const KEPT = /^\/(?:today|done|visits\/\d+)$/;
const PATIENCE = 8000; // milliseconds until a kept page is shown instead of one that does not come

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(ASSETS).then((cache) => cache.addAll([...FILES, OFFLINE])).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches.keys()
      .then((names) => Promise.all(names.filter((name) => name !== ASSETS && name !== PAGES).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== self.location.origin) return;
  if (pathname.startsWith("/static/")) event.respondWith(file(request));
  else if (request.mode === "navigate" && pathname !== "/sign-in") event.respondWith(page(request, pathname));
});

// A kept page may be of an older version than the files; without signal it takes today's.
async function file(request) {
  const name = new URL(request.url).pathname.split("/").pop();
  return (await caches.match(request)) || fetch(request).catch(() => caches.match(FILES.find((one) => one.endsWith(`/${name}`))));
}

async function page(request, pathname) {
  const kept = KEPT.test(pathname) ? await (await caches.open(PAGES)).match(pathname) : undefined;
  const coming = fetch(request).then((answer) => keep(request, pathname, answer));
  const late = new Promise((resolve) => { if (kept) setTimeout(() => resolve(kept), PATIENCE); });
  try {
    return await Promise.race([coming, late]);
  } catch {
    return kept || (await offline());
  }
}

// In the language of the kept pages where there are any.
async function offline() {
  return (await (await caches.open(PAGES)).match(OFFLINE)) || caches.match(OFFLINE);
}

// Only the page itself is kept, not one that says what was just done.
async function keep(request, pathname, answer) {
  if (answer.ok && KEPT.test(pathname) && !new URL(request.url).search) {
    await (await caches.open(PAGES)).put(pathname, answer.clone());
  }
  return answer;
}
