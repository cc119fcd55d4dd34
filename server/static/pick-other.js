// Who chooses from the list of other teachers means it: the choice above the list is marked too.

/** @param {HTMLElement} box holds one radio button and the list that belongs to it */
export default function pickOther(box) {
  const radio = box.querySelector("input[type=radio]");
  box.querySelector("select").addEventListener("change", (event) => {
    if (event.target.value) radio.checked = true;
  });
}
