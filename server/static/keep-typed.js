// Asks before a page with unsaved text is left, and shows the field of points only where the scale has points.

/** @param {HTMLFormElement} form */
export default function keepTyped(form) {
  // what was typed before this script was there counts too
  const typed = [...form.elements].some((field) => "defaultValue" in field && field.value !== field.defaultValue);
  let unsaved = typed || "unsaved" in form.dataset;
  form.addEventListener("input", () => (unsaved = true));
  form.addEventListener("submit", () => (unsaved = false));
  addEventListener("beforeunload", (event) => {
    if (unsaved) event.preventDefault();
  });
  for (const points of form.querySelectorAll("[data-when=points]")) {
    const scale = points.closest("fieldset").querySelector("select[name=task-scale]");
    const follow = () => (points.closest(".field").hidden = scale.value !== "points");
    scale.addEventListener("change", follow);
    follow();
  }
}
