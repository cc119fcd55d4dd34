// Takes files that are dropped on the upload form, and says that they are on their way.

/** @param {HTMLFormElement} form with one file field */
export default function drop(form) {
  const field = form.querySelector("input[type=file]");
  const status = form.querySelector("[data-status]");
  const hint = form.querySelector("[data-drop-hint]");
  hint.hidden = false;

  /** @param {DragEvent} event */
  const bringsFiles = (event) => event.dataTransfer !== null && event.dataTransfer.types.includes("Files");

  // A file that misses the form must not replace the page.
  for (const name of ["dragover", "drop"]) {
    window.addEventListener(name, (event) => {
      if (bringsFiles(event)) event.preventDefault();
    });
  }
  form.addEventListener("dragover", (event) => {
    if (bringsFiles(event)) form.classList.add("over");
  });
  for (const name of ["dragleave", "drop"]) form.addEventListener(name, () => form.classList.remove("over"));
  form.addEventListener("drop", (event) => {
    if (!bringsFiles(event) || !event.dataTransfer.files.length) return;
    field.files = event.dataTransfer.files;
    form.requestSubmit();
  });
  form.addEventListener("submit", () => {
    status.textContent = status.dataset.sending;
  });
}
