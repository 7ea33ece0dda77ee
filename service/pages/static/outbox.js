// Outcomes that are on their way: kept in IndexedDB until the server has said that it has them.
//
// Outcomes here are whatever a form with data-outbox says: outcomes, corrected facts, objections.
// An entry: {key, url, body, task, name, account, state: "waiting" | "refused", detail}. `key` is the idempotency key of
// the form, so that however often an entry is sent the server writes it once. The body holds no csrf: a page may be a day
// old when its outcome is sent, so it is fetched anew with the session it belongs to.

const STORE = "entries";

function open() {
  return new Promise((resolve, reject) => {
    const asked = indexedDB.open("zhitui-outbox", 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore(STORE, { keyPath: "key" });
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
}

async function inStore(mode, act) {
  const database = await open();
  try {
    return await new Promise((resolve, reject) => {
      const transaction = database.transaction(STORE, mode);
      const asked = act(transaction.objectStore(STORE));
      transaction.oncomplete = () => resolve(asked.result);
      transaction.onerror = transaction.onabort = () => reject(transaction.error);
    });
  } finally {
    database.close();
  }
}

// A browser that keeps nothing has nothing on its way.
export const entries = () => inStore("readonly", (store) => store.getAll()).catch(() => []);
export const put = (entry) => inStore("readwrite", (store) => store.put(entry));
export const remove = (key) => inStore("readwrite", (store) => store.delete(key));

// Whose session this is and what a form brings along; null without signal, {status: 401} when nobody is signed in.
async function session() {
  try {
    const answer = await fetch("/session", { headers: { Accept: "application/json" }, cache: "no-store" });
    return answer.ok ? await answer.json() : { status: answer.status };
  } catch {
    return null;
  }
}

// Sends one entry: {state} is "sent", and then {to} is where that leads, "refused" for good, or "waiting" for another time.
async function send(entry, csrf) {
  const body = new URLSearchParams(entry.body);
  body.set("csrf", csrf);
  let answer;
  try {
    answer = await fetch(entry.url, { method: "POST", body, headers: { Accept: "application/json" }, redirect: "error" });
  } catch {
    return { state: "waiting" };
  }
  if (answer.ok) {
    await remove(entry.key);
    return { state: "sent", ...(await answer.json().catch(() => ({}))) };
  }
  if (![400, 403, 404, 405, 409, 413, 415, 422].includes(answer.status)) return { state: "waiting", status: answer.status };
  const told = await answer.json().catch(() => ({}));
  await put({ ...entry, body: "", state: "refused", detail: told.detail || "" }); // facts about people are not kept in vain
  return { state: "refused" };
}

// Sends what is waiting, oldest first, of the account that is signed in. Tells what became of each key.
export async function flush() {
  const told = { results: {}, signedOut: false };
  const waiting = (await entries()).filter((entry) => entry.state === "waiting").sort((a, b) => a.at - b.at);
  if (!waiting.length) return told;
  const who = await session();
  if (who === null) return told;
  if (!who.csrf) return { ...told, signedOut: who.status === 401 };
  for (const entry of waiting) {
    if (entry.account !== String(who.account)) continue;
    told.results[entry.key] = await send(entry, who.csrf);
    // Without an answer, signed out, or told to come later, the others need not be tried; one that meets a fault is passed over.
    const { state, status } = told.results[entry.key];
    if (state === "waiting" && [undefined, 401, 429, 503].includes(status)) break;
  }
  return told;
}
