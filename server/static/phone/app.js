// The phone's page: what is shown, by the address and by how the phone stands with the school; what waits is always
// told.

import { h } from "./dom.js";
import { loadDrafts, forgetDrafts } from "./drafts.js";
import { codeOfAddress, enrolPage, waitingPage } from "./enrol.js";
import { closeWhenAway, locked } from "./lock.js";
import { unsent } from "./outbox.js";
import * as absent from "./page-absent.js";
import * as call from "./page-call.js";
import * as classes from "./page-class.js";
import * as code from "./page-code.js";
import * as more from "./page-more.js";
import * as outbox from "./page-outbox.js";
import { taskPage } from "./page-task.js";
import { expireIfDue, start as startSender } from "./sender.js";
import { got, listen, read, value } from "./store.js";
import { many, speak, t } from "./texts.js";

/** @type {Record<string, {page: Function, of?: Function, name: string}>} */
const PAGES = {
  "": { page: code.page, name: "place_code" },
  class: { page: classes.page, of: taskPage, name: "place_class" },
  absent: { page: absent.page, of: absent.lessonPage, name: "place_absent" },
  call: { page: call.page, name: "place_call" },
  more: { page: more.page, name: "place_more" },
  outbox: { page: outbox.page, name: "outbox" },
};
const PLACES = ["", "class", "absent", "call", "more"];

const main = /** @type {HTMLElement} */ (document.getElementById("content"));
const status = /** @type {HTMLElement} */ (document.getElementById("status"));
const places = /** @type {HTMLElement} */ (document.getElementById("places"));
const notes = /** @type {HTMLElement} */ (document.getElementById("notes"));
let given = codeOfAddress();
/** @type {any} */
let shown = {};
let shownDevice = "";
let isLocked = false;
let turn = 0;

/** Show what belongs to the address now. */
async function show() {
  if (isLocked) return;
  const mine = ++turn;
  const [device, settings] = await read(["kv"], ({ kv }) =>
    Promise.all([got(kv.get("device")), got(kv.get("settings"))]),
  );
  speak(settings?.locale ?? device?.locale ?? (await value("gone"))?.locale);
  shownDevice = stateOf(device);
  const root = h("div", { class: "page stack" });
  const ready = device?.state === "confirmed";
  const [name, parameter] = location.hash.replace(/^#\/?/, "").split("/");
  const entry = PAGES[name] ?? PAGES[""];
  showPlaces(ready, PAGES[name] ? name : "");
  main.replaceChildren(root);
  let next = {};
  if (ready) next = await (parameter && entry.of ? entry.of(root, decodeURIComponent(parameter)) : entry.page(root));
  else if (device?.state === "waiting") waitingPage(root, device);
  else await enrolPage(root, given);
  if (mine === turn) shown = next ?? {};
  given = "";
  await showStatus();
  if (mine === turn) main.dataset.shown = location.hash || "#/"; // all of that page stands there
}

/** @param {any} device */
const stateOf = (device) => `${device?.origin} ${device?.state} ${device?.locale}`;

/** @param {boolean} ready @param {string} here */
function showPlaces(ready, here) {
  places.hidden = !ready;
  places.setAttribute("aria-label", t("places"));
  places.replaceChildren(
    ...PLACES.map((name) =>
      h("a", { href: `#/${name}`, "aria-current": name === here ? "page" : null }, t(PAGES[name].name)),
    ),
  );
  /** @type {HTMLElement} */ (document.getElementById("brand")).textContent = t("brand");
  /** @type {HTMLElement} */ (document.getElementById("skip")).textContent = t("skip");
}

/** How much is only on this phone, and whether the school can be reached: on every page. */
async function showStatus() {
  const [device, round, left] = [await value("device"), await value("round"), await unsent()];
  const parts = [];
  if (round?.state === "off" || !navigator.onLine) parts.push(t("no_connection"));
  else if (round?.state === "refused" || round?.state === "broken") parts.push(t("not_taken"));
  if (left) parts.push(many("on_phone_number", left));
  status.hidden = !device;
  status.className = `tag ${left || parts.length ? "wait" : "ok"}`;
  status.textContent = parts.join(" · ") || t("all_at_school_short");
  document.title = left ? `(${left}) ${t("brand")}` : t("brand");
  /** @type {any} */ (navigator).setAppBadge?.(left).catch(() => {});
  const line = await value("line");
  const lines = [
    line?.expired && t("expired"),
    round?.state === "refused" && t("school_said", { text: round.text || round.code }),
  ].filter(Boolean);
  notes.replaceChildren(...lines.map((text) => h("p", { class: "flash bad" }, text)));
}

/** @param {string} what */
async function changed(what) {
  if (what === "device" && stateOf(await value("device")) === "undefined undefined undefined") forgetDrafts();
  if (isLocked) return showStatus();
  const device = await value("device");
  const wanted = (await value("settings"))?.locale;
  if (stateOf(device) !== shownDevice || (wanted && wanted !== document.documentElement.lang) || what === "device")
    return show();
  await shown.refresh?.();
  await showStatus();
}

/** Close the lock until the PIN is typed. */
async function lock() {
  isLocked = true;
  turn += 1;
  places.hidden = true;
  await locked(main, (root) => {
    const card = h("section", { class: "card" });
    root.replaceChildren(h("h1", {}, t("pin_forgotten")), h("p", {}, t("pin_forgotten_way")), card);
    more.leaveCard(card).then(() => card.querySelector("button")?.focus());
  });
  isLocked = false;
  await show();
}

async function begin() {
  speak((await value("settings"))?.locale ?? (await value("device"))?.locale);
  await loadDrafts();
  await expireIfDue();
  listen((what) => {
    if (what === "device" && isLocked)
      value("device").then((device) => {
        if (!device) {
          isLocked = false;
          show();
        }
      });
    changed(what);
  });
  addEventListener("hashchange", () => {
    const fresh = codeOfAddress();
    if (fresh) given = fresh;
    scrollTo(0, 0);
    show();
  });
  for (const name of ["online", "offline"]) addEventListener(name, showStatus);
  setInterval(async () => (await expireIfDue()) && show(), 3600_000);
  closeWhenAway(lock);
  // asked again at each start: it may have been refused before
  if ((await value("device"))?.state === "confirmed") navigator.storage?.persist?.();
  startSender();
  if (await value("pin")) {
    speak((await value("device"))?.locale);
    await showStatus();
    await lock();
  } else {
    await show();
  }
}

/** Keep the page itself on the phone; a newer one is taken when the person says so, or at the next start. */
async function keepShell() {
  if (!("serviceWorker" in navigator)) return;
  const registration = await navigator.serviceWorker.register("worker.js", { scope: "/phone/" });
  let asked = false;
  const offer = () => {
    if (!registration.waiting || !navigator.serviceWorker.controller) return;
    const button = h(
      "button",
      {
        type: "button",
        onclick: () => {
          asked = true;
          registration.waiting?.postMessage("take over");
        },
      },
      t("renew"),
    );
    document
      .getElementById("news")
      ?.replaceChildren(h("p", { class: "flash wait row" }, t("new_version"), " ", button));
  };
  registration.addEventListener("updatefound", () => registration.installing?.addEventListener("statechange", offer));
  navigator.serviceWorker.addEventListener("controllerchange", () => asked && location.reload());
  offer();
}

begin().catch((error) => {
  console.error(error);
  main.replaceChildren(h("p", { class: "flash bad", role: "alert" }, t("storage_missing")));
});
keepShell().catch((error) => console.info(String(error)));
