// Messages as they arrive. Without this script the page asks again every five seconds.
"use strict";
(function () {
  var list = document.getElementById("messages");
  var to = new URLSearchParams(location.search).get("to") || "";
  var query = to ? "?to=" + encodeURIComponent(to) : "";

  function grouped(number) {
    return number.replace(/^\+32(\d{3})(\d\d)(\d\d)(\d\d)$/, "+32 $1 $2 $3 $4");
  }

  function add(message) {
    var item = document.getElementById(message.kind).content.firstElementChild.cloneNode(true);
    item.querySelector("[data-to]").textContent = grouped(message.to);
    item.querySelector("[data-text]").textContent = message.text;
    item.querySelector("[data-time]").textContent =
      new Date(message.at * 1000).toLocaleTimeString("nl-BE", { hour: "2-digit", minute: "2-digit", timeZone: "Europe/Brussels" });
    if (message.subject) item.querySelector("[data-subject]").textContent = message.subject;
    list.querySelectorAll(".new").forEach(function (old) { old.classList.remove("new"); });
    item.classList.add("new");
    list.prepend(item);
    document.getElementById("empty").hidden = true;
  }

  var broken = false;
  var stream = new EventSource("/events" + query);
  stream.addEventListener("message", function (event) { add(JSON.parse(event.data)); });
  // After a break, something may have been missed.
  stream.onerror = function () { broken = true; };
  stream.onopen = function () { if (broken) location.reload(); };
})();
