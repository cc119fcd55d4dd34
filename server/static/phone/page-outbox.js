// The outbox: what is still only on this phone, what the school did not simply accept, and the file for it.

import { h } from "./dom.js";
import { lineOf } from "./just-now.js";
import { canShare, handOver, packOutbox, share } from "./leaving.js";
import { known as readKnown } from "./lists.js";
import { seen, takeBack } from "./outbox.js";
import { soon } from "./sender.js";
import { value } from "./store.js";
import { hour, many, t } from "./texts.js";
import { officeNow } from "./wire.js";

const SHOWN = 100; // lines of a list before the rest is only counted

/** @param {HTMLElement} root */
export async function page(root) {
  const body = h("div", { class: "stack" });
  const told = h("div", { role: "status" });
  root.append(h("h1", {}, t("outbox")), body, told);

  async function save() {
    const files = await packOutbox();
    await handOver(files);
    told.replaceChildren(
      h("p", { class: "flash wait" }, t("file_saved")),
      (canShare(files) &&
        h("p", {}, h("button", { type: "button", onclick: () => share(files).catch(() => {}) }, t("share_file")))) ||
        "",
    );
  }

  async function refresh() {
    const known = await readKnown();
    const round = await value("round");
    const open = known.lines.filter((line) => line.open);
    const odd = known.lines
      .filter((line) => !line.open && !line.seen && ["rejected", "held", "conflict"].includes(line.state))
      .reverse();
    const sent = known.lines
      .filter((line) => !line.open && ["accepted", "duplicate"].includes(line.state))
      .slice(-20)
      .reverse();
    body.replaceChildren(
      ...[
        h(
          "section",
          { class: "card", "aria-labelledby": "open" },
          h("h2", { id: "open" }, open.length ? many("unsent", open.length) : t("all_at_school")),
          open.length > 0 && h("p", { class: "small quiet" }, t("stays_until")),
          open.length > 0 &&
            h(
              "ul",
              { class: "rows" },
              open
                .slice(0, SHOWN)
                .map((line) =>
                  lineOf(
                    line,
                    known,
                    line.tried
                      ? null
                      : h("button", { type: "button", onclick: () => takeBack(line.n) }, t("take_back")),
                  ),
                ),
            ),
          open.length > SHOWN && h("p", { class: "quiet" }, t("and_more", { num: open.length - SHOWN })),
          h(
            "p",
            { class: "row" },
            h("button", { type: "button", class: "main", onclick: () => soon(0) }, t("send_now")),
            open.length > 0 && h("button", { type: "button", onclick: save }, t("save_file")),
          ),
          h("p", { class: "small" }, connection(round, known.line)),
        ),
        odd.length > 0 &&
          h(
            "section",
            { class: "card", "aria-labelledby": "odd" },
            h("h2", { id: "odd" }, t("look_again")),
            h(
              "ul",
              { class: "rows" },
              odd.map((line) =>
                lineOf(line, known, h("button", { type: "button", onclick: () => seen(line.n) }, t("understood"))),
              ),
            ),
          ),
        sent.length > 0 &&
          h(
            "section",
            { class: "card", "aria-labelledby": "sent" },
            h("h2", { id: "sent" }, t("at_school")),
            h(
              "ul",
              { class: "rows" },
              sent.map((line) => lineOf(line, known)),
            ),
          ),
      ].filter(Boolean),
    );
  }
  await refresh();
  return { refresh };
}

/** How it stands with the school's office, in a sentence. @param {any} round @param {any} line */
export function connection(round, line) {
  const last = line?.contact
    ? t("last_contact", { time: hour(line.contact - (officeNow(line) - Date.now())) })
    : t("no_contact_yet");
  if (!round || round.state === "ok") return last;
  if (round.state === "off") return `${t("no_connection_long")} ${last}`;
  return `${t("school_said", { text: round.text || round.code })} ${last}`;
}
