// What a script adds to pages that work without it: copying, keys, and a live tail.
"use strict";
(() => {
  const $ = (css, from = document) => from.querySelector(css);
  const $$ = (css, from = document) => [...from.querySelectorAll(css)];
  const zh = document.documentElement.lang.startsWith("zh");
  const t = (chinese, english) => (zh ? chinese : english);

  // On a narrow screen the navigation scrolls: the present page must be in sight.
  for (const here of $$("header nav [aria-current], .beside [aria-current]")) {
    here.scrollIntoView({ inline: "center", block: "nearest", behavior: "instant" });
  }

  // A menu closes on Escape and on a click elsewhere; one that would leave the window moves left.
  const menus = $$("details.pick, details.menu");
  const close = (but) => menus.forEach((m) => { if (m.open && m !== but) m.open = false; });
  addEventListener("click", (e) => close(e.target.closest?.("details.pick, details.menu")));
  addEventListener("keydown", (e) => {
    if (e.key !== "Escape") return;
    const open = menus.find((m) => m.open);
    if (open) { open.open = false; $("summary", open).focus(); }
  });
  for (const menu of menus) {
    menu.addEventListener("toggle", () => {
      const sheet = $(".sheet", menu);
      if (!menu.open || !sheet || getComputedStyle(menu).position === "static") return;
      sheet.style.left = "0";
      const over = sheet.getBoundingClientRect().right - document.documentElement.clientWidth + 12;
      if (over > 0) sheet.style.left = `${-over}px`;
    });
  }

  // The whole row is its link; a selection of text and other links stay what they are.
  for (const table of $$("table:has(td .go)")) {
    table.addEventListener("click", (e) => {
      if (e.target.closest("a, button, input, label, summary") || String(getSelection())) return;
      const link = e.target.closest("tr")?.querySelector("td .go");
      if (link) { if (e.ctrlKey || e.metaKey) open(link.href); else link.click(); }
    });
  }

  // Copy and print. The buttons are hidden where they could do nothing.
  const say = (button, text) => {
    const before = button.textContent;
    button.textContent = text;
    setTimeout(() => { button.textContent = before; }, 1600);
  };
  const copy = (button, text) =>
    navigator.clipboard.writeText(text).then(() => say(button, t("已复制", "Copied")), () => say(button, t("复制失败", "Failed")));
  if (navigator.clipboard) {
    for (const b of $$("[data-copy]")) {
      b.hidden = false;
      b.addEventListener("click", () => copy(b, document.getElementById(b.dataset.copy).textContent));
    }
    for (const b of $$("[data-copy-link]")) {
      b.hidden = false;
      b.addEventListener("click", () => copy(b, location.href));
    }
  }
  for (const b of $$("[data-print]")) {
    b.hidden = false;
    b.addEventListener("click", () => {
      $$("details.raw").forEach((d) => { d.open = true; });
      print();
    });
  }

  // A detail that is filled in chooses what it belongs to; another choice empties it, in sight.
  for (const part of $$("[data-chooses]")) {
    const [name, value] = part.dataset.chooses.split("="), form = part.closest("form");
    const details = part.matches("input") ? [part] : $$("input", part);
    const filled = (box) => (box.type === "checkbox" ? box.checked : box.value !== "");
    part.addEventListener("input", (e) => { if (filled(e.target)) form.elements[name].value = value; });
    form.addEventListener("change", (e) => {
      if (e.target.name !== name || e.target.value === value) return;
      details.forEach((box) => { if (box.type === "checkbox") box.checked = false; else box.value = ""; });
    });
  }

  // How strong a password is: the server says it, as it will when the password is set.
  for (const box of $$("[data-strength]")) {
    const note = $(".strength", box.form), meter = $("meter", note), words = $("span", note), hint = words.textContent;
    let waiting = null, asked = 0;
    const judge = async () => {
      const turn = ++asked, of = (name) => box.form.elements[name]?.value ?? "";
      const body = new URLSearchParams({ csrf: of("csrf"), name: box.dataset.name ?? of("name"), password: box.value });
      const answer = box.value ? await fetch(box.dataset.strength, { method: "POST", body }).catch(() => null) : null;
      const said = answer?.ok ? await answer.json() : null;
      if (turn !== asked) return;
      meter.hidden = !said;
      meter.value = said?.score ?? 0;
      words.textContent = said?.words ?? hint;
    };
    box.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(judge, 250); });
  }

  // Keys: ? lists them, / goes to the search box, g and a letter to a page, j and k along the
  // rows. Which letter is which page stands in the footer's list of all pages.
  const pages = $$(".index [data-key]");
  const keyList = () => {
    const key = (name) => Object.assign(document.createElement("kbd"), { textContent: name });
    const list = document.createElement("dl");
    list.className = "facts keys";
    const add = (names, text) => {
      const dt = document.createElement("dt");
      names.forEach((name) => dt.append(key(name), " "));
      list.append(dt, Object.assign(document.createElement("dd"), { textContent: text }));
    };
    add(["/"], t("跳到查找框", "go to the search box"));
    add(["j", "k"], t("下一行 · 上一行", "next row · row before"));
    pages.forEach((a) => add(["g", a.dataset.key], a.textContent));
    add(["Esc"], t("关闭", "close"));
    const title = Object.assign(document.createElement("h2"), { id: "keys-title", textContent: t("快捷键", "Keys") });
    const close = Object.assign(document.createElement("button"), { textContent: t("关闭", "Close"), autofocus: true });
    const form = Object.assign(document.createElement("form"), { method: "dialog" });
    form.append(close);
    const dialog = Object.assign(document.createElement("dialog"), { className: "keylist" });
    dialog.setAttribute("aria-labelledby", title.id);
    dialog.append(title, list, form);
    dialog.addEventListener("close", () => dialog.remove());
    document.body.append(dialog);
    dialog.showModal();
  };
  if (pages.length) $$("[data-keys]").forEach((hint) => { hint.hidden = false; });
  let going = false, row = -1;
  addEventListener("keydown", (e) => {
    if (e.ctrlKey || e.metaKey || e.altKey || e.isComposing || $("dialog[open]")) return;
    if (e.target.closest("input, select, textarea")) {
      if (e.key === "Escape") e.target.blur();
      return;
    }
    const place = going && pages.find((a) => a.dataset.key === e.key);
    if (place) { location.href = place.href; return; }
    going = e.key === "g";
    if (e.key === "?" && pages.length) { e.preventDefault(); keyList(); }
    if (e.key === "/") {
      const box = $("#find");
      if (box) { e.preventDefault(); box.focus(); box.select(); }
    }
    if (e.key === "j" || e.key === "k") {
      const links = $$("td .go");
      if (!links.length) return;
      row = Math.max(0, Math.min(links.length - 1, row + (e.key === "j" ? 1 : -1)));
      links[row].focus();
    }
  });

  // Live: on the newest page of a list, and on the home page, new rows come by themselves.
  const parts = $$("[data-live]"), query = new URLSearchParams(location.search);
  if (!parts.length || query.has("cursor") || !window.EventSource || location.protocol === "file:") return;
  let paused = localStorage.getItem("live") === "off", waiting = null, source = null;
  const button = document.createElement("button");
  button.className = "live quiet";
  button.type = "button";
  const label = () => {
    const [sign, word] = paused ? ["▶", t("实时更新", "Live")] : ["❚❚", t("暂停更新", "Pause")];
    const icon = Object.assign(document.createElement("span"), { textContent: sign, ariaHidden: "true" });
    const text = Object.assign(document.createElement("span"), { textContent: word, className: "word" });
    button.replaceChildren(icon, " ", text);
    button.title = word;
  };
  const refresh = async () => {
    waiting = null;
    // Whoever is reading or choosing something must not lose their place.
    if (document.hidden || paused || parts.some((p) => p.contains(document.activeElement))) return;
    const answer = await fetch(location.href, { headers: { accept: "text/html" } });
    if (!answer.ok || answer.redirected) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    $$("[data-live]", fresh).forEach((part, i) => {
      if (!parts[i]) return;
      const open = $$("details", parts[i]).map((d) => d.open);
      parts[i].replaceChildren(...part.childNodes);
      $$("details", parts[i]).forEach((d, n) => { d.open = open[n] ?? d.open; });
    });
  };
  const changed = () => { waiting ??= setTimeout(refresh, 1500); };
  const follow = () => {
    source?.close();
    source = null;
    if (paused) return;
    source = new EventSource("/api/v1/events");
    for (const kind of ["call", "callback", "decision", "sms", "number", "lagged"]) source.addEventListener(kind, changed);
  };
  button.addEventListener("click", () => {
    paused = !paused;
    localStorage.setItem("live", paused ? "off" : "on");
    label();
    follow();
    if (!paused) refresh();
  });
  label();
  $(".tools").prepend(button);
  follow();
})();
