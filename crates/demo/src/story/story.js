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
      show(["activate", "lost"].includes(link.dataset.chapter) ? "phone" : "browser");
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
  all("[data-go]").forEach(function (go) {
    go.addEventListener("click", function () { goes(go.href); show("browser"); });
  });

  // Phones: the app keeps a memory for each number. A visitor who loses one holds an empty one; the others lie beside it.
  var held = document.querySelector("#phone iframe");
  var row = document.querySelector(".phones");
  var phones = Number(remembered("phones")) || 1;
  var at = Number(remembered("phone")) || 1;
  function remembered(key) { try { return localStorage.getItem(key); } catch (error) { return null; } }
  function remember(key, value) { try { localStorage.setItem(key, value); } catch (error) { return; } }
  function hold(n) {
    at = Math.min(n, phones);
    remember("phone", at);
    var url = new URL(held.src);
    url.searchParams.set("phone", at);
    if (url.href !== held.src) held.src = url.href;
    names();
  }
  function names() {
    row.hidden = phones < 2;
    document.querySelector("[data-lost]").hidden = phones < 2;
    document.querySelector("#lost p").hidden = phones > 1;
    row.replaceChildren();
    for (var n = 1; n <= phones; n++) {
      var button = document.createElement("button");
      button.type = "button";
      button.dataset.phone = String(n);
      button.textContent = row.dataset.word.replace("{n}", n);
      button.setAttribute("aria-pressed", String(n === at));
      row.append(button);
    }
  }
  row.addEventListener("click", function (event) {
    var chosen = Number(event.target.dataset.phone);
    if (!chosen) return;
    hold(chosen);
    row.children[chosen - 1].focus();
    show("phone");
  });
  var lose = document.querySelector("[data-lose]");
  lose.hidden = false;
  lose.addEventListener("click", function () {
    phones += 1;
    remember("phones", phones);
    hold(phones);
    show("phone");
  });
  if (phones > 1) hold(at);

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
