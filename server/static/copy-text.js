// Copies a text, or hands it to the phone's own "share": the buttons show only where that works.

/** @param {HTMLElement} box holds the text (data-words) and buttons data-copy, data-share; data-copied is said after */
export default function copyText(box) {
  const words = box.querySelector("[data-words]");
  const copy = box.querySelector("[data-copy]");
  const share = box.querySelector("[data-share]");
  const text = () => words.value ?? words.textContent;

  if (copy) {
    const label = copy.textContent;
    copy.hidden = false;
    copy.addEventListener("click", async () => {
      copy.textContent = (await copied(text(), box)) ? box.dataset.copied : label;
      setTimeout(() => (copy.textContent = label), 4000);
    });
  }
  if (share && navigator.share) {
    share.hidden = false;
    share.addEventListener("click", () => navigator.share({ text: text() }).catch(() => null)); // closed without choice
  }
}

/**
 * Put a text into the clipboard; a page without HTTPS has no clipboard of its own, so there it is selected and copied.
 * @param {string} text
 * @param {HTMLElement} box
 */
async function copied(text, box) {
  if (navigator.clipboard) {
    const done = await navigator.clipboard.writeText(text).then(() => true, () => false);
    if (done) return true;
  }
  const field = document.createElement("textarea");
  field.value = text;
  field.className = "visually-hidden";
  box.append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  return done;
}
