// The graph: drawn once for each way of folding its scopes, then marked at each step with what is known.

const SVG = "http://www.w3.org/2000/svg";
/** The size of places, shapes and slots: as in the figures, by whose texts the boxes were measured. */
const SMALL = 10.5;
const MARGIN = 10;

function svg(tag, attributes = {}, ...children) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) if (value !== undefined) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

const measure = document.createElement("canvas").getContext("2d");
const FONT = "Helvetica, Arial, 'Liberation Sans', sans-serif";
let measured;
function textWidth(text, size, bold) {
  const font = `${bold ? "bold " : ""}${size}px ${FONT}`;
  // A canvas reads a font anew, even if it is the same one.
  if (font !== measured) measure.font = measured = font;
  return measure.measureText(text).width;
}

/** Widths of the lines along which gradients flow, in pixels: the largest gradient has the greatest, one 10,000 times smaller the least. */
const WIDTHS = { least: 1, greatest: 4.5, decades: 4 };

/** The width for a share of the largest gradient, on a logarithmic scale. */
function widthOf(share) {
  const part = share > 0 ? Math.max(0, 1 + Math.log10(share) / WIDTHS.decades) : 0;
  return (WIDTHS.least + (WIDTHS.greatest - WIDTHS.least) * part).toFixed(2);
}

class Graph {
  /** `select` is told what the reader clicked: a node, or an edge. `isHandle` says whether the reader can change a node's numbers. `entered` is told the
      group whose inside is drawn; nothing if it is the whole graph. */
  constructor(canvas, { select, isHandle, entered }) {
    Object.assign(this, { canvas, select, isHandle, entered, zoom: undefined, hits: new Set(), sources: new Set() });
    this.wanted = new Set(figure.nodes.length > 60 ? figure.scopes.keys() : []);
    this.folding = this.nearest(this.wanted);
    this.figureNode = new Map(figure.nodes.map((node) => [node.index, node]));
    const groups = figure.foldings.filter(({ inside }) => inside !== undefined);
    this.insides = new Map(groups.map((folding) => [folding.inside, folding]));
    const members = ({ nodes, inside }) => nodes.filter(({ stub_of }) => !stub_of).map(({ index }) => [index, inside]);
    this.groupOf = new Map(groups.flatMap(members));
    new ResizeObserver(() => this.resized()).observe(canvas);
  }

  /** The way of folding that differs least from the one that is wanted, among those in which `scope` is as wanted. */
  nearest(wanted, scope) {
    const around = (at) => (at === null ? [] : [at, ...around(figure.scopes[at].parent)]);
    const isFolded = (folded, at) => around(at).some((outer) => folded.has(outer));
    const all = [...figure.scopes.keys()];
    const distance = (folding) => {
      const folded = new Set(folding.folded);
      const differs = (at) => isFolded(folded, at) !== isFolded(wanted, at);
      return all.filter(differs).length + (scope !== undefined && differs(scope) ? 1e6 : 0);
    };
    return figure.foldings.filter(({ inside }) => inside === undefined).reduce((best, one) => (distance(one) < distance(best) ? one : best));
  }

  setFolded(scope, isFolded) {
    const wanted = new Set(this.folding.folded);
    if (isFolded) wanted.add(scope);
    else wanted.delete(scope);
    this.fold(wanted, scope);
  }

  fold(wanted, scope) {
    this.draw(this.nearest(wanted, scope));
  }

  draw(folding) {
    this.folding = folding;
    this.build();
    this.show(this.step, this.selected);
    this.reveal();
  }

  /** Shows the inside of a group. */
  enter(group) {
    if (this.folding.inside === undefined) this.left = this.folding;
    this.draw(this.insides.get(group));
  }

  /** Goes back from the inside of a group to the whole graph. */
  leave() {
    this.draw(this.left);
  }

  /** Inside of a group: goes along with what is looked at, to the group that it is in. */
  follow(node) {
    if (this.folding.inside === undefined || node === undefined || this.standsFor.has(node) || !this.figureNode.has(node)) return;
    const group = this.groupOf.get(node);
    this.folding = group === undefined ? this.left : this.insides.get(group);
    this.build();
  }

