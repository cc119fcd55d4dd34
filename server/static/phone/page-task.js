// One task's class: each tap or key is a student's mark, and it is on the phone before the next one is looked at.

import { AGAIN, isCorrectable, sayWork } from "./acts.js";
import { h, pick, picked } from "./dom.js";
import { draft, setDraft } from "./drafts.js";
import { choices, fate, stateLabel } from "./labels.js";
import { known as readKnown } from "./lists.js";
import { moment } from "./ops.js";
import { reserve } from "./outbox.js";
import { Pad } from "./pad.js";
import { keep } from "./store.js";
import { day, nameOf, quoted, t } from "./texts.js";
import { officeNow } from "./wire.js";

const CAME = "came"; // handed in, no mark yet

/** @param {HTMLElement} root @param {string} taskId */
export async function taskPage(root, taskId) {
  const known = await readKnown();
  if (known.tasks.has(taskId) && known.worksOf(taskId).length) return new TaskTable(root, known, taskId);
  root.append(h("h1", {}, t("class_title")), h("p", { class: "empty quiet" }, t("no_tasks")), back());
  return {};
}

const back = () => h("a", { class: "back", href: "#/class" }, t("all_tasks"));

class TaskTable {
  /** @param {HTMLElement} root @param {import("./lists.js").Known} known @param {string} taskId */
  constructor(root, known, taskId) {
    this.known = known;
    this.task = known.tasks.get(taskId);
    this.works = known.worksOf(taskId);
    /** @type {Map<string, Promise<any>>} a record's number and moment, fixed by the first touch of a student's row */
    this.slots = new Map();
    // where nothing is handed in, nothing can be sent back
    this.marks = choices(this.task.scale).filter((one) => !this.bare || one.mark.verdict !== "redo");
    this.progress = h("p", { class: "small quiet", role: "status" });
    this.arrival = this.arrivalFields();
    this.pad = this.makePad();
    const course = h("p", { class: "small quiet" }, known.courseName(this.task.course));
    const head = h("div", {}, course, h("h1", {}, quoted(this.task.title)), this.progress);
    root.append(back(), head, this.legend(), this.bare ? "" : this.arrival, this.pad.root);
    this.tellArrival();
    this.count();
  }

  /** Whether works are not handed in, only marks are noted. */
  get bare() {
    return Boolean(this.task.marks_only);
  }

  arrivalFields() {
    const { lists, settings, line } = this.known;
    this.today = moment(officeNow(line)).slice(0, 10);
    this.on = h("input", { type: "date", id: "on", max: this.today, value: this.today });
    this.channels = lists.channels.map((/** @type {string[]} */ [value, label]) => ({
      value,
      label: nameOf("channel", value, label),
    }));
    const channel = pick("channel", t("how_it_came"), this.channels, settings.channel ?? this.channels[0]?.value);
    const on = h("div", { class: "field" }, h("label", { for: "on" }, t("day_of_return")), this.on);
    const remember = () => {
      this.tellArrival();
      keep("settings", { ...settings, channel: picked(this.arrival, "channel") }).catch(console.error);
    };
    return h("details", { class: "fold card", onchange: remember }, h("summary"), channel, on);
  }

  /** What holds for the whole pile, said without opening it. */
  tellArrival() {
    const way = this.channels.find((/** @type {any} */ one) => one.value === picked(this.arrival, "channel"));
    const on = this.on.value ? day(this.on.value) : "?";
    this.arrival.querySelector("summary").textContent = `${t("how_it_came")}: ${way?.label ?? ""}, ${on}`;
  }

  legend() {
    const came = this.bare ? [] : [["+", t("came")]];
    const keys = [...this.marks.map((one) => [one.keys[0], one.label]), ...came, ["к", t("comment")]];
    const words = keys.map(([key, label]) => h("span", {}, h("kbd", {}, key), ` ${label}`));
    return h("p", { class: "small quiet keys wide-only" }, words);
  }

  makePad() {
    const { scale, id } = this.task;
    const buttons = this.marks.map((one) => ({ label: one.label, keys: one.keys, say: one.mark, words: one.words }));
    const came = { label: t("came"), keys: ["+", "="], say: CAME, words: true, title: t("came_hint") };
    return new Pad({
      rows: this.works.map((work) => ({ key: work.code, name: this.known.name(work.student) })),
      buttons: this.bare ? buttons : [...buttons, came],
      look: (code) => this.look(code),
      say: (code, said, comment) => this.say(code, said, comment.trim()),
      note: t("comment"),
      points: scale.type === "points" ? scale.maximum : null,
      drafts: {
        get: (code) => draft(`${id}:${code}`) ?? "",
        set: (code, text) => setDraft(`${id}:${code}`, text),
      },
    });
  }

  /** @param {string} code @returns {import("./pad.js").Look} */
  look(code) {
    const standing = this.known.standing(code);
    const { line } = standing;
    const pending = Boolean(draft(`${this.task.id}:${code}`));
    const note = line?.text || standing.comment;
    return { state: stateLabel(standing, this.task.scale), fate: line ? fate(line) : null, note, pending };
  }

  /**
   * @param {string} code
   * @param {any} said a mark; CAME; null: only the comment
   * @param {string} comment
   * @returns {Promise<any>} the record; null where the comment waits for a mark
   */
  async say(code, said, comment) {
    const standing = this.known.standing(code);
    const open = isCorrectable(standing.line) ? standing.line.op : null;
    if (said === null && (!comment || !(standing.mark || open))) return null;
    if (said !== null && !comment && stands(standing, said)) return standing.line ?? true;
    const mark = said === null ? (open ? open.data.mark : standing.mark) : said === CAME ? null : said;
    const cameAgain = said === CAME ? open?.type !== "return" : !open && !this.bare && AGAIN.includes(standing.state);
    if (!this.slots.has(code)) this.slots.set(code, reserve());
    const slot = await this.slots.get(code);
    const channel = picked(this.arrival, "channel") ?? "paper";
    const on = this.on.value || this.today;
    const line = await sayWork(this.known, slot, code, { mark, comment, again: cameAgain, on, channel });
    this.slots.delete(code);
    await this.refreshKnown();
    return line;
  }

  count() {
    const done = this.works.filter((work) => this.known.standing(work.code).mark).length;
    this.progress.textContent = t("marked_of", { done, all: this.works.length });
  }

  async refreshKnown() {
    this.known = await readKnown();
    this.count();
  }

  /** Something was stored, here or in another tab. */
  async refresh() {
    await this.refreshKnown();
    this.pad.refresh();
  }
}

/** Whether it stands already, so that a tap too many makes no second record. @param {any} standing @param {any} said */
function stands({ state, mark, line }, said) {
  if (line?.state === "rejected") return false;
  if (said === CAME) return state === "returned";
  return Boolean(mark) && state !== "returned" && mark.verdict === said.verdict && mark.value === said.value;
}
