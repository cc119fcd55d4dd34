// Answers for getting a file's bytes over a line that breaks: what came is kept, and the next try asks for the rest.
/* global Trouble, Checking */

const Fetching = (() => {
  const TRIES = 3; // that a breaking line is taken up again at once; then at the next look
  const LARGEST = 64e6; // bytes without gzip
  const SAVE = 8192; // bytes that may be lost when the phone ends the worker

  /** {bytes, tag, raw}: what came of a file; ``raw`` asks for the file itself, where it came with another coding. */
  async function readHalf(env, name) {
    const found = await env.read(`half/${name}`);
    if (!found) return null;
    return {
      bytes: new Uint8Array(await found.arrayBuffer()),
      tag: found.headers.get("tag") ?? "",
      raw: found.headers.has("raw"),
    };
  }

  async function saveHalf(env, name, half) {
    const headers = { tag: half.tag, ...(half.raw && { raw: "1" }) };
    await env.write(`half/${name}`, half.bytes, headers).catch(() => {}); // no room: begun again another time
  }

  const join = (chunks) => new Blob(chunks).arrayBuffer().then((all) => new Uint8Array(all));

  /** Whether the answer continues what is there; false when it begins anew. Throws Trouble for any other answer. */
  function continues(response, half) {
    if (response.status === 404 || response.status === 410) throw new Trouble("missing");
    if (response.status === 200) return false;
    if (response.status !== 206) throw new Trouble("server", response.status);
    const [, first] = /^bytes (\d+)-/.exec(response.headers.get("Content-Range") ?? "") ?? [];
    if (Number(first) !== half?.bytes.length) throw new Trouble("server", "range");
    return true;
  }

  function ask(env, name, half, wish) {
    const headers = {};
    if (half) {
      headers.Range = `bytes=${half.bytes.length}-`;
      if (half.tag && half.bytes.length) headers["If-Range"] = half.tag;
    }
    const cache = half || wish.anew ? "no-store" : wish.named ? "force-cache" : wish.first ? "default" : "no-cache";
    const asked = env.fetch(env.base + name, { headers, cache }); // with credentials as the page: on its open connection
    return asked.catch((error) => {
      throw new Trouble("offline", error);
    });
  }

  /**
   * The bytes of a file. ``wish``: {limit: most bytes it may have, exact: it has just that many, named: its name says
   * its content, first: the browser may have asked for it just now, anew: past the browser's own cache, enough(bytes): is
   * told what came so far, now and then; true when no more is wanted}. Throws Trouble: offline (no answer at all), broke
   * (again and again; what came is kept), missing, server or broken.
   */
  async function download(env, name, wish) {
    let half = await readHalf(env, name);
    for (let left = TRIES; ; left--) {
      const before = half?.bytes.length ?? 0;
      try {
        const bytes = await once(env, name, wish, half);
        if (half || before) await env.drop(`half/${name}`);
        return bytes;
      } catch (error) {
        if (!(error instanceof Break)) {
          if (error.code !== "offline") await env.drop(`half/${name}`);
          throw error;
        }
        half = error.half;
        if (half) await saveHalf(env, name, half);
        if (left === 0 || (half?.bytes.length ?? 0) < before) throw new Trouble("broke");
      }
    }
  }

  /** A line that broke; ``half`` is what can be continued, or null. */
  class Break extends Error {
    constructor(half) {
      super("broke off");
      this.half = half;
    }
  }

  async function once(env, name, wish, half) {
    const response = await ask(env, name, half, wish);
    const chunks = continues(response, half) ? [half.bytes] : [];
    const tag = wish.named ? "" : (response.headers.get("ETag") ?? "");
    let size = chunks.length ? half.bytes.length : 0;
    let saved = size;
    const reader = response.body.getReader();
    for (;;) {
      let step;
      try {
        step = await reader.read();
      } catch {
        const came = await join(chunks);
        if (await wish.enough?.(came)) return came;
        throw new Break(resumable(came, tag, wish, half));
      }
      if (step.done) break;
      chunks.push(step.value);
      size += step.value.length;
      if (size > (Checking.isGzip(await join(chunks.slice(0, 2))) ? wish.limit : LARGEST)) {
        reader.cancel().catch(() => {});
        throw new Trouble("broken", "longer than told");
      }
      if (size - saved >= SAVE) {
        saved = size;
        const came = await join(chunks);
        const now = resumable(came, tag, wish, half);
        if (now?.bytes.length) await saveHalf(env, name, now);
        if (await wish.enough?.(came)) {
          reader.cancel().catch(() => {});
          return came;
        }
      }
    }
    const bytes = await join(chunks);
    if (wish.exact && Checking.isGzip(bytes) && size < wish.limit) throw new Break(resumable(bytes, tag, wish, half));
    return bytes;
  }

  /** What can be continued later: gzip as it lies on the host; of another coding only that it must be asked for. */
  function resumable(bytes, tag, wish, half) {
    if (!wish.named && (!tag || tag.startsWith("W/"))) return null;
    if (Checking.isGzip(bytes)) return { bytes, tag, raw: true };
    return bytes.length && !half?.raw ? { bytes: new Uint8Array(0), tag, raw: true } : null;
  }

  return { download };
})();
