// A button that copies the text beside it; where the browser refuses, the text is selected to be copied by hand.

/** @param {HTMLButtonElement} button */
export default function copyText(button) {
  const text = /** @type {HTMLTextAreaElement} */ (document.getElementById(button.dataset.text));
  const before = button.textContent;
  button.hidden = false;
  button.addEventListener("click", async () => {
    text.closest("details")?.setAttribute("open", "");
    text.select();
    try {
      await navigator.clipboard.writeText(text.value);
      button.textContent = button.dataset.done;
      setTimeout(() => (button.textContent = before), 2000);
    } catch {
      text.focus();
    }
  });
}
