// The class's table by keyboard: a mark of one key goes to the next student by itself; Enter and the arrows go from row
// to row, Enter from a comment to the next mark; Ctrl+Enter saves.

/** @param {HTMLFormElement} form */
export default function tableKeys(form) {
  const columns = ["mark-", "comment-"].map((name) => [...form.querySelectorAll(`input[name^="${name}"]`)]);
  const [marks] = columns;
  const whole = (form.dataset.whole ?? "").split(" ").filter(Boolean); // keys that are a mark by themselves
  const save = form.querySelector("button.main");
  let changed = false;
  let jumped = false; // the next student was reached without Enter: an Enter by habit must not pass them over

  /** @param {HTMLInputElement[]} column @param {number} row */
  function go(column, row) {
    column[row]?.focus();
    column[row]?.select();
    return Boolean(column[row]);
  }

  form.addEventListener("keydown", (event) => {
    const column = columns.find((inputs) => inputs.includes(event.target));
    if (event.altKey || event.metaKey) return;
    if (event.key === "Enter" && event.ctrlKey) {
      event.preventDefault();
      form.requestSubmit();
      return;
    }
    if (!column) return;
    const habit = jumped && event.key === "Enter" && !event.shiftKey && !event.target.value;
    if (event.key !== "Shift") jumped = false;
    const step = { Enter: event.shiftKey ? -1 : 1, ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    if (habit) return;
    const next = column.indexOf(event.target) + step;
    const target = event.key === "Enter" && step > 0 ? marks : column;
    if (!go(target, next) && event.key === "Enter" && step > 0) save.focus();
  });

  form.addEventListener("input", (event) => {
    changed = true;
    const row = marks.indexOf(event.target);
    if (row < 0 || event.inputType !== "insertText" || !whole.includes(event.target.value.toLowerCase())) return;
    if (go(marks, row + 1)) jumped = true;
    else save.focus();
  });
  form.addEventListener("submit", () => {
    changed = false;
  });
  window.addEventListener("beforeunload", (event) => {
    if (changed) event.preventDefault();
  });
  if (columns.flat().includes(document.activeElement)) return; // somebody types already
  (marks.find((input) => input.getAttribute("aria-invalid")) ?? marks[0])?.focus();
}
