// Marking by keyboard: the marks' keys, Enter saves and shows the next work, Alt+PageDown skips; what was typed stays in
// this tab until it is saved, also when the work is left.

import markKeys from "./mark-keys.js";
import markingDone, { keptAs } from "./marking-done.js";

/** @param {EventTarget | null} target */
function takesEnter(target) {
  return target instanceof HTMLElement && target.matches("textarea, select, a, button, summary, input:not([type=radio], [type=checkbox])");
}

/** @param {HTMLFormElement} form */
export default function marking(form) {
  const { keys, work, owner, ahead } = form.dataset;
  const sends = JSON.parse(keys ?? "{}");
  const points = /** @type {HTMLInputElement | null} */ (form.elements.namedItem("points"));
  markKeys(form);
  markingDone(form);
  keepInTab(form, keptAs(owner, work));
  fetchAhead((ahead ?? "").split(" ").filter(Boolean));

  /** @param {KeyboardEvent} event */
  function onKey(event) {
    if (event.isComposing || event.metaKey) return;
    if (event.key === "Enter") return enter(event);
    if (event.altKey && !event.ctrlKey) follow(event, { PageDown: "next", PageUp: "prev" }[event.key]);
  }

  /** @param {KeyboardEvent} event */
  function enter(event) {
    const inside = event.target instanceof Node && form.contains(event.target);
    if (!event.ctrlKey && (event.altKey || event.shiftKey || (takesEnter(event.target) && event.target !== points))) return;
    if (event.ctrlKey && !inside && takesEnter(event.target)) return;
    event.preventDefault();
    if (!event.repeat) form.requestSubmit();
  }

  /** @param {KeyboardEvent} event @param {string | undefined} rel */
  function follow(event, rel) {
    const link = rel && document.querySelector(`.turns a[rel=${rel}]`);
    if (!(link instanceof HTMLAnchorElement)) return;
    event.preventDefault();
    link.click();
  }

  /** Points: figures go into their field from anywhere, and a letter there is a verdict. @param {KeyboardEvent} event */
  function point(event) {
    if (!points || event.ctrlKey || event.altKey || event.metaKey) return;
    const value = sends[event.key.toLowerCase()];
    if (event.target === points && value) {
      event.preventDefault();
      points.value = "";
      choose(value);
    } else if (/^\d$/.test(event.key) && !(event.target instanceof HTMLTextAreaElement) && event.target !== points
               && !(event.target instanceof HTMLInputElement && event.target.type === "text")) {
      event.stopImmediatePropagation();
      choose("");
      points.focus();
    }
  }

  /** @param {string} value */
  function choose(value) {
    const radio = form.querySelector(`input[name=mark][value="${CSS.escape(value)}"]`);
    if (!(radio instanceof HTMLInputElement)) return;
    radio.checked = true;
    radio.focus();
    radio.dispatchEvent(new Event("input", { bubbles: true }));
  }

  document.addEventListener("keydown", point, true); // before the keys of other scales
  document.addEventListener("keydown", onKey); // after them: Enter comes when the mark is chosen
  points?.addEventListener("input", () => {
    const radio = form.querySelector('input[name=mark][value=""]');
    if (radio instanceof HTMLInputElement && points.value) radio.checked = true;
  });
  form.addEventListener("submit", (event) => {
    if ("sent" in form.dataset) event.preventDefault(); // the second of two quick Enters
    form.dataset.sent = "";
  });
  form.dataset.ready = "";
  addEventListener("pageshow", () => delete form.dataset.sent); // also when the page comes back out of the browser's memory
}

/**
 * Keep what is typed in this tab, by person and work; give it back when the work is opened again.
 * @param {HTMLFormElement} form @param {string} place
 */
function keepInTab(form, place) {
  const comment = /** @type {HTMLTextAreaElement} */ (form.elements.namedItem("comment"));
  const points = /** @type {HTMLInputElement | null} */ (form.elements.namedItem("points"));
  const signs = /** @type {HTMLInputElement} */ (form.elements.namedItem("signs"));
  const chosen = () => form.querySelector("input[name=mark]:checked");

  const kept = JSON.parse(sessionStorage.getItem(place) ?? "null");
  if (kept && !comment.value && !points?.value && !signs.value && !chosen()?.getAttribute("value")) {
    comment.value = kept.comment;
    signs.value = kept.signs ?? "";
    form.dispatchEvent(new Event("restored"));
    if (points) points.value = kept.points;
    for (const radio of form.querySelectorAll("input[name=mark]")) radio.checked = radio.value === kept.mark;
    form.querySelector("[data-restored]").hidden = false;
  }
  form.addEventListener("input", () => {
    const now = { comment: comment.value, points: points?.value ?? "", mark: chosen()?.value ?? "",
                  signs: signs.value };
    if (now.comment || now.points || now.mark || now.signs) sessionStorage.setItem(place, JSON.stringify(now));
    else sessionStorage.removeItem(place);
  });
}

/** The next work's pictures, once this one's are there. @param {string[]} addresses */
function fetchAhead(addresses) {
  const fetchAll = () => addresses.forEach((address) => { new Image().src = address; });
  if (document.readyState === "complete") fetchAll();
  else addEventListener("load", fetchAll, { once: true });
}
