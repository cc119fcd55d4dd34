// A list of people with big buttons below it: a tap or a key says something about the one who is current, and goes on.

import { h, tag, takesText } from "./dom.js";
import { isFull } from "./store.js";
import { t } from "./texts.js";

const TWICE = 400; // ms in which a second tap on the same button is a slip, not the next person's mark
const NOTE_KEYS = ["к", "k", "/"];

/**
 * @typedef {{label: string, keys: string[], say: any, words?: boolean, title?: string}} Button
 * @typedef {{key: string, name: string}} Row
 * @typedef {{state: [string, string], fate: [string, string] | null, note: string, pending?: boolean}} Look
 * @typedef {{rows: Row[], buttons: Button[], look: (key: string) => Look, note: string, points: number | null,
 *   say: (key: string, said: any, note: string) => Promise<any>,
 *   drafts: {get: (key: string) => string, set: (key: string, text: string) => void}}} Options
 *   ``note``: the words for the text field; ``points``: the most, where points are given; ``say`` null: only the note
 */

export class Pad {
  /** @param {Options} options */
  constructor(options) {
    this.options = options;
    this.current = 0;
    this.tapped = { button: null, at: 0 };
    /** @type {Promise<any>} */
    this.turn = Promise.resolve();
    this.items = options.rows.map((row, place) => this.item(row, place));
    this.root = h("div", { class: "with-pad" }, this.finder(), this.list(), this.bar());
    this.refresh();
    this.listen();
    const first = options.rows.findIndex(({ key }) => !options.look(key).fate && !options.look(key).state[1]);
    queueMicrotask(() => this.choose(Math.max(first, 0), true)); // when the page has put it into its place
  }

  /** @param {Row} row @param {number} place */
  item(row, place) {
    const choose = () => this.choose(place);
    const input = h("input", { type: "radio", name: "person", value: row.key, onchange: choose, onclick: choose });
    const below = h("span", { class: "below" });
    return { root: h("li", {}, h("label", {}, input, h("span", { class: "name" }, row.name), below)), input, below };
  }

  list() {
    const people = this.items.map((item) => item.root);
    return h("div", { role: "radiogroup", "aria-label": t("students") }, h("ul", { class: "people" }, people));
  }

