// A plan as a sheet: Enter and the arrows go from row to row, cells copied from Excel fill the rows from here on.

const FIELDS = ["section", "topic", "hours", "on"];

/** @param {HTMLFormElement} form */
export default function planSheet(form) {
  const body = form.querySelector("tbody");
  const column = (name) => [...form.querySelectorAll(`tbody input[name="${name}"]`)];

  form.addEventListener("keydown", (event) => {
    if (!FIELDS.includes(event.target.name) || event.altKey || event.metaKey || event.ctrlKey) return;
    if (event.target.type === "date" && event.key !== "Enter") return;
    const step = { Enter: event.shiftKey ? -1 : 1, ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const cells = column(event.target.name);
    const next = cells[cells.indexOf(event.target) + step];
    if (next) {
      next.focus();
      if (next.type !== "date") next.select();
    }
  });

  form.addEventListener("paste", (event) => {
    const name = event.target.name;
    const text = event.clipboardData.getData("text/plain").replace(/\r\n?/g, "\n").replace(/\n$/, "");
    if (!FIELDS.includes(name) || !/[\t\n]/.test(text)) return;
    event.preventDefault();
    const first = column(name).indexOf(event.target);
    text.split("\n").forEach((line, down) => {
      while (column(name).length <= first + down) addRow(body);
      line.split("\t").forEach((value, right) => {
        const field = FIELDS[FIELDS.indexOf(name) + right];
        if (field) fill(column(field)[first + down], field, value.trim());
      });
    });
    form.dispatchEvent(new Event("input", { bubbles: true }));
  });
}

/** @param {HTMLInputElement} input @param {string} field @param {string} value */
function fill(input, field, value) {
  const day = field === "on" && /^(\d{1,2})\.(\d{1,2})\.(\d{4})$/.exec(value);
  const text = day ? `${day[3]}-${day[2].padStart(2, "0")}-${day[1].padStart(2, "0")}` : value;
  if (field === "on" && !/^\d{4}-\d\d-\d\d$/.test(text)) input.type = "text"; // kept as typed; the office says what it lacks
  input.value = text;
}

/** A row like the last one, empty, without buttons: they come with the next save. @param {HTMLElement} body */
function addRow(body) {
  const rows = body.querySelectorAll("tr");
  const row = /** @type {HTMLElement} */ (rows[rows.length - 1].cloneNode(true));
  const number = rows.length;
  row.querySelector("th").textContent = String(number + 1);
  for (const input of row.querySelectorAll("input")) {
    input.value = "";
    input.id = `f-${input.name}-${number}`;
    input.removeAttribute("autofocus");
    input.setAttribute("aria-label", input.getAttribute("aria-label").replace(/\d+$/, String(number + 1)));
  }
  for (const cell of row.querySelectorAll(".falls, .acts")) cell.replaceChildren();
  body.append(row);
}
