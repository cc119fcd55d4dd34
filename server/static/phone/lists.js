// What the phone knows of the teacher's own courses: taken over from the office's answers, read by the pages.

import { counting, settledOf } from "./outbox.js";
import { absenceOf } from "./ops.js";
import { got, read, tell, write } from "./store.js";

/**
 * @typedef {{code: string, task: string, student: string, state: string, returns: [string, string][],
 *   heads: [string, string, string | null, string, string][], comment: string}} Work
 * @typedef {{student: string, lesson: string, key: string, heads: [string, string | null][]}} Absence
 */

const NOTHING = { courses: [], lessons: [], tasks: [], works: [], channels: [], letters: [], topics: [], families: [] };

/**
 * Take over an answer to "what is new".
 * @param {any} answer
 * @param {number} contact ms, when it came
 */
export async function takeOver(answer, contact) {
  await write(["kv", "works", "absences"], async ({ kv, works, absences }) => {
    const line = (await got(kv.get("line"))) ?? {};
    if (line.epoch && line.epoch !== answer.epoch) await unlearn(works, absences);
    if (answer.lists) await takeLists(kv, works, answer.lists);
    for (const [code, state, returns, heads, comment] of answer.works ?? []) {
      const known = (await got(works.get(code))) ?? { code };
      await got(works.put({ ...known, state, returns, heads, comment }));
    }
    for (const [student, lesson, heads] of answer.absences ?? []) {
      await got(absences.put({ key: absenceOf(student, lesson), student, lesson, heads }));
    }
    for (const code of answer.works_gone ?? []) await got(works.delete(code));
    await got(kv.put({ ...line, epoch: answer.epoch, cursor: answer.cursor, tag: answer.tag, contact }, "line"));
  });
  tell("lists");
}

/**
 * The office came back from a backup: it tells anew how every work stands.
 * @param {IDBObjectStore} works @param {IDBObjectStore} absences
 */
async function unlearn(works, absences) {
  await got(absences.clear());
  for (const work of await got(works.getAll())) {
    await got(works.put({ ...work, state: "issued", returns: [], heads: [], comment: "" }));
  }
}

/** @param {IDBObjectStore} kv @param {IDBObjectStore} works @param {any} lists */
async function takeLists(kv, works, lists) {
  const { works: given, ...rest } = lists;
  const known = new Map((await got(works.getAll())).map((/** @type {Work} */ work) => [work.code, work]));
  for (const [code, task, student] of given) {
    const work = known.get(code);
    known.delete(code);
    if (work?.task !== task || work.student !== student) {
      await got(works.put({ state: "issued", returns: [], heads: [], comment: "", ...work, code, task, student }));
    }
  }
  for (const code of known.keys()) await got(works.delete(code));
  await got(kv.put(rest, "lists"));
}

/** Names and works are removed after long silence; what was logged stays. */
export async function expire() {
  await write(["kv", "works", "absences"], async ({ kv, works, absences }) => {
    const line = (await got(kv.get("line"))) ?? {};
    await got(kv.put({ offset: line.offset, epoch: line.epoch, expired: true }, "line"));
    await got(kv.delete("lists"));
    await Promise.all([got(works.clear()), got(absences.clear())]);
  });
  tell("lists");
}

/** Everything a page may show, read at one moment. @returns {Promise<Known>} */
export async function known() {
  return read(["kv", "works", "absences", "ops"], async ({ kv, works, absences, ops }) => {
    const [device, line, lists, settings, allWorks, allAbsences, lines] = await Promise.all([
      got(kv.get("device")),
      got(kv.get("line")),
      got(kv.get("lists")),
      got(kv.get("settings")),
      got(works.getAll()),
      got(absences.getAll()),
      got(ops.getAll()),
    ]);
    return new Known(device, line ?? {}, lists ?? NOTHING, settings ?? {}, allWorks, allAbsences, lines);
  });
}

