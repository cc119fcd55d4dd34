// How marks, states and the fate of records read on the phone.

import { hour, nameOf, t } from "./texts.js";

const STATES = {
  issued: "state_issued",
  returned: "state_returned",
  marked: "state_marked",
  redo: "state_redo",
  checked: "state_checked",
};
const TONES = { issued: "", returned: "wait", marked: "ok", redo: "note", checked: "ok" };
const VERDICTS = { redo: "state_redo", checked: "state_checked", cleared: "mark_removed" };
const VALUES = { pass: "passed", fail: "not_passed" };

/** The codes of the office's sentences about a typed code. @type {Record<string, string>} */
export const WRONG = {
  code_format: "code_format",
  code_check: "code_check",
  qr_foreign: "qr_foreign",
  qr_not_work: "qr_not_work",
  qr_other_school: "qr_other_school",
};

/** ``4``, ``passed``, ``12 of 20``, ``sent back``. @param {any} mark @param {any} [scale] */
export function markLabel(mark, scale) {
  if (mark.verdict !== "mark") return t(VERDICTS[mark.verdict] ?? "state_checked");
  if (scale?.type === "points") return t("points_of", { points: mark.value, maximum: scale.maximum });
  return VALUES[mark.value] ? t(VALUES[mark.value]) : mark.value;
}

/** A work's state in words and its tone. @param {any} standing @param {any} [scale] @returns {[string, string]} */
export function stateLabel(standing, scale) {
  if (standing.two) return [t("two_values"), "bad"];
  if (standing.state === "marked" && standing.mark) return [markLabel(standing.mark, scale), "ok"];
  return [t(STATES[standing.state] ?? "state_issued"), TONES[standing.state] ?? ""];
}

/**
 * The marks that a task's scale offers, best first.
 * @param {any} scale @returns {{mark: any, label: string, keys: string[], words?: boolean}[]}
 */
export function choices(scale) {
  const redo = { mark: { verdict: "redo", value: null }, label: t("send_back"), keys: ["д", "r", "l"], words: true };
  if (scale?.type === "none")
    return [
      { mark: { verdict: "checked", value: null }, label: t("checked_button"), keys: ["п", "c", "g"], words: true },
      redo,
    ];
  if (scale?.type === "points") return [redo];
  const values = (scale?.values ?? []).map((/** @type {string} */ value) => ({
    mark: { verdict: "mark", value },
    label: VALUES[value] ? t(value === "pass" ? "pass" : "fail") : value,
    keys: value === "pass" ? ["з", "p"] : value === "fail" ? ["н", "f"] : [value],
    words: Boolean(VALUES[value]),
  }));
  return [...values, redo];
}

const FATES = {
  phone: ["on_phone", "wait"],
  accepted: ["at_school", "ok"],
  duplicate: ["at_school", "ok"],
  held: ["held", "wait"],
  conflict: ["two_values", "bad"],
  rejected: ["rejected", "bad"],
};

/** Where a record is: on the phone, or what the school said. @param {any} line @returns {[string, string]} */
export function fate(line) {
  if (line.open) return line.filed ? [t("in_file"), "wait"] : [t("on_phone"), "wait"];
  const [key, tone] = FATES[line.state] ?? ["at_school", "ok"];
  return [key === "at_school" && line.told ? `${t(key)} ${hour(line.told)}` : t(key), tone];
}

/** What a record says, in a few words. @param {any} line @param {any} known */
export function says(line, known) {
  const { op } = line;
  if (op.type === "absence") {
    const lesson = known.lessons.get(op.data.lesson);
    const letter = op.data.letter ?? t("was_there");
    return lesson ? `${letter}, ${known.courseName(lesson.course)}` : letter;
  }
  if (op.type === "call") return nameOf("topic", op.data.topic);
  const scale = known.tasks.get(known.works.get(op.data.code)?.task)?.scale;
  return op.data.mark ? markLabel(op.data.mark, scale) : t("handed_in");
}
