// The commonest barriers of a page, for a machine without axe-core: names, labels, landmarks,
// headings, ids, tables, and contrast from the computed styles.
"use strict";
window.barriers = () => {
  const found = [], all = (css, from = document) => [...from.querySelectorAll(css)];
  const seen = (e) => e.checkVisibility({ visibilityProperty: true });
  const say = (what, e) => found.push(`${what}: ${e.outerHTML.slice(0, 160)}`);
  const name = (e) => {
    const by = (e.getAttribute("aria-labelledby") ?? "").split(" ").map((id) => document.getElementById(id)?.textContent ?? "");
    const labels = [...(e.labels ?? [])].map((label) => label.textContent);
    return [e.getAttribute("aria-label"), ...by, ...labels, e.textContent, e.title, e.alt, e.value && e.type === "submit" ? e.value : ""].join("").trim();
  };
  if (!document.documentElement.lang) found.push("html without lang");
  if (!document.title.trim()) found.push("no title");
  if (all("main").length !== 1) found.push("not one main");
  if (all("h1").filter(seen).length !== 1) found.push("not one h1");
  const ids = all("[id]").map((e) => e.id);
  ids.filter((id, n) => ids.indexOf(id) !== n).forEach((id) => found.push(`id twice: ${id}`));
  all("a[href], button").filter(seen).filter((e) => !name(e)).forEach((e) => say("no name", e));
  all("input:not([type=hidden]), select, textarea").filter(seen).filter((e) => !name(e)).forEach((e) => say("no label", e));
  all("img:not([alt])").forEach((e) => say("no alt", e));
  all("nav, form[role=search], section[role=region]").filter((e) => !name(e)).forEach((e) => say("landmark without a name", e));
  for (const table of all("table")) {
    if (!table.querySelector("th[scope]")) say("table without headings", table);
  }
  let level = 0;
  for (const h of all("h1, h2, h3, h4").filter(seen)) {
    const next = Number(h.tagName[1]);
    if (next > level + 1 && level) say("heading level left out", h);
    level = next;
  }
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgba = (colour) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  };
  const light = ([r, g, b]) => {
    const part = (v) => (v / 255 <= 0.03928 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4);
    return 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
  };
  const behind = (e) => {
    for (let at = e; at; at = at.parentElement) {
      const colour = rgba(getComputedStyle(at).backgroundColor);
      if (colour[3] > 0.98) return colour;
    }
    return [255, 255, 255, 1];
  };
  for (const e of all("body *").filter((e) => seen(e) && !e.closest("svg, .sr, .skip"))) {
    if (![...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim())) continue;
    const style = getComputedStyle(e), [a, b] = [light(rgba(style.color)), light(behind(e))].sort((x, y) => y - x);
    const large = parseFloat(style.fontSize) >= 24 || (parseFloat(style.fontSize) >= 18.66 && style.fontWeight >= 700);
    if ((a + 0.05) / (b + 0.05) < (large ? 3 : 4.5)) say(`contrast ${((a + 0.05) / (b + 0.05)).toFixed(2)}`, e);
  }
  return found;
};
