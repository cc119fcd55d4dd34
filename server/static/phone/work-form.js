// The form of one work: whose it is, its mark, how it came; its record's number and moment are fixed when it is shown.

import { AGAIN, isCorrectable, sayWork } from "./acts.js";
import { grouped } from "./codes.js";
import { field, h, pick, picked, tag, takesText } from "./dom.js";
import { draft, setDraft } from "./drafts.js";
import { choices, markLabel, stateLabel } from "./labels.js";
import { moment } from "./ops.js";
import { reserve } from "./outbox.js";
import { isFull, keep } from "./store.js";
import { day, nameOf, quoted, t } from "./texts.js";
import { officeNow } from "./wire.js";

const LATER = "later";

/**
 * @param {import("./lists.js").Known} known
 * @param {string} code
 * @param {(line: any, text: string) => void} done gets the record and what it says, in words
 * @returns {Promise<{root: HTMLElement, code: string, focus: () => void, key: (key: string) => void}>}
 */
export async function workForm(known, code, done) {
  const form = { ...about(known, code), slot: await reserve(), saving: false };
  form.root = h("form", {
    class: "card log work-form",
    novalidate: true,
    onsubmit: (/** @type {Event} */ event) => {
      event.preventDefault();
      save(form, done);
    },
    oninput: () => remember(form),
  });
  Object.assign(form, fields(form));
  form.root.append(...parts(form));
  listenToKeys(form);
  const first = form.points ?? form.typedMark ?? form.root.querySelector("input[name=mark]");
  return { root: form.root, code, focus: () => first.focus(), key: (key) => choose(form, key) };
}

/** What is known of the work, and what was typed about it before the page was closed. */
function about(known, code) {
  const work = known.works.get(code);
  const task = known.tasks.get(work?.task);
  const standing = known.standing(code);
  const last = isCorrectable(standing.line) ? standing.line.op : null;
  const corrects = last?.type === "return" ? last : null;
  const typed = draft("work")?.code === code ? draft("work") : {};
  const marks = choices(task?.scale);
  const today = moment(officeNow(known.line)).slice(0, 10);
  const bare = Boolean(task?.marks_only); // nothing is handed in here, only marks are noted
  const isMark = bare || corrects || !AGAIN.includes(standing.state);
  const act = bare ? "mark" : (typed.act ?? (isMark ? "mark" : "return"));
  return { bare, known, code, work, task, standing, corrects, typed, marks, today, act, scale: task?.scale };
}

/** The fields whose values are read; those that the work has no use for are null. */
function fields({ known, work, scale, typed, corrects, today }) {
  const said = corrects?.data.mark;
  const short = { inputmode: "numeric", maxlength: 4, autocomplete: "off", class: "points", id: "points" };
  const points = () =>
    h("input", {
      ...short,
      "aria-label": t("points_at_most", { maximum: scale.maximum }),
      value: typed.points ?? (said?.verdict === "mark" ? said.value : ""),
    });
  const free = () => h("input", { maxlength: 8, autocomplete: "off", autocapitalize: "off", value: typed.typed ?? "" });
  const channels = known.lists.channels.map((/** @type {string[]} */ [value, label]) => ({
    value,
    label: nameOf("channel", value, label),
  }));
  return {
    points: scale?.type === "points" ? points() : null,
    typedMark: work ? null : free(),
    comment: h("textarea", { maxlength: 4000, rows: 3, value: typed.comment ?? corrects?.data.comment ?? "" }),
    on: h("input", { type: "date", max: today, required: true, value: typed.on ?? corrects?.returned_on ?? today }),
    wrong: h("p", { class: "flash bad", role: "alert", hidden: true }),
    channels,
    channel: typed.channel ?? corrects?.data.channel ?? known.settings.channel ?? channels[0]?.value,
  };
}

/** What the form shows, from top to bottom. @returns {Node[]} */
function parts(form) {
  const { work, points, scale, channels, channel } = form;
  const arrival = [pick("channel", t("how_it_came"), channels, channel), field("on", t("day_of_return"), form.on)];
  return [
    ...head(form),
    form.wrong,
    asksAct(form) && pick("act", t("what_log"), acts(form), form.act),
    work ? markPick(form) : field("typed-mark", t("mark"), form.typedMark, t("mark_unknown_scale")),
    points && h("p", {}, points, " ", t("of_maximum", { maximum: scale.maximum })),
    !form.bare && h("div", { class: "arrival" }, arrival),
    field("comment", t("comment"), form.comment),
    h("p", { class: "bottom" }, h("button", { class: "main full" }, t("save_next"))),
  ].filter(Boolean);
}

/** Whose work and what: read before anything is said about it. @returns {Node[]} */
function head({ known, code, work, task, standing, scale }) {
  if (!work || !task) {
    return [h("h2", { class: "name" }, grouped(code)), h("p", { class: "flash wait" }, t("not_on_phone"))];
  }
  const due = task.due_on ? ` · ${t("due", { day: day(task.due_on) })}` : "";
  const comment = standing.comment && h("span", { class: "small" }, standing.comment);
  return [
    h("p", { class: "small quiet" }, `${known.courseName(task.course)} · ${nameOf("kind", task.kind)}${due}`),
    h("h2", { class: "name" }, known.name(work.student)),
    h("p", {}, quoted(task.title)),
    h("p", { class: "row tight" }, tag(...stateLabel(standing, scale)), comment),
  ];
}

