// Answers for what the browser asks below the public folder: kept pages first, then the network, then a plain page that
// says what is missing. Publishing puts VERSION, TEXTS (by language, the school's first), MORE and the other files of this
// kind before it. States: see the README.
/* global VERSION, TEXTS, MORE, Keeping, Finding */

const HOME = new URL("./", self.location.href).href;
const PREFIX = `korablik${new URL(HOME).pathname}`; // another school may live on the same host
const [KEPT, FILES, SHELL] = [`${PREFIX}kept`, `${PREFIX}files`, `${PREFIX}shell-${VERSION}`];
const ROOT = ["edition.js", "reader.js"]; // of the public root: needed by every page
const AS_THEY_COME = /(^|\/)app\.webmanifest$|^boat-[^/]*\.png$/; // what the browser itself asks for
const NEVER = /(^|\/)data\/|^worker\.js$|\.(ics|pdf|zim|zip|mp4|webm)$/;
const SITE = /^(?!me(\/|$))[A-Za-z0-9_-]+(\/[A-Za-z-]+)?$/;
const SEARCH = "search.js"; // made here of the kept pages
const PAUSE = 60e3; // ms between looks that the server answered with nonsense

const opened = {};
const cache = (name) => opened[name] || (opened[name] = caches.open(name)); // once while the worker lives
const address = (name) => `${HOME}-kept/${name}`; // nobody asks for these addresses
const paused = new Map();
const read = new Map(); // of ROOT what was read from the shell while the worker lives: every page waits for it
let turn = Promise.resolve();

const env = {
  base: HOME,
  fetch: (url, options) => fetch(url, options),
  now: () => Date.now(),
  read: async (name) => (await cache(KEPT)).match(address(name)),
  write: async (name, body, headers) => (await cache(KEPT)).put(address(name), new Response(body, { headers })),
  drop: async (name) => (await cache(KEPT)).delete(address(name)),
  names: async () => (await (await cache(KEPT)).keys()).map((request) => request.url.slice(address("").length)),
  alone(work) {
    if (navigator.locks) return navigator.locks.request(PREFIX, work);
    const mine = turn.then(work);
    turn = mine.catch(() => {});
    return mine;
  },
  told: (facts) => tell(facts),
};

self.addEventListener("install", (event) => {
  const now = self.registration.active ? ROOT : ROOT.slice(0, 1); // at first the other is still on its way to the page
  event.waitUntil(Promise.all(now.map(intoShell)).then(() => self.skipWaiting()));
});

/** Most phones have just loaded these files: they are asked for again only when they are of another version. */
async function intoShell(name) {
  let response = await fetch(HOME + name, { cache: "force-cache", credentials: "omit" });
  if (response.ok && !(await response.clone().text()).includes(VERSION)) {
    response = await fetch(HOME + name, { cache: "reload", credentials: "omit" });
  }
  if (!response.ok) throw new Error(`${name}: ${response.status}`);
  await (await cache(SHELL)).put(HOME + name, response);
}

