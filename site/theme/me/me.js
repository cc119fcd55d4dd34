// The private page: opens the sealed file of a key (sync/sealed.py says its form), keeps it as it came, shows it as text.
// ES2015, so that old browsers of phones read it.
(() => {
"use strict";
const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const ALIKE = { "0": "O", "1": "I", "8": "B", "9": "G", "А": "A", "В": "B", "С": "C", "Е": "E", "Н": "H", "К": "K", "М": "M", "О": "O", "Р": "P", "Т": "T", "Х": "X", "У": "Y" };
const LETTERS = 26;
const NONCE = 12;
const WEEK = 7 * 864e5;
const PLACE = "korablik.me";
const isServed = /^http/.test(location.protocol);
const subtle = window.crypto && window.crypto.subtle;
const byId = (id) => document.getElementById(id);
const texts = JSON.parse(byId("texts").textContent);
const languages = Object.keys(texts);
const kept = load();
let shown = null; // what stands on the page: its key, text, what is new in it and what to say about it
let turn = 0; // a later question makes the answers to earlier ones stale

// ── what this phone keeps: keys with first names, and of each the last file as it came

function load() {
let found = null;
try {
found = JSON.parse(localStorage.getItem(PLACE));
} catch (error) {
found = null;
}
return found && Array.isArray(found.kids) ? found : { language: "", active: "", kids: [] };
}

function save() {
try {
localStorage.setItem(PLACE, JSON.stringify(kept));
return true;
} catch (error) {
return false;
}
}

function kidOf(key) {
return kept.kids.filter((kid) => kid.key === key)[0] || null;
}

function keep(key, values) {
const kid = kidOf(key) || { key: key, name: "", edition: 0, sealed: "" };
if (kept.kids.indexOf(kid) < 0) kept.kids.push(kid);
Object.assign(kid, values);
kept.active = key;
return save();
}

// ── keys and files

function tidy(typed) {
return typed.replace(/[\s\-–]/g, "").toUpperCase().split("").map((letter) => ALIKE[letter] || letter).join("");
}

function slipIn(letters) {
const strange = letters.split("").filter((letter) => ALPHABET.indexOf(letter) < 0)[0];
if (strange) return say("letters", { letter: strange });
return letters.length === LETTERS ? "" : say("short", { count: letters.length });
}

function bytesOf(letters) {
const bytes = new Uint8Array(16);
let bits = 0;
let held = 0;
let at = 0;
letters.split("").forEach((letter) => {
held = held << 5 | ALPHABET.indexOf(letter);
bits += 5;
if (bits >= 8 && at < 16) {
bits -= 8;
bytes[at] = held >> bits & 255;
at += 1;
}
held &= 255;
});
return bytes;
}

function isWhole(letters, bytes) {
return subtle.digest("SHA-256", bytes).then((hash) => new Uint8Array(hash)[0] >> 6 === (ALPHABET.indexOf(letters[LETTERS - 1]) & 3));
}

function derive(bytes, info, length, salt) {
const how = { name: "HKDF", hash: "SHA-256", salt: salt || new Uint8Array(0), info: new TextEncoder().encode(info) };
return subtle.importKey("raw", bytes, "HKDF", false, ["deriveBits"]).then((key) => subtle.deriveBits(how, key, length * 8)).then((bits) => new Uint8Array(bits));
}

function nameOf(bytes, edition) {
return derive(bytes, `korablik me 1 name\0${edition}`, 15).then((found) => {
let name = "";
for (let start = 0; start < 15; start += 5) {
let number = 0;
for (let at = 0; at < 5; at += 1) number = number * 256 + found[start + at];
let part = "";
for (let at = 0; at < 8; at += 1) {
part = ALPHABET[number % 32] + part;
number = Math.floor(number / 32);
}
name += part;
}
return `${name.toLowerCase()}.js`;
});
}

function unseal(bytes, edition, text) {
const raw = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
const nonce = raw.slice(0, NONCE);
const info = `korablik me 1 seal\0${edition}`;
return derive(bytes, info, 32, nonce)
.then((secret) => subtle.importKey("raw", secret, "AES-GCM", false, ["decrypt"]))
.then((key) => subtle.decrypt({ name: "AES-GCM", iv: nonce, additionalData: new TextEncoder().encode(info) }, key, raw.slice(NONCE)))
.then((plain) => JSON.parse(new TextDecoder().decode(plain)));
}

// ── fetching: by script, which a folder allows, too

let queue = Promise.resolve();

function run(address) {
const next = queue.then(() => new Promise((done) => {
const script = document.createElement("script");
let found = "";
window.sealed = (text) => { found = text; };
const end = (came) => {
window.sealed = null;
script.remove();
done(came ? found : null);
};
script.onload = () => end(true);
script.onerror = () => end(false);
script.src = address;
document.head.appendChild(script);
}));
queue = next;
return next;
}

// "missing" or "offline": a script that fails does not say why
function whyNot(name) {
if (!isServed) return Promise.resolve("missing");
if (!window.fetch) return Promise.resolve(navigator.onLine ? "missing" : "offline");
return fetch(name, { method: "HEAD", cache: "no-store" }).then((answer) => [403, 404, 410].indexOf(answer.status) < 0 ? "offline" : "missing", () => "offline");
}

function current() {
return window.korablik ? window.korablik.number : 0;
}

// past whatever keeps files on the way: an hour-old number would show an hour-old page
function fresh(address) {
return run(isServed ? `${address}?${Date.now()}` : address);
}

// {edition, sealed} or why there is none
function fetchSealed(bytes) {
return fresh("../edition.js").then((came) => came === null ? run("../edition.js") : came).then(() => {
const edition = current();
if (!edition) return "offline";
// the pages of an edition that has just come out follow within seconds: until then those of the one before hold
return ofEdition(bytes, edition).then((came) => came === "missing" && edition > 1 ? ofEdition(bytes, edition - 1) : came);
});
}

function ofEdition(bytes, edition) {
return nameOf(bytes, edition).then((name) => fresh(name).then((sealed) => sealed === null ? whyNot(name) : { edition: edition, sealed: sealed }));
}

// ── opening

function open(key) {
const mine = turn += 1;
const bytes = bytesOf(key);
const kid = kidOf(key);
let before = null;
shown = { key: key, text: null, fresh: [], notes: [], busy: true };
draw();
const show = (values) => {
if (mine !== turn) return;
shown = Object.assign({ key: key, text: null, fresh: [], notes: [], busy: false }, values);
byId("ask").hidden = Boolean(kidOf(key));
draw();
};
const old = kid && kid.sealed ? unseal(bytes, kid.edition, kid.sealed).catch(() => null) : Promise.resolve(null);
old.then((text) => {
before = text;
return fetchSealed(bytes);
}).then((came) => {
if (mine !== turn) return null;
if (came === "missing") return show({ text: before, notes: [before ? "renewed" : isServed ? "unknown" : "stick"] });
if (came === "offline") {
if (!kid) keep(key, {});
return show({ text: before, notes: [before ? "offline" : "nothing"] });
}
return unseal(bytes, came.edition, came.sealed).then((text) => {
if (mine !== turn) return;
const stays = keep(key, { name: text.name, edition: came.edition, sealed: came.sealed });
show({ text: text, fresh: before ? news(before, text) : [], notes: stays ? [] : ["unkept"] });
}, () => show({ text: before, notes: ["damaged"] }));
}).catch(() => show({ text: before, notes: ["damaged"] }));
}

// what the page had not when it was last looked at
function news(before, text) {
const known = {};
const all = (page) => [].concat(page.marks, page.redo, page.messages);
all(before).forEach((one) => { known[JSON.stringify(one)] = true; });
return all(text).filter((one) => !known[JSON.stringify(one)]);
}

function ask(typed) {
const letters = tidy(typed);
const slip = slipIn(letters);
return (slip ? Promise.resolve(true) : isWhole(letters, bytesOf(letters))).then((whole) => {
const wrong = slip || (whole ? "" : say("wrong"));
told(wrong);
if (wrong) return;
byId("key").value = "";
open(letters);
});
}

function told(slip) {
byId("slip").textContent = slip;
if (slip) {
byId("ask").hidden = false;
byId("key").focus();
}
}

function forget(key) {
const kid = kidOf(key);
if (!kid) return;
turn += 1;
kept.kids = kept.kids.filter((one) => one !== kid);
kept.active = kept.kids.length ? kept.kids[0].key : "";
save();
shown = { key: "", text: null, fresh: [], notes: [], busy: false, forgotten: kid };
byId("ask").hidden = Boolean(kept.kids.length);
draw();
}

function remember(kid) {
kept.kids.push(kid);
save();
open(kid.key);
}

// ── showing: everything that came is text

function language() {
const wanted = [kept.language].concat(navigator.languages || [navigator.language || ""]).map((one) => String(one).slice(0, 2));
return wanted.filter((one) => languages.indexOf(one) >= 0)[0] || languages[0];
}

function say(name, values) {
return texts[language()][name].replace(/%\((\w+)\)s/g, (whole, field) => values && field in values ? values[field] : whole);
}

function make(tag, values, inside) {
const made = document.createElement(tag);
Object.keys(values || {}).forEach((name) => {
if (name === "text") made.textContent = values.text;
else if (name === "press") made.addEventListener("click", values.press);
else made.setAttribute(name, values[name]);
});
(inside || []).filter(Boolean).forEach((one) => made.appendChild(one));
return made;
}

function button(text, press, main) {
return make("button", { type: "button", text: text, press: press, class: main ? "main" : "" });
}

function day(iso) {
const parts = iso.split("-").map(Number);
const date = new Date(parts[0], parts[1] - 1, parts[2]);
const own = texts[language()];
return `${own.days[(date.getDay() + 6) % 7]}, ${parts[2]} ${own.months[parts[1] - 1]}`;
}

function moment(stamp) {
const at = new Date(stamp);
const minutes = `0${at.getMinutes()}`.slice(-2);
return `${at.getDate()} ${texts[language()].months[at.getMonth()]}, ${at.getHours()}:${minutes}`;
}

function grouped(code) {
return code.replace(/(\d{3})(?=\d)/g, "$1\u00a0");
}

function worth(mark) {
if (mark[0] === "checked" || !mark[1]) return say("checked");
if (mark[2]) return say("points", { points: mark[1], maximum: mark[2] });
return ["pass", "fail", "na"].indexOf(mark[1]) >= 0 ? say(mark[1]) : mark[1];
}

function said(work) {
return (work.said || []).map((text) => make("p", { class: "said", text: text }));
}

function tag(text, kind) {
return make("span", { class: `tag ${kind}`, text: text });
}

function isNew(one) {
return shown.fresh.indexOf(one) >= 0 ? tag(say("new"), "note") : null;
}

function section(title, hint, rows, none) {
if (!rows.length && !none) return null;
return make("section", { class: "card" }, [
make("h2", { text: title }),
hint && rows.length ? make("p", { class: "small quiet", text: hint }) : null,
rows.length ? make("ul", { class: "rows" }, rows) : make("p", { text: none }),
]);
}

function codeLine(work) {
return make("p", { class: "code" }, [make("span", { class: "small quiet", text: `${say("code")} ` }), make("b", { text: grouped(work.code) })]);
}

function toDo(work, mark) {
const when = [work.by ? say("by", { date: day(work.by) }) : "", work.on ? say("on", { date: day(work.on) }) : ""].filter(Boolean).join(" · ");
return make("li", {}, [make("b", { text: `${work.subject}: ${work.title}` }), mark, when ? make("p", { class: "quiet", text: when }) : null, codeLine(work)].concat(said(work)));
}

function markRows(marks) {
const subjects = marks.map((work) => work.subject).filter((one, at, all) => all.indexOf(one) === at).sort();
return subjects.map((subject) => make("li", {}, [make("h3", { text: subject })].concat(marks.filter((work) => work.subject === subject).map((work) => make("div", { class: "marks" }, [
make("span", {}, [make("span", { text: `${work.title} ` }), make("span", { class: "small quiet", text: `${day(work.on)} ` }), isNew(work)]),
make("b", { class: "big", text: worth(work.mark) }),
].concat(said(work)))))));
}

function lessonRow(lesson) {
return make("li", { class: "l" }, [make("b", { class: "num", text: lesson.start || String(lesson.n) }), make("div", {}, [
make("b", { text: `${day(lesson.date)} · ${lesson.subject} ` }),
lesson.cancelled ? tag(say("cancelled"), "wait") : null,
lesson.topic ? make("p", { text: lesson.topic }) : null,
].concat(...lesson.tasks.map((task) => [make("p", {}, [make("b", { text: task.title })]), make("p", { class: "text", text: task.text })])))]);
}

function pageOf(text) {
const old = Date.now() - new Date(text.at) > WEEK;
return [
make("h2", { class: "day", text: text.name }),
make("p", { class: "small quiet", text: say("asof", { time: moment(text.at), number: text.edition }) }),
old ? make("p", { class: "card bad", text: say("old") }) : null,
section(say("redo"), say("redo_hint"), text.redo.map((work) => toDo(work, isNew(work))), ""),
section(say("due"), say("codes_hint"), text.due.map((work) => toDo(work, work.late ? tag(say("late"), "wait") : null)), say("none_due")),
section(say("marks"), "", markRows(text.marks), say("none_marks")),
section(say("messages"), "", text.messages.map((one) => make("li", {}, [make("b", { text: one.title || day(one.on) }), isNew(one), one.title ? make("p", { class: "small quiet", text: day(one.on) }) : null, make("p", { class: "text", text: one.text })])), ""),
section(say("came"), "", text.came.map((work) => make("li", {}, [make("b", { text: `${work.subject}: ${work.title}` }), work.on ? make("p", { class: "quiet", text: say("on", { date: day(work.on) }) }) : null])), ""),
section(say("lessons"), "", text.lessons.map(lessonRow), ""),
];
}

function fill(place, inside) {
while (place.firstChild) place.removeChild(place.firstChild);
inside.filter(Boolean).forEach((one) => place.appendChild(one));
}

function note(name) {
return make("p", { class: `card ${name === "offline" ? "note" : "bad"}`, text: say(name) });
}

function draw() {
const own = texts[language()];
document.documentElement.lang = language();
document.title = own.title;
[].forEach.call(document.querySelectorAll("[data-text]"), (place) => { place.textContent = own[place.getAttribute("data-text")]; });
[].forEach.call(document.querySelectorAll("#tongues button"), (one) => one.setAttribute("aria-pressed", String(one.value === language())));
const kids = byId("kids");
kids.setAttribute("aria-label", own.children);
kids.hidden = !kept.kids.length || (kept.kids.length === 1 && shown !== null && shown.key === kept.kids[0].key);
fill(kids, kept.kids.map((kid) => {
const one = button(kid.name || own.unopened, () => open(kid.key));
one.setAttribute("aria-pressed", String(shown !== null && shown.key === kid.key));
return one;
}));
if (!subtle) return fill(byId("say"), [note("crypto")]);
const notes = shown ? shown.notes.map(note) : [];
if (shown && shown.busy) notes.push(make("p", { text: own.opening }));
if (shown && shown.notes.some((one) => ["offline", "nothing", "damaged"].indexOf(one) >= 0)) notes.push(button(own.again, () => open(shown.key)));
if (shown && shown.forgotten) notes.push(make("p", { class: "card note", text: say("forgotten", { name: shown.forgotten.name || own.unopened }) }), button(own.undo, () => remember(shown.forgotten)));
fill(byId("say"), notes);
const page = shown && shown.text ? pageOf(shown.text) : [];
if (shown && !shown.busy && kidOf(shown.key)) page.push(make("p", { class: "buttons" }, [byId("ask").hidden ? button(own.another, another) : null, button(own.forget, () => forget(shown.key))]));
fill(byId("page"), page);
return null;
}

function another() {
byId("ask").hidden = false;
draw();
byId("key").focus();
}

// ── beginning

// the key must not stay in sight, nor go along when the page's address is passed on
function takeFragment() {
const typed = location.hash.slice(1);
if (!typed) return "";
try {
history.replaceState(null, "", location.pathname + location.search);
} catch (error) {
location.hash = "";
}
try {
return decodeURIComponent(typed);
} catch (error) {
return typed;
}
}

function begin() {
const typed = takeFragment();
if (!subtle) return draw();
if (typed) {
byId("ask").hidden = true;
draw();
return ask(typed);
}
const first = kidOf(kept.active) || kept.kids[0];
byId("ask").hidden = Boolean(first);
return first ? open(first.key) : draw();
}

byId("ask").addEventListener("submit", (event) => {
event.preventDefault();
ask(byId("key").value);
});
[].forEach.call(document.querySelectorAll("#tongues button"), (one) => one.addEventListener("click", () => {
kept.language = one.value;
save();
draw();
}));
window.addEventListener("hashchange", begin);
begin();
})();
