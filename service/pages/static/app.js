// What pages can do on top when there is JavaScript: work without signal, find while typing. Nothing needs it.

import { entries, flush, put, remove } from "./outbox.js";

const page = document.body.dataset.page;
const account = document.body.dataset.account;
// What is said in the language of this page, also of one that was kept: it stands on the page itself.
const box = document.getElementById("outbox");
const say = (word, values = {}) => (box.dataset[word] || "").replace(/\{(\w+)\}/g, (_, name) => values[name]);
const PAGES = "pages"; // the cache the service worker reads, see sw.js

const element = (name, text, attributes = {}) => {
  const made = Object.assign(document.createElement(name), { textContent: text });
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
};

// What one account kept on this phone is not shown to the next: lists go, outcomes that wait for their account stay.
async function forgetPages() {
  if ("caches" in self) await caches.delete(PAGES);
}

async function keepPages() {
  if (!("caches" in self) || !navigator.onLine) return;
  try {
    const answer = await fetch("/today/visits", { headers: { Accept: "application/json" } });
    if (answer.status === 503) keepSoon(); // too many at once: pages people wait for come first
    if (!answer.ok) return;
    const { headers, pages } = await answer.json();
    const cache = await caches.open(PAGES);
    for (const kept of await cache.keys()) {
      if (new URL(kept.url).pathname.startsWith("/visits/")) await cache.delete(kept);
    }
    await Promise.all(Object.entries(pages).map(([path, html]) => cache.put(path, new Response(html, { headers }))));
    document.body.dataset.kept = "yes";
  } catch {
    // without signal: what was kept before stays
  }
}

async function keepForLater() {
  if (!("serviceWorker" in navigator)) return;
  await navigator.serviceWorker.register("/sw.js");
  await navigator.serviceWorker.ready;
  if (page !== "today") return;
  keepSoon();
}

// At half past eight everybody opens the list at once; the rest of it follows a little apart.
function keepSoon() {
  const within = Number(document.body.dataset.apart || 60);
  setTimeout(keepPages, Math.random() * within * 1000);
}

// The words for what is on its way, at the top of every page and on the list.
async function showOutbox(signedOut = false) {
  const all = await entries();
  const mine = all.filter((entry) => entry.account === account || !account);
  for (const mark of document.querySelectorAll(".waiting")) mark.remove();
  for (const entry of mine) {
    const row = document.querySelector(`li[data-task="${entry.task}"]`);
    if (row && entry.state === "waiting" && !row.querySelector(".waiting")) row.append(element("span", say("waiting"), { class: "waiting" }));
  }
  const others = all.length - mine.length;
  box.hidden = !all.length;
  box.replaceChildren();
  const waiting = new Set(mine.filter((entry) => entry.state === "waiting").map((entry) => entry.task)).size;
  if (waiting) box.append(element("p", say("kept", { n: waiting })));
  if (waiting && signedOut) box.append(element("p", say("signedOut")));
  if (others) box.append(element("p", say("others", { n: others })));
  for (const entry of mine.filter((one) => one.state === "refused")) box.append(refusedLine(entry));
}

function refusedLine(entry) {
  const line = element("p", say("refused", { name: entry.name }));
  line.append(element("span", entry.detail, { lang: "zh-CN" }), " ");
  line.append(element("a", say("open"), { href: `/visits/${entry.task}`, class: "button" }), " ");
  const seen = element("button", say("seen"), { type: "button" });
  seen.addEventListener("click", async () => { await remove(entry.key); await showOutbox(); });
  line.append(seen);
  return line;
}

async function sendOutbox() {
  const { results, signedOut } = await flush();
  const sent = Object.values(results).some((result) => result.state === "sent");
  if (sent && page === "today") {
    location.replace("/today");
    return;
  }
  await showOutbox(signedOut);
}

// A form that may be sent later: first kept, then sent, so that nothing is lost in between.
function takeOver(form) {
  const key = self.crypto.randomUUID ? self.crypto.randomUUID() : form.elements.key.value;
  let sending = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (sending) return;
    sending = true;
    const fields = new FormData(form, event.submitter);
    fields.delete("csrf");
    fields.set("key", key);
    const { task, name } = form.dataset;
    const url = new URL(form.action).pathname;
    const entry = { key, url, body: new URLSearchParams(fields).toString(), task, name, account, at: Date.now(), state: "waiting", detail: "" };
    try {
      await put(entry);
    } catch {
      sendPlainly(form, event.submitter);
      return;
    }
    const { results } = await flush();
    if (results[key]?.state === "refused") {
      await complain(form, key);
      sending = false;
      return;
    }
    location.assign(results[key]?.to || "/today");
  });
}

// No room to keep it: the ordinary way, which does not say by itself which button was pressed.
function sendPlainly(form, button) {
  if (button?.name) form.append(Object.assign(document.createElement("input"), { type: "hidden", name: button.name, value: button.value }));
  HTMLFormElement.prototype.submit.call(form);
}

// What was refused while somebody looks on is said here; nothing of it stays in the outbox.
async function complain(form, key) {
  const entry = (await entries()).find((one) => one.key === key);
  await remove(key);
  document.querySelector(".fault")?.remove();
  const words = entry?.detail ? element("span", entry.detail, { lang: "zh-CN" }) : say("failed");
  const fault = element("p", "", { class: "fault", role: "alert", tabindex: "-1" });
  fault.append(words);
  form.before(fault);
  fault.focus();
}

// What cannot wait for a network is not offered without one.
function offerOnline() {
  for (const button of document.querySelectorAll("form[data-online] button")) button.disabled = !navigator.onLine;
}

// The list narrows while one types; the button beside the field does the same without a script.
function findWhileTyping(field) {
  const told = document.getElementById("found");
  field.addEventListener("input", () => {
    const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const row of document.querySelectorAll("li[data-search]")) {
      row.hidden = !words.every((word) => row.dataset.search.includes(word));
      shown += row.hidden ? 0 : 1;
    }
    for (const place of document.querySelectorAll(".place")) place.hidden = !place.querySelector("li:not([hidden])");
    told.textContent = words.length ? say("found", { n: shown }) : "";
  });
}

if (page === "sign-in" || page === "enter") await forgetPages();
for (const form of document.querySelectorAll("form[data-outbox]")) takeOver(form);
const field = document.getElementById("q");
if (field) findWhileTyping(field);
for (const way of ["online", "offline"]) self.addEventListener(way, offerOnline);
offerOnline();
self.addEventListener("online", sendOutbox);
await showOutbox();
await sendOutbox();
if (account) await keepForLater();
