// Answers for what a page says about what is kept on this phone, and for waking the worker. It runs on old phones, too:
// no syntax after ES2015. Publishing puts KORABLIK (version and texts by language) before it.
/* global KORABLIK */
(function () {
var own = document.currentScript.src;
var root = own.slice(0, own.lastIndexOf("/") + 1);
var path = (location.origin + location.pathname).slice(root.length);
var site = path.slice(0, Math.max(path.lastIndexOf("/"), 0));
var texts = KORABLIK.texts[document.documentElement.lang] || KORABLIK.texts[Object.keys(KORABLIK.texts)[0]];
var isSite = site && site.split("/")[0] !== "me";
var isIndex = /(\/|\/index\.html)$/.test("/" + path);
var worker = navigator.serviceWorker;
var drawn = null; // the tree that this page is of, as far as the worker knows
var cards = []; // what stands above and below the page
var install = null;

function say(name, values) {
return texts[name].replace(/\{(\w+)\}/g, function (all, key) { return values[key]; });
}

function element(tag, text, name) {
var made = document.createElement(tag);
if (text) made.textContent = text;
if (name) made.className = name;
return made;
}

function button(text, act) {
var made = element("button", text);
made.type = "button";
made.style.cssText = "font:inherit;min-height:44px;padding:8px 16px;margin:4px 8px 4px 0";
made.addEventListener("click", act);
return made;
}

function post(act) {
return function () {
worker.ready.then(function (ready) { ready.active.postMessage({ act: act, site: site }); });
};
}

// What is wrong, in a sentence with a way out; "" when nothing is.
function trouble(facts) {
var values = { number: facts.number, date: facts.checked ? window.korablikWhen(facts.checked) : "" };
var code = facts.trouble;
if (code === "other_key" || code === "other_school" || code === "signature") return say(facts.blob ? "foreign" : "foreign_first", values);
if (code === "older" || code === "full") return say(code, values);
if (!facts.blob || facts.busy) return "";
if (Date.now() - facts.checked > 1728e5) return say("stale", values);
if (code === "broken") return say("broken", values);
return code && facts.due ? say("expected", values) : "";
}

// Whether this phone's clock shows a time before what the school has already issued.
function clockIsWrong(facts) {
return facts.issued_at && new Date(facts.issued_at) - Date.now() > 864e5;
}

function state(facts) {
if (facts.whole) return texts.week;
if (facts.only) return texts.today_only;
if (facts.blob) return texts.today;
return facts.busy ? texts.busy : "";
}

function changedPage(row) {
var line = element("li");
var link = element("a", new DOMParser().parseFromString(row.title, "text/html").documentElement.textContent, "go");
link.href = row.path;
if (row.fresh) line.appendChild(element("span", texts.fresh, "tag note"));
line.appendChild(link);
return line;
}

// The rows of news.html that are newer than the last look; without that page the titles of changed pages.
function news(facts, done) {
var asked = new XMLHttpRequest();
if (!(facts.number > facts.seen)) return done([]);
if (!facts.news) return done((facts.changes || []).map(changedPage));
asked.open("GET", "news.html");
asked.onloadend = function () {
var text = (asked.responseText || "").replace(/<style>[^]*?<\/style>/, ""); // of another page: this one's policy would complain
var found = new DOMParser().parseFromString(text, "text/html").querySelectorAll("li[data-edition]");
done([].filter.call(found, function (row) {
return +row.getAttribute("data-edition") > facts.seen;
}).map(function (row) { return document.importNode(row, true); }));
};
asked.send();
}

function draw(facts) {
window.korablikEdition(facts);
if (facts.whole || facts.only) offer();
if (drawn === null && facts.blob) drawn = facts.tree;
var newer = worker.controller && drawn && facts.tree && facts.tree !== drawn;
news(isIndex && !newer ? facts : {}, function (list) {
place(top(facts, newer, list), 0);
place(isIndex ? bottom(facts) : [], 1);
});
}

// What must be read first: a newer edition, what is wrong, what changed.
function top(facts, newer, list) {
var told = trouble(facts);
var all = [];
if (newer) all.push(element("p", say("newer", facts)), button(texts.show, function () { location.reload(); }));
if (told) all.push(element("p", told));
if (facts.trouble === "full" && !facts.only) all.push(button(texts.keep_today, post("today")));
if (facts.trouble === "full" && facts.others) all.push(button(texts.room, post("room")));
if (clockIsWrong(facts)) all.push(element("p", say("clock", { date: new Date().toLocaleDateString([document.documentElement.lang, "ru"]) })));
if (!list.length) return all;
var rows = element("ul", "", "rows");
list.forEach(function (line) { rows.appendChild(line); });
return all.concat(element("h2", say("changed", { count: list.length })), rows, button(texts.seen, post("seen")));
}

// What is kept, and what can be done about it.
function bottom(facts) {
var all = state(facts) ? [element("p", state(facts), "quiet")] : [];
if (facts.only && facts.trouble !== "full") all.push(button(texts.keep_week, post("whole")));
if (!facts.busy) all.push(button(texts.check, post("check")));
if (install) all.push(button(texts.install, function () { install.prompt(); }));
return all;
}

// A card that says the same stays: it may have the focus, or a finger on it.
function place(parts, at) {
var main = document.querySelector("main");
var before = cards[at];
var card = element("section", "", at ? "card" : "card note");
parts.forEach(function (part) { card.appendChild(part); });
card.setAttribute("role", "status");
card.id = at ? "kept" : "told";
if (before && before.isEqualNode(card)) return;
if (before) before.parentNode.removeChild(before);
cards[at] = parts.length ? main.insertBefore(card, at ? null : main.firstChild) : null;
}

// Only what can be installed has a manifest; it waits until the class is kept, for the line may be slow.
function offer() {
var link = element("link");
if (document.querySelector("link[rel=manifest]")) return;
link.rel = "manifest";
link.href = "app.webmanifest";
document.head.appendChild(link);
}

if (!isSite || !worker) window.korablikEdition(null);
if (!site || !worker || !window.isSecureContext || !window.DecompressionStream) return;
worker.addEventListener("message", function (event) {
var facts = event.data.korablik;
if (facts && facts.site === site) draw(facts);
});
if (worker.startMessages) worker.startMessages();
addEventListener("beforeinstallprompt", function (event) {
event.preventDefault();
install = event;
});
if (navigator.storage && navigator.storage.persist && matchMedia("(display-mode: standalone)").matches) navigator.storage.persist();
post(isSite ? "open" : "more")(); // edition.js has registered the worker
})();
