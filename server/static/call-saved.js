// The office has noted a call: what was kept of its form in this tab is forgotten.

import { PLACE } from "./call-form.js";

/** @param {HTMLElement} page with data-call: whose call and what about */
export default function callSaved(page) {
  sessionStorage.removeItem(PLACE + page.dataset.call);
}
