// The field for the next code: a code reader types over what stands there, so it is selected at once.

/** @param {HTMLFormElement} form */
export default function nextCode(form) {
  const input = form.querySelector("input[name=code]");
  if (input.value !== input.defaultValue) return; // somebody types already: what stands there must not be typed over
  input.setSelectionRange(0, input.value.length); // select() would take the focus, which the page itself gives
}
