// Shows whom the search means while it is typed; Enter opens the first, the arrows go through the lines.

const PAUSE = 120; // ms after the last key

/** @param {HTMLFormElement} form */
export default function hotlineFind(form) {
  const input = /** @type {HTMLInputElement} */ (form.querySelector("input[name=q]"));
  const found = /** @type {HTMLElement} */ (document.getElementById("found"));
  let shown = found.querySelector("[data-found]") ? input.value : null; // what the lines answer
  let timer = 0;
  let asked = 0;

  const lines = () => /** @type {HTMLElement[]} */ ([...found.querySelectorAll("[data-found]")]);

  async function ask() {
    const typed = input.value;
    const number = ++asked;
    try {
      const answer = await fetch(form.action, {
        method: "POST", body: new FormData(form), headers: { "X-Fragment": "lines" },
      });
      if (!answer.ok || number !== asked) return; // the form still works by itself
      found.innerHTML = await answer.text(); // written by the office, escaped there
      shown = typed;
    } catch {
      shown = null;
    }
  }

  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = window.setTimeout(ask, PAUSE);
  });
  if (input.value && shown === null) ask(); // typed before this script came

  form.addEventListener("submit", (event) => {
    const [first] = lines();
    if (shown !== input.value || !first) return;
    event.preventDefault();
    first.click();
  });

  document.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const places = [input, ...lines()];
    const here = places.indexOf(/** @type {HTMLElement} */ (document.activeElement));
    if (!step || here < 0 || event.altKey || event.ctrlKey) return;
    event.preventDefault();
    places[here + step]?.focus();
  });
}
