// The pages that wait. Loaded in the head, before the refresh is parsed: with a live stream the browser need not reload, and a
// refresh that has been parsed cannot be taken back, so it is parsed into a template, where it does nothing. Until the first event
// has really come, this script reloads in its place: a browser may know EventSource and hear nothing.
// Without EventSource, or without this script, the refresh stays and does the work.
"use strict";
(function () {
  if (!window.EventSource) return;
  document.write("<template>");

  var again = null;
  function reloadIn(ms) {
    if (again === null) again = setTimeout(function () { location.reload(); }, ms);
  }
  var unheard = setTimeout(function () { reloadIn(0); }, 4000);
  function heard() { clearTimeout(unheard); }

  function follow(page) {
    var code = document.getElementById("qr");
    var stream = new EventSource(page.dataset.stream);
    stream.addEventListener("state", function (event) {
      heard();
      if (event.data === "done" || (event.data === "scanned" && page.dataset.state === "waiting")) { stream.close(); reloadIn(0); }
    });
    stream.addEventListener("frame", function (event) {
      heard();
      if (code) code.src = "data:image/svg+xml," + encodeURIComponent(event.data);
    });
    // Somebody who stops is on the way elsewhere; the end of the request must not call them back.
    document.addEventListener("submit", function () { heard(); clearTimeout(again); again = 0; stream.close(); });
    stream.onerror = function () { if (stream.readyState === EventSource.CLOSED) reloadIn(2000); };
    // A phone that was asleep may have lost the stream without noticing.
    document.addEventListener("visibilitychange", function () {
      if (!document.hidden && stream.readyState !== EventSource.OPEN) reloadIn(0);
    });
  }

  function run(clock) {
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
      if (left === 0) reloadIn(1000); else setTimeout(tick, 250);
    }
    tick();
  }

  document.addEventListener("DOMContentLoaded", function () {
    var clock = document.getElementById("clock");
    if (clock) run(clock);
    var page = document.querySelector("[data-stream]");
    if (page) follow(page);
  });
})();
