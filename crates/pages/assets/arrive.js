// The card program opened this page with a secret behind the "#": out of the address bar and the history, and on to the server.
"use strict";
(function () {
  var secret = location.hash.slice(1);
  if (!/^[A-Za-z0-9_-]{22}$/.test(secret)) return;
  history.replaceState(null, "", location.pathname);
  var form = document.getElementById("finish");
  document.getElementById("secret").value = secret;
  document.getElementById("by-hand").hidden = true;
  form.hidden = false;
  form.submit();
})();
