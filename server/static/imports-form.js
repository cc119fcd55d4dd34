// After a correction the result on the page is an old one: the way to check again comes first.

/** @param {HTMLFormElement} form */
export default function corrections(form) {
  const check = form.querySelector("[data-check]");
  if (!check) return;
  form.addEventListener("change", () => {
    for (const button of form.querySelectorAll("button[value=take], button[value=skip]")) {
      button.classList.remove("main");
      button.classList.add("stale");
    }
    check.classList.add("main");
  });
}
