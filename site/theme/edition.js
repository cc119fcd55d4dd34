// The current edition and its age, for every page beside it.
(function () {
var issued = new Date("{{ issued_at }}");
var format = { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" };
var hours = Math.min(0, Math.round((issued - Date.now()) / 36e5));
var age = new Intl.RelativeTimeFormat("{{ lang }}", { numeric: "auto" });
var place = document.getElementById("edition");
if (!place) return;
place.textContent = {{ _("edition %(number)s", number=number)|tojson }} + " · " + (Math.abs(hours) < 36 ? age.format(hours, "hour") : age.format(Math.round(hours / 24), "day"));
place.title = issued.toLocaleString("{{ lang }}", format);
})();
