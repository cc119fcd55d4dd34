// The form of a call: Ctrl+Enter saves, and what was typed comes back however the page was left, but for a closed tab,
// which is asked about. It is kept for this tab only, and forgotten once the office has noted it (call-saved.js).

export const PLACE = "call/";
const KEPT = ["text", "length"];

/** @param {HTMLFormElement} form with data-call: whose call and what about */
export default function callForm(form) {
  const place = PLACE + form.dataset.call;
  const fields = /** @type {HTMLTextAreaElement[]} */ (
    KEPT.map((name) => form.elements.namedItem(name)).filter((field) => field !== null)
  );
  const known = JSON.parse(sessionStorage.getItem(place) ?? "{}");
  for (const field of fields) {
    if (known[field.name] && field.value === field.defaultValue) field.value = known[field.name];
  }
  form.addEventListener("input", (event) => {
    const field = /** @type {HTMLTextAreaElement} */ (event.target);
    if (!fields.includes(field)) return;
    known[field.name] = field.value;
    sessionStorage.setItem(place, JSON.stringify(known));
  });
  let unsaved = fields.some((field) => field.value !== field.defaultValue);
  form.addEventListener("input", () => (unsaved = true));
  for (const name of ["submit", "click"]) {
    document.addEventListener(name, (event) => {
      if (name === "submit" || event.target.closest("a[href]")) unsaved = false; // the tab stays, and with it the text
    });
  }
  addEventListener("beforeunload", (event) => {
    if (unsaved) event.preventDefault();
  });
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !event.ctrlKey) return;
    event.preventDefault();
    form.requestSubmit(form.querySelector("[data-save]"));
  });
}
