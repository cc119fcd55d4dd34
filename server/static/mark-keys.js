// One work's form by keyboard: 5 4 3 2 choose a mark, Enter saves; a code reader's burst goes to the code field.

const PAUSE = 80; // ms; nobody types two keys so fast, a code reader always does

/** @param {EventTarget | null} target */
function takesText(target) {
  return target instanceof HTMLElement && target.matches("textarea, select, input:not([type=radio])");
}

/** @param {HTMLFormElement} form */
export default function markKeys(form) {
  const code = /** @type {HTMLInputElement | null} */ (document.getElementById("work-code"));
  let burst = "";
  let timer = 0;
  let changed = false;

  function choose() {
    const radio = form.querySelector(`input[name=mark][value="mark:${CSS.escape(burst)}"]`);
    if (radio instanceof HTMLInputElement) {
      radio.checked = true;
      radio.focus();
      changed = true;
    }
    burst = "";
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || takesText(event.target)) return;
    if (event.key.length !== 1 || !/[\p{L}\p{N}"]/u.test(event.key)) return;
    clearTimeout(timer);
    burst += event.key;
    event.preventDefault();
    if (burst.length > 1 && code) {
      code.value = burst;
      code.focus();
      burst = "";
    } else {
      timer = window.setTimeout(choose, PAUSE);
    }
  });

  form.addEventListener("input", () => { changed = true; });
  form.addEventListener("submit", () => { changed = false; });
  window.addEventListener("beforeunload", (event) => { if (changed) event.preventDefault(); });
}
