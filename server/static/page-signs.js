// A teacher's signs on the pictures of pages: put by mouse, finger or keyboard, taken away again, sent with the decision.

import { drawn, element } from "./sign-shapes.js";

/** @typedef {import("./sign-shapes.js").Sign} Sign */

const STEP = 0.02; // of the page that an arrow key moves the cross; a fifth of it with Shift
const SHORT = 0.02; // a shorter line was a tap, and gets the usual length
const USUAL = 0.12;

/** @param {number} value */
const within = (value) => Math.min(1, Math.max(0, Math.round(value * 10000) / 10000));

/** @param {HTMLElement} section the pages of a work, with what stands on them in data-stand */
export default function pageSigns(section) {
  const form = /** @type {HTMLFormElement | null} */ (document.querySelector("form.panel"));
  const field = /** @type {HTMLInputElement | null} */ (form?.elements.namedItem("signs") ?? null);
  const putting = section.querySelector(".putting");
  if (!form || !field || !putting) return;
  const typed = /** @type {HTMLInputElement} */ (putting.querySelector("[data-word]"));
  const undo = /** @type {HTMLButtonElement} */ (putting.querySelector("[data-undo]"));
  const buttons = [...putting.querySelectorAll("[data-sign]")];
  const said = section.querySelector("[data-said]");
  const words = /** @type {HTMLTemplateElement} */ (section.querySelector("[data-words]")).content;
  const stand = JSON.parse(section.dataset.stand ?? "{}");
  const most = Number(section.dataset.most);
  let kind = "";
  /** Pages in the order in which signs were put onto them. @type {Page[]} */
  let done = [];

  /** @param {string} name @param {Record<string, string | number>} values */
  function say(name, values = {}) {
    const text = words.querySelector(`[data-${name}]`).textContent;
    return Object.entries(values).reduce((told, [key, value]) => told.replace(`{${key}}`, String(value)), text);
  }

  /** @param {Sign} sign */
  const called = (sign) => (sign.kind === "text" ? `${say("text")} “${sign.text}”` : say(sign.kind));

  class Page {
    /** @param {HTMLAnchorElement} link */
    constructor(link) {
      this.link = link;
      this.picture = link.querySelector("img");
      this.before = stand[link.dataset.page];
      /** @type {Sign[]} */
      this.signs = [...this.before.signs];
      this.at = [0.5, 0.5];
      /** Where a line begins that is not ended yet. @type {number[] | null} */
      this.from = null;
      this.svg = link.appendChild(element("svg", { class: "signs", "aria-hidden": "true" }));
      this.list = document.createElement("details");
      this.list.className = "signs-list";
      this.list.append(document.createElement("summary"), document.createElement("ul"));
      link.closest("figure").append(this.list);
      this.picture.draggable = false;
      this.picture.addEventListener("load", () => this.show());
      link.addEventListener("click", (event) => this.click(event));
      link.addEventListener("keydown", (event) => this.key(event));
      link.addEventListener("pointerdown", (event) => this.press(event));
      link.addEventListener("pointermove", (event) => this.move(event));
      link.addEventListener("pointerup", (event) => this.release(event));
      link.addEventListener("pointercancel", () => { this.drag = null; this.show(); });
      link.addEventListener("dragstart", (event) => { if (kind) event.preventDefault(); });
      link.addEventListener("blur", () => { this.cross = false; this.show(); });
      this.show();
    }

    get changed() { return JSON.stringify(this.signs) !== JSON.stringify(this.before.signs); }

    show() {
      const tall = this.picture.naturalWidth ? 1000 * this.picture.naturalHeight / this.picture.naturalWidth : 1414;
      this.svg.setAttribute("viewBox", `0 0 1000 ${tall}`);
      const shown = this.drag ? [...this.signs, this.drag] : this.signs;
      this.svg.replaceChildren(...shown.map((sign) => drawn(sign, tall)));
      if (this.cross && kind) {
        const [x, y] = [this.at[0] * 1000, this.at[1] * tall];
        const from = this.from ? `M${this.from[0] * 1000} ${this.from[1] * tall}L${x} ${y}` : "";
        this.svg.append(element("path", { class: "cross", d: `M${x - 30} ${y}h60M${x} ${y - 30}v60${from}` }));
      }
      this.list.hidden = !this.signs.length;
      this.list.firstChild.textContent = say("listed", { count: this.signs.length });
      this.list.lastChild.replaceChildren(...this.signs.map((sign) => this.line(sign)));
    }

    /** A line of the list, with a button to take the sign away. @param {Sign} sign */
    line(sign) {
      const [line, button] = [document.createElement("li"), document.createElement("button")];
      button.type = "button";
      button.textContent = `✕ ${called(sign)}`;
      const [x, y] = [sign.x, sign.y].map((share) => Math.round(share * 100));
      button.setAttribute("aria-label", say("away", { sign: called(sign), x, y }));
      button.addEventListener("click", () => {
        this.remove(this.signs.indexOf(sign));
        (this.list.hidden ? this.link : this.list.querySelector("button")).focus();
      });
      line.append(button);
      return line;
    }

    /** The place under the pointer, as the picture itself lies. @param {MouseEvent} event */
    place(event) {
      const box = this.picture.getBoundingClientRect();
      const [u, v] = [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
      return [[u, v], [v, 1 - u], [1 - u, 1 - v], [1 - v, u]][Number(this.link.dataset.turns ?? 0)].map(within);
    }

    /** @param {MouseEvent} event */
    click(event) {
      if (!kind) return; // the link shows the picture alone
      event.preventDefault();
      if (event.detail === 0) this.atCross();
      else if (kind !== "line") this.put(this.place(event));
    }

    /** Enter at the cross: a sign, or the one and then the other end of a line. */
    atCross() {
      this.cross = true;
      if (kind !== "line") return this.put(this.at);
      if (!this.from) {
        this.from = [...this.at];
        said.textContent = say("begun");
        return this.show();
      }
      const from = this.from;
      this.from = null;
      this.put(from, this.at);
    }

    /** @param {KeyboardEvent} event */
    key(event) {
      const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
      if (!kind || event.ctrlKey || event.altKey || event.metaKey) return;
      if (event.key === " ") {
        event.preventDefault();
        this.atCross();
      } else if (way) {
        event.preventDefault();
        const [right, down] = way.map((part) => part * (event.shiftKey ? STEP / 5 : STEP));
        const turned = [[right, down], [down, -right], [-right, -down], [-down, right]];
        const [x, y] = turned[Number(this.link.dataset.turns ?? 0)];
        this.at = [within(this.at[0] + x), within(this.at[1] + y)];
        this.cross = true;
        this.show();
      }
    }

    /** @param {PointerEvent} event */
    press(event) {
      if (kind !== "line" || event.button !== 0) return;
      const [x, y] = this.place(event);
      this.drag = { kind: "line", x, y, x2: x, y2: y };
      this.link.setPointerCapture(event.pointerId);
    }

    /** @param {PointerEvent} event */
    move(event) {
      if (!this.drag) return;
      [this.drag.x2, this.drag.y2] = this.place(event);
      this.show();
    }

    /** @param {PointerEvent} event */
    release(event) {
      if (!this.drag) return;
      const { x, y } = this.drag;
      this.drag = null;
      this.put([x, y], this.place(event));
    }

    /** @param {number[]} at @param {number[]} [to] */
    put(at, to) {
      const [x, y] = at;
      const sign = /** @type {Sign} */ ({ kind, x, y });
      if (kind === "text" && !(sign.text = typed.value.trim().replace(/\s+/g, " "))) {
        said.textContent = say("empty");
        return typed.focus();
      }
      if (kind === "line") {
        const tap = !to || Math.hypot(to[0] - x, to[1] - y) < SHORT;
        [sign.x2, sign.y2] = tap ? [within(x + USUAL), y] : to;
      }
      if (this.signs.length >= most) {
        said.textContent = say("full");
        return this.show();
      }
      this.signs.push(sign);
      done.push(this);
      this.told("put", sign);
    }

    /** @param {number} number */
    remove(number) {
      const [sign] = this.signs.splice(number, 1);
      const last = done.lastIndexOf(this);
      if (last >= 0) done.splice(last, 1);
      this.told("gone", sign);
    }

    /** @param {string} what @param {Sign} sign */
    told(what, sign) {
      said.textContent = say(what, { sign: called(sign) });
      this.show();
      write();
    }
  }

  const pages = [...section.querySelectorAll("a.sheet[data-page]")].map((link) => new Page(link));

  /** What has changed goes into the form, and with it into what the tab keeps. */
  function write() {
    const changed = pages.filter((page) => page.changed);
    const told = changed.map((page) => [page.link.dataset.page, { base: page.before.base, signs: page.signs }]);
    field.value = changed.length ? JSON.stringify(Object.fromEntries(told)) : "";
    undo.disabled = !done.length;
    form.dispatchEvent(new Event("input", { bubbles: true }));
  }

  /** Take what was not saved yet; not on top of what somebody else saved meanwhile. */
  function restore() {
    const kept = JSON.parse(field.value || "{}");
    for (const page of pages) {
      const own = kept[page.link.dataset.page];
      if (!own || own.base !== page.before.base) continue;
      page.signs = own.signs;
      done = [...done, ...own.signs.slice(page.before.signs.length).map(() => page)];
      page.show();
    }
    write();
  }

  /** @param {string} wanted */
  function choose(wanted) {
    kind = kind === wanted ? "" : wanted;
    for (const button of buttons) button.setAttribute("aria-pressed", String(button.dataset.sign === kind));
    section.classList.toggle("puts", kind !== "");
    section.classList.toggle("lines", kind === "line");
    typed.hidden = kind !== "text";
    if (kind === "text") typed.focus();
    for (const page of pages) {
      page.from = null;
      page.show();
    }
  }

  function takeBack() {
    const page = done.at(-1);
    if (page) page.remove(page.signs.length - 1);
  }

  for (const button of buttons) button.addEventListener("click", () => choose(button.dataset.sign));
  undo.addEventListener("click", takeBack);
  document.addEventListener("keydown", (event) => {
    const writes = event.target instanceof HTMLElement && event.target.matches("textarea, input[type=text]");
    if (!(event.ctrlKey || event.metaKey) || event.code !== "KeyZ" || event.shiftKey || writes || !done.length) return;
    event.preventDefault();
    takeBack();
  });
  form.addEventListener("restored", restore);
  if (field.value) restore();
  section.dataset.ready = "";
}
