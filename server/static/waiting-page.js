// Walks through waiting pages by one key, whatever has the focus: a code reader types letters and digits only.

const WAYS = { PageDown: "next", PageUp: "before" };

/** @param {HTMLElement} box its data-next and data-before are addresses */
export default function waitingPage(box) {
  document.addEventListener("keydown", (event) => {
    const address = box.dataset[WAYS[event.key]];
    if (!address || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    location.assign(address);
  });
  box.dataset.ready = "";
}
