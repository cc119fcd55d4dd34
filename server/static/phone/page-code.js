// Works back one by one: a code typed or seen by the camera, whose it is, the mark, saved; then the next code.

import { AGAIN, isCorrectable, sayWork } from "./acts.js";
import { cameraButton } from "./camera.js";
import { CodeError, grouped, isWhole, parse } from "./codes.js";
import { field, flash, h, pick, picked, tag, takesText } from "./dom.js";
import { draft, setDraft } from "./drafts.js";
import { justNow } from "./just-now.js";
import { choices, markLabel, stateLabel, WRONG } from "./labels.js";
import { known as readKnown } from "./lists.js";
import { officeNow } from "./wire.js";
import { moment } from "./ops.js";
import { reserve, unsent } from "./outbox.js";
import { found as foundInPhotos } from "./photo-codes.js";
import { isFull, keep, value } from "./store.js";
import { day, many, nameOf, quoted, t } from "./texts.js";

/** @param {HTMLElement} root */
export async function page(root) {
  let known = await readKnown();
  /** @type {any} */
  let form = null;
  const said = h("div", { class: "said-here" });
  const wrong = h("span", { class: "error", id: "code-wrong", role: "alert", hidden: true });
  const input = h("input", { id: "code", name: "code", inputmode: "numeric", autocomplete: "off", placeholder: "000 000 000", maxlength: 40, "aria-describedby": "code-wrong", enterkeyhint: "go" });
  const ask = h("form", { class: "code", onsubmit: (/** @type {Event} */ event) => { event.preventDefault(); openCode(input.value); } },
    h("label", { for: "code", class: "small quiet" }, t("code")), input, cameraButton((text) => openCode(text), () => refresh()));
  const place = h("div", { class: "stack" });
  const photos = h("div", { class: "stack" });
  const just = h("div");
  const start = h("p", { class: "quiet" }, t("code_hint"));
  root.append(h("h1", { class: "visually-hidden" }, t("returned_works")), h("div", {}, ask, wrong), start, photos, said, place, just);

  input.addEventListener("input", () => {
    wrong.hidden = true;
    if (input.selectionStart === input.value.length && /^[0-9\s]{1,11}$/.test(input.value)) input.value = grouped(input.value.replace(/\D/g, ""));
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
    known = await readKnown();
    input.value = grouped(code);
    said.replaceChildren();
    form = await workForm(known, code, done);
    place.replaceChildren(form.root);
    start.hidden = true;
    form.focus();
  }

  /** @param {any} line @param {string} text */
  async function done(line, text) {
    form = null;
    place.replaceChildren();
    said.replaceChildren(flash(`${text}. ${t("kept_on_phone", {})} ${many("unsent", await unsent())}.`, "wait"));
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

/**
 * The form of one work; its record's number and moment are fixed when it is shown.
 * @param {any} known @param {string} code @param {(line: any, text: string) => void} done
 */
async function workForm(known, code, done) {
  const slot = await reserve();
  const work = known.works.get(code);
  const task = known.tasks.get(work?.task);
  const standing = known.standing(code);
  const scale = task?.scale;
  const corrects = isCorrectable(standing.line) && standing.line.op.type === "return";
  const left = draft("work")?.code === code ? draft("work") : {};
  const settings = (await value("settings")) ?? {};
  const today = moment(officeNow(known.line)).slice(0, 10);
  const marks = choices(scale);
  const act = left.act ?? (corrects || !AGAIN.includes(standing.state) ? "mark" : "return");
  const asksAct = standing.returns > 0 && work;
  const wrong = h("p", { class: "flash bad", role: "alert", hidden: true });
  const typedMark = work ? null : h("input", { maxlength: 8, autocomplete: "off", autocapitalize: "off", value: left.typed ?? "" });
  const points = scale?.type === "points" ? h("input", { id: "points", class: "points", inputmode: "numeric", maxlength: 4, autocomplete: "off", value: left.points ?? "", "aria-label": t("points_at_most", { maximum: scale.maximum }) }) : null;
  const comment = h("textarea", { maxlength: 4000, rows: 3, value: left.comment ?? "" });
  const on = h("input", { type: "date", max: today, value: left.on ?? (corrects ? standing.line.op.returned_on : today), required: true });
  const channels = known.lists.channels.map((/** @type {string[]} */ [value, label]) => ({ value, label: nameOf("channel", value, label) }));
  const channel = left.channel ?? (corrects ? standing.line.op.data.channel : settings.channel ?? channels[0]?.value);
  const save = h("button", { class: "main full" }, t("save_next"));
  const root = h("form", { class: "card log work-form", novalidate: true, onsubmit: submit, oninput: typed });
  const later = { value: "later", label: t("check_later"), word: true };
  root.append(...[
    ...head(known, work, task, code, standing, scale), wrong,
    asksAct && pick("act", t("what_log"), [{ value: "mark", label: corrects ? t("correct_it") : t("only_mark"), word: true }, { value: "return", label: t("handed_in_again"), word: true }], act),
    work ? pick("mark", t("mark"), [...marks.map((one, n) => ({ value: String(n), label: one.label, word: one.words })), later], left.mark ?? null, true) : field("typed-mark", t("mark"), typedMark, t("mark_unknown_scale")),
    points && h("p", { class: "points-line" }, points, " ", t("of_maximum", { maximum: scale.maximum })),
    h("div", { class: "arrival" }, pick("channel", t("how_it_came"), channels, channel), field("on", t("day_of_return"), on)),
    field("comment", t("comment"), comment),
    h("p", { class: "bottom" }, save),
  ].filter(Boolean));

  function typed() {
    setDraft("work", { code, act: picked(root, "act"), mark: picked(root, "mark"), points: points?.value, typed: typedMark?.value, channel: picked(root, "channel"), on: on.value, comment: comment.value });
  }

  /** @returns {any} the mark, null for none, undefined for what is none */
  function chosen() {
    if (points?.value.trim()) {
      const text = points.value.trim();
      return /^[0-9]{1,4}$/.test(text) && Number(text) <= scale.maximum ? { verdict: "mark", value: String(Number(text)) } : undefined;
    }
    if (typedMark) return typedMark.value.trim() ? { verdict: "mark", value: typedMark.value.trim() } : null;
    const n = picked(root, "mark");
    return n === null || n === "later" ? null : marks[Number(n)].mark;
  }

  /** @param {string} text */
  function refuse(text) {
    wrong.textContent = text;
    wrong.hidden = false;
    wrong.scrollIntoView({ block: "center" });
  }

  let saving = false;
  /** @param {Event} event */
  async function submit(event) {
    event.preventDefault();
    if (saving) return; // the second tap of two
    const mark = chosen();
    const again = asksAct ? picked(root, "act") === "return" : act === "return";
    if (mark === undefined) return refuse(t("points_wrong", { maximum: scale.maximum }));
    if (!again && !mark && !corrects) return refuse(t("mark_needed"));
    if (!on.value || on.value > today) return refuse(t("day_wrong"));
    saving = true;
    wrong.hidden = true;
    try {
      const way = picked(root, "channel") ?? channel ?? "paper";
      const line = await sayWork(known, slot, code, { mark, comment: comment.value, again, on: on.value, channel: way });
      setDraft("work", null);
      if (way !== settings.channel) keep("settings", { ...settings, channel: way }).catch(console.error);
      done(line, `${known.name(work?.student) || grouped(code)} — ${mark ? markLabel(mark, scale) : t("handed_in")}`);
    } catch (error) {
      if (!isFull(error)) console.error(error);
      refuse(isFull(error) ? t("storage_full") : t("not_saved"));
    } finally {
      saving = false;
    }
  }

  /** @param {KeyboardEvent} event */
  function onKey(event) {
    if (!root.isConnected) return document.removeEventListener("keydown", onKey);
    if (event.ctrlKey || event.altKey || event.metaKey || event.repeat || takesText(event.target)) return;
    if (event.key === "Enter" && !(event.target instanceof HTMLButtonElement) && !(event.target instanceof HTMLAnchorElement)) {
      event.preventDefault();
      return root.requestSubmit();
    }
    const n = marks.findIndex((one) => one.keys.includes(event.key.toLowerCase()));
    const radio = n >= 0 && root.querySelector(`input[name=mark][value="${n}"]`);
    if (!radio) return;
    event.preventDefault();
    radio.checked = true;
    radio.focus();
    typed();
  }
  document.addEventListener("keydown", onKey);

  return { root, code, focus: () => (points ?? typedMark ?? root.querySelector("input[name=mark]")).focus() };
}

/** Whose work and what: read before anything is said about it. */
function head(known, work, task, code, standing, scale) {
  if (!work || !task) {
    return [h("h2", { class: "name" }, grouped(code)), h("p", { class: "flash wait" }, t("not_on_phone"))];
  }
  const due = task.due_on ? ` · ${t("due", { day: day(task.due_on) })}` : "";
  const [words, tone] = stateLabel(standing, scale);
  return [
    h("p", { class: "small quiet" }, `${known.courseName(task.course)} · ${nameOf("kind", task.kind)}${due}`),
    h("h2", { class: "name" }, known.name(work.student)),
    h("p", {}, quoted(task.title)),
    h("p", { class: "row tight" }, tag(words, tone), standing.comment && h("span", { class: "small" }, standing.comment)),
  ];
}
