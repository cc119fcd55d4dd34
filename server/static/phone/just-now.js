// What was logged last on this phone, each line with where it is now.

import { grouped } from "./codes.js";
import { h, tag } from "./dom.js";
import { fate, says } from "./labels.js";
import { t } from "./texts.js";

const SHOWN = 8;

/**
 * One record: about whom, what, and where it is.
 * @param {any} line @param {any} known @param {HTMLElement | null} [more]
 */
export function lineOf(line, known, more = null) {
  const code = line.op.data.code;
  const who = known.name(line.student) || (code && grouped(code)) || t("nobody_named");
  const [text, tone] = fate(line);
  return h(
    "li",
    {},
    h(
      "div",
      { class: "split-line" },
      h("span", {}, `${who} — ${says(line, known)}`, line.text && h("span", { class: "small told" }, line.text)),
      tag(text, tone),
      more,
    ),
  );
}

/** The latest of the records. @param {any} known @param {any[]} [all] @returns {Node} */
export function justNow(known, all = known.lines) {
  const lines = all.slice(-SHOWN).reverse();
  if (!lines.length) return document.createTextNode("");
  return h(
    "section",
    { "aria-labelledby": "just-now" },
    h("h2", { id: "just-now" }, t("just_now")),
    h(
      "ul",
      { class: "rows card" },
      lines.map((line) => lineOf(line, known)),
    ),
  );
}
