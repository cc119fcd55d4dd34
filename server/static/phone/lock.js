// The screen lock: a PIN that keeps curious hands off the page. It encrypts nothing, and the page says so.

import { field, h } from "./dom.js";
import { base64url, fromBase64url } from "./keys.js";
import { keep, value } from "./store.js";
import { t } from "./texts.js";

const ROUNDS = 310_000;
const FREE = 3; // wrong tries before each further one waits
const LONGEST = 15 * 60_000; // ms
const AWAY = 2 * 60_000; // ms out of sight after which the lock closes
const PIN = /^[0-9]{4,8}$/;

/** @param {string} pin @param {Uint8Array} salt @returns {Promise<string>} */
async function derived(pin, salt) {
  const material = await crypto.subtle.importKey("raw", new TextEncoder().encode(pin), "PBKDF2", false, ["deriveBits"]);
  return base64url(
    await crypto.subtle.deriveBits({ name: "PBKDF2", hash: "SHA-256", salt, iterations: ROUNDS }, material, 256),
  );
}

/** @param {string} pin */
export const isPin = (pin) => PIN.test(pin);

/** @param {string} pin "" takes the lock away */
export async function setPin(pin) {
  if (!pin) return keep("pin", null);
  const salt = crypto.getRandomValues(new Uint8Array(16));
  return keep("pin", { salt: base64url(salt), hash: await derived(pin, salt), wrong: 0, until: 0 });
}

/** Ms to wait after so many wrong tries. @param {number} wrong */
export const penalty = (wrong) => (wrong < FREE ? 0 : Math.min(LONGEST, 15_000 * 2 ** (wrong - FREE)));

/** @param {string} typed @returns {Promise<{open: boolean, wait: number}>} */
async function tryPin(typed) {
  const pin = await value("pin");
  const wait = pin.until - Date.now();
  if (wait > LONGEST)
    pin.until = 0; // the clock was set back
  else if (wait > 0) return { open: false, wait };
  // counted before it is looked at: closing the page does not give a try back
  const wrong = pin.wrong + 1;
  const until = penalty(wrong) ? Date.now() + penalty(wrong) : 0;
  await keep("pin", { ...pin, wrong, until });
  if ((await derived(typed, fromBase64url(pin.salt))) !== pin.hash) return { open: false, wait: penalty(wrong) };
  await keep("pin", { ...pin, wrong: 0, until: 0 });
  return { open: true, wait: 0 };
}

/**
 * Show the lock in place of the pages until the PIN is right; nothing of the lists is in the page meanwhile.
 * @param {HTMLElement} root @param {(root: HTMLElement) => void} forgotten
 * @returns {Promise<void>}
 */
export function locked(root, forgotten) {
  return new Promise((open) => {
    const wrong = h("span", { class: "error", role: "alert", id: "pin-wrong" });
    const pin = h("input", {
      type: "password",
      inputmode: "numeric",
      autocomplete: "off",
      maxlength: 8,
      required: true,
    });
    const form = h(
      "form",
      { class: "card", onsubmit: submit },
      h("h1", {}, t("locked")),
      field("pin", t("pin"), pin),
      wrong,
      h("p", {}, h("button", { class: "main full" }, t("unlock"))),
      h("p", { class: "small quiet" }, t("lock_is")),
      h("p", {}, h("button", { type: "button", onclick: () => forgotten(root) }, t("pin_forgotten"))),
    );
    pin.setAttribute("aria-describedby", "pin-wrong");
    root.replaceChildren(form);
    pin.focus();

    /** @param {Event} event */
    async function submit(event) {
      event.preventDefault();
      const typed = pin.value;
      pin.value = "";
      wrong.textContent = ""; // or the same words, said again, would not be heard
      const said = await tryPin(typed);
      if (said.open) return open();
      wrong.textContent = said.wait ? t("pin_wait", { seconds: Math.ceil(said.wait / 1000) }) : t("pin_wrong");
      pin.focus();
    }
  });
}

/** Close the lock again when the page was out of sight for a while. @param {() => void} close */
export function closeWhenAway(close) {
  let left = 0;
  document.addEventListener("visibilitychange", async () => {
    if (document.visibilityState === "hidden") left = Date.now();
    else if (left && Date.now() - left > AWAY && (await value("pin"))) close();
  });
}
