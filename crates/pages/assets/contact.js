// Shows the two numbers only to whoever has a new one. Without this script both fields are there.
"use strict";
(function () {
  var topic = document.getElementById("topic");
  var numbers = document.getElementById("numbers");
  if (!topic || !numbers) return;
  function show() { numbers.hidden = topic.value !== "new_number"; }
  topic.addEventListener("change", show);
  window.addEventListener("pageshow", show);
  show();
})();
