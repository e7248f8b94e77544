// What the page says, in its language. English is the only source: a sentence stands in the code as a reader sees it, with names in braces where something
// is filled in, and `say` looks up its translation. Translations are the messages of a file of gettext (`zh_CN.po`), which translators' tools edit.

/** The translation of each English message; none on an English page. */
let translations = new Map();
/** Messages that were said, cut at their holes: what is between, and the names by turns. */
const cut = new Map();
/** The messages that Rust fills in before the page sees them, the most telling first. */
let patterns = [];

/** Says a message, with its holes filled: `say("{count} found", { count: 3 })`. */
function say(english, holes) {
  let parts = cut.get(english);
  if (!parts) cut.set(english, (parts = (translations.get(english) ?? english).split(/\{(\w+)\}/)));
  return parts.length === 1 ? parts[0] : parts.map((part, at) => (at % 2 ? holes[part] : part)).join("");
}

/** Says a text that Rust composed: finds the message that it was made of, and translates what fills the holes in the same way. */
function told(text) {
  for (const { english, empty, holes, find } of text ? patterns : []) {
    const found = find.exec(text);
    if (!found) continue;
    const filled = Object.assign({ ...empty }, ...holes.map((hole, at) => ({ [hole]: told(found[at + 2]) })));
    return told(found[1]) + say(english, filled) + told(found.at(-1));
  }
  return text;
}

/** The expression that finds a message in a text, and the holes that it finds: of holes without a word between them the first takes everything. A message that
    begins with a space, a comma or a new line stands behind another text; one that ends with a space before another, which begins as one of `starts`. */
function patternOf(english, starts) {
  const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const namesIn = (text) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
  const bare = english.replace(/\}(\{\w+\})+/g, "}");
  const between = bare.split(/\{\w+\}/);
  const isBehind = /^[\s,;.]/.test(english);
  const isEnd = isBehind && /[^}\s]$/.test(english);
  const before = isEnd ? "(.*)" : isBehind ? "(.*?)" : "()";
  const after = english.endsWith(" ") ? `((?:${starts.map(escaped).join("|")}).*)` : "()";
  const empty = Object.fromEntries(namesIn(english).map((name) => [name, ""]));
  return { english, isEnd, empty, holes: namesIn(bare), find: new RegExp(`^${before}${between.map(escaped).join("(.+?)")}${after}$`, "s"), weight: between.join("").length };
}

/** Takes the translations of a file of gettext. The messages of a Rust source are those of `told`. */
function takeTranslations(po) {
  const text = (lines) => lines.split("\n").filter(Boolean).map((line) => JSON.parse(line)).join("");
  const messages = [...po.matchAll(/(#: .*\.rs\n)?msgid ((?:".*"\n)+)msgstr ((?:".*"\n?)+)/g)];
  const known = messages.map(([, isOfRust, english, translation]) => ({ isOfRust, english: text(english), translation: text(translation) })).filter(({ english, translation }) => english && translation);
  translations = new Map(known.map(({ english, translation }) => [english, translation]));
  cut.clear();
  const ofRust = known.filter(({ isOfRust }) => isOfRust).map(({ english }) => english);
  const starts = ofRust.map((english) => english.split("{")[0]).filter((start) => /^\w/.test(start));
  // What ends a text in words that are known is surest, then what has the most of them.
  patterns = ofRust.map((english) => patternOf(english, starts)).sort((a, b) => b.isEnd - a.isEnd || b.weight - a.weight);
}

/** Attributes that a reader sees or hears. */
const SPOKEN = ["title", "aria-label", "placeholder"];
/** Elements that belong to the sentence around them. */
const WITHIN = "b, i, em, strong, code, a";

/** Translates what stands in the page's own markup. A sentence is translated with the marks in it, unless one of them is filled in by a script. */
function translateMarkup(root) {
  const saidOf = (text) => translations.get(text.trim().replace(/\s+/g, " "));
  const walk = (element) => {
    if (element.matches("script, style, pre, code, [translate=no]")) return;
    for (const name of SPOKEN) {
      const said = saidOf(element.getAttribute(name) ?? "");
      if (said) element.setAttribute(name, said);
    }
    const whole = [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE) && [...element.children].every((child) => child.matches(WITHIN) && !child.id);
    const said = whole && saidOf(element.innerHTML);
    if (said) element.innerHTML = said;
    if (said) return;
    for (const node of element.childNodes) {
      if (node.nodeType === Node.ELEMENT_NODE) walk(node);
      else if (node.nodeType === Node.TEXT_NODE) node.data = node.data.replace(/\S(?:.*\S)?/s, (text) => saidOf(text) ?? text);
    }
  };
  walk(root);
}
