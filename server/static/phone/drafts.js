// What is typed and not yet said: kept on the phone at every pause, so that a closed page loses nothing.

import { got, read, write } from "./store.js";

/** @type {Map<string, any>} */
const kept = new Map();
/** @type {Map<string, number>} */
const timers = new Map();

/** Read what was left of the drafts, before a page asks for them. */
export async function loadDrafts() {
  for (const draft of await read(["drafts"], ({ drafts }) => got(drafts.getAll()))) kept.set(draft.name, draft.value);
}

/** @param {string} name @returns {any} undefined where nothing was typed */
export const draft = (name) => kept.get(name);

/** @param {string} name @param {any} value empty: forget it */
export function setDraft(name, value) {
  if (value) kept.set(name, value);
  else if (!kept.delete(name)) return;
  clearTimeout(timers.get(name));
  timers.set(
    name,
    setTimeout(() => flush(name), 300),
  );
}

/** @param {string} name */
function flush(name) {
  const value = kept.get(name);
  write(["drafts"], ({ drafts }) => got(value ? drafts.put({ name, value }) : drafts.delete(name))).catch(
    console.error,
  );
}

/** Everything typed so far is forgotten, as after a wipe. */
export const forgetDrafts = () => kept.clear();

addEventListener("pagehide", () => [...timers.keys()].forEach(flush));
