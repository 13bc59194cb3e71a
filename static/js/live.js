// The live page: rows come by themselves. A call has one row, whatever is told of it and how
// often, and a decision has one; what was missed while the connection was away is told again from where it broke.
"use strict";
(() => {
  const $ = (css, from = document) => from.querySelector(css);
  const place = $("[data-live-query]"), active = $("tbody[data-active]"), recent = $("tbody[data-recent]");
  if (!place || !window.EventSource || location.protocol === "file:") return;
  const [LIVE, PAUSED, LOST, CHANGES, GO_ON, PAUSE] = place.dataset.words.split("|");
  const decided = $("[data-decisions]"), DECISIONS = 12;
  const state = $("[data-live-state]"), button = $("[data-live-pause]"), KEPT = 200;
  const say = (tone, text) => { state.className = `badge ${tone}`; state.textContent = text; };
  let paused = false, waiting = new Map();

  const two = (n) => String(n).padStart(2, "0");
  const clock = (s) => (s >= 3600 ? `${Math.floor(s / 3600)}:${two(Math.floor(s / 60) % 60)}` : Math.floor(s / 60)) + `:${two(s % 60)}`;
  // China has had one offset and no summer time since 1991.
  const short = (t) => new Date(t).toISOString().slice(5, 19).replace("T", " ");
  const time = (t) => {
    const made = document.createElement("time");
    made.dateTime = new Date(t).toISOString();
    made.dataset.utc = short(t);
    made.textContent = short(t + 8 * 3600e3);
    return made;
  };
  const began = (call) => [call.setup_at, call.alerting_at, call.answered_at, call.released_at, ...call.events.map((e) => e.at)]
    .filter(Boolean).map(Date.parse).reduce((a, b) => Math.min(a, b), Infinity);
  // As the pages show a number: a whole one in groups, a masked one as it comes.
  const phone = (number) => {
    if ((number ?? "").includes("*")) return number;
    const text = (number ?? "").replace(/^\+86/, "");
    return /^1\d{10}$/.test(text) ? `${text.slice(0, 3)} ${text.slice(3, 7)} ${text.slice(7)}` : text;
  };
  const words = (kind, name) => $(`template[data-${kind}="${name}"]`)?.content.cloneNode(true) ?? name ?? "";
  const node = (tag, css, ...content) => {
    const made = document.createElement(tag);
    made.className = css;
    made.append(...content);
    return made;
  };
  const cell = (css, ...content) => node("td", css, ...content);
  const tel = (text) => (text ? node("span", phone(text).length > 20 ? "tel long" : "tel", phone(text)) : node("span", "muted", "–"));
  const number = (css, text) => cell(css, tel(text));

  const row = (call) => {
    const tr = document.createElement("tr"), link = document.createElement("a"), small = document.createElement("small");
    const over = call.state === "released", at = began(call);
    tr.className = "call";
    tr.dataset.call = call.id;
    tr.dataset.at = new Date(!over && call.answered_at ? call.answered_at : Number.isFinite(at) ? at : Date.now()).toISOString();
    link.className = "go";
    link.href = `/calls/${call.id}`;
    link.append(time(Number.isFinite(at) ? at : Date.now()));
    const badge = over ? call.outcome ?? "released" : call.state === "answered" ? "talking" : call.state;
    small.append(call.product ? words("product", call.product) : "");
    tr.append(cell("t", link), number("a", call.caller), number("b", call.callee), cell("o", words("badge", badge)),
      cell("n d", over && call.talk_seconds > 0 ? clock(call.talk_seconds) : ""),
      call.x_number ? number("x", call.x_number) : cell("x"), cell("p", call.app, " ", small));
    return tr;
  };
  const find = (id) => document.querySelector(`tr[data-call="${CSS.escape(id)}"]`);
  const put = (call) => {
    const fresh = row(call), body = call.state === "released" ? recent : active;
    find(call.id)?.remove();
    $("[data-live-empty]")?.remove();
    const rows = [...body.querySelectorAll("tr[data-call]")];
    const older = rows.find((r) => r.dataset.at <= fresh.dataset.at);
    if (older) older.before(fresh); else body.append(fresh);
    rows.slice(KEPT).forEach((r) => r.remove());
    count();
  };
  const count = () => { $("[data-active-count]").textContent = active.querySelectorAll("tr[data-call]").length; };

  const decision = (told) => {
    const li = document.createElement("li"), link = node("a", "go", time(Date.parse(told.at)));
    li.dataset.decision = told.callback;
    link.href = `/callbacks/${told.callback}`;
    const millis = (Math.floor(told.micros / 10) / 100).toFixed(2);
    li.append(link, " ", words("badge", told.action), " ", told.callee ? tel(told.callee) : "", " ", node("small", "muted n", `${millis} ms`),
      document.createElement("br"), tel(told.caller), " → ", tel(told.x), " ",
      node("small", "muted", told.rule ? `${told.rule.number}. ${told.rule.name}` : decided.dataset.default));
    return li;
  };
  const findDecision = (id) => decided.querySelector(`li[data-decision="${id}"]`);
  const putDecision = (told) => {
    findDecision(told.callback)?.remove();
    $("[data-decisions-empty]").hidden = true;
    const older = [...decided.children].find((li) => Number(li.dataset.decision) < told.callback);
    if (older) older.before(decision(told)); else decided.append(decision(told));
    [...decided.children].slice(DECISIONS).forEach((li) => li.remove());
  };

  const take = ([key, told, row, place]) => {
    // The row somebody stands on must not move away under them.
    if (paused || row(key)?.contains(document.activeElement)) {
      waiting.set(key, [key, told, row, place]);
      if (paused) say("quiet", `${PAUSED} · ${waiting.size} ${CHANGES}`);
    } else place(told);
  };
  const flush = () => { const all = [...waiting.values()]; waiting = new Map(); all.forEach(take); };

  // Too much was missed to be told: the page itself knows.
  const reload = async () => {
    const answer = await fetch(location.href, { headers: { accept: "text/html" } });
    if (!answer.ok || answer.redirected) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    waiting = new Map();
    for (const [body, css] of [[active, "tbody[data-active]"], [recent, "tbody[data-recent]"]])
      body.replaceChildren(...$(css, fresh).childNodes);
    count();
    decided?.replaceChildren(...$("[data-decisions]", fresh).childNodes);
  };

  const query = new URLSearchParams(place.dataset.liveQuery);
  query.set("kind", "call");
  if (decided) query.append("kind", "decision");
  query.set("since", place.dataset.liveTold);
  // Numbers are told whole as long as this page is shown whole; then all of it is masked again.
  const until = Date.parse(place.dataset.liveUntil);
  if (until) setTimeout(() => location.reload(), Math.max(0, until - Date.now()) + 1000);
  const source = new EventSource(`/api/v1/events?${query}`);
  source.addEventListener("open", () => { if (!paused) say("good", LIVE); });
  source.addEventListener("error", () => say("warn", LOST));
  source.addEventListener("call", (e) => { const call = JSON.parse(e.data); take([call.id, call, find, put]); });
  source.addEventListener("decision", (e) => { const told = JSON.parse(e.data); take([told.callback, told, findDecision, putDecision]); });
  source.addEventListener("lagged", reload);
  button.hidden = false;
  button.addEventListener("click", () => {
    paused = !paused;
    button.textContent = paused ? GO_ON : PAUSE;
    say(paused ? "quiet" : "good", paused ? PAUSED : LIVE);
    if (!paused) flush();
  });
  setInterval(() => {
    for (const r of active.querySelectorAll("tr[data-call]"))
      r.querySelector(".d").textContent = clock(Math.max(0, Math.floor((Date.now() - Date.parse(r.dataset.at)) / 1000)));
    if (!paused && waiting.size) flush();
  }, 1000);
})();
