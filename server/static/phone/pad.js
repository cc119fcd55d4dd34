// A list of people with big buttons below it: a tap or a key says something about the one who is current, and goes on.

import { h, tag, takesText } from "./dom.js";
import { isFull } from "./store.js";
import { t } from "./texts.js";

const TWICE = 400; // ms in which a second tap on the same button is a slip, not the next person's mark

/**
 * @typedef {{label: string, keys: string[], say: any, words?: boolean, title?: string}} Button
 * @typedef {{key: string, name: string}} Row
 * @typedef {{state: [string, string], fate: [string, string] | null, note: string, pending?: boolean}} Look
 * @typedef {{rows: Row[], buttons: Button[], look: (key: string) => Look, say: (key: string, say: any, note: string)
 *   => Promise<any>,
 *   note: string, points: number | null, drafts: {get: (key: string) => string, set: (key: string, text: string) =>
 *   void}}} Options
 *   ``note``: the words for the text field; ``points``: the most, where points are given
 */

/**
 * @param {Options} options
 * @returns {{root: HTMLElement, refresh: () => void, find: HTMLElement}}
 */
export function pad(options) {
  const { rows } = options;
  let current = 0;
  let tapped = { button: null, at: 0 };
  const items = rows.map((row, place) => rowOf(row, place));
  const list = h(
    "div",
    { role: "radiogroup", "aria-label": t("students") },
    h(
      "ul",
      { class: "people" },
      items.map((item) => item.root),
    ),
  );
  const who = h("b", { id: "pad-who", "aria-live": "polite" });
  const wrong = h("p", { class: "error", role: "alert", hidden: true });
  const points =
    options.points === null
      ? null
      : h("input", {
          inputmode: "numeric",
          maxlength: 4,
          autocomplete: "off",
          class: "points",
          "aria-label": t("points_at_most", { maximum: options.points }),
        });
  const note = h("input", { id: "pad-note", maxlength: 4000, autocomplete: "off", enterkeyhint: "done" });
  const noteField = h("div", { class: "field", hidden: true }, h("label", { for: "pad-note" }, options.note), note);
  const buttons = options.buttons.map((button) =>
    h(
      "button",
      {
        type: "button",
        class: button.words ? "word" : null,
        title: button.title,
        onclick: (/** @type {MouseEvent} */ event) => tap(event, button),
      },
      button.label,
    ),
  );
  const open = h(
    "button",
    { type: "button", class: "word", "aria-expanded": "false", onclick: () => openNote() },
    options.note,
  );
  const bar = h(
    "div",
    { class: "pad", role: "group", "aria-labelledby": "pad-who" },
    h("div", { class: "who" }, who),
    wrong,
    noteField,
    h(
      "div",
      { class: "marks" },
      points,
      points && h("button", { type: "button", class: "main", onclick: () => givePoints() }, t("ok")),
      buttons,
      open,
    ),
  );
  const find = h("input", {
    id: "pad-find",
    type: "text",
    autocomplete: "off",
    autocapitalize: "off",
    spellcheck: "false",
    enterkeyhint: "search",
  });
  const finder = h(
    "div",
    { class: "field find" },
    h("label", { for: "pad-find" }, t("find_student")),
    h("span", { class: "small quiet", id: "pad-find-hint" }, t("find_hint")),
    find,
  );
  find.setAttribute("aria-describedby", "pad-find-hint");

  function rowOf(row, place) {
    const input = h("input", {
      type: "radio",
      name: "person",
      value: row.key,
      onchange: () => choose(place),
      onclick: () => choose(place),
    });
    const below = h("span", { class: "below" });
    return { root: h("li", {}, h("label", {}, input, h("span", { class: "name" }, row.name), below)), input, below };
  }

  function show(place) {
    const look = options.look(rows[place].key);
    items[place].below.replaceChildren(
      ...[
        look.state[0] && tag(...look.state),
        look.fate && tag(...look.fate),
        look.note && h("span", { class: "small said" }, look.note),
        look.pending && tag(t("note_waits"), "wait"),
      ].filter(Boolean),
    );
  }

  function refresh() {
    rows.forEach((_row, place) => show(place));
  }

  /** @param {number} place @param {boolean} [focus] */
  function choose(place, focus = false) {
    if (!rows.length) return;
    keepNote();
    current = place;
    items[place].input.checked = true;
    who.textContent = rows[place].name;
    note.value = options.drafts.get(rows[place].key);
    showNote(Boolean(note.value));
    if (points) points.value = "";
    wrong.hidden = true;
    const { root } = items[place];
    const box = root.getBoundingClientRect();
    if (box.top < 60 || box.bottom > innerHeight - bar.offsetHeight - 60) root.scrollIntoView({ block: "center" });
    if (focus) (points ?? items[place].input).focus({ preventScroll: true });
  }

  function showNote(shown) {
    noteField.hidden = !shown;
    open.setAttribute("aria-expanded", String(shown));
  }

  function keepNote() {
    if (rows.length && note.value !== options.drafts.get(rows[current].key))
      options.drafts.set(rows[current].key, note.value);
  }

  function openNote() {
    showNote(true);
    note.focus();
  }

  /** @param {MouseEvent} event @param {Button} button */
  function tap(event, button) {
    const twice = event.detail > 0 && tapped.button === button && performance.now() - tapped.at < TWICE;
    tapped = { button, at: performance.now() };
    if (!twice) act(button.say);
  }

  function givePoints() {
    const typed = points?.value.trim() ?? "";
    if (!/^[0-9]{1,4}$/.test(typed) || Number(typed) > (options.points ?? 0)) {
      wrong.textContent = t("points_wrong", { maximum: options.points ?? 0 });
      wrong.hidden = false;
      return points?.focus();
    }
    act({ verdict: "mark", value: String(Number(typed)) });
  }

  /** Say it about the current person, and go on at once; a failure comes back to them. @param {any} said */
  async function act(said) {
    const place = current;
    const text = note.value;
    const inFind = document.activeElement === find;
    keepNote();
    const kept = options.say(rows[place].key, said, text);
    if (place + 1 < rows.length && !inFind) choose(place + 1, document.activeElement !== document.body);
    else choose(place);
    try {
      await kept;
      options.drafts.set(rows[place].key, "");
      if (current === place) {
        note.value = "";
        showNote(false);
      }
    } catch (error) {
      choose(place, true);
      wrong.textContent = isFull(error) ? t("storage_full") : t("not_saved");
      wrong.hidden = false;
      if (!isFull(error)) console.error(error);
    }
    show(place);
  }

  note.addEventListener("input", keepNote);
  note.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== "Escape") return;
    event.preventDefault();
    const place = current;
    keepNote();
    options.say(rows[place].key, null, note.value).then((said) => {
      if (said) options.drafts.set(rows[place].key, "");
      show(place);
    }, console.error);
    (points ?? items[current].input).focus();
  });
  points?.addEventListener("keydown", (event) => {
    if (event.key === "Enter") {
      event.preventDefault();
      givePoints();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      choose(Math.min(Math.max(current + (event.key === "ArrowDown" ? 1 : -1), 0), rows.length - 1), true);
    } else if (event.key.length === 1 && !/[0-9]/.test(event.key)) {
      if (byKey(event.key)) event.preventDefault();
    }
  });

  const plain = (/** @type {string} */ text) => text.toLowerCase().replaceAll("ё", "е");
  find.addEventListener("input", () => {
    const wanted = plain(find.value.trim());
    const place = rows.findIndex((row) => plain(row.name).startsWith(wanted));
    finder.classList.toggle("wrong", Boolean(wanted) && place < 0);
    if (wanted && place >= 0) choose(place);
  });
  find.addEventListener("keydown", (event) => {
    const isDigit = /^[0-9+]$/.test(event.key);
    if (!isDigit && event.key !== "Enter") return;
    event.preventDefault();
    if (finder.classList.contains("wrong") || !find.value.trim()) return;
    if (event.key === "Enter" || points) {
      find.value = "";
      choose(current, true);
      if (points && isDigit) points.value = event.key;
    } else if (byKey(event.key)) {
      find.value = "";
    }
  });

  /** @param {string} key @returns {boolean} */
  function byKey(key) {
    const button = options.buttons.find((one) => one.keys.includes(key.toLowerCase()));
    if (button) act(button.say);
    return Boolean(button);
  }

  const NOTE_KEYS = ["к", "k", "/"];
  /** @param {KeyboardEvent} event */
  function onKey(event) {
    if (!bar.isConnected) return document.removeEventListener("keydown", onKey);
    if (event.ctrlKey || event.altKey || event.metaKey || event.repeat || takesText(event.target) || !rows.length)
      return;
    if (NOTE_KEYS.includes(event.key.toLowerCase())) {
      event.preventDefault();
      openNote();
    } else if (event.key.length === 1 && event.key !== " " && byKey(event.key)) {
      event.preventDefault();
    }
  }
  document.addEventListener("keydown", onKey);

  const root = h("div", { class: "with-pad" }, finder, list, bar);
  refresh();
  const first = rows.findIndex((row) => !options.look(row.key).fate && !options.look(row.key).state[1]);
  queueMicrotask(() => choose(Math.max(first, 0), true));
  return { root, refresh, find };
}
