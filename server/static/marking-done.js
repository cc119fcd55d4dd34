// Forgets what was kept in this tab of a work that is saved now.

/** @param {HTMLElement} element with the owner of what is kept and the saved work's code */
export default function markingDone(element) {
  const { owner, done } = element.dataset;
  if (done) sessionStorage.removeItem(keptAs(owner, done));
}

/** Where a person's unsaved words about a work are kept. @param {string | undefined} owner @param {string | undefined} work */
export function keptAs(owner, work) {
  return `marking ${owner} ${work}`;
}
