// Answers for what may be shown at all: gzip, trees, updates and the school's signature. Formats: sync/bundle.py,
// sync/delta.py, sync/lines.py and sync/signing.py. Nothing here knows where bytes come from or where they are kept.
/* global Ed25519 */

/** Why something was not taken; ``code`` is what the reader has a sentence for. */
class Trouble extends Error {
  constructor(code, why = "") {
    super(`${code} ${why}`);
    this.code = code;
  }
}

const Checking = (() => {
  const LARGEST = 64e6; // characters or bytes of a site: more is an attack or a mistake
  const LETTERS = // of sync/lines.py
    "АБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯЁӘҒҚҢӨҰҮҺІ«»„“”’—–…№\u00a0\u2011−×·•°→←≤≥≠" +
    "бвгджзклмнпрстфхцчшщқғңһъё≈√²³±½¼↑↓‘πΔαβγλΩ∠§€₸₽" +
    "аеиоуыэюяйьәөұүі";
  const encode = (text) => new TextEncoder().encode(text);
  const decode = (bytes) => new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  const isGzip = (bytes) => bytes[0] === 0x1f && bytes[1] === 0x8b;

  /** SHA-256 in hex. */
  async function hash(bytes) {
    const made = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
    return Array.from(made, (byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  /** A file's bytes without its gzip, whether the host has taken that off or not. Of the beginning of a file, ``cut``. */
  async function unpack(bytes, cut = false) {
    if (!isGzip(bytes)) return bytes;
    const chunks = [];
    let size = 0;
    try {
      const reader = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip")).getReader();
      for (;;) {
        const { done, value } = await reader.read();
        if (done) break;
        chunks.push(value);
        size += value.length;
        if (size > LARGEST) throw new Trouble("broken", "too large");
      }
    } catch (error) {
      if (!cut) throw new Trouble("broken", String(error));
    }
    return new Uint8Array(await new Blob(chunks).arrayBuffer());
  }

  /** The letters of a telling: each is a byte. */
  function textOf(bytes) {
    const units = new Uint16Array(bytes).map((byte) => (byte < 128 ? byte : LETTERS.charCodeAt(byte - 128)));
    return new TextDecoder("utf-16le", { ignoreBOM: true }).decode(units);
  }

  /** [first line, the rest] */
  function cutLine(text) {
    const end = text.indexOf("\n");
    return end < 0 ? [text, ""] : [text.slice(0, end), text.slice(end + 1)];
  }

  /** The signed index. */
  function read(bytes) {
    try {
      return JSON.parse(decode(bytes));
    } catch (error) {
      throw new Trouble("broken", String(error));
    }
  }

  /** The tree of pages {path: html}: SHA-256 of the canonical JSON of their hashes. */
  async function treeOf(pages) {
    const paths = Object.keys(pages).sort();
    const hashes = await Promise.all(paths.map((path) => hash(encode(pages[path]))));
    return hash(encode(`{${paths.map((path, i) => `${JSON.stringify(path)}:"${hashes[i]}"`).join(",")}}`));
  }

  /** The line of a page that an item of a telling is, or those lines of ``known`` that it names. */
  function linesOf(item, known) {
    if (item[0] !== "\x02") return [item.replace(/\0([0-9a-f]{4})/g, (all, unit) => String.fromCharCode(parseInt(unit, 16)))];
    const [first, count] = item.slice(1).split(",").map(Number);
    if (!(first >= 0 && count >= 1 && first + count <= known.length)) throw new Error("lines");
    return known.slice(first, first + count);
  }

  /** The pages {path: html} after a telling (sync/lines.py); the caller compares the tree of the result. */
  function apply(before, telling) {
    const after = { ...before };
    const said = [];
    let size = 0;
    try {
      for (const piece of telling ? telling.slice(1).split("\n\x01") : []) {
        const [name, ...items] = piece.split("\n");
        if (name.endsWith("\x03")) {
          delete after[name.slice(0, -1)];
          continue;
        }
        const [path, source = path] = name.split("\x02");
        const known = source in before ? before[source].split("\n") : said;
        const lines = items.map((item) => linesOf(item, known)).flat();
        after[path] = lines.join("\n");
        for (const line of lines) said.push(line);
        size += after[path].length;
        if (size > LARGEST) throw new Error("too large");
      }
    } catch (error) {
      throw new Trouble("broken", String(error));
    }
    return after;
  }

  /** The pages of a week, or of its beginning (sync/bundle.py). */
  const pagesOf = (bytes) => apply({}, cutLine(textOf(bytes))[1]);

  /** {said: what an update says of its edition, telling} (sync/delta.py). */
  function opened(bytes) {
    const [line, telling] = cutLine(textOf(bytes));
    return { said: line.split(" "), telling };
  }

  function fromBase64(text) {
    try {
      return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    } catch (error) {
      throw new Trouble("signature", String(error));
    }
  }

  /** {id, key} in hex and bytes, of a minisign public file's text. */
  function keyOf(text) {
    const raw = fromBase64(text.trim().split(/\r?\n/).pop());
    if (raw.length !== 42 || raw[0] !== 0x45 || raw[1] !== 0x64) throw new Trouble("signature", "no key");
    return { id: raw.slice(2, 10).join(), key: raw.slice(10) };
  }

  async function holds(key, signature, message) {
    let own;
    try {
      own = await crypto.subtle.importKey("raw", key, { name: "Ed25519" }, false, ["verify"]);
    } catch {
      return Ed25519.verify(key, signature, message); // a browser that does not know Ed25519
    }
    return crypto.subtle.verify({ name: "Ed25519" }, own, signature, message);
  }

  /** What the school signed. ``pin``: {key: its public file's text, school: its id, or null at the first look}. */
  async function headOf(told, pin) {
    if (typeof told?.signed !== "string" || typeof told.sig !== "string") throw new Trouble("broken", "unsigned");
    const line = fromBase64(told.sig);
    const { id, key } = keyOf(pin.key);
    if (line.length !== 74 || line[0] !== 0x45 || line[1] !== 0x64) throw new Trouble("signature", "format");
    if (line.slice(2, 10).join() !== id) throw new Trouble("other_key");
    if (!(await holds(key, line.slice(10), encode(told.signed)))) throw new Trouble("signature");
    const head = JSON.parse(told.signed);
    if (head.v !== 2) throw new Trouble("broken", "version");
    if (pin.school && head.school !== pin.school) throw new Trouble("other_school");
    return head;
  }

  /** What the school signed of an update that led to pages of ``tree``; ``facts``: what is held of the site. */
  async function headOfUpdate([number, issued_at, hour, sig], { school, group, language }, tree, pin) {
    const look_again = hour === "-" ? null : hour;
    const head = { group, issued_at, language, look_again, number: Number(number), school, tree, v: 2 }; // in canonical order
    if (!(await holds(keyOf(pin.key).key, fromBase64(sig ?? ""), encode(JSON.stringify(head))))) throw new Trouble("signature");
    return head;
  }

  return { encode, decode, isGzip, hash, unpack, read, treeOf, apply, pagesOf, opened, keyOf, holds, headOf, headOfUpdate };
})();
