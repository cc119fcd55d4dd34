// Comments used before: those that fit what is being typed, the first nine by Alt+1 to Alt+9; one tap puts one in.

const KEYS = 9;

/** The words of a text that are still being typed: all after its last full stop. @param {string} text */
function begun(text) {
  return /[^.!?;\n]*$/.exec(text)?.[0].trim() ?? "";
}

/** @param {HTMLElement} list */
export default function phrases(list) {
  const area = /** @type {HTMLTextAreaElement} */ (document.getElementById(list.dataset.into ?? ""));
  const lines = [...list.querySelectorAll("label")].map((label) => ({
    label, box: label.querySelector("input"), key: label.querySelector("kbd"),
    text: label.querySelector("span > span").textContent,
  }));

  function fitting() {
    const typed = begun(area.value).toLowerCase();
    const found = lines.filter((line) => typed.length < 2 || line.text.toLowerCase().includes(typed));
    return found.length ? found : lines;
  }

  function show() {
    const found = fitting();
    for (const line of lines) {
      const number = found.indexOf(line) + 1;
      line.label.hidden = number === 0;
      line.key.hidden = number === 0 || number > KEYS;
      line.key.textContent = String(number);
    }
  }

  /** @param {{text: string, box: HTMLInputElement}} line */
  function put(line) {
    const typed = begun(area.value);
    const fits = typed.length > 1 && line.text.toLowerCase().includes(typed.toLowerCase());
    const before = (fits ? area.value.trimEnd().slice(0, -typed.length) : area.value).trimEnd();
    const joint = !before || /\n$/.test(before) ? "" : /[.!?;,:]$/.test(before) ? " " : ". ";
    area.value = before + joint + line.text;
    line.box.checked = false;
    area.dispatchEvent(new Event("input", { bubbles: true }));
  }

  list.addEventListener("change", (event) => {
    const line = lines.find(({ box }) => box === event.target);
    if (line) put(line);
  });
  area.addEventListener("input", show);
  document.addEventListener("keydown", (event) => {
    const number = /^Digit([1-9])$/.exec(event.code)?.[1];
    if (!event.altKey || event.ctrlKey || event.metaKey || !number) return;
    const line = fitting()[Number(number) - 1];
    if (!line) return;
    event.preventDefault();
    put(line);
  });
  show();
}
