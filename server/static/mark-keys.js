// One work's form by keyboard: 5 4 3 2 choose a mark, Enter saves; a code reader's burst goes to the code field.

const PAUSE = 80; // ms; nobody types two keys so fast, a code reader always does

/** @param {EventTarget | null} target */
function takesText(target) {
  return target instanceof HTMLElement && target.matches("textarea, select, input:not([type=radio], [type=checkbox])");
}

/** @param {HTMLFormElement} form */
export default function markKeys(form) {
  const code = /** @type {HTMLInputElement | null} */ (document.getElementById("work-code"));
  let burst = "";
  let timer = 0;
  let changed = false;
  const sends = JSON.parse(form.dataset.keys ?? "{}"); // keys that are no value of the scale: "д" sends back

  /** @returns {boolean} whether the keys are a mark */
  function choose() {
    const value = sends[burst.toLowerCase()] ?? `mark:${burst}`;
    const radio = form.querySelector(`input[name=mark][value="${CSS.escape(value)}"]`);
    if (radio instanceof HTMLInputElement) {
      radio.checked = true;
      radio.focus();
      radio.dispatchEvent(new Event("input", { bubbles: true }));
    }
    burst = "";
    return radio instanceof HTMLInputElement;
  }

  /** @param {{typed: string, entered: boolean}} ahead what was quicker than this script */
  function catchUp({ typed, entered }) {
    const reader = typed.length > 1 && code;
    burst = reader ? "" : typed;
    if (reader) {
      code.value = typed;
      code.focus();
    }
    if ((reader || (typed && choose())) && entered) (reader ? code.form : form).requestSubmit();
  }

  document.addEventListener("keydown", (event) => {
    if (burst.length === 1 && ["Enter", "Tab", "Alt", "Control"].includes(event.key)) { // quicker than the pause
      clearTimeout(timer);
      choose();
    }
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
  if (window.keysAhead) catchUp(window.keysAhead());
  if ("kept" in form.dataset) return; // what was typed is there again when the page is
  window.addEventListener("beforeunload", (event) => { if (changed) event.preventDefault(); });
}
