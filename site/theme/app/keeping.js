// Answers for which edition of a site this phone holds, and for how it becomes the next one: everything is verified
// first, then one entry is written. Whatever breaks off before that leaves what was there. States: see the README.
//
// ``env``: {base: address of the public folder, fetch, read(name), write(name, body, headers), drop(name), names(),
// now(): ms, alone(work): one at a time on this phone, told(facts): called when there is something new to show}.
/* global Trouble, Checking, Fetching */

const Keeping = (() => {
  const DAY = 864e5;
  const LIMIT = 16e6; // bytes of a file whose length nobody signed
  const LISTED = 40; // changed pages that are told by name
  const KEPT = 6; // sites on one phone (children, languages): those not opened for the longest time go first
  const FINAL = ["other_key", "other_school", "older"]; // the same answer would come again
  const memory = new Map(); // site → {blob, pages}: read once while the worker lives

  /** What is held of a site, or null: {site, school, language, number, issued_at, look_again, tree, blob, whole, ...}. */
  async function held(env, site) {
    try {
      return await (await env.read(`site/${site}`)).json();
    } catch {
      return null; // nothing there, or a damaged phone: as if it had never been opened
    }
  }

  /** The pages {path: html} that are held; null when the phone lost or damaged them. */
  async function pagesOf(env, facts) {
    const warm = memory.get(facts.site);
    if (warm?.blob === facts.blob) return warm.pages;
    try {
      const pages = await (await env.read(facts.blob)).json();
      memory.set(facts.site, { blob: facts.blob, pages });
      return pages;
    } catch {
      return null;
    }
  }

  /** {facts, pages} to be shown, or null when nothing whole is held. */
  async function shown(env, site) {
    for (let tries = 2; tries; tries--) {
      const facts = await held(env, site);
      const pages = facts?.blob ? await pagesOf(env, facts) : null;
      if (pages) return { facts, pages }; // else it may just have been replaced
    }
    return null;
  }

  /** Whether something new may be expected: the school's hour passed since ``checked`` (ms), or a day began. */
  function due(checked, now, lookAgain) {
    if (!checked || checked > now) return true; // never, or by a clock that was wrong
    const [hours, minutes] = (lookAgain ?? "00:00").split(":").map(Number);
    const last = new Date(now);
    last.setHours(hours, minutes, 0, 0);
    if (last.getTime() > now) last.setDate(last.getDate() - 1);
    return checked < last.getTime();
  }

  /** Look for something newer if it is time, or when ``wish.forced``. Resolves to the facts afterwards. */
  function look(env, site, wish = {}) {
    return env.alone(async () => {
      let facts = await held(env, site);
      const final = FINAL.includes(facts?.trouble);
      const asked = Math.max(facts?.checked ?? 0, final ? facts.tried : 0);
      const complete = facts?.whole || facts?.only || final;
      if (!wish.forced && complete && !due(asked, env.now(), facts.look_again)) return facts;
      if (facts?.blob && !(await pagesOf(env, facts))) facts = null; // the phone lost them
      try {
        return await renew(env, site, facts, wish);
      } catch (error) {
        return note(env, site, error);
      }
    });
  }

  /** Keep in mind why the last look brought nothing; what is shown stays as it is. */
  async function note(env, site, error) {
    const code = error instanceof Trouble ? error.code : "broken";
    const facts = { site, ...(await held(env, site)), trouble: code, why: String(error), tried: env.now() };
    await env.write(`site/${site}`, JSON.stringify(facts)).catch(() => {});
    return facts;
  }

  async function renew(env, site, facts, wish) {
    if (facts?.whole && !wish.only) {
      try {
        return await byUpdate(env, site, facts);
      } catch (error) {
        if (["offline", "full"].includes(error.code)) throw error;
      }
    }
    return byWeek(env, site, facts, wish.only || (facts?.only && !wish.all));
  }

  /** One request: from what is held to the newest. */
  async function byUpdate(env, site, facts) {
    const name = `${site}/data/from-${facts.tree}.json.gz`;
    const bytes = await Fetching.download(env, name, { limit: LIMIT });
    const { said, telling } = Checking.opened(await Checking.unpack(bytes));
    const pages = Checking.apply(await pagesOf(env, facts), telling);
    const tree = telling ? await Checking.treeOf(pages) : facts.tree;
    const head = await Checking.headOfUpdate(said, facts, tree, await pinOf(env));
    if (facts.number > head.number) throw new Trouble("older", head.number);
    if (tree === facts.tree) return switchTo(env, site, head, facts, facts);
    return replace(env, site, head, facts, pages, { whole: true });
  }

  /** The index and the week; today can be read before the rest came. */
  async function byWeek(env, site, facts, only) {
    const asked = Fetching.download(env, `${site}/data/index.json`, { limit: LIMIT, first: !facts?.blob, anew: Boolean(facts?.blob) });
    const [index, pin] = await Promise.all([asked, pinOf(env)]);
    const head = await verified(env, site, Checking.read(index), facts, pin);
    const { week } = head;
    if (!week?.today) throw new Trouble("broken", "no week");
    if (head.tree === facts?.tree && (only ? facts.only : facts.whole)) return switchTo(env, site, head, facts, facts);
    let now = facts;
    let waits = only || (week.today.pages < week.pages && !facts?.whole && facts?.tree !== head.tree);
    /** Switch to today as soon as it is here; whether that is all that is wanted. */
    async function enough(bytes) {
      if (!waits) return only;
      const text = (await Checking.unpack(bytes, true)).slice(0, week.today.bytes);
      if (text.length < week.today.bytes || (await Checking.hash(text)) !== week.today.hash) return false;
      now = await replace(env, site, head, now, Checking.pagesOf(text), { whole: false, only: Boolean(only) });
      waits = false;
      return only;
    }
    const text = await textOf(env, site, week, enough);
    if (only) return now;
    const pages = Checking.pagesOf(text);
    if ((await Checking.treeOf(pages)) !== head.tree) throw new Trouble("broken", "tree");
    return replace(env, site, head, now, pages, { whole: true, only: false });
  }

  /** The text of a week; only its beginning when that is ``enough``. */
  async function textOf(env, site, week, enough) {
    const name = `${site}/data/${week.hash}.json.gz`;
    for (const anew of [false, true]) {
      const came = await Fetching.download(env, name, { limit: week.bytes, exact: true, named: true, anew, enough })
        .catch((error) => (error.code === "broken" ? new Uint8Array(0) : Promise.reject(error)));
      if (await enough(came)) return null;
      const text = await Checking.unpack(came).catch(() => came);
      if ((await Checking.hash(text)) === week.hash) return text;
    }
    throw new Trouble("broken", "week");
  }

  /** The signed head of an index, when it is this school's, this site's and not older than what is held. */
  async function verified(env, site, told, facts, pin) {
    const head = await Checking.headOf(told, pin);
    const [group, language] = site.split("/");
    if (head.group !== group || (language && head.language !== language)) throw new Trouble("broken", "another site");
    if (facts?.language && head.language !== facts.language) throw new Trouble("broken", "another language");
    if (facts?.number > head.number) throw new Trouble("older", head.number);
    if (!pin.school) await write(env, "pin", JSON.stringify({ key: pin.key, school: head.school }));
    return head;
  }

  /** {key, school}: the key that counts on this phone; it is kept once something was signed with it, and for good. */
  async function pinOf(env) {
    const pinned = await env.read("pin");
    if (pinned) return pinned.json();
    return { key: Checking.decode(await Fetching.download(env, "school.pub", { limit: 4096 })), school: null };
  }

  async function replace(env, site, head, facts, pages, state) {
    const before = facts?.whole && state.whole ? await pagesOf(env, facts) : null;
    const blob = `blob/${site}/${head.tree}${state.whole ? "" : "-today"}`;
    await write(env, blob, JSON.stringify(pages));
    const changes = before ? changed(before, pages, facts.changes ?? []) : (facts?.changes ?? []);
    const said = { blob, changes, news: "news.html" in pages, title: titleOf(pages["index.html"] ?? "", site) };
    const now = await switchTo(env, site, head, facts, { ...state, ...said });
    if (state.whole || state.only) await sweep(env, [site]);
    env.told?.(now);
    return now;
  }

  /** The switch: one entry, written whole or not at all. When nothing is new it says only who said so, and when. */
  async function switchTo(env, site, head, facts, state) {
    const { school, group, language, number, issued_at, look_again, tree } = head;
    const named = { site, school, group, language, number, issued_at, look_again, tree };
    const { whole, only, blob, changes, news, title } = state;
    const now = { ...named, whole, only, blob, changes, news, title, seen: facts?.seen ?? number, checked: env.now() };
    await write(env, `site/${site}`, JSON.stringify(now));
    return now;
  }

  /** Titles of pages that are new or different, newest first; together with those not looked at yet. */
  function changed(before, pages, told) {
    const fresh = Object.keys(pages).filter((path) => pages[path] !== before[path]);
    const single = fresh.filter((path) => /^(lesson|task)-|^(notices|exams)\./.test(path));
    const rows = single.map((path) => {
      return { path, title: titleOf(pages[path], path), fresh: !(path in before) };
    });
    const older = told.filter((row) => row.path in pages && !rows.some((other) => other.path === row.path));
    return [...rows, ...older].slice(0, LISTED);
  }

  /** A page's title as it stands in its HTML. */
  function titleOf(html, otherwise) {
    return /<title>([^<]+)/.exec(html)?.[1] ?? otherwise;
  }

  /** The reader has seen what changed. */
  function seen(env, site) {
    return env.alone(async () => {
      const facts = await held(env, site);
      if (!facts) return null;
      const now = { ...facts, seen: facts.number, changes: [] };
      await env.write(`site/${site}`, JSON.stringify(now)).catch(() => {});
      return now;
    });
  }

  /** Remember that a site was opened, and let go of those beyond KEPT. */
  async function opened(env, site, most = KEPT) {
    const before = await order(env);
    if (before[0] === site && before.length <= most) return;
    await env.alone(async () => {
      const now = [site, ...(await order(env)).filter((other) => other !== site)];
      for (const old of now.splice(most)) {
        memory.delete(old);
        await env.drop(`site/${old}`);
      }
      await env.write("opened", JSON.stringify(now)).catch(() => {});
      await sweep(env, []);
    });
  }

  async function order(env) {
    try {
      return await (await env.read("opened")).json();
    } catch {
      return [];
    }
  }

  /** Sites that can be read without network, the last opened first. */
  async function sites(env) {
    const all = await Promise.all((await order(env)).map((site) => held(env, site)));
    return all.filter((facts) => facts?.blob);
  }

  /** Remove editions that nobody shows; ``done``: sites that need no halves any more. "part/" was kept by versions before. */
  async function sweep(env, done) {
    const names = await env.names();
    const all = names.filter((name) => name.startsWith("site/")).map((name) => held(env, name.slice(5)));
    const facts = (await Promise.all(all)).filter(Boolean);
    const shownBlobs = new Set(facts.map((one) => one.blob));
    const busy = facts.some((one) => !one.whole && !one.only && !done.includes(one.site));
    for (const name of names) {
      const gone = name.startsWith("blob/") ? !shownBlobs.has(name) : /^(part|half)\//.test(name) && !busy;
      if (gone) await env.drop(name);
    }
  }

  /** Write what must be written; where there is no room, what is only there for comfort goes first. */
  async function write(env, name, body) {
    try {
      await env.write(name, body);
    } catch {
      for (const other of await env.names()) if (/^(part|half)\//.test(other)) await env.drop(other);
      await env.write(name, body).catch((error) => {
        throw new Trouble("full", error);
      });
    }
  }

  return { DAY, held, shown, due, look, seen, opened, sites };
})();
