// How a teacher's signs look on a page's picture; printables/signs.py draws the same ones on paper.

const SVG = "http://www.w3.org/2000/svg";
const RIGHT = [[-19, -2], [-5, 14], [21, -23]]; // in thousandths of the picture's width, as all sizes here
const QUESTION = 42;
const WORD = 28;

/**
 * @typedef {{kind: "right" | "line" | "unclear" | "text", x: number, y: number, x2?: number, y2?: number, text?: string}} Sign
 * Places are shares of the picture's width and height.
 */

/** @param {string} name @param {Record<string, string | number>} attributes */
export function element(name, attributes) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  return made;
}

/** A sign as a part of an SVG that is 1000 wide and ``tall`` high. @param {Sign} sign @param {number} tall */
export function drawn(sign, tall) {
  const [x, y] = [sign.x * 1000, sign.y * tall];
  const part = element("g", { class: `sign ${sign.kind}` });
  if (sign.kind === "right") stroke(part, RIGHT.map(([right, down]) => [x + right, y + down]));
  else if (sign.kind === "line") stroke(part, [[x, y], [(sign.x2 ?? 0) * 1000, (sign.y2 ?? 0) * tall]]);
  else part.append(word(sign, x, y));
  return part;
}

/** @param {SVGElement} part @param {number[][]} points */
function stroke(part, points) {
  const joined = points.map((point) => point.join(",")).join(" ");
  for (const name of ["edge", "ink"]) part.append(element("polyline", { class: name, points: joined }));
}

/** @param {Sign} sign @param {number} x @param {number} y */
function word(sign, x, y) {
  const size = sign.kind === "text" ? WORD : QUESTION;
  const made = element("text", {
    x, y: y + size * 0.36, "font-size": size, "text-anchor": sign.x > 0.5 ? "end" : "start",
  });
  made.textContent = sign.kind === "text" ? sign.text ?? "" : "?";
  return made;
}
