// The story page: chapters, the browser frame's buttons, and tabs on narrow screens. Without it everything is shown at once.
"use strict";
(function () {
  var all = function (selector) { return Array.from(document.querySelectorAll(selector)); };

  var chapters = all("a[data-chapter]");
  function tell(id) {
    chapters.forEach(function (link) {
      var current = link.dataset.chapter === id;
      if (current) link.setAttribute("aria-current", "step"); else link.removeAttribute("aria-current");
      document.getElementById(link.dataset.chapter).hidden = !current;
    });
    document.body.dataset.chapter = id;
    history.replaceState(null, "", "/?chapter=" + id);
  }
  chapters.forEach(function (link) {
    link.addEventListener("click", function (event) {
      event.preventDefault();
      tell(link.dataset.chapter);
      show(link.dataset.chapter === "activate" ? "phone" : "browser");
    });
  });

  var frame = document.querySelector("iframe[name=browser]");
  var start = frame.getAttribute("src");
  var back = document.querySelector("[data-back]");
  var home = document.querySelector("[data-home]");
  back.hidden = home.hidden = false;
  // Frames share the page's history: this goes back in the frame that moved last.
  back.addEventListener("click", function () { history.back(); });
  home.addEventListener("click", function () { goes(start); frame.src = start; });

  // Where the frame is, as long as we sent it there; after that nobody tells us, and an address that may be wrong is not shown.
  var address = document.querySelector("[data-address]");
  var sent = new URL(start, location.href).origin;
  function goes(url) { sent = new URL(url, location.href).origin; }
  frame.addEventListener("load", function () {
    address.textContent = sent || "";
    address.parentNode.hidden = !sent;
    sent = null;
  });
  var go = document.querySelector("[data-go]");
  go.addEventListener("click", function () { goes(go.href); });

  var tabs = all("[data-shows]");
  function show(id) {
    tabs.forEach(function (tab) {
      var shown = tab.dataset.shows === id;
      tab.setAttribute("aria-pressed", String(shown));
      document.getElementById(tab.dataset.shows).toggleAttribute("data-shown", shown);
    });
  }
  document.querySelector(".tabs").hidden = false;
  document.body.classList.add("tabbed");
  tabs.forEach(function (tab) { tab.addEventListener("click", function () { show(tab.dataset.shows); }); });
  show("phone");
})();
