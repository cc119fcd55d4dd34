// How records leave the phone without signal (a file for the school), and how everything else leaves it for good.

import { sealed } from "./keys.js";
import { batch, portion, take } from "./outbox.js";
import { got, read, STORES, tell, write } from "./store.js";

/** @typedef {{name: string, text: string}} OpFile */

/**
 * The outbox as files that only the school can open; the records stay in it until they are acknowledged.
 * @returns {Promise<OpFile[]>}
 */
export async function packOutbox() {
  const [device, line] = await read(["kv"], ({ kv }) => Promise.all([got(kv.get("device")), got(kv.get("line"))]));
  if (!device?.school) return [];
  let lines = await take("filed");
  const files = [];
  while (lines.length) {
    const part = portion(lines);
    lines = lines.slice(part.length);
    const text = await sealed(device, batch(device, line, part));
    files.push({ name: `korablik-${device.origin.slice(0, 6)}-${part[0].n}-${part.at(-1)?.n}.korablik`, text });
  }
  return files;
}

/**
 * Hand files to the person: the phone's own "share" where it takes files, else as downloads.
 * @param {OpFile[]} files
 */
export async function handOver(files) {
  for (const { name, text } of files) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type: "application/octet-stream" }));
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  }
}

/** Whether files can be handed to a messenger. @param {OpFile[]} files */
export const canShare = (files) => Boolean(navigator.canShare?.({ files: asFiles(files) }));

/** @param {OpFile[]} files */
export const share = (files) => navigator.share({ files: asFiles(files) });

/** @param {OpFile[]} files */
const asFiles = (files) => files.map(({ name, text }) => new File([text], name, { type: "application/octet-stream" }));

/**
 * Remove everything, in one step; what could not be sent stays as files that nobody on the phone can read.
 * @param {string} reason device_revoked or signed_out
 * @param {OpFile[]} files
 */
export async function wipe(reason, files) {
  await write(STORES, async (stores) => {
    const device = await got(stores.kv.get("device"));
    const count = await got(stores.ops.index("open").count());
    await Promise.all(STORES.map((name) => got(stores[name].clear())));
    await got(stores.kv.put({ reason, files, count, locale: device?.locale, at: Date.now() }, "gone"));
  });
  tell("device");
}

/**
 * The school does not know this phone, though nobody revoked it. One that waited was never confirmed; else the school
 * came back from an old backup: all is kept, and sent again when the phone is enrolled anew.
 */
export async function estranged() {
  await write(["kv"], async ({ kv }) => {
    const device = await got(kv.get("device"));
    await got(kv.put({ ...device, state: device.state === "waiting" ? "refused" : "unknown" }, "device"));
  });
  tell("device");
}
