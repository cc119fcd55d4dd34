// Search in one site: search.js beside its pages is this function and the call with that site's rows. A phone that keeps
// the pages makes the same file of them (app/finding.js). A row: [path, title, subject, day, words] (sync/search.py).
function korablik_search(found) {
var form = document.forms[0], field = form.q, told = document.getElementById("hits"), list = document.getElementById("found");
var short = "ABCDEFGHIJKLMNOPQRSTUVWXYZ!#$%&*";
function russian(x) { return String.fromCharCode(1072 + short.indexOf(x)); }
var letters = "әғқңөұүһіё", plain = "агкноуухие";
var ending = /^(?:(?:ост|ейш|[уюая]?ющ|в?ш|н{1,2}|т|л|е[нт])?[аеиоуыюяьй]{0,3}(?:м[иу]?|х|в|го|т[ье]?|шь|л[аио]?)?(?:с[яь])?|(?:[лдт][ае]р|[ндт][ыи]н?|[гкндт][ае]н?|н[дт][ае]н?|[мбп]ен|[ыи]?[мн]|[ыи]?н?[ыи]з|с?[ыи])+)$/;
function words(text) {
return text.normalize("NFC").toLowerCase().replace(/[әғқңөұүһіё]/g, function (x) {
return plain[letters.indexOf(x)];
}).split(/[^0-9a-zа-я]+/).filter(Boolean);
}
// How well a word of the page is the one asked for: 3 it is, 2 it begins so, 1 but for its ending, 0 it is not.
function same(asked, word) {
var n = 0;
while (n < asked.length && asked[n] === word[n]) n++;
if (n === asked.length) return n === word.length ? 3 : 2;
var a = asked.slice(n), b = word.slice(n);
if (/^(пб|бп|кг|гк)/.test(b[0] + a[0])) {
a = a.slice(1);
b = b.slice(1);
}
return (n > 6 && !b) || (n > 2 && ending.test(a) && ending.test(b)) ? 1 : 0;
}
function best(asked, among) {
return among.reduce(function (most, word) { return Math.max(most, same(asked, word)); }, 0);
}
function worth(row, asked) {
return asked.reduce(function (sum, word) {
var one = best(word, row.title) * 100 || best(word, row.subject) * 10 || best(word, row.text);
return sum && one && sum + one;
}, 1);
}
function add(parent, kind, text) {
var made = document.createElement(kind);
made.textContent = text;
parent.appendChild(made);
return made;
}
function when(day) {
return new Date(day + "T12:00").toLocaleDateString([document.documentElement.lang, "ru"], { weekday: "short", day: "numeric", month: "long" });
}
function show() {
var asked = words(field.value);
var hits = asked.length ? rows.map(function (row, n) { return { row: row, n: n, lesson: /^lesson/.test(row.path), worth: worth(row, asked) }; }).filter(function (hit) {
return hit.worth;
}).sort(function (x, y) { return y.worth - x.worth || y.lesson - x.lesson || x.n - y.n; }) : [];
list.textContent = "";
hits.slice(0, 40).forEach(function (hit) {
var item = add(list, "li", ""), row = hit.row;
var link = add(item, "a", row.name);
link.className = "go";
link.href = row.path;
var kind = list.getAttribute("data-" + row.path.split(/[-.]/)[0]);
add(item, "span", [kind, row.about, row.day && when(row.day)].filter(Boolean).join(" · ")).className = "quiet";
});
told.textContent = !asked.length ? "" : hits.length ? told.dataset.found.replace("0", hits.length) : told.dataset.none;
try {
history.replaceState(null, "", "#" + encodeURIComponent(field.value));
} catch (refused) {
return;
}
}
var rows = found.filter(Boolean).map(function (row) {
return { path: row[0], name: row[1], about: row[2], day: row[3], title: words(row[1]), subject: words(row[2]), text: words(row[4].replace(/[A-Z!#$%&*]/g, russian)) };
});
field.value = decodeURIComponent(location.hash.slice(1));
field.addEventListener("input", show);
form.addEventListener("submit", function (event) {
event.preventDefault();
show();
});
show();
}
