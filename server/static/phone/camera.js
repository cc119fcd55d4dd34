// A task sheet's square by camera: read on the phone where it can, else photographed and read at school.

import { h } from "./dom.js";
import { keepPhoto } from "./photos.js";
import { isFull } from "./store.js";
import { t } from "./texts.js";

/** @returns {Promise<any>} a reader of squares, or null where the phone has none */
async function detector() {
  const Detector = /** @type {any} */ (self).BarcodeDetector;
  try {
    if (!Detector || !navigator.mediaDevices || !(await Detector.getSupportedFormats()).includes("qr_code"))
      return null;
    return new Detector({ formats: ["qr_code"] });
  } catch {
    return null;
  }
}

/**
 * @param {(text: string) => void} read gets what a square says
 * @param {() => void} kept a photo waits now
 */
export function cameraButton(read, kept) {
  const file = h("input", {
    type: "file",
    accept: "image/*",
    capture: "environment",
    hidden: true,
    "aria-label": t("photo_of_sheet"),
    onchange: photographed,
  });
  const button = h("button", { type: "button", onclick: press }, t("camera"));
  const told = h("span", { class: "error small", role: "alert", hidden: true });

  async function press() {
    const reader = await detector();
    if (!reader) return file.click();
    try {
      await look(reader, read);
    } catch {
      file.click(); // no camera is allowed to the page: the phone's own may still be
    }
  }

  async function photographed() {
    const [photo] = file.files;
    if (!photo) return;
    told.hidden = true;
    try {
      await keepPhoto(photo);
      kept();
    } catch (error) {
      told.textContent = isFull(error) ? t("storage_full") : t("photo_broken");
      told.hidden = false;
    }
    file.value = "";
  }

  return h("span", { class: "camera" }, button, file, told);
}

/** Show what the camera sees until it finds a square. @param {any} reader @param {(text: string) => void} read */
async function look(reader, read) {
  const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
  const video = h("video", { playsinline: true, muted: true });
  const dialog = h(
    "dialog",
    { class: "viewer", "aria-label": t("camera") },
    video,
    h("p", {}, t("hold_square")),
    h("button", { type: "button", onclick: () => dialog.close() }, t("close")),
  );
  video.srcObject = stream;
  document.body.append(dialog);
  dialog.addEventListener("close", () => {
    for (const track of stream.getTracks()) track.stop();
    dialog.remove();
  });
  dialog.showModal();
  await video.play();
  while (dialog.open) {
    const [square] = await reader.detect(video).catch(() => []);
    if (square) {
      dialog.close();
      navigator.vibrate?.(60);
      return read(square.rawValue);
    }
    await new Promise((resolve) => setTimeout(resolve, 120));
  }
}
