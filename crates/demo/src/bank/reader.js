// A card reader to click on: insert a card, SIGN, the challenge, OK, OK, the PIN, OK. Card and reader talk on the bank's side.
"use strict";
(() => {
  const root = document.getElementById("reader");
  document.getElementById("error")?.focus();
  if (!root) return;
  const words = JSON.parse(root.dataset.words);
  const device = document.getElementById("reader-device");
  const top = document.getElementById("reader-top");
  const bottom = document.getElementById("reader-bottom");
  const card = document.getElementById("reader-card");
  const insert = document.getElementById("reader-insert");
  const unblock = document.getElementById("reader-unblock");
  const testPin = document.getElementById("reader-pin");
  const DIGITS = 12;
  const MAX_PIN = 12;

  // empty → ready → challenge → agree → pin → busy → shown (a code or a complaint)
  let step = "empty";
  let challenge = "";
  let pin = "";

  const fours = (text) => text.replace(/(.{4})(?=.)/g, "$1 ");

  function show(next, first, second) {
    step = next;
    top.textContent = first;
    bottom.textContent = second ?? "";
  }

  function ready() {
    challenge = pin = "";
    show("ready", words.ready, "");
  }

  function typed() {
    if (step === "challenge") bottom.textContent = fours(challenge.padEnd(DIGITS, "_"));
    if (step === "pin") bottom.textContent = "●".repeat(pin.length);
  }

  function press(key) {
    if (/^[0-9]$/.test(key)) {
      if (step === "challenge" && challenge.length < DIGITS) challenge += key;
      if (step === "pin" && pin.length < MAX_PIN) pin += key;
      typed();
    } else if (key === "C") {
      if (step === "challenge" && challenge) { challenge = challenge.slice(0, -1); typed(); }
      else if (step === "pin" && pin) { pin = pin.slice(0, -1); typed(); }
      else if (step !== "empty" && step !== "busy") ready();
    } else if (key === "SIGN") {
      if (step === "ready" || step === "shown") { challenge = pin = ""; show("challenge", words.challenge); typed(); }
    } else if (key === "OK") {
      if (step === "challenge" && challenge.length === DIGITS) show("agree", words.agree, fours(challenge));
      else if (step === "agree") { show("pin", words.pin); typed(); }
      else if (step === "pin" && pin.length >= 4) ask();
      else if (step === "shown") ready();
    }
  }

  async function post(path, body) {
    const answer = await fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
    return answer.json();
  }

  async function ask() {
    const body = { card: card.value, challenge, pin };
    challenge = pin = "";
    show("busy", words.busy);
    let said = {};
    try { said = await post("/demo/reader", body); } catch { /* shown as a failure below */ }
    if (step !== "busy") return;
    if (said.response) show("shown", words.response, fours(said.response));
    else if (said.error === "pin_wrong") show("shown", words.wrong, words.left.replace("{left}", said.left));
    else if (said.error === "card_blocked") { show("shown", words.blocked); unblock.hidden = false; }
    else show("shown", words.failed);
  }

  function pulled() {
    device.classList.remove("inserted");
    insert.textContent = words.push;
    show("empty", words.insert);
  }

  function chosen() {
    unblock.hidden = true;
    testPin.textContent = card.selectedOptions[0]?.dataset.pin ?? "";
    pulled();
  }

  insert.addEventListener("click", () => {
    if (step !== "empty") return pulled();
    device.classList.add("inserted");
    insert.textContent = words.pull;
    ready();
    device.focus({ preventScroll: true });
  });
  card.addEventListener("change", chosen);
  unblock.addEventListener("click", async () => {
    await post("/demo/unblock", { card: card.value }).catch(() => ({}));
    unblock.hidden = true;
    if (step !== "empty") ready();
  });
  device.addEventListener("click", (event) => {
    const key = event.target.closest("[data-key]");
    if (key) press(key.dataset.key);
  });
  device.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const key = { Backspace: "C", Delete: "C", s: "SIGN", S: "SIGN" }[event.key] ?? event.key;
    const onKey = event.target.closest("[data-key]");
    if (key === "Enter" && !onKey) press("OK");
    else if (/^([0-9]|C|SIGN)$/.test(key)) press(key);
    else return;
    event.preventDefault();
  });

  device.hidden = false;
  root.querySelector(".cards").hidden = false;
  chosen();
})();
