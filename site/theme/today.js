// Shows one day: the one asked for in the address, else today, else the next school day. Without script all are shown.
(function () {
var days = [].slice.call(document.querySelectorAll("[data-day]"));
var parts = [].slice.call(document.querySelectorAll("[data-from]"));
var now = new Date();
var today = new Date(now - now.getTimezoneOffset() * 6e4).toISOString().slice(0, 10);
function show() {
var asked = location.hash.slice(2);
var day = days.map(function (x) { return x.dataset.day; }).filter(function (x, i, all) {
return x === asked || (!all.includes(asked) && (x >= today || i === all.length - 1));
})[0] || today;
days.forEach(function (x) {
x.hidden = x.dataset.day !== day;
});
parts.forEach(function (x) {
x.hidden = day < x.dataset.from || day > x.dataset.to;
});
document.querySelectorAll("nav a[href^='#']").forEach(function (x) {
if (x.hash.slice(2) === day) {
x.setAttribute("aria-current", "date");
x.parentNode.scrollLeft = x.offsetLeft - x.parentNode.offsetLeft - 60;
} else x.removeAttribute("aria-current");
});
}
addEventListener("hashchange", show);
show();
})();