  /** Unfolds the scopes that hide a node, as far as there are layouts for that, or enters its group. */
  open(node) {
    if (this.groupOf.has(node)) return this.enter(this.groupOf.get(node));
    for (let tries = figure.scopes.length; tries > 0; tries--) {
      const { scope } = this.folding.nodes.find(({ index }) => index === this.standsFor.get(node)) ?? { scope: null };
      if (scope === null) return;
      this.setFolded(scope, false);
    }
  }

  /** Marks what a search has found. */
  mark(hits) {
    this.hits = hits;
    this.show(this.step, this.selected);
  }

  /** Outlines what a question is to be answered from. */
  outline(sources) {
    this.sources = new Set(sources);
    this.show(this.step, this.selected);
  }

  get isFoldable() {
    return figure.scopes.some(({ is_group }) => !is_group) && figure.foldings.length > 1;
  }

  /** Tall screens get the graph from top to bottom. */
  places() {
    return this.canvas.clientWidth < 560 ? this.folding.tall : this.folding.wide;
  }

  resized() {
    if (this.drawn === this.places()) return this.scale();
    this.draw(this.folding);
  }

  build() {
    const places = this.places();
    Object.assign(this, { drawn: places, marks: new Map() });
    this.size = [places.width + 2 * MARGIN, places.height + 2 * MARGIN];
    this.svg = svg("svg", { viewBox: `${-MARGIN} ${-MARGIN} ${this.size.join(" ")}`, role: "group", "aria-label": say("Computation graph") });
    this.standsFor = new Map(this.folding.inside === undefined
      ? figure.nodes.map((node, place) => [node.index, this.folding.stands_for[place]])
      : this.folding.nodes.filter(({ stub_of }) => !stub_of).map(({ index }) => [index, index]));
    this.stands = new Map(this.folding.nodes.map((stand) => [stand.index, stand]));
    this.members = Map.groupBy(this.standsFor.keys(), (node) => this.standsFor.get(node));
    this.folding.scopes.forEach((scope, place) => this.svg.append(this.scopeBox(scope, places.scopes[place])));
    this.edges = this.folding.edges.map((edge, place) => this.edgeLine(edge, places.edges[place]));
    this.edges.forEach(({ group }) => this.svg.append(group));
    this.folding.nodes.forEach((stand, place) => this.svg.append(this.nodeBox(stand, places.nodes[place])));
    this.canvas.replaceChildren(this.svg);
    this.entered(figure.scopes[this.folding.inside]?.name);
    this.scale();
  }

  /** Full size; or, if the figure is wider than its room, smaller, but still readable. */
  scale() {
    const room = this.canvas.clientWidth;
    const fitting = Math.min(1.25, Math.max(0.62, room / this.size[0]));
    this.factor = this.zoom ?? fitting;
    this.svg.setAttribute("width", this.size[0] * this.factor);
    this.svg.setAttribute("height", this.size[1] * this.factor);
  }

  /** Around a place of the window, which stays where it is; else so that the nodes of the step are in sight. */
  zoomBy(factor, around) {
    const before = this.svg.getBoundingClientRect();
    this.zoom = Math.min(3, Math.max(0.2, this.factor * factor));
    this.scale();
    if (!around) return this.reveal();
    const after = this.svg.getBoundingClientRect();
    const [x, y] = around;
    const left = after.left + ((x - before.left) / before.width) * after.width - x;
    const top = after.top + ((y - before.top) / before.height) * after.height - y;
    this.canvas.scrollBy({ left, top, behavior: "instant" });
  }

  /** Shows the whole graph; when pressed again, the graph at the full width of its room. */
  fit() {
    const { clientWidth, clientHeight } = this.canvas;
    const whole = Math.min(1.25, clientWidth / this.size[0], clientHeight / this.size[1]);
    this.zoom = this.zoom === whole ? undefined : whole;
    this.scale();
    this.reveal();
  }