/** What the phone knows, with what was logged on it counted in. */
export class Known {
  /** @param {any} device @param {any} line @param {any} lists @param {any} settings @param {Work[]} works
   *  @param {Absence[]} absences @param {import("./outbox.js").Line[]} lines */
  constructor(device, line, lists, settings, works, absences, lines) {
    Object.assign(this, { device, line, lists, settings, lines });
    this.works = new Map(works.map((work) => [work.code, work]));
    this.absences = new Map(absences.map((one) => [one.key, one]));
    this.courses = new Map(lists.courses.map((/** @type {any} */ course) => [course.id, course]));
    this.tasks = new Map(lists.tasks.map((/** @type {any} */ task) => [task.id, task]));
    this.lessons = new Map(lists.lessons.map((/** @type {any} */ lesson) => [lesson.id, lesson]));
    this.students = new Map(lists.courses.flatMap((/** @type {any} */ course) => course.students));
    for (const one of lists.families)
      if (!this.students.has(one.student) && one.student_name) this.students.set(one.student, one.student_name);
    this.logged = new Map();
    for (const one of lines) {
      if (one.key) this.logged.set(one.key, [...(this.logged.get(one.key) ?? []), one]);
    }
  }

  /** @param {string} id */
  name(id) {
    return this.students.get(id) ?? "";
  }

  /** ``7 «А» · algebra``. @param {string} courseId */
  courseName(courseId) {
    const course = this.courses.get(courseId);
    return course ? `${course.group} · ${course.name}` : "";
  }

  /** Own lines about a target, in the order logged. @param {string} key @returns {import("./outbox.js").Line[]} */
  own(key) {
    return this.logged.get(key) ?? [];
  }

  /** What the office told about a target. @param {string} key @returns {import("./outbox.js").Told} */
  told(key) {
    const heads = this.works.get(key)?.heads ?? this.absences.get(key)?.heads ?? [];
    return { heads: heads.map((/** @type {any[]} */ head) => head[0]), settled: settledOf(this.own(key)) };
  }

  /** Own lines that the office's lists do not know yet. @param {string} key @returns {import("./outbox.js").Line[]} */
  counting(key) {
    return counting(this.own(key), this.told(key).settled);
  }

  /**
   * How a work stands with what was logged here.
   * @param {string} code
   * @returns {{state: string, mark: {verdict: string, value: string | null} | null, two: boolean, comment: string,
   *   line: any, returns: number}}
   */
  standing(code) {
    const work = this.works.get(code);
    const values = new Set((work?.heads ?? []).map((head) => `${head[1]}:${head[2]}`));
    const first = work?.heads?.[0];
    const standing = {
      state: work?.state ?? "issued",
      mark: first ? { verdict: first[1], value: first[2] } : null,
      two: values.size > 1,
      comment: work?.comment ?? "",
      line: this.own(code).at(-1) ?? null,
      returns: work?.returns?.length ?? 0,
    };
    for (const { op } of this.counting(code)) {
      if (op.type === "return") standing.returns += 1;
      if (op.data.comment) standing.comment = op.data.comment;
      if (!op.data.mark) {
        standing.state = "returned";
        continue;
      }
      const { verdict } = op.data.mark;
      standing.mark = op.data.mark;
      standing.two = false;
      standing.state =
        verdict === "mark" ? "marked" : verdict === "cleared" ? (standing.returns ? "returned" : "issued") : verdict;
    }
    return standing;
  }

  /**
   * The letter that stands for a student at a lesson: undefined where nothing was said.
   * @param {string} student @param {string} lesson
   */
  letter(student, lesson) {
    const key = absenceOf(student, lesson);
    const own = this.counting(key).at(-1);
    return own ? own.op.data.letter : this.absences.get(key)?.heads?.[0]?.[1];
  }

  /** Works of a task with their students, in the order of the class. @param {string} taskId @returns {Work[]} */
  worksOf(taskId) {
    const order = new Map([...this.students.keys()].map((id, place) => [id, place]));
    return [...this.works.values()]
      .filter((work) => work.task === taskId)
      .sort((one, other) => (order.get(one.student) ?? 1e9) - (order.get(other.student) ?? 1e9));
  }
}
