// The robot check of the first activation page: a sum that costs a browser a second and a flood a fortune (ALTCHA proof of work,
// SHA-256). Solved in small portions so that the page stays alive. When it cannot be solved the form goes without, and its
// sender waits half a minute instead.
"use strict";
(function () {
  var box = document.getElementById("robot");
  var field = document.getElementById("altcha");
  var form = field && field.form;
  if (!box || !form || !field) return;
  var line = box.querySelector("p");
  // A challenge lives ten minutes; one that is nearly over is not sent.
  var FRESH = 9 * 60 * 1000;
  var PORTION = 500;
  var solved = 0;
  var running = false;
  var submitting = false;

  function say(what) {
    box.dataset.state = what;
    line.textContent = box.dataset[what];
  }

  function hex(buffer) {
    return Array.from(new Uint8Array(buffer), function (byte) { return byte.toString(16).padStart(2, "0"); }).join("");
  }

  async function solve(task) {
    var encoder = new TextEncoder();
    for (var from = 0; from <= task.maxnumber; from += PORTION) {
      var numbers = [];
      for (var n = from; n < from + PORTION && n <= task.maxnumber; n++) numbers.push(n);
      var digests = await Promise.all(numbers.map(function (number) {
        return crypto.subtle.digest("SHA-256", encoder.encode(task.salt + number));
      }));
      for (var at = 0; at < digests.length; at++) if (hex(digests[at]) === task.challenge) return numbers[at];
      await new Promise(function (resolve) { setTimeout(resolve, 0); });
    }
    throw new Error("no number fits");
  }

  async function run() {
    if (running) return;
    running = true;
    field.value = "";
    say("wait");
    try {
      if (!window.crypto || !crypto.subtle) throw new Error("no digests here");
      var answer = await fetch(box.dataset.challenge, { cache: "no-store", credentials: "same-origin" });
      if (!answer.ok) throw new Error("no challenge");
      var task = await answer.json();
      var number = await solve(task);
      field.value = btoa(JSON.stringify({
        algorithm: task.algorithm, challenge: task.challenge, number: number, salt: task.salt, signature: task.signature
      }));
      solved = Date.now();
      say("done");
    } catch (error) {
      say("failed");
    }
    running = false;
    if (submitting) form.submit();
  }

  form.addEventListener("submit", function (event) {
    if (submitting) { event.preventDefault(); return; }
    if (!running && field.value && Date.now() - solved > FRESH) run();
    if (!running) return;
    event.preventDefault();
    submitting = true;
    say("slow");
  });

  // Whoever comes back here with the browser's back button holds a used answer.
  window.addEventListener("pageshow", function (event) {
    if (!event.persisted) return;
    submitting = false;
    run();
  });

  // The address field and its opposite.
  var none = document.getElementById("no_email");
  var email = document.getElementById("email");
  function either() { email.disabled = none.checked; }
  if (none && email) { none.addEventListener("change", either); either(); }

  run();
})();
