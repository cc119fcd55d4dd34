// Photos of task sheets on phones that cannot read squares themselves: they wait for signal, the school reads them.

import { empty, got, read, tell, value, write } from "./store.js";
import { ask, Refused } from "./wire.js";

const SIDE = 2400; // pixels; a square on a sheet is still read well
const LARGEST = 8 * 1024 * 1024; // bytes the office takes

/** @typedef {{id: number, blob: Blob | null, at: number, codes?: string[], wrong?: string}} Photo */

/** @returns {Promise<Photo[]>} */
export const photos = () => read(["photos"], (stores) => got(stores.photos.getAll()));

/** Keep a photo until it was read at school. @param {Blob} file */
export async function keepPhoto(file) {
  const blob = await smaller(file);
  await write(["photos"], (stores) => got(stores.photos.add({ blob, at: Date.now() })));
  tell("ops");
}

/** A photo that the office takes: JPEG or PNG of bearable size. @param {Blob} file @returns {Promise<Blob>} */
async function smaller(file) {
  if (["image/jpeg", "image/png"].includes(file.type) && file.size < 1024 * 1024) return file;
  const picture = await createImageBitmap(file);
  const scale = Math.min(1, SIDE / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(picture.width * scale);
  canvas.height = Math.round(picture.height * scale);
  canvas.getContext("2d")?.drawImage(picture, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve, reject) =>
    canvas.toBlob(
      (blob) => (blob && blob.size <= LARGEST ? resolve(blob) : reject(new Error("photo"))),
      "image/jpeg",
      0.85,
    ),
  );
}

/** Let the school read the photos that wait; what it found is kept in place of the photo. */
export async function sendPhotos() {
  const device = await value("device");
  for (const photo of await photos()) {
    if (!photo.blob) continue;
    let found;
    try {
      found = { codes: (await ask(device, await value("line"), "POST", "/api/v1/photos", photo.blob)).codes };
    } catch (error) {
      if (!(error instanceof Refused) || ![400, 413, 415, 422].includes(error.status)) throw error;
      found = { codes: [], wrong: error.message };
    }
    await write(["photos"], (stores) => got(stores.photos.put({ ...photo, ...found, blob: null })));
    tell("ops");
  }
}

/**
 * A code that was found is dealt with, or not wanted.
 * @param {number} id @param {string} [code] without it: all of the photo
 */
export async function drop(id, code) {
  await write(["photos"], async (stores) => {
    const photo = await got(stores.photos.get(id));
    const left = code ? (photo?.codes ?? []).filter((/** @type {string} */ one) => one !== code) : [];
    await got(left.length ? stores.photos.put({ ...photo, codes: left }) : stores.photos.delete(id));
  });
  tell("ops");
}

/** @returns {Promise<void[]>} */
export const dropAll = () => empty(["photos"]);
