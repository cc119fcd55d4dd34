// What was logged on this phone: kept until the school has acknowledged the record's own number, then as a reminder.

import { pack } from "./batch.js";
import { headsAfter, moment, revisionOf, targetOf } from "./ops.js";
import { got, isFull, read, tell, write } from "./store.js";
import { officeNow } from "./wire.js";

/**
 * @typedef {import("./ops.js").Op} Op
 * @typedef {{n: number, key: string, op: Op, revision: string | null, at: number, state: string, open?: 1, tried?:
 *   boolean,
 *   filed?: boolean, fresh?: boolean, text?: string, told?: number, seen?: boolean, student?: string}} Line
 *   ``open``: not acknowledged; ``tried``: may have reached the school; ``fresh``: the office's lists may not know it
 *   yet
 */

const BATCH = 500; // records the office takes at once
const MOST = 900_000; // bytes of their JSON, likewise
const DAY = 86_400_000;
export const REMEMBERED = 30 * DAY; // offered again to an office that was restored from a backup

/** A number for a form that is shown now; it makes a double tap one act. @returns {Promise<{n: number, at: string}>} */
export function reserve() {
  return write(["kv"], async ({ kv }) => {
    const n = (await got(kv.get("next"))) ?? 0;
    await got(kv.put(n + 1, "next"));
    return { n, at: moment(officeNow(await got(kv.get("line")))) };
  });
}

/** All lines, in the order logged. @returns {Promise<Line[]>} */
export const all = () => read(["ops"], ({ ops }) => got(ops.getAll()));

/** @returns {Promise<number>} */
export const unsent = () => read(["ops"], ({ ops }) => got(ops.index("open").count()));

/**
 * @typedef {{heads: string[], settled: Set<number>}} Told what the office had told about a target when its lists were
 *   read, and the numbers of the own lines that they knew by then
 */

/** @param {Line} line */
const isSettled = (line) => !line.open && !line.fresh;

/** The numbers of the lines that the office's lists know. @param {Line[]} lines @returns {Set<number>} */
export const settledOf = (lines) => new Set(lines.filter(isSettled).map((line) => line.n));

/**
 * Lines that count for heads beside what the office told: those that its lists did not know when they were read, though
 * they may by now.
 * @param {Line[]} lines @param {Set<number>} settled
 */
export const counting = (lines, settled) =>
  lines.filter((line) => line.state !== "rejected" && !(isSettled(line) && settled.has(line.n)));

/**
 * Keep an act; the same number again is the same act. One that never left the phone is corrected in place by the next
 * about the same target: ``make`` gets it, all heads, and the heads without it.
 * @param {string} key the target
 * @param {Told} told as its author saw it
 * @param {(last: Line | null, heads: string[], without: string[]) => Op} make
 * @param {string} student id, to name the line
 * @returns {Promise<Line>}
 */
export async function log(key, told, make, student) {
  for (;;) {
    const line = await attempt(key, told, make, student);
    if (line) return line;
  }
}

/**
 * @param {string} key @param {Told} told
 * @param {(last: Line | null, heads: string[], without: string[]) => Op} make @param {string} student
 */
async function attempt(key, told, make, student) {
  const lines = key ? await read(["ops"], ({ ops }) => got(ops.index("key").getAll(key))) : [];
  const last = lines.at(-1) ?? null;
  const open = last?.open && !last.tried ? last : null;
  const own = counting(lines, told.settled);
  const without = headsAfter(
    told.heads,
    own.filter((line) => line !== open),
  );
  const op = make(open, headsAfter(told.heads, own), without);
  if (key && key !== targetOf(op)) throw new Error("another target");
  const line = { n: op.n, key, op, revision: await revisionOf(op), at: Date.now(), state: "phone", open: 1, student };
  try {
    return await put(line, open);
  } catch (error) {
    if (!isFull(error)) throw error;
    await makeRoom();
    return put(line, open);
  }
}

/**
 * @param {any} line @param {Line | null} replaces @returns {Promise<Line | null>} null: decide anew, it is on its way
 */
async function put(line, replaces) {
  const kept = await write(["ops"], async ({ ops }) => {
    const known = await got(ops.get(line.n));
    if (known && known.n !== replaces?.n) return known; // a second tap
    if (known?.tried) return null; // between reading and writing the sender took it
    await got(ops.put(line));
    return line;
  });
  tell("ops");
  return kept;
}

/**
 * Take back what never left the phone.
 * @param {number} n @returns {Promise<boolean>} false: it may have left already
 */
export async function takeBack(n) {
  const done = await write(["ops"], async ({ ops }) => {
    const line = await got(ops.get(n));
    if (!line?.open || line.tried) return false;
    await got(ops.delete(n));
    return true;
  });
  tell("ops");
  return done;
}

