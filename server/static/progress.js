// Follows work that runs in the office: moves the bar, and draws the page anew when the work has ended.

const PAUSE = 1000; // milliseconds between two questions
const AWAY = 5000; // while the office does not answer

/** @param {HTMLElement} box its data-watch is the address, data-number which work it shows */
export default function progress(box) {
  const bar = box.querySelector("progress");
  const text = box.querySelector("[data-text]");

  async function ask() {
    const answer = await fetch(box.dataset.watch, { headers: { Accept: "application/json" } }).catch(() => null);
    if (!answer || !answer.ok) return setTimeout(ask, AWAY);
    const told = await answer.json();
    if (told.state !== "running" || String(told.number) !== box.dataset.number) return location.reload();
    if (text.textContent !== told.text) text.textContent = told.text;
    if (told.total) {
      bar.max = told.total;
      bar.value = told.done;
    }
    setTimeout(ask, PAUSE);
  }

  setTimeout(ask, PAUSE);
}
