// Makes search.js of the pages that a phone keeps, so that no index has to travel to it. What the search itself does
// stands in ../search.js, which publishing puts beside this file.
/* global korablik_search */

const Finding = {
  /** The text of a site's search.js. `pages`: {path: html}. */
  script(pages) {
    const rows = Object.keys(pages).filter((path) => !/^(index|search|week)\b/.test(path)).map((path) => Finding.row(path, pages[path]));
    return `${korablik_search}\nkorablik_search(${JSON.stringify(rows).replace(/[\u2028\u2029]/g, " ")})\n`;
  },

  /** [path, title, subject and day, "", words]: the words whole, once each. */
  row(path, html) {
    const main = (html.match(/<main>([^]*)<\/main>/) || ["", html])[1];
    const title = Finding.text((main.match(/<h1[^>]*>([^]*?)<\/h1>/) || ["", ""])[1]);
    const about = Finding.text((html.match(/<meta name="description" content="([^"]*)"/) || ["", ""])[1]);
    const words = Finding.text(main.replace(/<svg[^]*?<\/svg>/g, " ")).toLowerCase().split(/[^0-9a-zа-яёәғқңөұүһі]+/);
    return [path, title, about, "", Array.from(new Set(words.filter((word) => word.length > 2))).join(" ")];
  },

  /** What a piece of a page says: no tags, and the five characters that a page may write as references. */
  text(html) {
    const signs = { "&lt;": "<", "&gt;": ">", "&quot;": '"', "&#34;": '"', "&#39;": "'", "&amp;": "&" };
    return html.replace(/<[^>]*>/g, " ").replace(/&[a-z0-9#]+;/g, (sign) => signs[sign] || " ").replace(/\s+/g, " ").trim();
  },
};
