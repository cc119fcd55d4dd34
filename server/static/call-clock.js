// Counts how long a call has lasted, on a clock or in its field, until somebody corrects the field.

/** @param {HTMLElement} clock with data-elapsed: the seconds when the page was made */
export default function callClock(clock) {
  if ("typed" in clock.dataset) return;
  const before = Number(clock.dataset.elapsed);
  const begun = performance.now();

  function show() {
    const seconds = before + Math.floor((performance.now() - begun) / 1000);
    const text = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    if (!(clock instanceof HTMLInputElement)) clock.textContent = text;
    else if (document.activeElement !== clock) clock.defaultValue = text; // not "typed": nothing to be asked about
  }

  const timer = setInterval(show, 1000);
  clock.addEventListener("input", () => clearInterval(timer));
}
