// The hotline by keyboard: a key does what stands on it, whatever the keyboard's language; never while text is typed.

/** @param {EventTarget | null} target */
function takesText(target) {
  return target instanceof HTMLElement && target.matches("textarea, select, input:not([type=radio], [type=checkbox])");
}

/** @param {KeyboardEvent} event @returns {string} the key as the page names it: "4", "v", "escape" */
export function nameOf(event) {
  const found = /^(?:Digit|Numpad|Key)([0-9A-Z])$/.exec(event.code);
  return found ? found[1].toLowerCase() : event.key.toLowerCase();
}

let listens = false; // once for the page, however many parts of it have keys

export default function hotlineKeys() {
  if (listens) return;
  listens = true;
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented) return;
    if (takesText(event.target) && event.key !== "Escape") return;
    const wanted = [...document.querySelectorAll(`[data-key="${CSS.escape(nameOf(event))}"]`)].find(
      (element) => element.getClientRects().length > 0,
    );
    if (!(wanted instanceof HTMLElement)) return;
    event.preventDefault();
    wanted.focus();
    wanted.click();
  });
}
