// A form that needs a script is shown where there is one, before the page is drawn: nothing moves.
document.forms[0].hidden = false;
