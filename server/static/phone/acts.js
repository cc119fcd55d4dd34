// What a person says on the phone, as ops: a work came back, a mark, an absence, a call.

import { clean, absenceOf } from "./ops.js";
import { log } from "./outbox.js";

/**
 * @typedef {{n: number, at: string}} Slot
 * @typedef {{verdict: string, value: string | null}} Mark
 * @typedef {{mark: Mark | null, comment: string, again: boolean, on: string, channel: string}} Said
 *   ``again``: the work came back now
 */

export const AGAIN = ["issued", "redo"]; // in these states a mark says that the work came back, too

/**
 * @param {any} known @param {Slot} slot @param {string} type @param {Record<string, any>} data @param {string[]} base
 * @param {string | null} day
 */
const envelope = (known, slot, type, data, base = [], day = null) => ({
  v: /** @type {1} */ (1),
  origin: known.device.origin,
  n: slot.n,
  type,
  author: known.device.person.id,
  at: slot.at,
  returned_on: day,
  base: [...base].sort(),
  data,
});

/** Whether the latest record about a target is still only here, so that the next one corrects it. @param {any} line */
export const isCorrectable = (line) => Boolean(line?.open && !line.tried);

/**
 * @param {import("./lists.js").Known} known @param {Slot} slot @param {string} code @param {Said} said
 */
export function sayWork(known, slot, code, said) {
  const comment = clean(said.comment);
  return log(
    code,
    known.told(code),
    (last, heads, without) => {
      const same = said.again ? null : last?.op; // what never left is corrected; another return is another act
      const place = same ?? slot;
      const base = same ? without : heads;
      const text = comment || same?.data.comment || "";
      if (said.again || same?.type === "return") {
        const data = { code, channel: said.channel || same?.data.channel, mark: said.mark, comment: text };
        return envelope(known, place, "return", data, said.mark ? base : [], said.on || same?.returned_on);
      }
      return envelope(known, place, "mark", { code, mark: said.mark, comment: text }, base);
    },
    known.works.get(code)?.student ?? "",
  );
}

/**
 * @param {any} known @param {Slot} slot @param {string} student @param {string} lesson @param {string | null} letter
 * @param {string} reason
 */
export function sayAbsence(known, slot, student, lesson, letter, reason) {
  const key = absenceOf(student, lesson);
  return log(
    key,
    known.told(key),
    (last, _heads, without) => {
      const text = clean(reason) || (letter && last?.op.data.reason) || "";
      return envelope(known, last?.op ?? slot, "absence", { student, lesson, letter, reason: text }, without);
    },
    student,
  );
}

/** @param {any} known @param {Slot} slot @param {Record<string, any>} call */
export function sayCall(known, slot, call) {
  return log(
    "",
    known.told(""),
    () => envelope(known, slot, "call", { ...call, outcome: clean(call.outcome), text: clean(call.text) }),
    call.student,
  );
}
