// Who was absent: choose a lesson, then one tap or key per student.

import { sayAbsence } from "./acts.js";
import { h, tag } from "./dom.js";
import { draft, setDraft } from "./drafts.js";
import { fate } from "./labels.js";
import { known as readKnown } from "./lists.js";
import { absenceOf, moment } from "./ops.js";
import { reserve } from "./outbox.js";
import { Pad } from "./pad.js";
import { day, nameOf, t } from "./texts.js";
import { officeNow } from "./wire.js";

/** Lessons of own courses that have begun, the latest first. @param {HTMLElement} root */
export async function page(root) {
  const body = h("div", { class: "stack" });
  root.append(h("h1", {}, t("absences")), body);
  async function refresh() {
    const known = await readKnown();
    const today = moment(officeNow(known.line)).slice(0, 10);
    const lessons = [...known.lessons.values()]
      .filter((lesson) => lesson.on <= today)
      .sort((one, other) => other.on.localeCompare(one.on) || one.n - other.n);
    const days = [...new Set(lessons.map((lesson) => lesson.on))];
    body.replaceChildren(
      ...(days.length
        ? days.map((on) =>
            dayOf(
              known,
              on,
              lessons.filter((lesson) => lesson.on === on),
              on === today,
            ),
          )
        : [h("p", { class: "empty quiet" }, t("no_lessons"))]),
    );
  }
  await refresh();
  return { refresh };
}

function dayOf(known, on, lessons, isToday) {
  return h(
    "section",
    { class: "card" },
    h("h2", {}, isToday ? `${t("today")}, ${day(on)}` : day(on)),
    h(
      "ul",
      { class: "rows" },
      lessons.map((lesson) => {
        const students = known.courses.get(lesson.course)?.students ?? [];
        const away = students.filter(([id]) => known.letter(id, lesson.id)).length;
        return h(
          "li",
          {},
          h(
            "a",
            { href: `#/absent/${lesson.id}` },
            h(
              "span",
              {},
              `${lesson.n}. ${known.courseName(lesson.course)}`,
              h("br"),
              h("span", { class: "small quiet" }, lesson.topic),
            ),
            away ? tag(t("absent_number", { num: away }), "note") : h("span"),
          ),
        );
      }),
    ),
  );
}

/** One lesson's class. @param {HTMLElement} root @param {string} lessonId */
export async function lessonPage(root, lessonId) {
  let known = await readKnown();
  const lesson = known.lessons.get(lessonId);
  const students = known.courses.get(lesson?.course)?.students ?? [];
  if (!students.length) {
    root.append(
      h("h1", {}, t("absences")),
      h("p", { class: "empty quiet" }, t("no_lessons")),
      h("a", { class: "back", href: "#/absent" }, t("all_lessons")),
    );
    return {};
  }
  /** @type {Map<string, Promise<any>>} */
  const slots = new Map();
  const progress = h("p", { class: "small quiet", role: "status" });
  const letters = known.lists.letters.map((/** @type {string[]} */ [letter, words]) => [
    letter,
    nameOf("letter", letter, words),
  ]);

  /** @param {string} student */
  function look(student) {
    const letter = known.letter(student, lessonId);
    const line = known.own(absenceOf(student, lessonId)).at(-1);
    const words = letters.find((/** @type {string[]} */ one) => one[0] === letter)?.[1];
    return {
      state: letter ? [`${letter} — ${words ?? ""}`, "note"] : ["", ""],
      fate: line ? fate(line) : null,
      note: line?.text || (letter && line?.op.data.reason) || "",
      pending: Boolean(draft(`${lessonId}:${student}`)),
    };
  }

  /** @param {string} student @param {any} said {letter}; null: only the reason @param {string} reason */
  async function say(student, said, reason) {
    const line = known.own(absenceOf(student, lessonId)).at(-1);
    const standing = known.letter(student, lessonId);
    const letter = said ? said.letter : standing;
    if (!said && (!reason.trim() || !letter)) return null;
    if (said && !reason.trim() && (standing ?? null) === letter) return line ?? true; // nothing new
    if (!slots.has(student)) slots.set(student, reserve());
    const slot = await slots.get(student);
    const kept = await sayAbsence(known, slot, student, lessonId, letter ?? null, reason);
    slots.delete(student);
    known = await readKnown();
    count();
    return kept;
  }

  function count() {
    progress.textContent = t("absent_number", { num: students.filter(([id]) => known.letter(id, lessonId)).length });
  }
  count();
  const buttons = [
    { label: t("was_there"), keys: ["+", "="], say: { letter: null }, words: true },
    ...letters.map((/** @type {string[]} */ [letter, words]) => ({
      label: letter,
      keys: [letter[0].toLowerCase()],
      say: { letter },
      words: letter.length > 2,
      title: words,
    })),
  ];
  const view = new Pad({
    rows: students.map(([key, name]) => ({ key, name })),
    buttons,
    look,
    say,
    note: t("reason"),
    points: null,
    drafts: {
      get: (key) => draft(`${lessonId}:${key}`) ?? "",
      set: (key, text) => setDraft(`${lessonId}:${key}`, text),
    },
  });
  root.append(
    h("a", { class: "back", href: "#/absent" }, t("all_lessons")),
    h(
      "div",
      {},
      h(
        "p",
        { class: "small quiet" },
        `${day(lesson.on)}, ${t("lesson_n", { n: lesson.n })} · ${known.courseName(lesson.course)}`,
      ),
      h("h1", {}, lesson.topic || t("absences")),
      progress,
    ),
    h("p", { class: "small quiet" }, t("absent_hint")),
    h(
      "p",
      { class: "small quiet keys" },
      letters.map((/** @type {string[]} */ [letter, words]) => h("span", {}, h("b", {}, letter), ` ${words}`)),
    ),
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
