// The learner's program, with the line that the step is about.

const KEYWORDS = /\b(as|break|const|continue|else|enum|fn|for|if|impl|in|let|loop|match|mod|move|mut|pub|ref|return|self|static|struct|trait|type|use|where|while)\b/;
const TOKENS = new RegExp(`(//.*$)|("(?:[^"\\\\]|\\\\.)*")|${KEYWORDS.source}`, "g");

/** A line with its comments, texts and keywords told apart. */
function highlighted(line) {
  const parts = [];
  let end = 0;
  for (const found of line.matchAll(TOKENS)) {
    parts.push(line.slice(end, found.index));
    parts.push(element("span", { className: found[1] ? "comment" : found[2] ? "text" : "keyword", textContent: found[0] }));
    end = found.index + found[0].length;
  }
  return [...parts, line.slice(end)];
}

class Source {
  constructor(room, { select }) {
    Object.assign(this, { room, select, file: undefined });
    room.hidden = Object.keys(data.sources).length === 0;
  }

  show(step, selected) {
    const subject = selected ?? subjectOf(step);
    if (subject) this.showLine(nodes[subject.node]);
  }

  showLine({ file, line }) {
    if (this.room.hidden) return;
    const isNew = file !== this.file;
    if (isNew) this.build(file);
    else if (line === this.line) return;
    this.line = line;
    this.lines?.forEach((row, at) => row.classList.toggle("active", at + 1 === line));
    const active = this.lines?.[line - 1];
    if (!active) return;
    const top = active.offsetTop - this.code.clientHeight / 2;
    this.code.scrollTo({ top, behavior: isNew || calm() ? "auto" : "smooth" });
  }

  build(file) {
    this.file = file;
    const heading = element("h3", { textContent: file.split("/").slice(-2).join("/") });
    const text = data.sources[file];
    this.lines = undefined;
    if (text === undefined) {
      this.code = undefined;
      return this.room.replaceChildren(heading, element("p", { className: "faint", textContent: say("The text of this file could not be read when the page was made.") }));
    }
    const recorded = new Map();
    for (const node of nodes) if (node.file === file && node.pass === 0 && !recorded.has(node.line)) recorded.set(node.line, node.index);
    this.lines = text.replace(/\n$/, "").split("\n").map((line, at) => this.row(line, at + 1, recorded.get(at + 1)));
    this.code = element("div", { className: "code", tabIndex: 0 }, ...this.lines);
    this.room.replaceChildren(heading, this.code);
  }

  /** A line that recorded something leads to the first node that it recorded. */
  row(line, place, node) {
    const label = node === undefined
      ? element("span", { className: "place", textContent: place })
      : element("button", { className: "place", textContent: place, title: say("recorded {node}", { node: call(node) }), onclick: () => this.select({ node }) });
    return element("div", { className: "row" }, label, element("code", {}, ...highlighted(line)));
  }
}
