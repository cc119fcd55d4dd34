// Pictures of pages: larger, smaller and turned, all of a work together, as long as the page is open.

const STEPS = [1, 1.4, 2, 3];

/** @param {HTMLElement} section */
export default function sheets(section) {
  const tools = /** @type {HTMLElement} */ (section.querySelector(".tools"));
  const pages = [...section.querySelectorAll("a.sheet")];
  let size = 0;
  let turns = 0;
  if (!pages.length) return;
  tools.hidden = false;

  function draw() {
    for (const page of pages) {
      const picture = page.querySelector("img");
      const signs = page.querySelector("svg"); // lies over the picture, and turns with it
      const shape = picture.naturalWidth / picture.naturalHeight || 210 / 297;
      const lies = turns % 2 === 1;
      page.classList.toggle("lying", lies);
      page.classList.toggle("zoomed", size > 0);
      page.style.width = `${100 * STEPS[size]}%`;
      page.style.aspectRatio = lies ? `${1 / shape}` : "";
      page.dataset.turns = String(turns);
      for (const part of [picture, signs]) {
        if (!part) continue;
        part.style.width = lies ? `${100 * shape}%` : "";
        part.style.transform = `${lies ? "translate(-50%, -50%) " : ""}rotate(${turns * 90}deg)`;
      }
    }
  }

  const acts = {
    larger: () => { size = Math.min(size + 1, STEPS.length - 1); },
    smaller: () => { size = Math.max(size - 1, 0); },
    turn: () => { turns = (turns + 1) % 4; },
  };

  /** @param {string | undefined} act */
  function does(act) {
    if (!act || !(act in acts)) return false;
    acts[act]();
    draw();
    return true;
  }

  tools.addEventListener("click", (event) => {
    if (event.target instanceof HTMLElement) does(event.target.dataset.act);
  });
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.target instanceof HTMLElement && event.target.matches("textarea, select, input:not([type=radio], [type=checkbox])")) return;
    if (does({ "+": "larger", "=": "larger", "-": "smaller", "*": "turn" }[event.key])) event.preventDefault();
  });
  for (const picture of section.querySelectorAll("img")) picture.addEventListener("load", draw);
}