/** @param {string} how @param {Line[]} lines */
const portionOf = (how, lines) => (how === "tried" ? portion(lines) : lines);

/**
 * The next lines to send (or all, for a file), marked first as perhaps sent.
 * @param {"tried" | "filed"} how @returns {Promise<Line[]>}
 */
export function take(how = "tried") {
  return write(["ops"], async ({ ops }) => {
    const lines = portionOf(how, await got(ops.index("open").getAll(1, how === "tried" ? BATCH : undefined)));
    for (const line of lines) {
      if (line.tried && line[how]) continue;
      line.tried = true;
      line[how] = true;
      await got(ops.put(line));
    }
    return lines;
  });
}

/**
 * Take out of the outbox what the office named, by each record's own number, and nothing else.
 * @param {Line[]} sent @param {any} answer @param {number} now @returns {Promise<number>} how many it acknowledged
 */
export async function acknowledge(sent, answer, now) {
  const told = new Map();
  for (const outcome of ["accepted", "duplicate"]) {
    for (const [from, to] of answer[outcome] ?? []) {
      for (const { n } of sent) if (n >= from && n <= to) told.set(n, { outcome });
    }
  }
  for (const one of answer.others ?? []) told.set(one.n, one);
  const mine = sent.filter((line) => told.has(line.n));
  await write(["ops"], async ({ ops }) => {
    for (const { n } of mine) {
      const line = await got(ops.get(n));
      if (!line) continue;
      const { outcome, text } = told.get(n);
      delete line.open;
      const stays = outcome === "duplicate" && line.told; // offered again: what was said first is still so
      await got(
        ops.put({
          ...line,
          state: stays ? line.state : outcome,
          text: text ?? line.text,
          told: line.told ?? now,
          fresh: true,
        }),
      );
    }
  });
  tell("ops");
  return mine.length;
}

/** The office's lists know by now what it had acknowledged before they were asked for. @param {number} before ms */
export function settle(before) {
  return write(["ops"], async ({ ops }) => {
    for (const line of await got(ops.getAll())) {
      if (line.fresh && !line.open && line.told <= before) {
        delete line.fresh;
        await got(ops.put(line));
      }
    }
  });
}

/** Offer the last 30 days again: the office was restored from a backup. @param {number} now ms by the office's clock */
export function offerAgain(now) {
  return write(["ops"], async ({ ops }) => {
    for (const line of await got(ops.getAll())) {
      if (!line.open && Date.parse(line.op.at) >= now - REMEMBERED)
        await got(ops.put({ ...line, open: 1, tried: true }));
    }
  });
}

/**
 * Records from before this phone was enrolled anew are its own again.
 * @param {string} origin @param {string} person id
 */
export function adopt(origin, person) {
  return write(["ops"], async ({ ops }) => {
    for (const line of await got(ops.getAll())) {
      if (line.op.origin === origin) continue;
      if (line.op.author === person) await got(ops.put({ ...line, op: { ...line.op, origin }, open: 1, tried: true }));
      else await got(ops.delete(line.n)); // another person's phone now; they took theirs along as a file
    }
  });
}

/**
 * Forget what the school has had for longer than it could be asked again; never what it has not.
 * @param {number} now
 */
export function forget(now) {
  return write(["ops"], async ({ ops }) => {
    for (const line of await got(ops.getAll())) {
      if (!line.open && Date.parse(line.op.at) < now - REMEMBERED - 5 * DAY) await got(ops.delete(line.n));
    }
  });
}

/** A refusal was read and is not shown any more. @param {number} n */
export async function seen(n) {
  await write(["ops"], async ({ ops }) => {
    const line = await got(ops.get(n));
    if (line) await got(ops.put({ ...line, seen: true }));
  });
  tell("ops");
}

/** The storage is full: let go what the school has anyway. */
function makeRoom() {
  return write(["photos", "ops"], async ({ photos, ops }) => {
    for (const photo of await got(photos.getAll())) if (photo.codes) await got(photos.delete(photo.id));
    for (const line of await got(ops.getAll())) if (!line.open && !line.fresh) await got(ops.delete(line.n));
  });
}

/** The first of the lines that fit into one batch. @param {Line[]} lines @returns {Line[]} */
export function portion(lines) {
  let size = 0;
  const end = lines.findIndex((line, place) => {
    size += new TextEncoder().encode(JSON.stringify(line.op)).length;
    return place === BATCH || (size > MOST && place > 0);
  });
  return end < 0 ? lines : lines.slice(0, end);
}

/**
 * The JSON of a batch, as it is sent and as a file holds it.
 * @param {any} device @param {any} line @param {Line[]} lines
 */
export function batch(device, line, lines) {
  return JSON.stringify({
    v: 1,
    school: device.school.id,
    epoch: line?.epoch ?? "",
    columns: pack(lines.map((one) => one.op)),
  });
}