  scopeBox(scope, [x, y, width, height]) {
    const { name, parent } = figure.scopes[scope];
    const text = this.isFoldable ? `▾ ${name}` : name;
    const box = svg("g", { class: `scope ${parent === null ? "" : "inner"}`, "data-scope": scope });
    box.append(svg("rect", { x, y, width, height, rx: 9 }));
    const label = svg("g", { class: "label" }, svg("text", { x: x + 9, y: y + 16, "font-size": 11 }, text));
    if (this.isFoldable) this.button(label, say("Fold the scope {name}", { name }), () => this.setFolded(scope, true));
    box.append(label);
    return box;
  }

  /** Turns a part of the drawing into a button. */
  button(part, label, press) {
    part.setAttribute("role", "button");
    part.setAttribute("tabindex", "0");
    part.setAttribute("aria-label", label);
    part.addEventListener("click", press);
    part.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      event.stopPropagation();
      press();
    });
  }

  /** The nodes that an end of a line is drawn for: a name in place of a line stands for those that it names. */
  ends(index) {
    return this.stands.get(index).stub_of ?? [index];
  }

  /** The node that is drawn for a node, or whose name is. */
  drawnFor(node) {
    return this.standsFor.get(node) ?? node;
  }

  /** The edges of the trace that a line stands for: the node that uses, and the slot. */
  meant({ from, to, slot }, isBack) {
    const [operand, user] = isBack ? [to, from] : [from, to];
    const operands = this.ends(operand);
    const isSingle = operands.length === 1 && this.isSingle(operands[0]) && this.isSingle(user);
    return (this.members.get(user) ?? []).flatMap((node) =>
      [...nodes[node].operands.keys()]
        .filter((at) => operands.includes(this.drawnFor(nodes[node].operands[at])) && (!isSingle || at === slot))
        .map((at) => ({ node, slot: at })),
    );
  }

  isSingle(index) {
    return (this.stands.get(index)?.heading ?? null) === null;
  }

  /** Whether a line runs against an edge of the tape. */
  isWayBack({ from, to, flow }) {
    const operands = this.ends(to);
    const reads = (node) => nodes[node].operands.some((other) => operands.includes(this.drawnFor(other)));
    return flow === "backward" && (this.members.get(from) ?? []).some(reads);
  }

  edgeLine(edge, way) {
    const group = svg("g", { class: `edge ${edge.flow}`, "data-from": edge.from, "data-to": edge.to, "data-slot": edge.slot });
    const isBack = this.isWayBack(edge);
    const meant = this.meant(edge, isBack);
    group.append(
      svg("path", { class: "hit", d: way.line }),
      svg("path", { class: "line", d: way.line }),
      svg("path", { class: "head", d: way.head }),
    );
    if (edge.slot_name) group.append(svg("text", { class: "slot", x: way.slot_name[0], y: way.slot_name[1] + 3, "font-size": SMALL }, edge.slot_name));
    const label = svg("text", { class: "brought", x: way.label[0], y: way.label[1] + 3.5, "font-size": 11 });
    group.append(label);
    if (meant.length) group.addEventListener("click", () => this.select({ ...meant[0] }));
    return { edge, group, meant, isBack, label };
  }

  nodeBox(stand, [x, y, width, height]) {
    if (stand.stub_of) return this.nameTag(stand, [x, y, width, height]);
    const node = nodes[stand.index];
    const shown = this.figureNode.get(stand.index);
    const kind = stand.heading === null ? shown.kind : "scope";
    const group = svg("g", { class: `node ${kind} ${node.pass > 0 ? `derived pass${Math.min(node.pass, 2)}` : ""}`, "data-node": stand.index });
    const corner = { input: 0, const: 0, var: Math.min(17, height / 2), param: Math.min(17, height / 2), seed: Math.min(17, height / 2) }[kind] ?? 6;
    group.append(svg("rect", { x, y, width, height, rx: corner }));
    if (shown.is_loss && kind !== "scope") {
      group.append(svg("rect", { class: "outer", x: x - 3, y: y - 3, width: width + 6, height: height + 6, rx: corner + 3 }));
    }
    const texts = svg("g");
    group.append(texts);
    const members = this.members.get(stand.index);
    const inside = { name: stand.heading, count: members.length };
    if (kind !== "scope") this.button(group, call(stand.index), () => this.select({ node: stand.index }));
    else if (stand.scope === null) this.button(group, say("{name}, {count} nodes", inside), () => this.select({ node: stand.index }));
    else if (figure.scopes[stand.scope].is_group) this.button(group, say("Look into the group {name}, {count} nodes", inside), () => this.enter(stand.scope));
    else this.button(group, say("Unfold the scope {name}, {count} nodes", inside), () => this.setFolded(stand.scope, false));
    if (kind === "scope") group.dataset.scope = stand.scope ?? "";
    this.marks.set(stand.index, { group, texts, members, stand, box: [x, y, width, height], written: undefined });
    return group;
  }

  /** A name in place of a line: it leads to the node that it names, and is marked as that is. */
  nameTag(stand, [x, y, width, height]) {
    const group = svg("g", { class: "node stub" }, svg("rect", { x, y, width, height }));
    const texts = svg("g");
    group.append(texts);
    this.button(group, say("{name}, drawn elsewhere", { name: stand.heading }), () => this.select({ node: stand.stub_of[0] }));
    const members = stand.stub_of.flatMap((named) => this.members.get(named) ?? [named]);
    this.marks.set(stand.index, { group, texts, members, stand, box: [x, y, width, height], written: undefined });
    return group;
  }

  /** Marks what is known at a step, the step itself, and what the reader has selected. */
  show(step, selected) {
    Object.assign(this, { step, selected });
    if (!this.svg || step === undefined) return;
    this.follow((selected ?? subjectOf(step))?.node);
    const [event, pass] = [events[step], passAt(step)];
    for (const mark of this.marks.values()) this.showNode(mark, event, pass);
    const flows = this.edges.map((line) => this.flow(line, pass));
    const largest = Math.max(...flows.map(({ size }) => size));
    this.edges.forEach((line, place) => this.showEdge(line, event, flows[place], largest));
  }

  showNode({ group, texts, members, stand, box, written }, event, pass) {
    const { step, selected } = this;
    const about = event?.event === "contribution" ? event.to : event?.node;
    group.classList.toggle("now", members.includes(about));
    group.classList.toggle("ahead", !members.some((node) => isComputed(node, step)));
    group.classList.toggle("has-gradient", members.some((node) => gradientAt(pass, node, step)?.isWhole));
    group.classList.toggle("selected", selected?.slot === undefined && members.includes(selected?.node));
    group.classList.toggle("source", members.some((node) => this.sources.has(node)));
    group.classList.toggle("hit", members.some((node) => this.hits.has(node)));
    group.classList.toggle("fault", members.some((node) => nodes[node].fault));
    group.classList.toggle("handle", stand.heading === null && this.isHandle(stand.index));
    const rows = this.rows(stand, members, pass);
    const signature = JSON.stringify(rows);
    if (signature === written) return;
    this.marks.get(stand.index).written = signature;
    if (stand.heading === null) group.setAttribute("aria-label", spoken(rows, nodes[stand.index]));
    this.write(texts, rows, box);
  }

  /** The text of a node, row by row. */
  rows(stand, members, pass) {
    const shown = this.figureNode.get(stand.index);
    if (stand.stub_of) return [[{ text: stand.heading, bold: true }]];
    if (stand.heading !== null) {
      const sign = stand.scope === null ? "" : "▸ ";
      return [[{ text: sign + stand.heading, bold: true }], [{ text: say("{count} nodes", { count: members.length }), faint: true }]];
    }
    if (shown.kind === "const") return [[{ text: shown.heading }]];
    const rows = [];
    const place = `%${stand.index}`;
    if (!shown.heading && !shown.op) rows.push([{ text: place }]);
    else {
      const parts = [{ text: shown.heading, bold: true }, { text: shown.op }].filter(({ text }) => text);
      rows.push(parts, [{ text: shown.shape ? `${place}  ${shown.shape}` : place, faint: true }]);
    }
    const value = valueAt(stand.index, this.step);
    const canDrag = this.isHandle(stand.index) && product(nodes[stand.index].shape) === 1;
    rows.push(...numberRows(value, nodes[stand.index].shape).map((row) => ({ row, canDrag })));
    const gradient = pass > 0 ? gradientAt(pass, stand.index, this.step) : undefined;
    if (shown.has_gradient || gradient?.isWhole) {
      const count = gradient?.isWhole ? 0 : gradient?.arrived.length;
      const partly = count ? (gradient.terms.length > 1 ? say("{count} of {all} in", { count, all: gradient.terms.length }) : "…") : undefined;
      const isKnown = gradient?.isWhole;
      const isNever = pass > 0 && !gradient;
      const found = isKnown ? numberRows(valueAt(gradient.holder, this.step), nodes[stand.index].shape) : [[partly ?? (isNever ? "-" : "")]];
      rows.push(...found.map((row, at) => ({ row, word: at === 0 ? say("grad") : "", isGradient: true })));
    }
    return rows;
  }

  write(texts, rows, [x, y, width, height]) {
    const places = [];
    const heights = rows.map((row, at) => (Array.isArray(row) ? (at === 0 ? 15 : 13) : 14));
    const room = rows.length === 1 && Array.isArray(rows[0]) ? 2 : 6;
    let bottom = y + (height - (5 + heights.reduce((a, b) => a + b, 0) + room)) / 2 + 5;
    const middle = x + width / 2;
    const put = (text, at, size, kind, anchor = "start") =>
      places.push([text, { x: at.toFixed(1), y: (bottom - 3.5).toFixed(1), "font-size": size, class: kind, "text-anchor": anchor }]);
    const wordWidth = textWidth(say("grad"), 11.5) + 5;
    rows.forEach((row, at) => {
      bottom += heights[at];
      if (Array.isArray(row)) {
        const sized = row.map((part) => ({ ...part, size: part.faint ? SMALL : 12 }));
        const widths = sized.map(({ text, size, bold }) => textWidth(text, size, bold));
        let left = middle - (widths.reduce((a, b) => a + b, 0) + 7 * (row.length - 1)) / 2;
        sized.forEach(({ text, size, bold, faint }, part) => {
          put(text, left, size, bold ? "bold" : faint ? "faint" : "");
          left += widths[part] + 7;
        });
        return;
      }
      // The numbers of one array stand in columns.
      const block = rows.filter((other) => !Array.isArray(other) && Boolean(other.isGradient) === Boolean(row.isGradient));
      const columns = block[0].row.map((_, column) => Math.max(...block.map((other) => textWidth(other.row[column] ?? "", 11.5))));
      const indent = row.isGradient ? wordWidth : 0;
      const total = indent + columns.reduce((a, b) => a + b, 0) + 7 * (columns.length - 1);
      // After an update, a number can be too long for its node.
      const shrink = Math.min(1, (width - 8) / total);
      let left = middle - (total * shrink) / 2;
      if (row.word) put(row.word, left, 11.5 * shrink, "gradient");
      left += indent * shrink;
      row.row.forEach((text, column) => {
        left += columns[column] * shrink;
        if (text) put(text, left, 11.5 * shrink, row.isGradient ? "gradient" : row.canDrag ? "scrub" : "", "end");
        left += 7 * shrink;
      });
    });
    setTexts(texts, places);
  }

  /** What has flowed back along a line so far, and the largest number of it. */
  flow({ meant, isBack }, pass) {
    const sent = isBack ? meant.map(({ node, slot }) => contribution(pass, node, slot)).filter((one) => one && one.place <= this.step) : [];
    const sizes = sent.map((one) => nodes[one.sent].value).map((value) => Math.max(Math.abs(read(value?.least)), Math.abs(read(value?.greatest))));
    return { sent, size: Math.max(0, ...sizes.filter(Number.isFinite)) };
  }

  showEdge({ group, meant, isBack, label }, event, { sent, size }, largest) {
    const { step, selected } = this;
    const isThis = (node, slot) => meant.some((one) => one.node === node && (slot === undefined || one.slot === slot));
    const flowsNow = isBack
      ? event?.event === "contribution" && isThis(event.from, event.slot)
      : event?.event === "forward" && isThis(event.node);
    const hasFlowed = isBack ? sent.length > 0 : meant.some(({ node }) => isComputed(node, step));
    group.classList.toggle("now", flowsNow);
    group.classList.toggle("ahead", !hasFlowed);
    group.classList.toggle("selected", selected?.slot !== undefined && isThis(selected.node, selected.slot));
    const single = sent.length === 1 && meant.length === 1 && sent[0].of > 1 ? nodes[sent[0].sent].value : undefined;
    const text = single && product(single.shape) === 1 ? number(read(single.elements[0])) : "";
    if (label.textContent !== text) label.textContent = text;
    const width = `${hasFlowed ? widthOf(size / largest) : WIDTHS.least}px`;
    if (isBack && group.style.getPropertyValue("--width") !== width) group.style.setProperty("--width", width);
  }

  /** Reveals what the reader has come to, once: while only numbers change, he may have scrolled elsewhere. */
  follows() {
    const place = JSON.stringify([this.step, this.selected]);
    if (place === this.revealed && this.drawn === this.revealedIn) return;
    Object.assign(this, { revealed: place, revealedIn: this.drawn });
    this.reveal();
  }

  /** Scrolls the drawing, not the page, so that the nodes of the step are in sight. */
  reveal() {
    if (!this.svg || this.step === undefined) return;
    const subject = this.selected ?? subjectOf(this.step);
    const mark = subject && this.marks.get(this.standsFor.get(subject.node));
    if (!mark) return;
    const [x, y, width, height] = mark.box.map((length) => length * this.factor);
    const to = (start, length, from, room) => {
      const margin = Math.min(60, room / 5);
      if (start - margin < from) return start - margin;
      return start + length + margin > from + room ? start + length + margin - room : from;
    };
    const { scrollLeft, scrollTop, clientWidth, clientHeight } = this.canvas;
    const [left, top] = [to(x, width, scrollLeft, clientWidth), to(y, height, scrollTop, clientHeight)];
    if (left !== scrollLeft || top !== scrollTop) this.canvas.scrollTo({ left, top, behavior: calm() ? "auto" : "smooth" });
  }
}