/** Whether a mark and a new return are two things here. */
const asksAct = ({ work, standing, bare }) => Boolean(work && standing.returns > 0 && !bare);

const acts = ({ corrects }) => [
  { value: "mark", label: t(corrects ? "correct_it" : "only_mark"), word: true },
  { value: "return", label: t("handed_in_again"), word: true },
];

function markPick({ marks, typed, corrects, bare }) {
  const later = bare ? [] : [{ value: LATER, label: t("check_later"), word: true }];
  const offered = marks.map((one, n) => ({ value: String(n), label: one.label, word: one.words }));
  return pick("mark", t("mark"), [...offered, ...later], said(), true);

  /** What stands already, so that correcting something else does not take it away. */
  function said() {
    const mark = corrects?.data.mark;
    const n = mark ? marks.findIndex((one) => one.mark.verdict === mark.verdict && one.mark.value === mark.value) : -1;
    return typed.mark ?? (n >= 0 ? String(n) : null);
  }
}

/** Keep what is typed, so that a closed page loses nothing. */
function remember({ root, code, points, typedMark, on, comment }) {
  const chosen = { act: picked(root, "act"), mark: picked(root, "mark"), channel: picked(root, "channel") };
  setDraft("work", {
    code,
    ...chosen,
    points: points?.value,
    typed: typedMark?.value,
    on: on.value,
    comment: comment.value,
  });
}

/** The mark that is chosen: null for none, undefined for what is none. */
function chosen({ root, points, typedMark, marks, scale }) {
  const number = points?.value.trim();
  if (number) {
    const fits = /^[0-9]{1,4}$/.test(number) && Number(number) <= scale.maximum;
    return fits ? { verdict: "mark", value: String(Number(number)) } : undefined;
  }
  if (typedMark) return typedMark.value.trim() ? { verdict: "mark", value: typedMark.value.trim() } : null;
  const n = picked(root, "mark");
  return n === null || n === LATER ? null : marks[Number(n)].mark;
}

/** Why it cannot be saved as it stands; "" where it can. */
function objection(form, mark, again) {
  if (mark === undefined) return t("points_wrong", { maximum: form.scale.maximum });
  if (!again && !mark && !form.corrects) return t("mark_needed");
  return !form.on.value || form.on.value > form.today ? t("day_wrong") : "";
}

/** Keep the record on the phone; a second tap meanwhile is the same act. */
async function save(form, done) {
  if (form.saving) return;
  const { known, code, work, root } = form;
  const mark = chosen(form);
  const again = (asksAct(form) ? picked(root, "act") : form.act) === "return";
  const wrong = objection(form, mark, again);
  if (wrong) return refuse(form, wrong);
  form.saving = true;
  form.wrong.hidden = true;
  try {
    const channel = picked(root, "channel") ?? form.channel ?? "paper";
    const said = { mark, comment: form.comment.value, again, on: form.on.value, channel };
    const line = await sayWork(known, form.slot, code, said);
    setDraft("work", null);
    if (channel !== known.settings.channel) keep("settings", { ...known.settings, channel }).catch(console.error);
    const words = mark ? markLabel(mark, form.scale) : t("handed_in");
    done(line, `${known.name(work?.student) || grouped(code)} — ${words}`);
  } catch (error) {
    if (!isFull(error)) console.error(error);
    refuse(form, t(isFull(error) ? "storage_full" : "not_saved"));
  } finally {
    form.saving = false;
  }
}

function refuse({ wrong }, text) {
  wrong.textContent = text;
  wrong.hidden = false;
  wrong.scrollIntoView({ block: "center" });
}

/** Choose the mark that a key stands for. @returns {boolean} whether it stands for one */
function choose(form, key) {
  const n = form.marks.findIndex((/** @type {any} */ one) => one.keys.includes(key.toLowerCase()));
  const radio = n >= 0 && form.root.querySelector(`input[name=mark][value="${n}"]`);
  if (!radio) return false;
  radio.checked = true;
  radio.focus();
  remember(form);
  return true;
}

/** Mark keys choose, Enter saves, wherever the focus is but in a field, as long as the form is there. */
function listenToKeys(form) {
  /** @param {KeyboardEvent} event */
  function onKey(event) {
    if (!form.root.isConnected) return document.removeEventListener("keydown", onKey);
    if (event.ctrlKey || event.altKey || event.metaKey || event.repeat || takesText(event.target)) return;
    const isPressed = event.target instanceof HTMLButtonElement || event.target instanceof HTMLAnchorElement;
    if (event.key === "Enter" && !isPressed) {
      event.preventDefault();
      form.root.requestSubmit();
    } else if (event.key.length === 1 && choose(form, event.key)) {
      event.preventDefault();
    }
  }
  document.addEventListener("keydown", onKey);
}
