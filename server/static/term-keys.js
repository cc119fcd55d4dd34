// Marks of a term by one key each: a whole mark goes to the next student, "=" takes the hint, a button takes them all.

/** @param {HTMLFormElement} form */
export default function termKeys(form) {
  const inputs = [...form.querySelectorAll('input[name^="mark-"]')];
  const jumps = new Set((form.dataset.jumps ?? "").split(" ").filter(Boolean));
  const names = JSON.parse(form.dataset.names || "{}");
  const accept = form.querySelector("button[name=act]");

  /** @param {HTMLInputElement} input */
  function next(input) {
    const following = inputs[inputs.indexOf(input) + 1] ?? form.querySelector("button.main");
    following?.focus();
    if (following instanceof HTMLInputElement) following.select();
  }

  /** @param {HTMLInputElement} input @returns {boolean} */
  function take(input) {
    const hint = input.dataset.hint;
    if (!hint) return false;
    input.value = names[hint] ?? hint;
    input.dispatchEvent(new Event("change", { bubbles: true }));
    return true;
  }

  form.addEventListener("input", (event) => {
    const input = event.target;
    if (!(input instanceof HTMLInputElement) || !inputs.includes(input)) return;
    const typed = input.value.trim().toLowerCase();
    if (typed.endsWith("=")) {
      input.value = "";
      if (take(input)) next(input);
    } else if (jumps.has(typed)) {
      next(input);
    }
  });

  form.addEventListener("keydown", (event) => { // after the last mark the button has the focus
    if (event.key !== "Enter" || !event.ctrlKey || event.defaultPrevented) return;
    event.preventDefault();
    form.requestSubmit();
  });

  accept?.addEventListener("click", (event) => {
    event.preventDefault(); // they are seen before they are saved
    for (const input of inputs) if (!input.value) take(input);
    form.dispatchEvent(new Event("input"));
    form.querySelector("button.main").focus();
  });
}
