// Carries the outbox to the school and brings what is new: one tab at a time, in batches, patient where nobody answers.

import { estranged, packOutbox, wipe } from "./leaving.js";
import { expire, takeOver } from "./lists.js";
import { acknowledge, adopt, batch, forget, offerAgain, settle, take, unsent } from "./outbox.js";
import { sendPhotos } from "./photos.js";
import { got, keep, listen, read, tell, value, write } from "./store.js";
import { ask, officeNow, Refused, setClock, Unreachable } from "./wire.js";

const GATHER = 2000; // ms that records wait for each other
const QUIET = 5 * 60_000; // ms between two questions for news while the page is seen
const FIRST_PAUSE = 2000;
const LONGEST_PAUSE = 5 * 60_000;
const WAITING_PAUSE = 3000; // while somebody at school looks at the request of this phone

let pause = FIRST_PAUSE;
let timer = 0;
let due = Infinity;
let running = false;

/** Begin: now, when the network comes back, when the page is looked at again, and when something was logged. */
export function start() {
  addEventListener("online", () => soon(0));
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && soon(0));
  listen((what, here) => what === "ops" && here && soon(GATHER));
  soon(0);
}

/** Try within a time, or earlier if that was promised before. @param {number} ms */
export function soon(ms) {
  const at = Date.now() + ms;
  if (at >= due) return;
  due = at;
  clearTimeout(timer);
  timer = setTimeout(attempt, ms);
}

async function attempt() {
  due = Infinity;
  if (running) return soon(GATHER);
  running = true;
  try {
    // another tab that sends keeps the lock; this one looks again later
    const next = await alone(() => exchange());
    if (next !== null) soon(next);
    else soon(QUIET);
  } finally {
    running = false;
  }
}

/** @param {() => Promise<number | null>} act @returns {Promise<number | null>} */
function alone(act) {
  if (!navigator.locks) return act();
  return navigator.locks.request("korablik-sender", { ifAvailable: true }, (lock) => (lock ? act() : 10_000));
}

/** One round with the office. @returns {Promise<number | null>} ms until the next one; null: nothing presses */
async function exchange() {
  const device = await value("device");
  if (!["waiting", "confirmed"].includes(device?.state)) return null;
  try {
    if (!navigator.onLine) throw new Unreachable("the phone is offline");
    if (device.state !== "confirmed" && !(await meet(device))) return WAITING_PAUSE;
    // after a failure a small question goes first: what never left the phone can still be corrected in place
    if ((await value("round"))?.state === "off") await fetchNews();
    await sendAll();
    await fetchNews();
    await sendPhotos();
    await note("ok");
    pause = FIRST_PAUSE;
    return document.visibilityState === "visible" ? QUIET : null;
  } catch (error) {
    return failed(error);
  }
}

/**
 * What a failed round means: how it is shown, and when to try again.
 * @param {any} error @returns {Promise<number | null>}
 */
async function failed(error) {
  if (error instanceof Refused && error.code === "device_revoked") {
    await wipe(error.code, await packOutbox());
    return null;
  }
  if (error instanceof Refused && error.code === "device_unknown") {
    await estranged();
    return null;
  }
  if (error instanceof Unreachable) await note("off");
  else if (error instanceof Refused) await note("refused", error.message, error.code);
  else {
    console.error(error);
    await note("broken", String(error));
  }
  const wait = Math.max(error.wait ?? 0, pause * (0.75 + Math.random() / 2));
  pause = Math.min(pause * 2, LONGEST_PAUSE);
  return wait;
}

/**
 * How the last round went, for every page to show.
 * @param {string} state @param {string} [text] @param {string} [code]
 */
async function note(state, text = "", code = "") {
  const before = await value("round");
  if (before?.state === state && before.text === text && state !== "ok") return;
  await keep("round", { state, text, code, at: Date.now() });
  tell("line");
}

/** Ask whether the school has confirmed this phone. @param {any} device @returns {Promise<boolean>} */
async function meet(device) {
  const said = await ask(device, await value("line"), "GET", "/api/v1/devices/me");
  await setClock(said.now);
  if (said.state === "revoked") throw new Refused(403, { type: "urn:korablik:device_revoked" });
  if (said.state !== "confirmed") {
    await note("ok");
    return false;
  }
  const { school, person, locale } = said;
  await write(["kv"], async ({ kv }) => {
    await got(kv.put({ ...(await got(kv.get("device"))), state: "confirmed", school, person, locale }, "device"));
    await got(kv.put({ ...(await got(kv.get("line"))), epoch: said.epoch }, "line"));
  });
  await adopt(device.origin, person.id);
  navigator.storage?.persist?.();
  tell("device");
  return true;
}

/** Send until nothing is open; each batch is acknowledged before the next is taken. */
async function sendAll() {
  const device = await value("device");
  let left = await unsent();
  while (left) {
    const lines = await take();
    const line = await value("line");
    const answer = await ask(device, line, "POST", "/api/v1/ops", batch(device, line, lines));
    if (!(await acknowledge(lines, answer, Date.now()))) throw new Unreachable("nothing of it was acknowledged");
    await compareEpoch(line, answer.epoch);
    left = await unsent();
  }
}

/**
 * Another epoch: the office came back from a backup and may lack what it had acknowledged.
 * @param {any} line @param {string} epoch
 */
async function compareEpoch(line, epoch) {
  if (!epoch || line?.epoch === epoch) return;
  if (line?.epoch) await offerAgain(officeNow(line));
  await write(["kv"], async ({ kv }) => {
    const kept = (await got(kv.get("line"))) ?? {};
    await got(
      kv.put({ ...kept, epoch, cursor: line?.epoch ? 0 : kept.cursor, tag: line?.epoch ? "" : kept.tag }, "line"),
    );
  });
}

/** Bring what is new until there is no more. */
async function fetchNews() {
  const device = await value("device");
  for (;;) {
    const line = (await value("line")) ?? {};
    const began = Date.now();
    const query = new URLSearchParams({
      after: String(line.cursor ?? 0),
      epoch: line.epoch ?? "",
      lists: line.tag ?? "",
    });
    const answer = await ask(device, line, "GET", `/api/v1/changes?${query}`);
    const other = line.epoch && answer.epoch !== line.epoch;
    if (other) await offerAgain(officeNow(line));
    await takeOver(answer, officeNow(line));
    if (other) await sendAll();
    if (!answer.more) {
      await settle(began);
      await forget(officeNow(line));
      return;
    }
  }
}

const EXPIRES = 30 * 86_400_000; // ms without contact after which lists leave the phone

/**
 * Remove names and works that nobody has asked the school about for long.
 * @returns {Promise<boolean>} whether it did
 */
export async function expireIfDue() {
  const [line, lists] = await read(["kv"], ({ kv }) => Promise.all([got(kv.get("line")), got(kv.get("lists"))]));
  if (!lists || !line?.contact || officeNow(line) - line.contact < EXPIRES) return false;
  await expire();
  return true;
}