self.addEventListener("activate", (event) => {
  event.waitUntil(
    (async () => {
      const old = (await caches.keys()).filter((name) => name.startsWith(`${PREFIX}shell-`) && name !== SHELL);
      await Promise.all(old.map((name) => caches.delete(name)));
      await self.clients.claim();
    })(),
  );
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = request.url.split(/[?#]/)[0];
  if (request.method !== "GET" || !url.startsWith(HOME) || request.headers.has("Range")) return;
  const path = url.slice(HOME.length);
  if (!NEVER.test(path)) event.respondWith(answer(event, path));
});

async function answer(event, path) {
  const { request } = event;
  const cut = path.lastIndexOf("/");
  const site = path.slice(0, Math.max(cut, 0));
  if (SITE.test(site)) {
    const name = path.slice(cut + 1) || "index.html";
    const pages = (await Keeping.shown(env, site))?.pages;
    if (pages && name === SEARCH) return page(Finding.script(pages), 200, KINDS.js);
    const text = pages?.[name];
    if (typeof text === "string") return page(text, 200, KINDS[name.split(".").pop()]);
  }
  const shell = await cache(SHELL);
  const found = await fromShell(shell, path === "me/" ? "me/index.html" : path);
  if (found && !(path === "edition.js" && (await isElsewhere(event.clientId)))) return found;
  const kept = await (await cache(FILES)).match(HOME + path);
  if (kept) return kept;
  try {
    const response = await fetch(request);
    if (response.ok && AS_THEY_COME.test(path)) {
      await shell.put(HOME + path, response.clone()).catch(() => {}); // no room: from the network next time, too
    }
    return response;
  } catch (error) {
    if (found) return found;
    if (request.mode !== "navigate") throw error;
    return withoutNetwork(path);
  }
}

async function fromShell(shell, path) {
  if (!ROOT.includes(path)) return shell.match(HOME + path);
  if (!read.has(path)) {
    const found = await shell.match(HOME + path);
    if (!found) return found;
    read.set(path, await found.text());
  }
  return page(read.get(path), 200, KINDS.js);
}

/** Whether a page outside the classes asks, which shows no kept edition: it wants the number of today. */
async function isElsewhere(id) {
  const path = ((await self.clients.get(id))?.url ?? HOME).slice(HOME.length).split(/[?#]/)[0];
  return !SITE.test(path.slice(0, Math.max(path.lastIndexOf("/"), 0)));
}

const KINDS = { js: "text/javascript", html: "text/html" };

function page(text, status, kind = KINDS.html) {
  return new Response(text, { status, headers: { "Content-Type": `${kind}; charset=utf-8` } });
}

/** The only kept class when the list of classes was asked for; else what is here, and that this page is not. */
async function withoutNetwork(path) {
  const sites = await Keeping.sites(env);
  if (/^(index\.html)?$/.test(path) && sites.length === 1) return Response.redirect(`${HOME}${sites[0].site}/index.html`);
  if (SITE.test(path) && sites.some((one) => one.site === path)) return Response.redirect(`${HOME}${path}/index.html`);
  const spoken = Object.keys(TEXTS);
  const language = spoken.find((code) => path.split("/")[1] === code) ?? spoken[0];
  const say = TEXTS[language];
  const link = ({ site, title }) => `<li><a href="${HOME}${site}/index.html">${title}</a></li>`;
  const list = sites.length ? `<p>${say.here}</p><ul>${sites.map(link).join("")}</ul>` : "";
  return page(
    `<!doctype html><html lang="${language}"><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'">
<meta name="viewport" content="width=device-width,initial-scale=1"><title>${say.missing}</title>
<h1>${say.missing}</h1><p>${say.later}</p>${list}</html>`,
    503,
  );
}

/** Pictures and scripts that the pages ask for: pictures by name once, other files with every new tree. */
async function gather(facts) {
  if (!facts?.whole) return;
  const found = await env.read(`files/${facts.site}`);
  const before = found ? await found.json() : { blob: "", urls: [] };
  if (before.blob === facts.blob) return;
  const { pages } = (await Keeping.shown(env, facts.site)) ?? { pages: {} };
  const asked = new Set(Object.values(pages).join("\n").match(/(?<=\ssrc=")[^":]+/g));
  const urls = [...asked].filter((src) => !(src in pages) && src !== SEARCH).map((src) => new URL(src, `${HOME}${facts.site}/`).href)
    .filter((url) => url.startsWith(HOME) && !ROOT.includes(url.slice(HOME.length)));
  const files = await cache(FILES);
  for (const url of urls) {
    if (url.includes("/images/") && (await files.match(url))) continue;
    await fetchInto(files, url);
  }
  await env.write(`files/${facts.site}`, JSON.stringify({ blob: facts.blob, urls }));
  for (const url of before.urls) if (!urls.includes(url) && !(await usedElsewhere(url, facts.site))) await files.delete(url);
  await gatherMore();
}

/** What every page needs. */
async function gatherRoot() {
  const shell = await cache(SHELL);
  for (const name of ROOT) if (!(await shell.match(HOME + name))) await intoShell(name);
}

/** The private page and what it needs: the same for all families, and nobody's secret. */
async function gatherMore() {
  const shell = await cache(SHELL);
  for (const name of MORE) if (!(await shell.match(HOME + name))) await fetchInto(shell, HOME + name);
}

async function usedElsewhere(url, site) {
  for (const name of await env.names()) {
    if (!name.startsWith("files/") || name === `files/${site}`) continue;
    if ((await (await env.read(name)).json()).urls.includes(url)) return true;
  }
  return false;
}

async function fetchInto(place, url) {
  const response = await fetch(url, { cache: "no-cache", credentials: "omit" });
  if (response.ok) await place.put(url, response);
}

async function tell(facts) {
  if (!facts) return;
  const others = (await Keeping.sites(env)).filter((one) => one.site !== facts.site).length;
  const said = { ...facts, others, due: Keeping.due(facts.checked, env.now(), facts.look_again) };
  for (const client of await self.clients.matchAll({ type: "window", includeUncontrolled: true })) {
    if (client.url.startsWith(HOME)) client.postMessage({ korablik: said });
  }
}

async function check(site, wish) {
  if (!wish.forced && paused.get(site) > performance.now()) return;
  await tell({ ...(await Keeping.held(env, site)), site, busy: true });
  const facts = await Keeping.look(env, site, wish);
  if (facts?.trouble && facts.trouble !== "offline") paused.set(site, performance.now() + PAUSE);
  await gatherRoot().catch(() => {});
  await tell(facts);
  await gather(facts).catch(() => {}); // best effort: tried again at the next look
}

const acts = {
  async open(site) {
    await tell(await Keeping.held(env, site));
    await Keeping.opened(env, site);
    await check(site, {});
  },
  check: (site) => check(site, { forced: true }),
  today: (site) => check(site, { forced: true, only: true }),
  whole: (site) => check(site, { forced: true, all: true }),
  seen: async (site) => tell(await Keeping.seen(env, site)),
  async room(site) {
    await Keeping.opened(env, site, 1);
    await check(site, { forced: true });
  },
};

self.addEventListener("message", (event) => {
  const { act, site } = event.data ?? {};
  if (act === "more") event.waitUntil(gatherMore());
  if (Object.keys(acts).includes(act) && SITE.test(site)) event.waitUntil(acts[act](site));
});
