// What the phone keeps: one IndexedDB, written durably; a write is answered when it is on the disk.

const NAME = "korablik-phone";
export const STORES = ["kv", "works", "absences", "ops", "photos", "drafts"];

/** @type {Promise<IDBDatabase> | null} */
let opened = null;

/** @returns {Promise<IDBDatabase>} */
function database() {
  opened ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => {
      const db = request.result;
      db.createObjectStore("kv");
      db.createObjectStore("works", { keyPath: "code" });
      db.createObjectStore("absences", { keyPath: "key" });
      const ops = db.createObjectStore("ops", { keyPath: "n" });
      ops.createIndex("open", "open"); // only what the school has not acknowledged has this field
      ops.createIndex("key", "key");
      db.createObjectStore("photos", { keyPath: "id", autoIncrement: true });
      db.createObjectStore("drafts", { keyPath: "name" });
    };
    request.onsuccess = () => {
      request.result.onversionchange = () => {
        request.result.close();
        opened = null;
      };
      resolve(request.result);
    };
    request.onerror = () => reject(request.error);
    request.onblocked = () => reject(new Error("blocked"));
  });
  opened.catch(() => (opened = null));
  return opened;
}

/** The result of one request of a transaction. @param {IDBRequest} request @returns {Promise<any>} */
export function got(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/**
 * Run one transaction; what ``act`` answers is handed on when all of it is done (for a write: on the disk).
 * @template T
 * @param {IDBTransactionMode} mode
 * @param {string[]} names
 * @param {(stores: Record<string, IDBObjectStore>) => Promise<T> | T} act awaits nothing but the stores' requests
 * @returns {Promise<T>}
 */
async function run(mode, names, act) {
  const transaction = (await database()).transaction(names, mode, { durability: "strict" });
  const done = new Promise((resolve, reject) => {
    transaction.oncomplete = resolve;
    transaction.onabort = () => reject(transaction.error ?? new Error("aborted"));
  });
  done.catch(() => {}); // told below, or by what broke first
  const stores = Object.fromEntries(names.map((name) => [name, transaction.objectStore(name)]));
  let answer;
  try {
    answer = await act(stores);
  } catch (error) {
    try {
      transaction.abort();
    } catch {
      // it is over already
    }
    throw transaction.error ?? error;
  }
  await done;
  return answer;
}

/** @template T @param {string[]} names @param {(stores: Record<string, IDBObjectStore>) => Promise<T> | T} act */
export const read = (names, act) => run("readonly", names, act);

/** @template T @param {string[]} names @param {(stores: Record<string, IDBObjectStore>) => Promise<T> | T} act */
export const write = (names, act) => run("readwrite", names, act);

/** @param {string} key @returns {Promise<any>} */
export const value = (key) => read(["kv"], ({ kv }) => got(kv.get(key)));

/** @param {string} key @param {any} given */
export const keep = (key, given) => write(["kv"], ({ kv }) => got(kv.put(given, key)));

/** Everything of the stores named, for a wipe. @param {string[]} names */
export const empty = (names = STORES) =>
  write(names, (stores) => Promise.all(names.map((name) => got(stores[name].clear()))));

/** Whether the phone's storage is full. @param {any} error */
export const isFull = (error) => error?.name === "QuotaExceededError";

const channel = "BroadcastChannel" in self ? new BroadcastChannel("korablik-phone") : null;
const listeners = new Set();

/** Tell this page and other tabs that something was stored. @param {string} what ops, lists, device, line */
export function tell(what) {
  channel?.postMessage(what);
  for (const listener of listeners) listener(what, true);
}

/** @param {(what: string, here: boolean) => void} listener ``here``: this tab did it */
export function listen(listener) {
  listeners.add(listener);
}

channel?.addEventListener("message", (event) => {
  for (const listener of listeners) listener(event.data, false);
});
