"use strict";
// Marks by key, by mouse and by touch. What was not confirmed is kept in the browser and sent again.
(() => {
  const base = document.body.dataset.base, here = document.body.dataset.here;
  const main = document.getElementById("main"), said = document.getElementById("said"), banner = document.getElementById("banner");
  const dialog = name => document.getElementById(name);
  const KEPT = `unsent:${base}`;
  const AGAIN = 1000, ALIVE = 4000;
  const SHARES = ["1.0", "0.5", "0.0"], LETTERS = [..."qwert"];
  let shownAt = 0, looked = 0, busy = false, asked = 0, warned = null, cleared = false;

  const form = () => document.getElementById("rubric");
  const items = () => [...main.querySelectorAll(".item")];
  const unjudged = () => items().filter(item => !chosen(item));
  const reveal = element => element?.scrollIntoView({ block: "nearest" });
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
    changed();
  }

  function cycle(item) {
    say("");
    const now = SHARES.indexOf(chosen(item)?.value ?? "0.0");
    choose(item, SHARES[(now + 1) % SHARES.length]);
    reveal(item);
  }

  function none() {
    if (!form()) return;
    const open = unjudged();
    if (!open.length && !cleared) {
      cleared = true;
      return say("Every item is judged. Press 0 again to give none for all of them.");
    }
    (open.length ? open : items()).forEach(item => choose(item, 0));
    say(open.length ? `None for ${numbers(open)}.` : "None for every item.");
  }

  function all() {
    items().forEach(item => choose(item, 1));
    if (items().length) say("All for every item.");
  }

  const numbers = some => `item${some.length > 1 ? "s" : ""} ${some.map(item => item.dataset.number).join(", ")}`;

  function total() {
    const points = items().map(item => Number(chosen(item)?.dataset.points ?? 0)).reduce((one, other) => one + other, 0);
    const output = document.getElementById("total");
    if (output) output.value = String(Math.round(points * 100) / 100);
  }

  function insert(text) {
    const comment = document.getElementById("comment");
    const lines = comment.value.split("\n").filter(line => line.trim());
    const isThere = lines.includes(text);
    comment.value = (isThere ? lines.filter(line => line !== text) : [...lines, text]).join("\n");
    changed();
    reveal(comment);
    say(isThere ? `Taken out of the comment: ${text}` : `Added to the comment: ${text} (the same key takes it out)`);
  }

  // A comment keeps its key for as long as it is offered; what comes new gets a key that is free.
  function keepKeys() {
    const chips = [...main.querySelectorAll(".chip")];
    if (!chips.length) return;
    const name = `keys:${base}:${form().dataset.question}`, offered = new Map(chips.map(chip => [chip.dataset.text, chip]));
    const texts = JSON.parse(sessionStorage.getItem(name) ?? "[]").map(text => offered.has(text) ? text : null);
    for (const text of offered.keys()) {
      if (texts.includes(text)) continue;
      const free = texts.indexOf(null);
      texts[free < 0 ? texts.length : free] = text;
    }
    sessionStorage.setItem(name, JSON.stringify(texts));
    texts.forEach((text, at) => {
      const chip = offered.get(text);
      if (!chip) return;
      chip.dataset.letter = LETTERS[at];
      chip.querySelector("kbd").textContent = LETTERS[at].toUpperCase();
      chip.parentElement.append(chip);
    });
  }

  // What is set and not saved, kept for as long as the tab is open ------------------------------------------

  function set() {
    const shares = Object.fromEntries(items().map(item => [item.querySelector("input").name, chosen(item)?.value ?? null]));
    const replies = [...main.querySelectorAll("[name=weak]:checked")].map(box => box.value);
    return JSON.stringify({ seen: form().dataset.seen, shares, replies, comment: form().elements.comment.value });
  }

  const draft = () => `draft:${base}:${form().dataset.kind}:${form().dataset.row}`;

  function changed() {
    warned = null;
    cleared = false;
    main.querySelectorAll(".is-open").forEach(item => item.classList.remove("is-open"));
    total();
    sessionStorage.setItem(draft(), set());
  }

  function restore() {
    const kept = form() && sessionStorage.getItem(draft());
    if (!kept || kept === set()) return "";
    const { seen, shares, replies, comment } = JSON.parse(kept);
    if (seen !== form().dataset.seen) return "";
    for (const input of main.querySelectorAll(".item input")) input.checked = shares[input.name] === input.value;
    for (const box of main.querySelectorAll("[name=weak]")) box.checked = replies.includes(box.value);
    form().elements.comment.value = comment;
    return " What you had set here is back; it is not saved yet.";
  }

  function take() {
    const from = main.querySelector("[data-shares]");
    if (!from) return say("Nothing is proposed for this answer.");
    const shares = JSON.parse(from.dataset.shares), replies = JSON.parse(from.dataset.replies ?? "[]");
    for (const item of items()) {
      const name = item.querySelector("input").name;
      if (name in shares) choose(item, shares[name]);
    }
    for (const box of main.querySelectorAll("[name=weak]")) box.checked ||= replies.includes(box.value);
    const comment = document.getElementById("comment");
    if (from.dataset.comment && !comment.value.includes(from.dataset.comment)) insert(from.dataset.comment);
    changed();
    say("Set. Look it over, then press Enter.");
  }

  // Talking to the program ---------------------------------------------------------------------------------

  // Two lines of each item are enough for who knows the rubric.
  function shorten(isShort) {
    localStorage.setItem("short", isShort ? "1" : "");
    document.body.classList.toggle("short", isShort);
    main.querySelector("[data-do=shorten]")?.setAttribute("aria-pressed", isShort);
  }

  const question = () => form()?.dataset.question;

  function show(answer) {
    if (answer.panel !== undefined) {
      const before = question();
      main.innerHTML = answer.panel;
      if (before && question() && before !== question()) {
        main.querySelector(".left").insertAdjacentHTML("afterbegin", "<p class='notice'>Next question: <strong></strong></p>");
        main.querySelector(".notice strong").textContent = main.querySelector("h1").textContent;
      }
      shorten(Boolean(localStorage.getItem("short")));
      if (here === "mark") history.replaceState(null, "", `${base}/`);
      warned = null;
      cleared = false;
      said.textContent += restore();
      keepKeys();
      remember();
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
          lost("No connection to the program. Your last mark is kept in this browser, and is sent as soon as you have started `autograder mark` again.");
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
        if (response.ok && form() && (action === "save" || action === "settle")) sessionStorage.removeItem(draft());
        if (answer.seen !== undefined && form()) form().dataset.seen = answer.seen;
        say(answer.said, response.ok ? "good" : "bad");
        if (answer.go) return location.assign(answer.go);
        if (response.ok && here !== "mark" && action === "undo") return location.assign(`${base}/`);
        if (response.ok) show(answer);
        if (response.ok && action === "undo" && form()) changed();
        if (response.status === 410) location.assign(here === "settle" ? `${base}/settle` : `${base}/`);
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
    const open = unjudged();
    if (open.length && warned !== rubric) {
      warned = rubric;
      open.forEach(item => item.classList.add("is-open"));
      reveal(open[0]);
      document.activeElement.blur();
      return say(`Not judged yet: ${numbers(open)}. Press 0 for none of the points there, or Enter again to save them as none.`, "bad");
    }
    const shares = Object.fromEntries(items().map(item => [item.querySelector("input").name, Number(chosen(item)?.value ?? 0)]));
    const replies = [...rubric.querySelectorAll("[name=weak]:checked")].map(box => box.value);
    const body = { row: rubric.dataset.row, seen: Number(rubric.dataset.seen), shares, replies, comment: rubric.elements.comment.value, seconds: seconds() };
    return post(rubric.dataset.kind, { ...body, ...named() });
  }

  function next() {
    if (busy || !form()) return;
    if (here === "mark") return post("skip", { row: form().dataset.row });
    const links = [...main.querySelectorAll(".found a")];
    const at = links.findIndex(link => link.href.endsWith(`/${form().dataset.row}`));
    if (!links.length) return say("This is the only answer to settle.");
    location.assign(links[(at + 1) % links.length].href);
  }

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

  // The answers that were shown in this tab, in their order.
  const been = () => JSON.parse(sessionStorage.getItem(`been:${base}`) ?? "[]");

  function remember() {
    const row = here === "mark" && form()?.dataset.row;
    if (row && !been().includes(row)) sessionStorage.setItem(`been:${base}`, JSON.stringify([...been(), row]));
  }

  function back() {
    const rows = been(), at = rows.indexOf(form()?.dataset.row), before = rows[(at < 0 ? rows.length : at) - 1];
    if (!before) return say("You saw no answer before this one.");
    location.assign(`${base}/answer/${before}`);
  }

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
    take, next, none, all,
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
    if (event.key === "Escape") { event.preventDefault(); dialog("search").close(); }  // else it empties the field first
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
    event.target.closest(".item legend")?.parentElement.classList.toggle("is-whole");
  });
  document.addEventListener("submit", event => {
    if (event.target.id !== "rubric") return;
    event.preventDefault();
    save();
  });
  for (const event of ["change", "input"]) main.addEventListener(event, () => form() && changed());

  const letters = {
    a: all,
    c: () => { const comment = document.getElementById("comment"); comment?.focus(); reveal(comment); },
    b: back, f: actions.flag, n: next, p: take, s: actions.shorten, u: actions.undo,
    "/": actions.search, "?": actions.keys,
  };
  for (const letter of LETTERS) {
    letters[letter] = () => {
      const chip = main.querySelector(`.chip[data-letter=${letter}]`);
      if (chip) insert(chip.dataset.text);
      else say(`No comment has the key ${letter.toUpperCase()}.`);
    };
  }

  document.addEventListener("keydown", event => {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    const at = event.target;
    if (event.repeat && (!at.matches("textarea") || event.key === "Enter" && !event.shiftKey)) {  // a key that is held acts once
      if (event.key === "Enter") event.preventDefault();
      return;
    }
    if (at.matches("textarea")) {
      if (event.key === "Escape") at.blur();
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); save(); }
      return;
    }
    const digit = /^(?:Digit|Numpad)(\d)$/.exec(event.code);
    if (digit && form()) {
      event.preventDefault();
      const number = Number(digit[1]);
      if (number === 0) return none();
      const weak = main.querySelectorAll("[name=weak]"), item = items()[number - 1];
      if (event.shiftKey) {
        if (!weak[number - 1]) return say(`There is no weak argument ${number}: there are ${weak.length}.`);
        weak[number - 1].click();
        return reveal(weak[number - 1].closest("label"));
      }
      return item ? cycle(item) : say(`There is no item ${number}: there are ${items().length}.`);
    }
    if (event.key === "Enter" && !at.closest("a, button, summary")) { event.preventDefault(); save(); return; }
    const action = letters[event.key.toLowerCase()];
    if (action) { event.preventDefault(); action(); }
  });

  window.addEventListener("pageshow", () => { say(restore().trim()); keepKeys(); remember(); total(); startClock(); shorten(Boolean(localStorage.getItem("short"))); });
  setInterval(() => { if (!busy && !document.hidden) alive(); }, ALIVE);
  const kept = localStorage.getItem(KEPT);
  if (kept) send(JSON.parse(kept));
})();
