// Photos that wait for the school to read them, and the codes it found on those it has read.

import { grouped } from "./codes.js";
import { h, tag } from "./dom.js";
import { drop, photos } from "./photos.js";
import { hour, many, t } from "./texts.js";

/** @param {(code: string) => void} open @returns {Promise<Node>} */
export async function found(open) {
  const all = await photos();
  if (!all.length) return document.createTextNode("");
  const waiting = all.filter((photo) => photo.blob).length;
  const read = all.filter((photo) => !photo.blob);
  return h(
    "section",
    { class: "card", "aria-labelledby": "photos" },
    h("h2", { id: "photos" }, t("photos")),
    waiting > 0 && h("p", {}, tag(many("photos_wait", waiting), "wait")),
    read.length > 0 &&
      h(
        "ul",
        { class: "rows" },
        read.map((photo) => line(photo, open)),
      ),
  );
}

/** @param {import("./photos.js").Photo} photo @param {(code: string) => void} open */
function line(photo, open) {
  const codes = photo.codes ?? [];
  const take = (/** @type {string} */ code) => drop(photo.id, code).then(() => open(code));
  return h(
    "li",
    {},
    h(
      "div",
      { class: "photo" },
      h(
        "span",
        {},
        codes.length
          ? t("photo_read", { time: hour(photo.at) })
          : photo.wrong || t("photo_nothing", { time: hour(photo.at) }),
      ),
      h(
        "span",
        { class: "chips" },
        codes.map((code) => h("button", { type: "button", onclick: () => take(code) }, grouped(code))),
        h("button", { type: "button", onclick: () => drop(photo.id) }, t("remove")),
      ),
    ),
  );
}
