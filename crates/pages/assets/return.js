// Back from the bank. In the browser that holds the app, go there at once. In another browser (an installed app on iOS has its
// own storage) stay: the person needs time to read the six digits, so the slow refresh is parsed into a template (see wait.js).
"use strict";
(function () {
  if (!window.indexedDB || !indexedDB.databases) return;
  // The app's pages accept only what this policy made; a browser without the policy writes plain text.
  var inert = "<template>";
  try {
    if (window.trustedTypes) inert = trustedTypes.createPolicy("zelf", { createHTML: function (text) { return text; } }).createHTML(inert);
    document.write(inert);
  } catch (error) { return; }
  var here = indexedDB.databases();
  document.addEventListener("DOMContentLoaded", function () {
    var link = document.getElementById("to-app");
    here.then(function (found) {
      if (found.some(function (db) { return /^zelf/.test(db.name); })) location.replace(link.href);
    }, function () {});
  });
})();
