// Builds elements without a framework: text is always text, never markup.

/**
 * @param {string} tag
 * @param {Record<string, any>} [attributes] `onclick` and the like are listeners; false, null and undefined are left
 *   out
 * @param {...(Node | string | number | null | undefined | false)} children
 * @returns {any}
 */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "value" || name === "checked") element[name] = value;
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  for (const child of children.flat()) {
    if (child !== null && child !== undefined && child !== false) element.append(child);
  }
  return element;
}

/** @param {string} text @param {string} [tone] ok, wait, bad, note @returns {HTMLElement} */
export function tag(text, tone = "") {
  return h("span", { class: `tag ${tone}` }, text);
}

/** A sentence in a coloured frame that a screen reader says at once. @param {string} text @param {string} [tone] */
export function flash(text, tone = "ok") {
  return h("p", { class: `flash ${tone}`, role: tone === "bad" ? "alert" : "status" }, text);
}

/**
 * A labelled field with its hint.
 * @param {string} id @param {string} label @param {HTMLElement} input @param {string} [hint]
 */
export function field(id, label, input, hint = "") {
  input.id = id;
  if (hint) input.setAttribute("aria-describedby", `${id}-hint`);
  return h(
    "div",
    { class: "field" },
    h("label", { for: id }, label),
    hint && h("span", { class: "small quiet", id: `${id}-hint` }, hint),
    input,
  );
}

/**
 * Radio buttons that look like buttons.
 * @param {string} name
 * @param {string} legend
 * @param {{value: string, label: string, word?: boolean}[]} choices
 * @param {string | null} chosen
 * @param {boolean} [big]
 */
export function pick(name, legend, choices, chosen, big = false) {
  return h(
    "fieldset",
    {},
    h("legend", {}, legend),
    h(
      "div",
      { class: big ? "pick big" : "pick" },
      choices.map((choice) =>
        h(
          "label",
          { class: choice.word ? "word" : null },
          h("input", { type: "radio", name, value: choice.value, checked: choice.value === chosen }),
          h("span", {}, choice.label),
        ),
      ),
    ),
  );
}

/**
 * What is chosen of such radio buttons, or null.
 * @param {HTMLElement} root @param {string} name @returns {string | null}
 */
export function picked(root, name) {
  return root.querySelector(`input[name="${name}"]:checked`)?.value ?? null;
}

/** Whether a key pressed there is text of a field. @param {EventTarget | null} target */
export function takesText(target) {
  return (
    target instanceof HTMLElement && target.matches("textarea, select, input:not([type=radio]):not([type=checkbox])")
  );
}
