// Groups the digits of a work's code by three while it is typed; leaves a code reader's text alone.

/** @param {string} text @returns {string} */
export function grouped(text) {
  const digits = text.replace(/[\s\u2010-\u2015-]/g, "");
  return /^[0-9]{1,9}$/.test(digits) ? digits.replace(/(\d{3})(?=\d)/g, "$1 ") : text;
}

/** @param {HTMLElement} form */
export default function codeField(form) {
  const input = form.querySelector("input[name=code]");
  input.addEventListener("input", () => {
    if (input.selectionStart !== input.value.length) return; // somebody corrects in the middle
    input.value = grouped(input.value);
  });
}
