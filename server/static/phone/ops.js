// Ops as they travel: the envelope, its canonical text, and the revision a mark becomes (sync/ops.py, sync/decide.py).

/**
 * @typedef {{verdict: string, value: string | null}} Mark
 * @typedef {{v: 1, origin: string, n: number, type: string, author: string, at: string, returned_on: string | null,
 *   base: string[], data: Record<string, any>}} Op
 */

/** JSON with sorted keys and no blanks (RFC 8785 for texts and whole numbers). @param {any} value @returns {string} */
export function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const members = Object.keys(value)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`);
  return `{${members.join(",")}}`;
}

/** @param {string} text @returns {Promise<string>} 64 hex digits */
export async function sha256(text) {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The target of an absence. @param {string} student @param {string} lesson */
export const absenceOf = (student, lesson) => `absence:${student}:${lesson}`;

/** What an op is about: a work's code, or a student at a lesson; "" for what has no revisions. @param {Op} op */
export function targetOf(op) {
  if (op.type === "absence") return absenceOf(op.data.student, op.data.lesson);
  return op.type === "return" || op.type === "mark" ? op.data.code : "";
}

/** What an op decides, or null. @param {Op} op @returns {[string, string | null] | null} */
export function decisionOf(op) {
  if (op.type === "absence") return ["absence", op.data.letter];
  return op.data.mark ? [op.data.mark.verdict, op.data.mark.value] : null;
}

/** The id of the revision an op makes, or null. @param {Op} op @returns {Promise<string | null>} */
export async function revisionOf(op) {
  const value = decisionOf(op);
  return value && sha256(canonical({ target: targetOf(op), base: [...op.base].sort(), value }));
}

/**
 * The heads after the phone's own ops, which the office may know already.
 * @param {string[]} heads as the office told them
 * @param {{op: Op, revision: string | null}[]} own in the order logged
 * @returns {string[]}
 */
export function headsAfter(heads, own) {
  let known = [...heads];
  for (const { op, revision } of own) {
    if (!revision || known.includes(revision)) continue;
    known = [...known.filter((head) => !op.base.includes(head)), revision];
  }
  return known.sort();
}

/** A moment as ops carry it: to the second, with the phone's offset. @param {number} ms @returns {string} */
export function moment(ms) {
  const date = new Date(ms);
  const east = -date.getTimezoneOffset();
  const local = new Date(ms + east * 60_000).toISOString().slice(0, 19);
  const two = (/** @type {number} */ number) => String(Math.trunc(Math.abs(number))).padStart(2, "0");
  return `${local}${east < 0 ? "-" : "+"}${two(east / 60)}:${two(east % 60)}`;
}

/** Text as it may be stored: line ends of one kind, no half letters, nothing at the edges. @param {string} text */
export function clean(text) {
  const whole =
    typeof text.toWellFormed === "function"
      ? text.toWellFormed()
      : text.replace(/[\ud800-\udfff](?![\udc00-\udfff])/g, "");
  return whole.replace(/\r\n?/g, "\n").replaceAll("\0", "").trim();
}
