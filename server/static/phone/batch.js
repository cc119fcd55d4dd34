// The columnar form of a batch of ops, as sync/batch.py defines it (its docstring tells the format): a few bytes an
// op after gzip. A test holds the two together.

const MAX_OPS = 500;
const WHOLE = 2 ** 53;
const HEAD = ["v", "origin", "n", "author", "at", "returned_on", "base"];
const MOMENT = /^([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})(Z|[+-][0-9]{2}:[0-9]{2})$/;
const DAY = /^([0-9]{4})-([0-9]{2})-([0-9]{2})$/;
const ZONE = /^(Z|[+-][0-9]{2}:[0-9]{2})$/;
const DAY_MS = 86_400_000;

/** @typedef {{v: number, origin: string, n: number, type: string, author: string, at: string,
 *             returned_on: string | null, base: string[], data: Object<string, any>}} Envelope */

/**
 * The columns of well-formed envelopes.
 * @param {Envelope[]} ops
 */
export function pack(ops) {
  const shapes = [];
  const members = [];
  const known = new Map();
  const places = [];
  for (const op of ops) {
    const more = Object.keys(op).filter((key) => key !== "type" && key !== "data" && !HEAD.includes(key));
    const shape = [op.type, sorted(Object.keys(op.data)), sorted(more)];
    const name = write(shape);
    if (!known.has(name)) {
      known.set(name, shapes.length);
      shapes.push(shape);
      members.push([]);
    }
    members[known.get(name)].push(op);
    places.push(known.get(name));
  }
  return {
    count: places.length,
    shapes,
    shape: column(places),
    head: HEAD.map((name) => column(ops.map((op) => op[name]))),
    data: shapes.map((shape, at) => shape[1].map((key) => column(members[at].map((op) => op.data[key])))),
    more: shapes.map((shape, at) => shape[2].map((key) => column(members[at].map((op) => op[key])))),
  };
}

/**
 * The envelopes that columns stand for; throws a RangeError or TypeError for whatever is none.
 * @returns {Envelope[]}
 */
export function unpack(columns) {
  const { count, shapes } = columns;
  demand(Number.isInteger(count) && count >= 0 && count <= MAX_OPS && shapes.length <= Math.max(count, 1), "count");
  const places = values(columns.shape, count);
  const sizes = shapes.map(() => 0);
  for (const place of places) {
    demand(Number.isInteger(place) && place >= 0 && place < shapes.length, "place");
    sizes[place] += 1;
  }
  demand(columns.head.length === HEAD.length, "head");
  const head = columns.head.map((each) => values(each, count));
  const table = (name, at) => shapes.map((shape, place) => {
    demand(columns[name][place].length === shape[at].length, name);
    return columns[name][place].map((each) => values(each, sizes[place]));
  });
  const data = table("data", 1);
  const more = table("more", 2);
  const taken = shapes.map(() => 0);
  return places.map((place, row) => {
    const mine = taken[place]++;
    const [type, keys, extra] = shapes[place];
    // fromEntries makes own properties also of a key like __proto__
    return Object.fromEntries([
      ...extra.map((key, at) => [key, more[place][at][mine]]),
      ...HEAD.map((name, at) => [name, head[at][row]]),
      ["type", type],
      ["data", Object.fromEntries(keys.map((key, at) => [key, data[place][at][mine]]))],
    ]);
  });
}

function column(all) {
  const texts = all.map(write);
  const roster = new Map();
  texts.forEach((text, at) => roster.has(text) || roster.set(text, all[at]));
  if (roster.size === 1) return ["=", all[0]];
  for (const written of [asNumbers, asMoments, asDays, asCodes]) {
    const found = written(all);
    if (found) return found;
  }
  if (2 * roster.size <= all.length) {
    const place = new Map([...roster.keys()].map((text, at) => [text, at]));
    return ["i", [...roster.values()], ...texts.map((text) => place.get(text))];
  }
  return ["-", ...all];
}

