"use strict";
// Marks by key, by mouse and by touch. What was not confirmed is kept in the browser and sent again.
(() => {
  const base = document.body.dataset.base, here = document.body.dataset.here;
  const main = document.getElementById("main"), said = document.getElementById("said"), banner = document.getElementById("banner");
  const dialog = name => document.getElementById(name);
  const KEPT = `unsent:${base}`;
  const AGAIN = 1000, ALIVE = 4000;
  const SHARES = ["1.0", "0.5", "0.0"];
  let shownAt = 0, looked = 0, busy = false, asked = 0;

  const form = () => document.getElementById("rubric");
  const items = () => [...main.querySelectorAll(".item")];
  const wait = milliseconds => new Promise(done => setTimeout(done, milliseconds));

  function say(text, kind = "") {
    said.className = kind ? `said is-${kind}` : "said";
    said.textContent = text;
  }

  // The clock stops while the page is not seen.
  function startClock() { shownAt = document.hidden ? 0 : performance.now(); looked = 0; }
  function seconds() { return (looked + (shownAt ? performance.now() - shownAt : 0)) / 1000; }
  document.addEventListener("visibilitychange", () => {
    if (document.hidden && shownAt) { looked += performance.now() - shownAt; shownAt = 0; }
    else if (!document.hidden) shownAt = performance.now();
  });

  // Points -------------------------------------------------------------------------------------------------

  const chosen = item => item.querySelector("input:checked");

  function choose(item, share) {
    const input = [...item.querySelectorAll("input")].find(one => Number(one.value) === Number(share));
    if (input) input.checked = true;
    total();
  }

  function cycle(item) {
    const now = SHARES.indexOf(chosen(item)?.value ?? "0.0");
    choose(item, SHARES[(now + 1) % SHARES.length]);
  }

  function total() {
    const points = items().map(item => Number(chosen(item)?.dataset.points ?? 0)).reduce((one, other) => one + other, 0);
    const output = document.getElementById("total");
    if (output) output.value = String(Math.round(points * 100) / 100);
  }

  function insert(text) {
    const comment = document.getElementById("comment");
    const lines = comment.value.split("\n").filter(line => line.trim());
    comment.value = (lines.includes(text) ? lines.filter(line => line !== text) : [...lines, text]).join("\n");
  }

  function take() {
    const from = main.querySelector("[data-shares]");
    if (!from) return;
    const shares = JSON.parse(from.dataset.shares), replies = JSON.parse(from.dataset.replies ?? "[]");
    for (const item of items()) {
      const name = item.querySelector("input").name;
      if (name in shares) choose(item, shares[name]);
    }
    for (const box of main.querySelectorAll("[name=weak]")) box.checked ||= replies.includes(box.value);
    const comment = document.getElementById("comment");
    if (from.dataset.comment && !comment.value.includes(from.dataset.comment)) insert(from.dataset.comment);
    say("Set. Look it over, then press Enter.");
  }

  // Talking to the program ---------------------------------------------------------------------------------

  // Two lines of each item are enough for who knows the rubric.
  function shorten(isShort) {
    localStorage.setItem("short", isShort ? "1" : "");
    document.body.classList.toggle("short", isShort);
    main.querySelector("[data-do=shorten]")?.setAttribute("aria-pressed", isShort);
  }

  function show(answer) {
    if (answer.panel !== undefined) {
      main.innerHTML = answer.panel;
      shorten(Boolean(localStorage.getItem("short")));
      if (here === "mark") history.replaceState(null, "", `${base}/`);
      total();
      startClock();
      window.scrollTo(0, 0);
      main.querySelector("h1")?.focus();
    }
    if (answer.settle !== undefined) {
      const count = document.getElementById("to-settle");
      count.textContent = answer.settle;
      count.hidden = !answer.settle;
    }
  }

  async function post(action, body) {
    const kept = { action, body };
    localStorage.setItem(KEPT, JSON.stringify(kept));
    return send(kept);
  }

  async function send({ action, body }) {
    busy = true;
    main.setAttribute("aria-busy", "true");
    try {
      for (;;) {
        let response;
        try {
          response = await fetch(`${base}/${action}`, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
        } catch {
          lost("No connection to the program. Your last mark is kept in this browser and is sent again until it is confirmed.");
          await wait(AGAIN);
          continue;
        }
        if (response.status === 403) {
          lost("The program was started anew. Open the address that it printed: your last mark is kept here and is sent then.");
          await wait(AGAIN);
          continue;
        }
        const answer = await response.json();
        found();
        if (response.status === 500) {
          lost(`${answer.said} Your last mark is sent again until it is confirmed.`);
          await wait(AGAIN);
          continue;
        }
        localStorage.removeItem(KEPT);
        if (answer.seen !== undefined && form()) form().dataset.seen = answer.seen;
        say(answer.said, response.ok ? "good" : "bad");
        if (answer.go) return location.assign(answer.go);
        if (response.ok && here !== "mark" && action === "undo") return location.assign(`${base}/`);
        if (response.ok) show(answer);
        if (response.status === 410) await next();
        return response.ok;
      }
    } finally {
      busy = false;
      main.removeAttribute("aria-busy");
    }
  }

  function lost(text) { if (banner.textContent !== text) banner.textContent = text; banner.hidden = false; }
  function found() { banner.hidden = true; banner.textContent = ""; }
  const named = () => ({ request: crypto.randomUUID() });

  function save() {
    const rubric = form();
    if (!rubric || busy) return;
    const shares = Object.fromEntries(items().map(item => [item.querySelector("input").name, Number(chosen(item)?.value ?? 0)]));
    const replies = [...rubric.querySelectorAll("[name=weak]:checked")].map(box => box.value);
    const body = { row: rubric.dataset.row, seen: Number(rubric.dataset.seen), shares, replies, comment: rubric.elements.comment.value, seconds: seconds() };
    return post(rubric.dataset.kind, { ...body, ...named() });
  }

  async function next() { location.assign(here === "settle" ? `${base}/settle` : `${base}/`); }

  async function alive() {
    const rubric = here === "mark" ? form() : null;
    const waiting = main.querySelector("[data-waiting=yes]");
    const query = new URLSearchParams({ row: rubric?.dataset.row ?? "", seen: rubric?.dataset.seen ?? "0", waiting: waiting ? "1" : "" });
    try {
      const response = await fetch(`${base}/alive?${query}`);
      if (response.status === 403) return lost("The program was started anew. Open the address that it printed.");
      const answer = await response.json();
      found();
      show({ settle: answer.settle });
      if (waiting && !answer.waits) return location.reload();
      if (answer.changed === "gone") say("The writer of this answer has handed in another one. Press N for what is there now.", "bad");
      if (answer.changed === "marked") say("You have marked this answer in another window.", "bad");
    } catch {
      lost("No connection to the program. Is it still running? What was saved is in the gradebook.");
    }
  }

  // What keys and buttons do -------------------------------------------------------------------------------

  function open(name) {
    dialog(name).showModal();
    dialog(name).querySelector("input")?.select();
  }

  const actions = {
    undo: () => busy || post("undo", named()),
    flag: () => form()?.dataset.kind === "save" && open("flag"),
    unflag: () => post("unflag", { row: form().dataset.row, ...named() }),
    search: () => open("search"),
    keys: () => open("keys"),
    shorten: () => shorten(!document.body.classList.contains("short")),
    take,
  };

  dialog("flag").addEventListener("close", event => {
    const { returnValue } = event.target, note = event.target.querySelector("input");
    if (returnValue === "flag") post("flag", { row: form().dataset.row, note: note.value, ...named() });
    event.target.returnValue = note.value = "";
  });

  dialog("search").querySelector("input").addEventListener("input", async event => {
    const mine = ++asked;
    await wait(80);
    if (mine !== asked) return;
    const response = await fetch(`${base}/search?${new URLSearchParams({ q: event.target.value })}`);
    const answer = await response.json();
    if (mine === asked) dialog("found").innerHTML = answer.html;
  });

  dialog("search").querySelector("input").addEventListener("keydown", event => {
    const first = dialog("found").querySelector("a");
    if (event.key === "Enter") { event.preventDefault(); if (first) location.assign(first.href); }
    if (event.key === "ArrowDown" && first) { event.preventDefault(); first.focus(); }
  });

  dialog("found").addEventListener("keydown", event => {
    const links = [...dialog("found").querySelectorAll("a")], at = links.indexOf(document.activeElement);
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) { event.preventDefault(); links[at + step]?.focus(); }
  });

  document.addEventListener("click", event => {
    const button = event.target.closest("[data-do]"), chip = event.target.closest(".chip");
    if (button) actions[button.dataset.do]();
    if (chip) insert(chip.dataset.text);
  });
  document.addEventListener("submit", event => {
    if (event.target.id !== "rubric") return;
    event.preventDefault();
    save();
  });
  document.addEventListener("change", total);

  const letters = {
    a: () => items().forEach(item => choose(item, 1)),
    c: () => document.getElementById("comment")?.focus(),
    f: actions.flag, n: next, p: take, s: actions.shorten, u: actions.undo,
    "/": actions.search, "?": actions.keys,
  };
  [..."qwert"].forEach((letter, at) => {
    letters[letter] = () => { const chip = main.querySelectorAll(".chip")[at]; if (chip) insert(chip.dataset.text); };
  });

  document.addEventListener("keydown", event => {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    const at = event.target;
    if (at.matches("textarea")) {
      if (event.key === "Escape") at.blur();
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); save(); }
      return;
    }
    const digit = /^(?:Digit|Numpad)(\d)$/.exec(event.code);
    if (digit && form()) {
      event.preventDefault();
      const number = Number(digit[1]);
      if (number === 0) return items().forEach(item => choose(item, 0));
      if (event.shiftKey) { main.querySelectorAll("[name=weak]")[number - 1]?.click(); return; }
      const item = items()[number - 1];
      if (item) cycle(item);
      return;
    }
    if (event.key === "Enter" && !at.closest("a, button, summary")) { event.preventDefault(); save(); return; }
    const action = letters[event.key.toLowerCase()];
    if (action) { event.preventDefault(); action(); }
  });

  window.addEventListener("pageshow", () => { total(); startClock(); shorten(Boolean(localStorage.getItem("short"))); });
  setInterval(() => { if (!busy && !document.hidden) alive(); }, ALIVE);
  const kept = localStorage.getItem(KEPT);
  if (kept) send(JSON.parse(kept));
})();
