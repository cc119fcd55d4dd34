// Shows a Markdown text as readers will see it, beside the field, while it is typed: the office renders and sanitises.

const PAUSE = 400; // milliseconds without a key before the office is asked

/** @param {HTMLElement} field holds a textarea and the place to show; its data-preview is the address */
export default function preview(field) {
  const address = field.dataset.preview;
  const text = field.querySelector("textarea");
  const seen = field.querySelector("[data-seen]");
  const token = field.closest("form").elements.csrf_token.value;
  if (!address) return;
  for (const button of document.querySelectorAll("button[data-no-script]")) button.hidden = true;
  let timer = 0;
  let asked = 0;

  async function show() {
    const mine = ++asked;
    if (!text.value.trim()) return place("");
    const body = new URLSearchParams({ text: text.value });
    const answer = await fetch(address, { method: "POST", body, headers: { "X-CSRFToken": token } }).catch(() => null);
    if (mine !== asked) return; // typed on meanwhile
    if (answer && answer.ok && !answer.redirected) place(await answer.text());
  }

  /** @param {string} html sanitised by the office */
  function place(html) {
    seen.innerHTML = html;
    seen.hidden = !html;
    field.classList.toggle("with-seen", Boolean(html));
  }

  text.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(show, PAUSE);
  });
  show();
}