function asNumbers(all) {
  if (!all.every((value) => Number.isInteger(value) && Math.abs(value) < WHOLE / 2)) return null;
  return ["+", ...steps(all)];
}

function asMoments(all) {
  const found = all.map((value) => (typeof value === "string" ? MOMENT.exec(value) : null));
  if (!found.every(Boolean) || new Set(found.map((each) => each[7])).size > 1) return null;
  const seconds = found.map(([, y, mo, d, h, mi, s]) => utc(y, mo, d, h, mi, s) / 1000);
  if (!seconds.every((each, at) => moment(each) + found[at][7] === all[at])) return null;
  return found.length ? ["t", found[0][7], ...steps(seconds)] : null;
}

function asDays(all) {
  const found = all.map((value) => (typeof value === "string" ? DAY.exec(value) : null));
  if (!found.every(Boolean)) return null;
  const days = found.map(([, y, mo, d]) => utc(y, mo, d, 0, 0, 0) / DAY_MS);
  return days.every((each, at) => day(each) === all[at]) ? ["d", ...steps(days)] : null;
}

function asCodes(all) {
  const right = (value) => typeof value === "string" && /^[0-9]{9}$/.test(value) && complete(value.slice(0, 7)) === value;
  return all.every(right) ? ["c", ...all.map((value) => Number(value.slice(0, 7)))] : null;
}

function values([kind, ...rest], count) {
  if (kind === "=") return Array(count).fill(rest[0]);
  if (kind === "i") {
    const [roster, ...places] = rest;
    return counted(places, count).map((place) => {
      demand(Number.isInteger(place) && place >= 0 && place < roster.length, "place");
      return roster[place];
    });
  }
  if (kind === "-") return counted(rest, count);
  if (kind === "c") return counted(rest, count).map((seven) => complete(String(seven).padStart(7, "0")));
  if (kind === "+") return sums(rest, count);
  if (kind === "d") return sums(rest, count).map(day);
  demand(kind === "t" && ZONE.test(rest[0]), "kind");
  return sums(rest.slice(1), count).map((seconds) => moment(seconds) + rest[0]);
}

function counted(all, count) {
  demand(all.length === count, "length");
  return all;
}

function sums(all, count) {
  let total = 0;
  return counted(all, count).map((step) => {
    demand(Number.isSafeInteger(step), "number");
    return (total += step);
  });
}

const steps = (numbers) => numbers.map((number, at) => number - (at ? numbers[at - 1] : 0));

/** Milliseconds since 1970; Date.UTC alone takes the years 0 to 99 for 1900 to 1999. */
function utc(y, mo, d, h, mi, s) {
  const when = new Date(Date.UTC(2000, mo - 1, 1, h, mi, s));
  when.setUTCFullYear(Number(y), mo - 1, Number(d));
  return when.getTime();
}

const moment = (seconds) => new Date(seconds * 1000).toISOString().slice(0, 19);
const day = (days) => new Date(days * DAY_MS).toISOString().slice(0, 10);

/** Seven digits with their check digits: ISO 7064 Mod 97-10. */
export function complete(seven) {
  const check = String(98 - ((Number(seven) * 100) % 97)).padStart(2, "0");
  return seven + check;
}

/** JSON that is the same for the same value, whatever the order of its keys. */
function write(value) {
  if (Array.isArray(value)) return `[${value.map(write).join(",")}]`;
  if (value !== null && typeof value === "object") {
    return `{${sorted(Object.keys(value)).map((key) => `${JSON.stringify(key)}:${write(value[key])}`).join(",")}}`;
  }
  return JSON.stringify(value);
}

/** By code points, as Python sorts; JavaScript's own order is by UTF-16 units. */
function sorted(keys) {
  return keys.sort((a, b) => {
    const one = [...a];
    const other = [...b];
    for (let at = 0; at < Math.min(one.length, other.length); at += 1) {
      const step = one[at].codePointAt(0) - other[at].codePointAt(0);
      if (step) return step;
    }
    return one.length - other.length;
  });
}

function demand(condition, what) {
  if (!condition) throw new RangeError(what);
}
