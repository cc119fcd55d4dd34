// Sends a chosen picture at once, shows it as a phone will show it, and puts it into the text where the cursor stands.

const MEANT = /[\\[\]*_`<&]/g; // signs that Markdown would read

/** @param {HTMLDetailsElement} box its data-for is the id of the text, data-picture the address that takes pictures in */
export default function picture(box) {
  const text = document.getElementById(box.dataset.for);
  const file = box.querySelector("input[type=file]");
  const alt = box.querySelector("[data-alt]");
  const shown = box.querySelector("[data-shown]");
  const button = box.querySelector("button");
  const form = box.closest("form");
  let asked = 0;

  async function send() {
    const mine = ++asked;
    if (!file.files.length) return;
    const body = new FormData();
    body.append("picture", file.files[0]);
    for (const one of form.querySelectorAll(".markdown textarea")) body.append("text", one.value);
    say(box.dataset.wait);
    button.disabled = true;
    const headers = { "X-CSRFToken": form.elements.csrf_token.value };
    const answer = await fetch(box.dataset.picture, { method: "POST", body, headers }).catch(() => null);
    if (mine !== asked) return; // another one was chosen meanwhile
    button.disabled = false;
    if (answer && !answer.redirected && (answer.ok || answer.status === 422)) shown.innerHTML = await answer.text();
    else say(answer && answer.status === 413 ? box.dataset.large : box.dataset.failed);
    if (answer && answer.ok) alt.focus();
  }

  /** @param {string} words */
  function say(words) {
    shown.textContent = words;
  }

  function insert() {
    const name = shown.querySelector("[data-name]");
    const words = alt.value.trim().replace(/\s+/g, " ");
    if (!name) return file.focus();
    alt.setCustomValidity(words ? "" : alt.dataset.needed);
    if (!words) return alt.reportValidity();
    const before = text.value.slice(0, text.selectionStart);
    const after = text.value.slice(text.selectionEnd);
    const line = `![${words.replace(MEANT, "\\$&")}](image:${name.value})`;
    const apart = (/\n\n$|^$/.test(before) ? "" : before.endsWith("\n") ? "\n" : "\n\n") + line;
    text.setRangeText(apart + (/^\n|^$/.test(after) ? "" : "\n\n"), text.selectionStart, text.selectionEnd, "end");
    text.dispatchEvent(new Event("input", { bubbles: true }));
    shown.textContent = file.value = alt.value = "";
    box.open = false;
    text.focus();
  }

  file.addEventListener("change", send);
  alt.addEventListener("input", () => alt.setCustomValidity(""));
  alt.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault(); // it would save the lesson without the picture
    insert();
  });
  button.addEventListener("click", (event) => {
    event.preventDefault();
    insert();
  });
}
