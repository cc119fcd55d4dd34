// Works back one by one: a code typed or seen by the camera, whose it is, the mark, saved; then the next code.

import { cameraButton } from "./camera.js";
import { CodeError, grouped, isWhole, parse } from "./codes.js";
import { flash, h } from "./dom.js";
import { draft } from "./drafts.js";
import { justNow } from "./just-now.js";
import { WRONG } from "./labels.js";
import { known as readKnown } from "./lists.js";
import { unsent } from "./outbox.js";
import { found as foundInPhotos } from "./photo-codes.js";
import { many, t } from "./texts.js";
import { workForm } from "./work-form.js";

/** @param {HTMLElement} root */
export async function page(root) {
  let known = await readKnown();
  /** @type {any} */
  let form = null;
  /** @type {string[] | null} keys pressed while a form is on its way */
  let ahead = null;
  const said = h("div", { class: "said-here" });
  const wrong = h("span", { class: "error", id: "code-wrong", role: "alert", hidden: true });
  const input = h("input", {
    id: "code",
    name: "code",
    inputmode: "numeric",
    autocomplete: "off",
    placeholder: "000 000 000",
    maxlength: 40,
    "aria-describedby": "code-wrong",
    enterkeyhint: "go",
  });
  const ask = h(
    "form",
    {
      class: "code",
      onsubmit: (/** @type {Event} */ event) => {
        event.preventDefault();
        openCode(input.value);
      },
    },
    h("label", { for: "code", class: "small quiet" }, t("code")),
    input,
    cameraButton(
      (text) => openCode(text),
      () => refresh(),
    ),
  );
  const place = h("div", { class: "stack" });
  const photos = h("div", { class: "stack" });
  const just = h("div");
  const start = h("p", { class: "quiet" }, t("code_hint"));
  root.append(
    h("h1", { class: "visually-hidden" }, t("returned_works")),
    h("div", {}, ask, wrong),
    start,
    photos,
    said,
    place,
    just,
  );

  input.addEventListener("keydown", (event) => {
    if (!ahead || event.key.length !== 1) return;
    ahead.push(event.key);
    event.preventDefault();
  });
  input.addEventListener("input", () => {
    wrong.hidden = true;
    if (input.selectionStart === input.value.length && /^[0-9\s]{1,11}$/.test(input.value))
      input.value = grouped(input.value.replace(/\D/g, ""));
    if (isWhole(input.value)) openCode(input.value);
  });

  /** @param {string} typed */
  async function openCode(typed) {
    let code;
    try {
      code = parse(typed, "W", known.device.school.id);
    } catch (error) {
      if (!(error instanceof CodeError)) throw error;
      wrong.textContent = t(WRONG[error.wrong], { typed: typed.slice(0, 40) });
      wrong.hidden = false;
      input.focus();
      return;
    }
    if (form?.code === code) return form.focus();
    input.value = grouped(code);
    said.replaceChildren();
    ahead = [];
    known = await readKnown();
    form = await workForm(known, code, done);
    place.replaceChildren(form.root);
    start.hidden = true;
    form.focus();
    for (const key of ahead) form.key(key);
    ahead = null;
  }

  /** @param {any} line @param {string} text */
  async function done(line, text) {
    form = null;
    place.replaceChildren();
    said.replaceChildren(flash(`${text}. ${t("kept_on_phone")} ${many("unsent", await unsent())}.`, "wait"));
    input.value = "";
    input.focus();
    await refresh();
  }

  async function refresh() {
    known = await readKnown();
    just.replaceChildren(justNow(known));
    start.hidden = Boolean(form || known.lines.length);
    photos.replaceChildren(await foundInPhotos((code) => openCode(code)));
  }

  await refresh();
  const left = draft("work");
  if (left?.code) await openCode(left.code);
  else input.focus();
  return { refresh };
}
