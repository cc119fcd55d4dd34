// A whole class: choose a task, then one tap or key per student.

import { AGAIN, isCorrectable, sayWork } from "./acts.js";
import { h, pick, picked, tag } from "./dom.js";
import { draft, setDraft } from "./drafts.js";
import { choices, fate, stateLabel } from "./labels.js";
import { known as readKnown } from "./lists.js";
import { moment } from "./ops.js";
import { reserve } from "./outbox.js";
import { Pad } from "./pad.js";
import { keep } from "./store.js";
import { day, nameOf, quoted, t } from "./texts.js";
import { officeNow } from "./wire.js";

/** The tasks of own courses, those with works to mark first. @param {HTMLElement} root */
export async function page(root) {
  const body = h("div", { class: "stack" });
  root.append(h("h1", {}, t("class_title")), body);
  async function refresh() {
    const known = await readKnown();
    const sections = [...known.courses.values()].map((course) => courseOf(known, course)).filter(Boolean);
    body.replaceChildren(...(sections.length ? sections : [h("p", { class: "empty quiet" }, t("no_tasks"))]));
  }
  await refresh();
  return { refresh };
}

function courseOf(known, course) {
  const works = new Map();
  for (const work of known.works.values()) works.set(work.task, [...(works.get(work.task) ?? []), work]);
  const tasks = [...known.tasks.values()]
    .filter((task) => task.course === course.id && works.has(task.id))
    .sort((one, other) => (other.due_on ?? "").localeCompare(one.due_on ?? "") || one.title.localeCompare(other.title));
  if (!tasks.length) return null;
  return h(
    "section",
    { class: "card" },
    h("h2", {}, known.courseName(course.id)),
    h(
      "ul",
      { class: "rows" },
      tasks.map((task) => {
        const mine = works.get(task.id);
        const done = mine.filter((work) =>
          ["marked", "checked", "redo"].includes(known.standing(work.code).state),
        ).length;
        const below = [nameOf("kind", task.kind), task.due_on && t("due", { day: day(task.due_on) })]
          .filter(Boolean)
          .join(" · ");
        return h(
          "li",
          {},
          h(
            "a",
            { href: `#/class/${task.id}` },
            h("span", {}, task.title, h("br"), h("span", { class: "small quiet" }, below)),
            tag(t("done_of", { done, all: mine.length }), done === mine.length ? "ok" : ""),
          ),
        );
      }),
    ),
  );
}

/** One task's class. @param {HTMLElement} root @param {string} taskId */
export async function taskPage(root, taskId) {
  let known = await readKnown();
  const task = known.tasks.get(taskId);
  const works = known.worksOf(taskId);
  if (!task || !works.length) {
    root.append(
      h("h1", {}, t("class_title")),
      h("p", { class: "empty quiet" }, t("no_tasks")),
      h("a", { class: "back", href: "#/class" }, t("all_tasks")),
    );
    return {};
  }
  const codes = new Map(works.map((work) => [work.code, work]));
  /** @type {Map<string, Promise<any>>} */
  const slots = new Map();
  const today = moment(officeNow(known.line)).slice(0, 10);
  const on = h("input", { type: "date", id: "on", max: today, value: today });
  const channels = known.lists.channels.map((/** @type {string[]} */ [value, label]) => ({
    value,
    label: nameOf("channel", value, label),
  }));
  const arrival = h(
    "details",
    { class: "fold card" },
    h("summary", {}, ""),
    pick("channel", t("how_it_came"), channels, known.settings.channel ?? channels[0]?.value),
    h("div", { class: "field" }, h("label", { for: "on" }, t("day_of_return")), on),
  );
  const progress = h("p", { class: "small quiet", role: "status" });

  function tellArrival() {
    const way = channels.find((one) => one.value === picked(arrival, "channel"))?.label ?? "";
    arrival.querySelector("summary").textContent = `${t("how_it_came")}: ${way}, ${on.value ? day(on.value) : "?"}`;
  }
  arrival.addEventListener("change", () => {
    tellArrival();
    keep("settings", { ...known.settings, channel: picked(arrival, "channel") }).catch(console.error);
  });

  /** @param {string} code */
  function look(code) {
    const standing = known.standing(code);
    const line = standing.line;
    return {
      state: stateLabel(standing, task.scale),
      fate: line ? fate(line) : null,
      note: line?.text || standing.comment,
      pending: Boolean(draft(`${taskId}:${code}`)),
    };
  }

  /** @param {string} code @param {any} mark "came": without a mark; null: only the comment @param {string} comment */
  async function say(code, mark, comment) {
    const standing = known.standing(code);
    const correctable = isCorrectable(standing.line);
    let decided = mark === "came" ? null : mark;
    if (mark === null) {
      if (!comment.trim() || !(standing.mark || correctable)) return null; // it waits for the mark
      decided = standing.line && standing.line.open ? standing.line.op.data.mark : standing.mark;
    } else if (
      mark !== "came" &&
      !comment.trim() &&
      standing.mark &&
      standing.state !== "returned" &&
      sameMark(standing.mark, mark) &&
      standing.line?.state !== "rejected"
    ) {
      return standing.line ?? true;
    }
    const again =
      mark === "came"
        ? !(correctable && standing.line.op.type === "return")
        : !task.marks_only && !correctable && AGAIN.includes(standing.state);
    if (!slots.has(code)) slots.set(code, reserve());
    const slot = await slots.get(code);
    const line = await sayWork(known, slot, code, {
      mark: decided,
      comment,
      again,
      on: on.value || today,
      channel: picked(arrival, "channel") ?? "paper",
    });
    slots.delete(code);
    known = await readKnown();
    count();
    return line;
  }

  // where nothing is handed in, nothing can be sent back
  const marks = choices(task.scale).filter((one) => !task.marks_only || one.mark.verdict !== "redo");
  const came = { label: t("came"), keys: ["+", "="], say: "came", words: true, title: t("came_hint") };
  const view = new Pad({
    rows: works.map((work) => ({ key: work.code, name: known.name(work.student) })),
    buttons: [
      ...marks.map((one) => ({ label: one.label, keys: one.keys, say: one.mark, words: one.words })),
      !task.marks_only && came,
    ].filter(Boolean),
    look,
    say,
    note: t("comment"),
    points: task.scale.type === "points" ? task.scale.maximum : null,
    drafts: {
      get: (code) => draft(`${taskId}:${code}`) ?? "",
      set: (code, text) => setDraft(`${taskId}:${code}`, text),
    },
  });

  function count() {
    const done = [...codes.keys()].filter((code) => known.standing(code).mark).length;
    progress.textContent = t("marked_of", { done, all: codes.size });
  }
  tellArrival();
  count();
  const keys = [
    ...marks.map((one) => [one.keys[0], one.label]),
    ...(task.marks_only ? [] : [["+", t("came")]]),
    ["к", t("comment")],
  ];
  root.append(
    h("a", { class: "back", href: "#/class" }, t("all_tasks")),
    h(
      "div",
      {},
      h("p", { class: "small quiet" }, known.courseName(task.course)),
      h("h1", {}, quoted(task.title)),
      progress,
    ),
    h(
      "p",
      { class: "small quiet keys wide-only" },
      keys.map(([key, label]) => h("span", {}, h("kbd", {}, key), ` ${label}`)),
    ),
    task.marks_only ? "" : arrival,
    view.root,
  );
  return {
    refresh: async () => {
      known = await readKnown();
      view.refresh();
      count();
    },
  };
}

/** @param {any} one @param {any} other */
const sameMark = (one, other) => one.verdict === other.verdict && one.value === other.value;
