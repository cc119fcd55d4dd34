// The class's table by keyboard: Enter and the arrows go from row to row; Ctrl+Enter saves.

/** @param {HTMLFormElement} form */
export default function tableKeys(form) {
  const columns = ["mark-", "comment-"].map((name) => [...form.querySelectorAll(`input[name^="${name}"]`)]);
  const save = form.querySelector("button.main");
  let changed = false;

  form.addEventListener("keydown", (event) => {
    const column = columns.find((inputs) => inputs.includes(event.target));
    if (!column || event.altKey || event.metaKey) return;
    if (event.key === "Enter" && event.ctrlKey) {
      event.preventDefault();
      form.requestSubmit();
      return;
    }
    const step = { Enter: event.shiftKey ? -1 : 1, ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const next = column[column.indexOf(event.target) + step];
    if (next) {
      next.focus();
      next.select();
    } else if (event.key === "Enter" && step > 0) {
      save.focus();
    }
  });

  form.addEventListener("input", () => { changed = true; });
  form.addEventListener("submit", () => { changed = false; });
  window.addEventListener("beforeunload", (event) => { if (changed) event.preventDefault(); });
  (columns[0].find((input) => input.getAttribute("aria-invalid")) ?? columns[0][0])?.focus();
}
