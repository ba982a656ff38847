// Speaks with the security key for the console's two pages that ask for one; what it says goes with the form.
"use strict";
(function () {
  var form = document.getElementById("key");
  var failed = document.getElementById("key-failed");
  if (!form || !failed) return;

  function bytes(text) {
    var plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(plain, function (sign) { return sign.charCodeAt(0); });
  }

  function text(buffer) {
    var plain = String.fromCharCode.apply(null, new Uint8Array(buffer));
    return btoa(plain).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  }

  var ask = form.dataset;

  function create() {
    return navigator.credentials.create({ publicKey: {
      rp: { id: ask.rp, name: "zelf" },
      user: { id: new TextEncoder().encode(ask.staff), name: ask.staff, displayName: ask.staff },
      challenge: bytes(ask.challenge),
      pubKeyCredParams: [{ type: "public-key", alg: -7 }],
      authenticatorSelection: { userVerification: "required", residentKey: "discouraged" },
      attestation: "none"
    } }).then(function (made) {
      return {
        client_data: text(made.response.clientDataJSON),
        authenticator_data: text(made.response.getAuthenticatorData()),
        spki: text(made.response.getPublicKey())
      };
    });
  }

  function get() {
    var keys = ask.keys.split(" ").filter(Boolean);
    return navigator.credentials.get({ publicKey: {
      rpId: ask.rp,
      challenge: bytes(ask.challenge),
      allowCredentials: keys.map(function (id) { return { type: "public-key", id: bytes(id) }; }),
      userVerification: "required"
    } }).then(function (said) {
      return {
        id: text(said.rawId),
        client_data: text(said.response.clientDataJSON),
        authenticator_data: text(said.response.authenticatorData),
        signature: text(said.response.signature)
      };
    });
  }

  form.addEventListener("submit", function (event) {
    event.preventDefault();
    failed.hidden = true;
    var ceremony = window.PublicKeyCredential ? (ask.ceremony === "create" ? create() : get()) : Promise.reject(new Error("no keys here"));
    ceremony.then(function (fields) {
      Object.keys(fields).forEach(function (name) { form.elements[name].value = fields[name]; });
      form.submit();
    }).catch(function () { failed.hidden = false; });
  });
})();