/** Texts at their places. Those that stood there are changed, since most are as they were. */
function setTexts(room, places) {
  const before = room.querySelectorAll("text");
  places.forEach(([text, attributes], at) => {
    if (!before[at]) return room.append(svg("text", attributes, text), " ");
    if (before[at].textContent !== text) before[at].textContent = text;
    for (const [name, value] of Object.entries(attributes)) if (before[at].getAttribute(name) !== String(value)) before[at].setAttribute(name, value);
  });
  for (let at = places.length; at < before.length; at++) before[at].remove();
}

/** What a node shows, to be read aloud; then its op and its scope. */
function spoken(rows, { op, scope }) {
  const shown = rows.flatMap((row) => (Array.isArray(row) ? row.map(({ text }) => text) : [row.word, ...row.row]));
  return [...shown, op, scope && say("in {scope}", { scope: scope.replace(/\/$/, "") })].filter(Boolean).join(", ");
}

const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

/** The numbers of an array for a node: all of a small array, the least and the greatest of a large one. */
function numberRows(digest, shape) {
  if (!digest) {
    const size = product(shape);
    const rows = size <= 9 && shape.length === 2 ? shape[0] : 1;
    return Array.from({ length: rows }, () => [""]);
  }
  const size = product(digest.shape);
  if (size === 0) return [[say("empty")]];
  if (size <= 9) {
    const texts = digest.elements.map((x) => number(read(x)));
    const columns = digest.shape.length === 2 ? digest.shape[1] : texts.length;
    return Array.from({ length: texts.length / columns }, (_, row) => texts.slice(row * columns, (row + 1) * columns));
  }
  const [least, greatest] = [read(digest.least), read(digest.greatest)];
  if (Number.isNaN(least)) return [[say("no finite number")]];
  const odd = digest.nans + digest.infinities ? say(", odd") : "";
  return [[(least === greatest ? number(least) : `${number(least)} … ${number(greatest)}`) + odd]];
}
