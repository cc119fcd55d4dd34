// Joining: a code from the office makes this phone known to the school; then somebody there confirms it.

import { CodeError, grouped, parse } from "./codes.js";
import { field, h } from "./dom.js";
import { newKey, publicText } from "./keys.js";
import { WRONG } from "./labels.js";
import { canShare, handOver, share } from "./leaving.js";
import { soon } from "./sender.js";
import { got, tell, value, write } from "./store.js";
import { many, t } from "./texts.js";
import { ask, Refused } from "./wire.js";

/** The code that the address brought, taken out of it at once: it is a key while it lasts. @returns {string} */
export function codeOfAddress() {
  const text = location.hash.slice(1);
  if (!text.startsWith("K1")) return "";
  history.replaceState(null, "", location.pathname);
  return text;
}

/** What to call this phone at school. */
function ownName() {
  const known = /Android[^;]*; ([^;)]+?)(?: Build|\)|;)/.exec(navigator.userAgent)?.[1];
  return (known && known !== "K" ? known : "") || (/iPhone|iPad/.exec(navigator.userAgent)?.[0] ?? "") || t("phone");
}

/**
 * The form that asks for the code.
 * @param {HTMLElement} root @param {string} given a code from the address
 */
export async function enrolPage(root, given) {
  const [gone, device] = [await value("gone"), await value("device")];
  const wrong = h("p", { class: "flash bad", role: "alert", hidden: true });
  const code = h("input", {
    inputmode: "numeric",
    autocomplete: "off",
    maxlength: 40,
    placeholder: "000 000 000",
    required: true,
    value: given,
  });
  const name = h("input", { maxlength: 40, autocomplete: "off", value: ownName(), required: true });
  const button = h("button", { class: "main full" }, t("enrol"));
  const form = h(
    "form",
    { class: "card", novalidate: true, onsubmit: submit },
    wrong,
    field("enrol-code", t("enrol_code"), code, t("enrol_where")),
    field("enrol-name", t("phone_name"), name),
    button,
  );
  root.append(
    h("h1", {}, t("enrol_title")),
    gone ? farewell(gone) : "",
    ["unknown", "refused"].includes(device?.state)
      ? h(
          "p",
          { class: "flash bad", role: "status" },
          t(device.state === "unknown" ? "unknown_here" : "never_confirmed"),
        )
      : "",
    h("p", {}, t("enrol_why")),
    form,
  );
  (given ? button : code).focus();
  if (given) {
    try {
      code.value = grouped(parse(given, "D"));
    } catch {
      // said when it is sent
    }
  }

  /** @param {Event} event */
  async function submit(event) {
    event.preventDefault();
    wrong.hidden = true;
    button.disabled = true;
    try {
      await enrol(parse(code.value, "D"), name.value.trim() || t("phone"));
    } catch (error) {
      wrong.textContent =
        error instanceof CodeError
          ? t(error.wrong === "qr_not_work" ? "enrol_other_kind" : WRONG[error.wrong], {
              typed: code.value.slice(0, 40),
            })
          : error instanceof Refused
            ? error.message
            : error.name === "NotSupportedError" || !crypto.subtle
              ? t("no_crypto")
              : t("no_connection_now");
      wrong.hidden = false;
      button.disabled = false;
      if (!(error instanceof CodeError)) console.info(String(error));
    }
  }
}

/** @type {Map<string, CryptoKeyPair>} */
const keys = new Map();

/** @param {string} code @param {string} name */
async function enrol(code, name) {
  const pair = keys.get(code) ?? (await newKey());
  keys.set(code, pair); // if the answer is lost, the same key with the same code is the same asking
  const said = await ask(
    null,
    null,
    "POST",
    "/api/v1/devices",
    JSON.stringify({ code, public_key: await publicText(pair), name }),
  );
  await write(["kv"], async ({ kv }) => {
    const before = await got(kv.get("device"));
    await got(
      kv.put(
        { pair, origin: said.origin, check: said.check, name, state: "waiting", locale: before?.locale },
        "device",
      ),
    );
    await got(kv.delete("gone"));
    await got(kv.delete("round"));
    await got(kv.delete("line"));
  });
  tell("device");
  soon(0);
}

/** Waiting for the office, with the digits to compare. @param {HTMLElement} root @param {any} device */
export function waitingPage(root, device) {
  root.append(
    h("h1", {}, t("waiting_title")),
    h(
      "section",
      { class: "card" },
      h("p", {}, t("waiting_compare")),
      h("p", { class: "check-digits", "aria-label": t("check_digits") }, device.check),
      h("p", { class: "small quiet" }, t("waiting_then")),
      h("p", {}, h("button", { type: "button", onclick: again }, t("another_code"))),
    ),
  );

  async function again() {
    await write(["kv"], ({ kv }) => got(kv.delete("device")));
    tell("device");
  }
}

/** What was removed and why; records that had not reached the school, as files for it. @param {any} gone */
function farewell(gone) {
  const box = h(
    "section",
    { class: "flash bad", role: "status" },
    h("p", {}, h("b", {}, t(gone.reason === "device_revoked" ? "revoked" : "signed_out"))),
  );
  if (gone.files.length) {
    box.append(
      h("p", {}, `${many("unsent", gone.count)}. ${t("unsent_sealed")}`),
      h(
        "p",
        { class: "row" },
        h("button", { type: "button", class: "main", onclick: () => handOver(gone.files) }, t("save_file")),
        canShare(gone.files) &&
          h("button", { type: "button", onclick: () => share(gone.files).catch(() => {}) }, t("share_file")),
      ),
    );
  }
  return box;
}
