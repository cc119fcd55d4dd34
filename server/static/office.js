// Enhances pages that already work: each element with data-module="x" gets the default export of ./x.js.
// A page's own module needs no entry here: put it beside this file and name it in the page.

const NAME = /^[a-z][a-z-]*$/;

/**
 * Start one module on one element; a failure is told to the console and stops no other.
 * @param {HTMLElement} element
 * @param {string} name
 */
async function start(element, name) {
  try {
    if (!NAME.test(name)) throw new Error(`not a module: ${name}`);
    const module = await import(`./${name}.js`);
    module.default(element);
  } catch (error) {
    console.error(`module ${name}`, error);
  }
}

const started = [];
for (const element of document.querySelectorAll("[data-module]")) {
  for (const name of element.dataset.module.split(" ")) started.push(start(element, name));
}
Promise.all(started).then(() => { document.documentElement.dataset.ready = ""; }); // keys are heard from now on