  /** The field that finds by the first letters; a mark typed after them is said at once. */
  finder() {
    const quiet = { autocomplete: "off", autocapitalize: "off", spellcheck: "false", enterkeyhint: "search" };
    this.find = h("input", { id: "pad-find", type: "text", "aria-describedby": "pad-find-hint", ...quiet });
    this.find.addEventListener("input", () => this.findTyped());
    this.find.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => this.findKey(event));
    const hint = h("span", { class: "small quiet", id: "pad-find-hint" }, t("find_hint"));
    this.findField = h(
      "div",
      { class: "field find" },
      h("label", { for: "pad-find" }, t("find_student")),
      hint,
      this.find,
    );
    return this.findField;
  }

  bar() {
    const { options } = this;
    this.who = h("b", { id: "pad-who", "aria-live": "polite" });
    this.wrong = h("p", { class: "error", role: "alert", hidden: true });
    this.points = options.points === null ? null : this.pointsField(options.points);
    this.note = h("input", { id: "pad-note", maxlength: 4000, autocomplete: "off", enterkeyhint: "done" });
    this.note.addEventListener("input", () => this.keepNote());
    this.note.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => this.noteKey(event));
    this.noteField = h(
      "div",
      { class: "field", hidden: true },
      h("label", { for: "pad-note" }, options.note),
      this.note,
    );
    const openNote = () => this.openNote();
    this.open = h(
      "button",
      { type: "button", class: "word", "aria-expanded": "false", onclick: openNote },
      options.note,
    );
    const give = h("button", { type: "button", class: "main", onclick: () => this.givePoints() }, t("ok"));
    const buttons = options.buttons.map((button) => this.button(button));
    const marks = h("div", { class: "marks" }, this.points, this.points && give, buttons, this.open);
    const who = h("div", { class: "who" }, this.who);
    this.pad = h(
      "div",
      { class: "pad", role: "group", "aria-labelledby": "pad-who" },
      who,
      this.wrong,
      this.noteField,
      marks,
    );
    return this.pad;
  }

  /** @param {Button} button */
  button(button) {
    const tap = (/** @type {MouseEvent} */ event) => this.tap(event, button);
    return h(
      "button",
      { type: "button", class: button.words ? "word" : null, title: button.title, onclick: tap },
      button.label,
    );
  }

  /** @param {number} maximum */
  pointsField(maximum) {
    const label = t("points_at_most", { maximum });
    const field = h("input", {
      class: "points",
      inputmode: "numeric",
      maxlength: 4,
      autocomplete: "off",
      "aria-label": label,
    });
    field.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => this.pointsKey(event));
    return field;
  }

  /** Show all rows as they stand now. */
  refresh() {
    for (const place of this.options.rows.keys()) this.show(place);
  }

  /** @param {number} place */
  show(place) {
    const look = this.options.look(this.options.rows[place].key);
    const signs = [
      look.state[0] && tag(...look.state),
      look.fate && tag(...look.fate),
      look.note && h("span", { class: "small said" }, look.note),
      look.pending && tag(t("note_waits"), "wait"),
    ];
    this.items[place].below.replaceChildren(...signs.filter(Boolean));
  }

  /** Make a person the current one. @param {number} place @param {boolean} [focus] */
  choose(place, focus = false) {
    if (!this.items.length) return;
    this.keepNote();
    this.current = place;
    this.items[place].input.checked = true;
    this.who.textContent = this.options.rows[place].name;
    this.note.value = this.options.drafts.get(this.key);
    this.showNote(Boolean(this.note.value));
    if (this.points) this.points.value = "";
    this.wrong.hidden = true;
    this.bringIntoView(this.items[place].root);
    if (focus) this.focus();
  }

  get key() {
    return this.options.rows[this.current].key;
  }

  /** The keys are for marks again. */
  focus() {
    (this.points ?? this.items[this.current].input).focus({ preventScroll: true });
  }

  /** @param {HTMLElement} row */
  bringIntoView(row) {
    const box = row.getBoundingClientRect();
    const hidden = box.top < 60 || box.bottom > innerHeight - this.pad.offsetHeight - 60;
    if (hidden) row.scrollIntoView({ block: "center" });
  }

  /** @param {boolean} shown */
  showNote(shown) {
    this.noteField.hidden = !shown;
    this.open.setAttribute("aria-expanded", String(shown));
  }

  openNote() {
    this.showNote(true);
    this.note.focus();
  }

  keepNote() {
    const { drafts } = this.options;
    if (this.items.length && this.note.value !== drafts.get(this.key)) drafts.set(this.key, this.note.value);
  }

  /** @param {MouseEvent} event @param {Button} button */
  tap(event, button) {
    const twice = event.detail > 0 && this.tapped.button === button && performance.now() - this.tapped.at < TWICE;
    this.tapped = { button, at: performance.now() };
    if (!twice) this.act(button.say);
  }

  givePoints() {
    const typed = this.points.value.trim();
    const maximum = this.options.points ?? 0;
    if (/^[0-9]{1,4}$/.test(typed) && Number(typed) <= maximum) {
      return this.act({ verdict: "mark", value: String(Number(typed)) });
    }
    this.refuse(t("points_wrong", { maximum }));
    this.points.focus();
  }

  /** @param {string} text */
  refuse(text) {
    this.wrong.textContent = text;
    this.wrong.hidden = false;
  }

  /** Say it about the current person, and go on at once; a failure comes back to them. @param {any} said */
  async act(said) {
    const place = this.current;
    const { key } = this;
    const text = this.note.value;
    const finding = document.activeElement === this.find;
    this.keepNote();
    const kept = this.inTurn(() => this.options.say(key, said, text));
    if (place + 1 < this.items.length && !finding) this.choose(place + 1, document.activeElement !== document.body);
    else this.choose(place);
    try {
      await kept;
      this.said(place, key);
    } catch (error) {
      if (!isFull(error)) console.error(error);
      this.choose(place, true);
      this.refuse(t(isFull(error) ? "storage_full" : "not_saved"));
    }
    this.show(place);
  }

  /** One saying after the other, as they were tapped. @param {() => Promise<any>} say @returns {Promise<any>} */
  inTurn(say) {
    const kept = this.turn.then(say, say);
    this.turn = kept.catch(() => {});
    return kept;
  }

  /** The note went along with what was said. @param {number} place @param {string} key */
  said(place, key) {
    this.options.drafts.set(key, "");
    if (this.current !== place) return;
    this.note.value = "";
    this.showNote(false);
  }

  /** The text is done: it joins what stands about the person, or waits for it. @param {KeyboardEvent} event */
  async noteKey(event) {
    if (event.key !== "Enter" && event.key !== "Escape") return;
    event.preventDefault();
    const { current, key } = this;
    const text = this.note.value;
    this.keepNote();
    this.focus();
    try {
      if (await this.inTurn(() => this.options.say(key, null, text))) this.said(current, key);
    } catch (error) {
      this.refuse(t(isFull(error) ? "storage_full" : "not_saved"));
    }
    this.show(current);
  }

  /** @param {KeyboardEvent} event */
  pointsKey(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === "Enter") this.givePoints();
    else if (step) this.choose(Math.min(Math.max(this.current + step, 0), this.items.length - 1), true);
    else if (event.ctrlKey || event.metaKey || event.key.length !== 1 || /[0-9]/.test(event.key)) return;
    else if (NOTE_KEYS.includes(event.key.toLowerCase())) this.openNote();
    else if (!this.byKey(event.key)) return;
    event.preventDefault();
  }

  findTyped() {
    const plain = (/** @type {string} */ text) => text.toLowerCase().replaceAll("ё", "е");
    const wanted = plain(this.find.value.trim());
    const place = this.options.rows.findIndex((row) => plain(row.name).startsWith(wanted));
    this.findField.classList.toggle("wrong", Boolean(wanted) && place < 0);
    if (wanted && place >= 0) this.choose(place);
  }

  /** @param {KeyboardEvent} event */
  findKey(event) {
    const isMark = /^[0-9+]$/.test(event.key);
    if (!isMark && event.key !== "Enter") return;
    event.preventDefault();
    if (this.findField.classList.contains("wrong") || !this.find.value.trim()) return;
    if (isMark && !this.points) {
      if (this.byKey(event.key)) this.find.value = "";
      return;
    }
    this.find.value = "";
    this.choose(this.current, true);
    if (this.points && isMark) this.points.value = event.key;
  }

  /** Say what a key stands for. @param {string} key @returns {boolean} whether it stands for anything */
  byKey(key) {
    const button = this.options.buttons.find((one) => one.keys.includes(key.toLowerCase()));
    if (button) this.act(button.say);
    return Boolean(button);
  }

  /** Keys count wherever the focus is but in a field, as long as the pad is there. */
  listen() {
    const onKey = (/** @type {KeyboardEvent} */ event) => {
      if (!this.pad.isConnected) return document.removeEventListener("keydown", onKey);
      if (event.ctrlKey || event.altKey || event.metaKey || event.repeat || takesText(event.target)) return;
      if (event.key.length !== 1 || event.key === " " || !this.items.length) return;
      if (NOTE_KEYS.includes(event.key.toLowerCase())) this.openNote();
      else if (!this.byKey(event.key)) return;
      event.preventDefault();
    };
    document.addEventListener("keydown", onKey);
  }
}
