// The worker's scripts beside a host and a store that a test can spoil: no network, no cache, no clock of this machine.
"use strict";

/** A fresh copy of the scripts: what a worker that was ended and started again knows, that is nothing. */
const fresh = (source) => new Function(`${source}; return { Keeping, Checking, Fetching, Trouble, Ed25519 };`)();
const bytesOf = (base64) => Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));

/** Numbers below ``below`` that are the same in every run (mulberry32). */
function dice(seed) {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/**
 * ``files``: {path: bytes} that the host has. ``line``: {left: bytes until the line is cut (Infinity: never), spoil(path,
 * bytes): what is sent instead, short: ends without saying so}. ``store``: {left: writes until the phone is switched off}.
 */
function world(files, now = 1e12) {
  const kept = new Map();
  const env = {
    base: "https://school.example/",
    asked: [],
    files,
    kept,
    line: { left: Infinity },
    store: { left: Infinity, full: Infinity },
    clock: now,
    now: () => env.clock,
    turn: Promise.resolve(),
    alone(work) {
      const mine = env.turn.then(work);
      env.turn = mine.catch(() => {});
      return mine;
    },
    read: async (name) => kept.has(name) ? new Response(kept.get(name).body, { headers: kept.get(name).headers }) : undefined,
    async write(name, body, headers = {}) {
      if (env.store.left-- <= 0) throw new Error("switched off");
      const size = new Blob([body]).size;
      if (size > env.store.full) throw new DOMException("full", "QuotaExceededError");
      kept.set(name, { body, headers });
    },
    drop: async (name) => {
      if (env.store.left-- <= 0) throw new Error("switched off");
      kept.delete(name);
    },
    names: async () => [...kept.keys()],
    async fetch(url, { headers }) {
      const path = url.slice(env.base.length);
      env.asked.push([path, headers.Range ?? ""]);
      if (env.line.left <= 0) throw new TypeError("Failed to fetch");
      if (!env.files[path]) return new Response("", { status: 404 });
      const whole = env.line.spoil ? env.line.spoil(path, env.files[path]) : env.files[path];
      const first = headers.Range ? Number(/\d+/.exec(headers.Range)[0]) : 0;
      if (headers.Range && first >= whole.length && whole.length) return new Response("", { status: 416 });
      const body = stream(env.line, whole.slice(first));
      const range = { "Content-Range": `bytes ${first}-${whole.length - 1}/${whole.length}` };
      return headers.Range ? new Response(body, { status: 206, headers: range }) : new Response(body);
    },
  };
  return env;
}

function stream(line, bytes) {
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at >= bytes.length) return controller.close();
      const size = Math.min(1 + ((at * 7919) % 1400), bytes.length - at, line.left);
      if (size <= 0) return line.short ? controller.close() : controller.error(new TypeError("network error"));
      controller.enqueue(bytes.slice(at, at + size));
      at += size;
      line.left -= size;
    },
  });
}
