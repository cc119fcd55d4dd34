// The words of the pages: the office puts them into the page in every language, this picks and fills them.

const ALL = JSON.parse(document.getElementById("texts")?.textContent || "{}");
let locale = "ru";
let rules = new Intl.PluralRules(locale);

/** The languages the page brought. @returns {string[]} */
export function languages() {
  return Object.keys(ALL);
}

/** The language in use. @returns {string} */
export function language() {
  return locale;
}

/** Use a person's language, or the school's where none is known. @param {string | null | undefined} wanted */
export function speak(wanted) {
  const asked = [wanted, document.documentElement.lang].map((one) => (one || "").slice(0, 2));
  locale = asked.find((one) => one in ALL) || "ru";
  rules = new Intl.PluralRules(locale);
  document.documentElement.lang = locale;
}

/** @param {string} key @param {Record<string, string | number>} [values] @returns {string} */
export function t(key, values = {}) {
  return filled(ALL[locale]?.[key] ?? key, values);
}

/** A text that depends on a number. @param {string} key @param {number} num @returns {string} */
export function many(key, num) {
  const forms = ALL[locale]?.[key];
  return forms ? filled(forms[rules.select(num)] ?? forms.other, { num }) : `${num}`;
}

/** @param {string} text @param {Record<string, string | number>} values */
function filled(text, values) {
  return text.replace(/%\((\w+)\)s/g, (whole, name) => String(values[name] ?? whole));
}

/** ``7 Dec``. @param {string} iso a day @returns {string} */
export function day(iso) {
  return new Intl.DateTimeFormat(locale, { day: "numeric", month: "short", timeZone: "UTC" }).format(
    new Date(`${iso}T00:00Z`),
  );
}

/** ``09:41``, with the day where it is not today. @param {string | number} moment @returns {string} */
export function hour(moment) {
  const date = new Date(moment);
  const time = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit" }).format(date);
  if (date.toDateString() === new Date().toDateString()) return time;
  return `${new Intl.DateTimeFormat(locale, { day: "numeric", month: "short" }).format(date)}, ${time}`;
}

/** What follows in a sentence is put in quotes as the language does. @param {string} text */
export function quoted(text) {
  return locale === "en" ? `“${text}”` : `«${text}»`;
}

/**
 * The name of a kind, channel, topic or letter in the language in use.
 * @param {string} kind @param {string} code @param {string} [given] as the office called it
 */
export function nameOf(kind, code, given = code) {
  return ALL[locale]?.names?.[kind]?.[code] ?? given;
}
