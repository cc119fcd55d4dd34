// The day board in the hand: take a lesson (Enter or tap), see at once where it would clash, put it there; Ctrl+Z takes
// the last change back. Everything is sent by the page's own form; without this script each lesson opens its page.

/** @param {HTMLElement} root */
export default function dayBoard(root) {
  const hand = root.querySelector("[data-hand]");
  const say = hand.querySelector("[data-say]");
  const what = hand.querySelector("[data-what]");
  const buttons = Object.fromEntries(
    ["swaps", "beside", "cancels", "restores", "more", "drop"].map((name) => [name, hand.querySelector(`[data-${name}]`)])
  );
  const words = root.dataset;
  /** @type {HTMLAnchorElement | null} */
  let held = null;
  let told = null; // what would clash, { places, swaps }, and what else speaks against it, { remarks, swap_remarks }
  let asked = 0; // only the newest answer counts

  const cellOf = (element) => element.closest("td[data-p]");
  const lessonsIn = (cell) => [...cell.querySelectorAll("a.l")];
  const copies = (id) => [...root.querySelectorAll(`a.l[data-id="${CSS.escape(id)}"]`)];
  const lines = (id) => new Set(copies(id).map((one) => cellOf(one).dataset.k ?? ""));

  for (const link of root.querySelectorAll("a.l")) link.tabIndex = -1;
  for (const cell of root.querySelectorAll("td[data-p]")) cell.tabIndex = -1;
  const target = location.hash.startsWith("#l-") ? document.getElementById(location.hash.slice(1)) : null;
  for (const table of root.querySelectorAll("table")) {
    const own = target && table.contains(target) ? target : table.querySelector("a.l");
    if (own) own.tabIndex = 0;
  }
  target?.focus();

  /** Let the keyboard stand on a cell: on its lesson if it has one. @param {HTMLElement} element */
  function stand(element) {
    const table = element.closest("table");
    for (const one of table.querySelectorAll('a.l[tabindex="0"], td[tabindex="0"]')) one.tabIndex = -1;
    element.tabIndex = 0;
    element.focus();
    element.scrollIntoView({ block: "nearest", inline: "nearest" });
    if (held) tellOf(cellOf(element), element.dataset.id);
  }

  /** @param {HTMLElement} from @param {number} across @param {number} down */
  function step(from, across, down) {
    const cell = cellOf(from);
    if (down && !across) {
      const own = lessonsIn(cell);
      const next = own[own.indexOf(from) + down];
      if (own.includes(from) && next) return stand(next);
    }
    const row = cell.parentElement;
    const rows = [...row.parentElement.rows];
    const other = rows[rows.indexOf(row) + down]?.cells[cell.cellIndex + across];
    if (!other?.matches("td[data-p]")) return undefined;
    const own = lessonsIn(other);
    return stand((down < 0 ? own.at(-1) : own[0]) ?? other);
  }

  /** What would happen if the lesson in the hand came here. */
  function tellOf(cell, id) {
    if (!told || !cell?.classList.contains("to")) {
      say.textContent = words.choose;
      return;
    }
    const other = id && id !== held.dataset.id && id in told.swaps ? id : "";
    say.textContent = verdict(told.places[cell.dataset.p] ?? [], told.remarks[cell.dataset.p] ?? []);
    if (other) say.textContent += ` · ${words.swap}: ${verdict(told.swaps[other], told.swap_remarks[other] ?? [])}`;
  }

  /** @param {string[]} clashes @param {string[]} remarks */
  function verdict(clashes, remarks) {
    const first = clashes.length ? `✗ ${clashes.join(" ")}` : `✓ ${words.free}`;
    return remarks.length ? `${first} ! ${remarks.join(" ")}` : first;
  }

  function drop() {
    if (!held) return;
    const back = held;
    for (const one of copies(held.dataset.id)) one.classList.remove("held-now");
    for (const cell of root.querySelectorAll("td.to")) {
      cell.classList.remove("to", "free", "clash");
      delete cell.dataset.say;
    }
    held = told = null;
    asked += 1;
    hand.hidden = true;
    stand(back);
  }

  /** @param {HTMLAnchorElement} link */
  async function take(link) {
    drop();
    held = link;
    const number = ++asked;
    for (const one of copies(link.dataset.id)) one.classList.add("held-now");
    fill({ lesson: link.dataset.id, seen: link.dataset.seen, at: cellOf(link).dataset.p, place: "", other: "", other_seen: "" });
    what.textContent = [link.querySelector("b").textContent, link.querySelector("span").textContent].filter(Boolean).join(" · ");
    say.textContent = words.choose;
    const off = link.classList.contains("off");
    buttons.cancels.hidden = off;
    buttons.restores.hidden = !off;
    buttons.swaps.hidden = buttons.beside.hidden = true;
    buttons.more.href = link.href;
    hand.hidden = false;
    try {
      const answer = await fetch(`${words.lessons}${link.dataset.id}/places`, { headers: { Accept: "application/json" } });
      if (!answer.ok) throw new Error(String(answer.status));
      const found = await answer.json();
      if (number !== asked) return;
      told = found;
    } catch (error) {
      if (number === asked) say.textContent = words.failed;
      return;
    }
    const own = lines(link.dataset.id);
    for (const cell of root.querySelectorAll("td[data-p]")) {
      const clashes = told.places[cell.dataset.p];
      if (!own.has(cell.dataset.k ?? "") || !clashes || cell.contains(held)) continue;
      const id = lessonsIn(cell).map((one) => one.dataset.id).find((one) => one in told.swaps);
      const found = id ? told.swaps[id] : clashes;
      const remarks = (id ? told.swap_remarks[id] : told.remarks[cell.dataset.p]) ?? [];
      const check = remarks.length ? ` ! ${words.check}` : "";
      cell.classList.add("to", found.length ? "clash" : "free");
      cell.dataset.say = found.length
        ? `${id ? `⇄ ${words.swap} ` : ""}✗ ${words.clash}`
        : `${id ? `⇄ ${words.swap} ✓` : `✓ ${words.free}`}${check}`;
    }
  }

  function fill(values) {
    for (const [name, value] of Object.entries(values)) hand.elements[name].value = value;
  }

  function send(act) {
    const button = hand.querySelector(`button[value="${act}"]`);
    hand.requestSubmit(button);
  }

  /** Put the lesson in the hand into a cell, or ask what to do with the one that stands there. */
  function put(cell, link) {
    if (!cell.classList.contains("to")) return;
    fill({ place: cell.dataset.p });
    const there = lessonsIn(cell).filter((one) => one.dataset.id !== held.dataset.id && !one.classList.contains("off"));
    const other = there.includes(link) ? link : there[0];
    if (!other || !(other.dataset.id in told.swaps)) {
      buttons.beside.hidden = false; // a hidden button cannot be sent by
      send("move");
      return;
    }
    fill({ other: other.dataset.id, other_seen: other.dataset.seen });
    tellOf(cell, other.dataset.id);
    say.textContent = `${words.ask} ${say.textContent}`;
    what.textContent = `${held.querySelector("b").textContent} ↔ ${other.querySelector("b").textContent}`;
    buttons.swaps.hidden = buttons.beside.hidden = false;
    buttons.cancels.hidden = buttons.restores.hidden = true;
    buttons.swaps.focus();
  }

  root.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    const cell = cellOf(event.target);
    if (!cell) return;
    const link = event.target.closest("a.l");
    if (link) event.preventDefault();
    if (held && cell.classList.contains("to")) put(cell, link);
    else if (link && held !== link) take(link);
    else if (link) drop();
  });

  root.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === "Escape" && held) {
      event.preventDefault();
      drop();
      return;
    }
    const cell = cellOf(event.target);
    if (!cell) return;
    const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (way) {
      event.preventDefault();
      step(event.target, ...way);
    } else if (event.key === "Enter" && event.target === cell) {
      event.preventDefault();
      if (held) put(cell, null);
      else if (words.by === "group") location.href = `${words.add}?group=${encodeURIComponent(cell.dataset.k)}&place=${cell.dataset.p}`;
    } else if (event.key === "Delete" && event.target.matches("a.l:not(.off)")) {
      event.preventDefault();
      take(event.target).then(() => buttons.cancels.focus());
    }
  });

  buttons.drop.addEventListener("click", drop);
  document.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.shiftKey || event.code !== "KeyZ") return;
    if (event.target.matches("input, textarea, select")) return;
    const undo = document.querySelector("form[data-undo]");
    if (!undo) return;
    event.preventDefault();
    undo.requestSubmit(undo.querySelector("button"));
  });
}
