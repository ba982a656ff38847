// The pane with the card reader: asks twice a second whether something changed, draws it, and opens the way back in the browser beside it.
"use strict";
(function () {
  var main = document.getElementById("main");

  // Steps that move by themselves must not take the focus from somebody who types elsewhere.
  function draw(text) {
    var fresh = new DOMParser().parseFromString(text, "text/html").getElementById("main");
    if (!fresh) return location.reload();
    var held = document.activeElement && main.contains(document.activeElement);
    var open = main.querySelector("details[open]") !== null;
    fresh = document.importNode(fresh, true);
    main.replaceWith(fresh);
    main = fresh;
    if (open) main.querySelector("details").open = true;
    ready(held);
  }

  function ready(held) {
    var field = main.querySelector("input.code") || main.querySelector(".program button");
    if (held && field) field.focus();
  }

  async function post(form) {
    var buttons = form.querySelectorAll("button");
    buttons.forEach(function (button) { button.disabled = true; });
    try {
      var answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)) });
      draw(await answer.text());
    } catch (error) {
      buttons.forEach(function (button) { button.disabled = false; });
    }
  }
  document.addEventListener("submit", function (event) {
    event.preventDefault();
    post(event.target);
  });

  function opens(url) {
    var frame = window.parent !== window && window.parent.document.querySelector("iframe[name=browser]");
    if (frame) frame.src = url; else window.open(url, "browser");
  }

  var asking = false;
  async function look() {
    if (asking || document.hidden) return;
    asking = true;
    try {
      var state = await (await fetch("/reader/state", { cache: "no-store" })).json();
      if (state.open) opens(state.open);
      if (state.turn !== main.dataset.turn) draw(await (await fetch("/reader", { cache: "no-store" })).text());
    } catch (error) {
      // The world was stopped; the next look may find it again.
    } finally {
      asking = false;
    }
  }
  setInterval(look, 500);
})();
