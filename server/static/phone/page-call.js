// A call with a family: whom, about what, with what outcome; the number is one tap away.

import { sayCall } from "./acts.js";
import { field, flash, h, pick, picked } from "./dom.js";
import { draft, setDraft } from "./drafts.js";
import { justNow } from "./just-now.js";
import { known as readKnown } from "./lists.js";
import { reserve, unsent } from "./outbox.js";
import { isFull } from "./store.js";
import { many, nameOf, t } from "./texts.js";

const SHOWN = 8; // students of a search

/** @param {HTMLElement} root */
export async function page(root) {
  let known = await readKnown();
  const left = draft("call") ?? {};
  let student = left.student ?? "";
  let began = left.began ?? 0;
  let talked = left.talked ?? "";
  let slot = await reserve();
  const told = h("div");
  const wrong = h("p", { class: "flash bad", role: "alert", hidden: true });
  const search = h("input", { type: "text", autocomplete: "off", spellcheck: "false", oninput: () => find() });
  const found = h("ul", { class: "rows found" });
  const chosen = h("div", { class: "chosen" });
  const minutes = h("input", {
    inputmode: "numeric",
    maxlength: 3,
    autocomplete: "off",
    class: "points",
    value: left.minutes ?? "",
  });
  const text = h("textarea", { maxlength: 4000, rows: 3, value: left.text ?? "" });
  const topics = known.lists.topics.map((/** @type {string[]} */ [value, label]) => ({
    value,
    label: nameOf("topic", value, label),
  }));
  const form = h(
    "form",
    { class: "card log stack-tight", novalidate: true, oninput: remember, onsubmit: submit },
    wrong,
    field("call-who", t("student"), search),
    found,
    chosen,
    pick(
      "direction",
      t("who_called"),
      [
        { value: "out", label: t("we_called") },
        { value: "in", label: t("they_called") },
      ],
      left.direction ?? "out",
    ),
    pick("topic", t("topic"), topics, left.topic ?? null),
    pick(
      "outcome",
      t("outcome"),
      [
        { value: "reached", label: t("reached") },
        { value: "not_reached", label: t("not_reached") },
      ],
      left.outcome ?? null,
    ),
    field("call-text", t("what_was_said"), text),
    field("call-minutes", t("minutes"), minutes),
    h("p", { class: "bottom" }, h("button", { class: "main full" }, t("save_call"))),
  );
  const recent = h("div");
  root.append(h("h1", {}, t("call")), told, form, recent);

  function remember() {
    setDraft("call", {
      student,
      began,
      talked,
      minutes: minutes.value,
      outcome: picked(form, "outcome"),
      text: text.value,
      direction: picked(form, "direction"),
      topic: picked(form, "topic"),
    });
  }

  function find() {
    const plain = (/** @type {string} */ one) => one.toLowerCase().replaceAll("ё", "е");
    const wanted = plain(search.value.trim());
    const hits = wanted ? [...known.students].filter(([, name]) => plain(name).includes(wanted)).slice(0, SHOWN) : [];
    found.replaceChildren(
      ...hits.map(([id, name]) =>
        h(
          "li",
          {},
          h(
            "button",
            { type: "button", class: "line", onclick: () => choose(id) },
            `${name} `,
            h("span", { class: "small quiet" }, groupOf(id)),
          ),
        ),
      ),
    );
    if (wanted && !hits.length) found.append(h("li", { class: "quiet" }, t("nobody_found")));
  }

  /** @param {string} id */
  const groupOf = (id) =>
    [...known.courses.values()].find((course) => course.students.some((/** @type {string[]} */ one) => one[0] === id))
      ?.group ?? "";

  /** @param {string} id */
  function choose(id) {
    student = id;
    search.value = "";
    find();
    showChosen();
    remember();
    (chosen.querySelector("a") ?? form.querySelector("input[name=topic]"))?.focus();
  }

  function showChosen() {
    const families = known.lists.families.filter((/** @type {any} */ one) => one.student === student && one.phone);
    chosen.replaceChildren(
      ...(student
        ? [
            h("p", { class: "name" }, h("b", {}, known.name(student)), ` ${groupOf(student)}`),
            h(
              "p",
              { class: "chips" },
              families.map((/** @type {any} */ one) =>
                h(
                  "a",
                  {
                    class: "button num",
                    href: `tel:${one.phone.replace(/[\s()-]/g, "")}`,
                    onclick: () => dial(one.person),
                  },
                  `${one.name}: ${one.phone}`,
                  one.may_receive === false && h("span", { class: "small" }, ` (${t("not_to_be_told")})`),
                ),
              ),
            ),
            !families.length && h("p", { class: "small quiet" }, t("no_phone")),
          ].filter(Boolean)
        : []),
    );
  }

  /** The call's length is counted from here until it is saved. @param {string} person */
  function dial(person) {
    began = Date.now();
    talked = person;
    remember();
  }

  /** @param {string} words */
  function refuse(words) {
    wrong.textContent = words;
    wrong.hidden = false;
    wrong.scrollIntoView({ block: "center" });
  }

  let saving = false;
  /** @param {Event} event */
  async function submit(event) {
    event.preventDefault();
    if (saving) return;
    const topic = picked(form, "topic");
    if (!student) return refuse(t("choose_student"));
    if (!topic) return refuse(t("choose_topic"));
    if (minutes.value.trim() && !/^[0-9]{1,3}$/.test(minutes.value.trim())) return refuse(t("minutes_wrong"));
    saving = true;
    wrong.hidden = true;
    try {
      const counted = began && Date.now() - began < 3 * 3600_000 ? Math.round((Date.now() - began) / 1000) : null;
      const seconds = minutes.value.trim() ? 60 * Number(minutes.value) : counted;
      const call = {
        student,
        person: talked,
        direction: picked(form, "direction") ?? "out",
        channel: "call",
        topic,
        outcome: picked(form, "outcome") ?? "",
        text: text.value,
        seconds,
      };
      await sayCall(known, slot, call);
      setDraft("call", null);
      told.replaceChildren(
        flash(
          `${known.name(student)} — ${t("call_noted")}. ${t("kept_on_phone")} ${many("unsent", await unsent())}.`,
          "wait",
        ),
      );
      [student, began, talked] = ["", 0, ""];
      slot = await reserve();
      for (const one of [minutes, text]) one.value = "";
      for (const one of form.querySelectorAll("input[name=topic], input[name=outcome]")) one.checked = false;
      showChosen();
      told.scrollIntoView({ block: "center" });
      search.focus();
    } catch (error) {
      if (!isFull(error)) console.error(error);
      refuse(isFull(error) ? t("storage_full") : t("not_saved"));
    } finally {
      saving = false;
    }
  }

  async function refresh() {
    known = await readKnown();
    recent.replaceChildren(
      justNow(
        known,
        known.lines.filter((line) => line.op.type === "call"),
      ),
    );
  }
  showChosen();
  await refresh();
  if (!student) search.focus();
  return { refresh };
}
