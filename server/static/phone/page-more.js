// The phone itself: whose it is, language, screen lock, storage, and how to leave without losing anything.

import { field, flash, h } from "./dom.js";
import { forgetDrafts } from "./drafts.js";
import { handOver, packOutbox, wipe } from "./leaving.js";
import { isPin, setPin } from "./lock.js";
import { unsent } from "./outbox.js";
import { connection } from "./page-outbox.js";
import { got, keep, read, tell, value } from "./store.js";
import { language, languages, many, speak, t } from "./texts.js";

/** @param {HTMLElement} root */
export async function page(root) {
  const [device, line, round] = await read(["kv"], ({ kv }) =>
    Promise.all(["device", "line", "round"].map((key) => got(kv.get(key)))),
  );
  root.append(
    h("h1", {}, t("this_phone")),
    h(
      "section",
      { class: "card" },
      h(
        "dl",
        { class: "facts" },
        ...fact(t("school"), device.school.name),
        ...fact(t("person"), device.person.name),
        ...fact(t("phone"), device.name),
      ),
      h("p", { class: "small" }, connection(round, line)),
    ),
    languageCard(),
    await lockCard(),
    await storageCard(),
    h("section", { class: "card", id: "leave" }),
  );
  await leaveCard(root.querySelector("#leave"));
  return {};
}

/** @param {string} name @param {string} text */
const fact = (name, text) => [h("dt", {}, name), h("dd", {}, text)];

function languageCard() {
  return h(
    "section",
    { class: "card", "aria-labelledby": "language" },
    h("h2", { id: "language" }, t("language")),
    h(
      "div",
      { class: "chips" },
      languages().map((code) =>
        h(
          "button",
          { type: "button", lang: code, "aria-pressed": String(code === language()), onclick: () => choose(code) },
          ownNameOf(code),
        ),
      ),
    ),
  );

  /** @param {string} code */
  async function choose(code) {
    await keep("settings", { ...((await value("settings")) ?? {}), locale: code });
    speak(code);
    tell("device");
  }
}

/** A language's name for itself, with a capital letter. @param {string} code */
function ownNameOf(code) {
  const name = new Intl.DisplayNames([code], { type: "language" }).of(code) ?? code;
  return name[0].toLocaleUpperCase(code) + name.slice(1);
}

async function lockCard() {
  const has = Boolean(await value("pin"));
  const pin = h("input", { type: "password", inputmode: "numeric", autocomplete: "new-password", maxlength: 8 });
  const wrong = h("p", { class: "error", role: "alert", hidden: true });
  const card = h(
    "section",
    { class: "card", "aria-labelledby": "lock" },
    h("h2", { id: "lock" }, t("screen_lock")),
    h("p", { class: "small" }, t("lock_is")),
    h(
      "form",
      { novalidate: true, onsubmit: submit },
      field("new-pin", has ? t("new_pin") : t("pin"), pin, t("pin_digits")),
      wrong,
      h(
        "p",
        { class: "row" },
        h("button", { class: "main" }, has ? t("change_pin") : t("set_pin")),
        has && h("button", { type: "button", onclick: () => set("") }, t("remove_pin")),
      ),
    ),
  );
  return card;

  /** @param {Event} event */
  function submit(event) {
    event.preventDefault();
    if (!isPin(pin.value)) {
      wrong.textContent = t("pin_digits");
      wrong.hidden = false;
      return pin.focus();
    }
    set(pin.value);
  }

  /** @param {string} typed */
  async function set(typed) {
    await setPin(typed);
    const next = await lockCard();
    next.append(flash(typed ? t("pin_set") : t("pin_removed")));
    card.replaceWith(next);
  }
}

async function storageCard() {
  const kept = await navigator.storage?.persisted?.();
  const { usage = 0, quota = 0 } = (await navigator.storage?.estimate?.()) ?? {};
  const full = quota && usage / quota > 0.9;
  return h(
    "section",
    { class: "card", "aria-labelledby": "storage" },
    h("h2", { id: "storage" }, t("storage")),
    h("p", {}, kept ? t("storage_kept") : t("storage_not_kept")),
    h(
      "p",
      { class: "small quiet" },
      t("storage_used", { used: (usage / 1048576).toFixed(1), quota: Math.round(quota / 1048576) }),
    ),
    full && flash(t("storage_nearly_full"), "bad"),
    h("p", { class: "small quiet" }, t("expires_after")),
  );
}

/** Signing out: warned while something is unsent, and what is unsent goes along as a file. @param {HTMLElement} card */
export async function leaveCard(card) {
  const left = await unsent();
  const ask = () =>
    card.replaceChildren(
      h("h2", {}, t("sign_out")),
      flash(left ? `${many("unsent", left)}. ${t("leave_warning")}` : t("leave_sure"), left ? "bad" : "wait"),
      h(
        "p",
        { class: "row" },
        left > 0 && h("button", { type: "button", class: "main", onclick: () => leave(true) }, t("save_and_leave")),
        left > 0
          ? h("button", { type: "button", onclick: () => leave(false) }, t("leave_anyway"))
          : h("button", { type: "button", class: "main", onclick: () => leave(false) }, t("leave")),
        h("button", { type: "button", onclick: () => leaveCard(card) }, t("stay")),
      ),
    );
  card.replaceChildren(
    h("h2", {}, t("sign_out")),
    h("p", { class: "small" }, t("sign_out_does")),
    h("p", {}, h("button", { type: "button", onclick: ask }, t("sign_out"))),
  );

  /** @param {boolean} save */
  async function leave(save) {
    const files = await packOutbox();
    if (save) await handOver(files);
    forgetDrafts();
    await wipe("signed_out", files);
  }
}
