// Work codes and the text of a QR: read, checked and grouped exactly as the school's office does (sync/codes.py).

const SCHOOL = "[A-HJ-NPR-Z2-9]{4}";
const QR = new RegExp(`^K1(${SCHOOL})([WPMDX])([0-9]{9})([0-9]{2})$`);
const RUSSIAN = 'ЙЦУКЕНГШЩЗФЫВАПРОЛДЯЧСМИТЬ"ӘІҢҒ,.ҮҰҚ';
const LATIN = "QWERTYUIOPASDFGHJKLZXCVBNM1234567890";

/** Why something is no code: ``wrong`` is the office's name for it. */
export class CodeError extends Error {
  /** @param {string} wrong */
  constructor(wrong) {
    super(wrong);
    this.wrong = wrong;
  }
}

/** Nine digits from seven, by ISO 7064 Mod 97-10. @param {string} seven @returns {string} */
export function complete(seven) {
  return seven + String(98 - ((100 * Number(seven)) % 97)).padStart(2, "0");
}

/** ``482 170 317`` as on paper. @param {string} code @returns {string} */
export function grouped(code) {
  return code.replace(/(\d{3})(?=\d)/g, "$1 ");
}

/**
 * A code reader types like a keyboard: under a Russian or Kazakh layout ``K1…`` arrives as ``Л1…``.
 * @param {string} text
 */
function asLatin(text) {
  if (!text.startsWith("Л")) return text;
  return [...text].map((letter) => LATIN[RUSSIAN.indexOf(letter)] ?? letter).join("");
}

/**
 * The nine digits of a label of one kind, as typed or as read from its square.
 * @param {string} text
 * @param {string} kind W work, D device
 * @param {string | null} [school] whose labels are taken
 * @returns {string}
 * @throws {CodeError} code_format, code_check, qr_foreign, qr_not_work, qr_other_school
 */
export function parse(text, kind = "W", school = null) {
  const stripped = asLatin(text.replace(/[\s\u2010-\u2015\u2212-]+/g, "").toUpperCase());
  if (stripped.startsWith("K1")) {
    const found = QR.exec(stripped);
    if (!found) throw new CodeError("qr_foreign");
    if (complete(found[3].slice(0, 7)) !== found[3]) throw new CodeError("code_check");
    if (found[2] !== kind) throw new CodeError("qr_not_work");
    if (school && school !== found[1]) throw new CodeError("qr_other_school");
    return found[3];
  }
  if (!/^[0-9]{9}$/.test(stripped)) throw new CodeError("code_format");
  if (complete(stripped.slice(0, 7)) !== stripped) throw new CodeError("code_check");
  return stripped;
}

/** Whether nine digits or a whole label stand there, so that it can be looked at. @param {string} text */
export function isWhole(text) {
  const stripped = text.replace(/[\s\u2010-\u2015\u2212-]+/g, "");
  return /^[0-9]{9}$/.test(stripped) || (/^[KkЛл]/.test(stripped) && stripped.length === 18);
}
