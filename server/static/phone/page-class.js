// A whole class: the tasks of own courses, each with how many of its works are decided.

import { h, tag } from "./dom.js";
import { known as readKnown } from "./lists.js";
import { day, nameOf, t } from "./texts.js";

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
