// The pages that follow an activation: they hear of every change and draw themselves anew from the server's own words, so that
// there is one source of what is shown. Loaded in the head: with a live stream the refresh is parsed into a template, where it
// does nothing (see wait.js). Also: clocks, and cards read by the Web eID extension.
"use strict";
(function () {
  if (!window.EventSource || !window.fetch) return;
  if (document.currentScript && !document.currentScript.defer) document.write("<template>");

  var leaving = false;
  var drawing = false;
  var again = false;
  var ticking = 0;

  // Asks for this page once more and takes over what changed; another page means that the activation went on.
  async function redraw() {
    if (leaving) return;
    if (drawing) { again = true; return; }
    drawing = true;
    try {
      var answer = await fetch(location.href, { cache: "no-store", credentials: "same-origin" });
      if (!leaving && answer.redirected) { leaving = true; location.replace(answer.url); return; }
      var fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      var page = document.querySelector("[data-events]");
      var drawn = fresh.querySelector("[data-events]");
      if (!drawn) { leaving = true; location.reload(); return; }
      page.dataset.key = drawn.dataset.key;
      if (title(drawn) !== title(page)) { whole(page, drawn, fresh.title); return; }
      document.querySelectorAll("[data-live]").forEach(function (old) {
        var next = fresh.getElementById(old.id);
        if (next && next.innerHTML !== old.innerHTML) {
          old.className = next.className;
          old.replaceChildren.apply(old, Array.from(document.importNode(next, true).childNodes));
        }
      });
      run();
      offer(page);
    } catch (error) {
      setTimeout(redraw, 3000);
    } finally {
      drawing = false;
      if (again) { again = false; redraw(); }
    }
  }

  function title(page) { return page.querySelector("h1").textContent; }

  // Another step under the same address: everything anew, and whoever listens hears its heading.
  function whole(page, drawn, name) {
    page.replaceChildren.apply(page, Array.from(document.importNode(drawn, true).childNodes));
    document.title = name;
    var heading = page.querySelector("h1");
    heading.tabIndex = -1;
    heading.focus();
    run();
  }

  // The same words in the same order as the server writes them into data-key.
  function key(state) {
    return [state.step, state.progress, state.left, state.error, state.device, state.expires]
      .map(function (part) { return part === null || part === undefined ? "" : String(part); }).join("|");
  }

  function follow(page) {
    var stream = new EventSource(page.dataset.events);
    var lost = null;
    function onLost() { if (lost === null) lost = setTimeout(function () { lost = null; redraw(); follow(page); }, 3000); }
    stream.addEventListener("state", function (event) {
      var state;
      try { state = JSON.parse(event.data); } catch (error) { return; }
      if (key(state) !== page.dataset.key) redraw();
    });
    stream.onerror = function () { if (stream.readyState === EventSource.CLOSED) onLost(); };
    window.addEventListener("pagehide", function () { stream.close(); });
    document.addEventListener("visibilitychange", function () { if (!document.hidden) redraw(); });
  }

  function run() {
    clearTimeout(ticking);
    var clock = document.getElementById("clock");
    if (!clock) return;
    var text = clock.querySelector("[data-text]");
    var say = clock.querySelector("[aria-live]");
    var end = performance.now() + Number(clock.dataset.left) * 1000;
    function tick() {
      var left = Math.max(0, Math.ceil((end - performance.now()) / 1000));
      var minutes = Math.floor(left / 60) + ":" + String(left % 60).padStart(2, "0");
      text.textContent = left > 60 ? clock.dataset.minutes.replace("{time}", minutes)
        : clock.dataset.seconds.replace("{seconds}", String(left));
      if (left <= 60 && clock.dataset.late === undefined) {
        clock.dataset.late = "";
        say.textContent = text.textContent;
      }
      ticking = left === 0 ? setTimeout(redraw, 1500) : setTimeout(tick, 250);
    }
    tick();
  }

  // Web eID: messages to the extension's content script and back, over this window.
  var VERSION = "2.0.2";
  function ask(message, ms) {
    return new Promise(function (resolve, reject) {
      var timer = setTimeout(function () { end(reject, new Error("no answer")); }, 2000);
      function end(how, what) {
        clearTimeout(timer);
        window.removeEventListener("message", hear);
        how(what);
      }
      function hear(event) {
        if (event.source !== window || event.origin !== location.origin || !event.data) return;
        if (event.data.action === message.action + "-ack") {
          clearTimeout(timer);
          timer = setTimeout(function () { end(reject, new Error("too late")); }, ms);
        } else if (event.data.action === message.action + "-success") end(resolve, event.data);
        else if (event.data.action === message.action + "-failure") end(reject, event.data.error || new Error("refused"));
      }
      window.addEventListener("message", hear);
      window.postMessage(Object.assign({ libraryVersion: VERSION }, message), location.origin);
    });
  }

  async function post(url, body) {
    var answer = await fetch(url, {
      method: "POST", credentials: "same-origin", headers: { "content-type": "application/json" }, body: JSON.stringify(body)
    });
    return answer.json();
  }

  async function readCard(box) {
    var nonce = (await post(box.dataset.action + "/challenge", {})).nonce;
    var told = await ask({ action: "web-eid:authenticate", challengeNonce: nonce, options: { lang: box.dataset.lang } }, 150000);
    var next = (await post(box.dataset.action, {
      unverifiedCertificate: told.unverifiedCertificate, algorithm: told.algorithm, signature: told.signature,
      format: told.format, appVersion: told.appVersion || ""
    })).next;
    if (!next) throw new Error("not accepted");
    leaving = true;
    location.assign(next);
  }

  // Only while nobody else reads the card.
  var answers = false;
  function offer(page) {
    var box = document.getElementById("web-eid");
    if (box && page) box.hidden = !answers || !/^waiting/.test(page.dataset.key);
  }

  function webEid(box) {
    var button = document.getElementById("web-eid-start");
    var say = document.getElementById("web-eid-say");
    ask({ action: "web-eid:status" }, 10000).then(function () {
      answers = true;
      offer(document.querySelector("[data-events]"));
    }, function () {});
    button.addEventListener("click", function () {
      button.disabled = true;
      say.textContent = box.dataset.busy;
      readCard(box).catch(function () { say.textContent = box.dataset.failed; redraw(); }).then(function () { button.disabled = false; });
    });
  }

  // The card program opens by itself, once for each link, and never inside another page. Where nothing takes the link, the button
  // and the typed code stay.
  function opens() {
    var link = document.querySelector("a[data-opens]");
    if (!link || window.top !== window) return;
    try {
      if (sessionStorage.getItem("opened") === link.href) return;
      sessionStorage.setItem("opened", link.href);
    } catch (error) { return; }
    link.click();
  }

  function start() {
    var page = document.querySelector("[data-events]");
    if (page) follow(page);
    opens();
    var waiting = document.querySelector("[data-go-on]");
    if (waiting) setTimeout(function () { location.assign(document.getElementById("go-on").href); }, Number(waiting.dataset.goOn) * 1000);
    run();
    var box = document.getElementById("web-eid");
    if (box && window.isSecureContext) webEid(box);
    // A page out of the browser's memory hears nothing any more.
    window.addEventListener("pageshow", function (event) { if (event.persisted) location.reload(); });
    // A form on its way must not be overtaken by a new drawing of the page.
    document.addEventListener("submit", function () { leaving = true; });
  }

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start); else start();
})();
