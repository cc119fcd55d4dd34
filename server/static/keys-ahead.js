// Keys of a mark pressed before mark-keys.js listens, and the Enter after them, which would save the work without it.

(function () {
  var typed = "";
  var entered = false;

  /** @param {KeyboardEvent} event */
  function keep(event) {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.target.matches("textarea, select, input:not([type=radio])")) return;
    if (event.key === "Enter" ? !typed : event.key.length !== 1 || !/[0-9A-Za-zА-Яа-яЁё"]/.test(event.key)) return;
    event.preventDefault();
    if (event.key === "Enter") entered = true;
    else typed += event.key;
  }

  document.addEventListener("keydown", keep, true);

  /** Who asks listens from now on. @returns {{typed: string, entered: boolean}} */
  window.keysAhead = function () {
    document.removeEventListener("keydown", keep, true);
    return { typed: typed, entered: entered };
  };
})();
