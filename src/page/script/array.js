// An array on the page: as numbers where it is small, as a heat map where it is large. Zero is in the middle of the colours; what is no
// number is marked by a shape. A click on a cell reports the elements that it shows.

/** Maximum number of rows and columns of an array that is written as numbers. */
const TABLE = { rows: 8, columns: 5 };
/** Largest and smallest side of a cell of a heat map, in pixels; and the height at which the map scrolls. */
const CELL = { most: 22, least: 3 };
const ROOM = 330;

const element = (tag, properties = {}, ...children) => {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
};

let kept;
/** Colours of the style sheet as the browser computed them: [red, green, blue] each. The browser styles the whole page anew for that, so an answer counts
    until colours change. */
function palette() {
  if (kept) return kept;
  const probe = document.body.appendChild(element("i"));
  const computed = (name) => {
    probe.style.color = `var(--${name})`;
    return [name, getComputedStyle(probe).color.match(/[\d.]+/g).slice(0, 3).map(Number)];
  };
  kept = Object.fromEntries(["negative", "zero", "positive", "line", "text", "back", "update"].map(computed));
  probe.remove();
  return kept;
}

class ArrayView {
  /** `pick` is called with the elements of the cell that was clicked. */
  constructor(digest, { label, pick } = {}) {
    this.take(digest, pick);
    this.element = element("div", { className: "array" });
    this.element.setAttribute("role", "group");
    this.element.setAttribute("aria-label", `${label ?? say("array")}, ${shapeText(this.shape)}`);
    this.element.arrayView = this;
    if (this.cells.length === 0) this.element.append(say("empty"));
    else this.build();
  }

  take(digest, pick) {
    Object.assign(this, { digest, pick, shape: digest.shape });
    const whole = digest.elements?.map(read);
    this.isWhole = whole !== undefined;
    this.columns = this.isWhole ? (this.shape.at(-1) ?? 1) : digest.reduced.columns;
    this.rows = this.isWhole ? whole.length / (this.columns || 1) : digest.reduced.rows;
    this.cells = whole ?? digest.reduced.cells.map(read);
  }

  build() {
    const isSmall = this.isWhole && this.rows <= TABLE.rows && this.columns <= TABLE.columns;
    if (isSmall) this.buildTable();
    else this.buildHeat();
  }

  /** Whether it can show another array. */
  fits(digest) {
    const form = ({ shape, elements, shown }) => JSON.stringify([shape, elements !== undefined, shown]);
    return this.constructor === kindOf(digest) && form(this.digest) === form(digest) && this.cells.length > 0;
  }

  /** Shows an array that it fits: where a reader drags a number, that is several times faster than to build all of it again. */
  renew(digest, pick) {
    this.take(digest, pick);
    this.lit = this.held = undefined;
    delete this.element.dataset.lit;
    if (this.canvas) {
      this.resting = this.summary();
      this.point(this.pointed);
    } else this.marks.forEach((mark, cell) => this.write(mark, cell));
  }

  /** The number of cells that can be pointed at. */
  get pixels() {
    return this.cells.length;
  }

  /** The elements that a cell stands for. */
  elementsOf(cell) {
    if (this.isWhole) return [cell];
    const { rows, columns } = this.blockOf(cell);
    const width = this.shape.at(-1) ?? 1;
    const found = [];
    for (let row = rows[0]; row < rows[1]; row++) {
      for (let column = columns[0]; column < columns[1]; column++) found.push(row * width + column);
    }
    return found;
  }

  /** The rows and columns of the array that a cell of a reduced picture is the mean of. */
  blockOf(cell) {
    const width = this.shape.at(-1) ?? 1;
    const height = product(this.shape) / width;
    const edges = (at, count, length) => [Math.floor((at * length) / count), Math.floor(((at + 1) * length) / count)];
    return {
      rows: edges(Math.floor(cell / this.columns), this.rows, height),
      columns: edges(cell % this.columns, this.columns, width),
    };
  }

  /** The cell that an element is in. */
  cellOf(place) {
    if (this.isWhole) return place;
    const width = this.shape.at(-1) ?? 1;
    const height = product(this.shape) / width;
    const at = (index, count, length) => Math.floor(((index + 1) * count - 1) / length);
    return at(Math.floor(place / width), this.rows, height) * this.columns + at(place % width, this.columns, width);
  }

  /** A cell in words: its index and its number. */
  tell(cell) {
    const written = number(this.cells[cell], 6);
    if (this.isWhole) return this.shape.length ? `[${indices(cell, this.shape).join(", ")}] = ${written}` : written;
    const { rows, columns } = this.blockOf(cell);
    const range = ([from, to]) => (to - from === 1 ? `${from}` : `${from}–${to - 1}`);
    const count = (rows[1] - rows[0]) * (columns[1] - columns[0]);
    const found = { rows: range(rows), columns: range(columns), number: written };
    return count === 1 ? say("rows {rows}, columns {columns}: {number}", found) : say("rows {rows}, columns {columns}: mean {number}", found);
  }

  buildTable() {
    const table = element("table", { className: "numbers" });
    this.marks = this.cells.map((_, cell) => {
      const button = element("button");
      this.write(button, cell);
      button.dataset.cell = cell;
      button.addEventListener("click", () => this.pick?.(this.elementsOf(cell), cell));
      return button;
    });
    for (let row = 0; row < this.rows; row++) {
      const cells = this.marks.slice(row * this.columns, (row + 1) * this.columns);
      table.append(element("tr", {}, ...cells.map((button) => element("td", {}, button))));
    }
    if (this.isSingle) this.element.classList.add("single");
    this.element.append(table);
  }

  get isSingle() {
    return this.cells.length === 1;
  }

  write(button, cell) {
    const x = this.cells[cell];
    Object.assign(button, { className: Number.isFinite(x) ? "" : "odd", textContent: number(x, this.isSingle ? 6 : 4), title: this.tell(cell) });
  }

  buildHeat() {
    this.canvas = element("canvas", { tabIndex: 0 });
    this.canvas.setAttribute("role", "application");
    this.canvas.setAttribute("aria-roledescription", say("heat map"));
    this.readout = element("p", { className: "readout" });
    this.readout.setAttribute("aria-live", "polite");
    this.resting = this.summary();
    this.canvas.addEventListener("pointermove", (event) => this.point(this.cellUnder(event)));
    this.canvas.addEventListener("pointerleave", () => this.point(undefined));
    this.canvas.addEventListener("click", (event) => this.choose(this.cellUnder(event)));
    this.canvas.addEventListener("keydown", (event) => this.move(event));
    this.heat = element("div", { className: "heat" }, this.canvas);
    this.heat.style.maxHeight = `${ROOM}px`;
    this.heat.addEventListener("scroll", () => this.tellHidden());
    this.hidden = element("p", { className: "hidden", hidden: true });
    this.element.append(this.heat, this.hidden, this.readout);
    this.point(undefined);
  }

  /** The cell under the pointer. */
  cellUnder(event) {
    const box = this.canvas.getBoundingClientRect();
    const column = Math.floor(((event.clientX - box.left) / box.width) * this.columns);
    const row = Math.floor(((event.clientY - box.top) / box.height) * this.rows);
    const isInside = column >= 0 && column < this.columns && row >= 0 && row < this.rows;
    return isInside ? row * this.columns + column : undefined;
  }

  neighbour(cell, key) {
    return cell + { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -this.columns, ArrowDown: this.columns }[key];
  }

  /** Arrow keys walk from cell to cell, Enter picks one. */
  move(event) {
    const [last, at] = [this.pixels - 1, this.pointed ?? 0];
    if (event.key === "Enter") this.choose(at);
    else if (event.key.startsWith("Arrow")) this.point(Math.min(last, Math.max(0, this.neighbour(at, event.key))));
    else return;
    event.preventDefault();
    event.stopPropagation();
    this.paint();
  }

  choose(cell) {
    if (cell !== undefined) this.pick?.(this.elementsOf(cell), cell);
  }

  point(cell) {
    this.pointed = cell;
    this.readout.textContent = cell === undefined ? this.resting : this.tell(cell);
  }

  /** The text while no cell is pointed at. */
  summary() {
    const { least, greatest, norm, nans, infinities, zeros } = this.digest;
    const [low, high] = [read(least), read(greatest)];
    const parts = [shapeText(this.shape)];
    if (!Number.isNaN(low)) parts.push(low === high ? say("each {number}", { number: number(low) }) : say("{least} to {greatest}", { least: number(low), greatest: number(high) }), say("norm {norm}", { norm: number(read(norm)) }));
    if (zeros) parts.push(say("{count} zeros", { count: zeros }));
    if (nans) parts.push(say("{count} NaN", { count: nans }));
    if (infinities) parts.push(say("{count} infinite", { count: infinities }));
    return parts.join(" · ");
  }

  /** Outlines the cells of these elements, and dims the others; none restores all. */
  light(places) {
    const cells = new Set((places ?? []).map((place) => this.cellOf(place)));
    this.lit = places === undefined ? undefined : cells;
    if (places === undefined) delete this.element.dataset.lit;
    else this.element.dataset.lit = [...cells].sort((a, b) => a - b).join(" ");
    if (this.canvas) return this.paint();
    this.marks?.forEach((mark, cell) => {
      mark.classList.toggle("lit", cells.has(cell));
      mark.classList.toggle("dim", this.lit !== undefined && !cells.has(cell));
    });
  }

  /** Outlines the element that the reader has in hand. */
  hold(place) {
    if (this.pixels < 2) return;
    this.held = this.cellOf(place);
    if (this.canvas) this.paint();
    else this.marks?.forEach((mark, cell) => mark.classList.toggle("held", cell === this.held));
  }

  /** A clean canvas of this size in pixels, and a pen for it. A canvas that has its size already is not made anew. */
  cleared(across, down) {
    const { canvas } = this;
    const scale = devicePixelRatio;
    const [width, height] = [across, down].map((length) => Math.round(length * scale));
    if (canvas.width !== width || canvas.height !== height) {
      Object.assign(canvas, { width, height });
      Object.assign(canvas.style, { width: `${across}px`, height: `${down}px` });
    }
    this.tellHidden();
    const pen = canvas.getContext("2d");
    pen.setTransform(scale, 0, 0, scale, 0, 0);
    pen.clearRect(0, 0, across, down);
    return pen;
  }

  /** Draws a heat map. Its size is known only once it is on the page. */
  paint() {
    const room = this.canvas?.parentElement.clientWidth;
    if (!room) return;
    // All rows and columns are in sight, unless their cells would be too small.
    const side = (length, count) => Math.min(CELL.most, Math.max(CELL.least, length / count));
    const width = side(room, this.columns);
    const height = Math.min(side(ROOM, this.rows), this.rows < 4 ? 18 : Math.max(width, 5));
    const pen = this.cleared(this.columns * width, this.rows * height);
    const colours = palette();
    const css = (rgb, alpha = 1) => `rgb(${rgb.map(Math.round).join(" ")} / ${alpha})`;
    const largest = Math.max(...this.cells.filter(Number.isFinite).map(Math.abs), 0) || 1;
    this.cells.forEach((x, cell) => {
      const [left, top] = [(cell % this.columns) * width, Math.floor(cell / this.columns) * height];
      const share = Number.isFinite(x) ? Math.abs(x) / largest : 0;
      const end = x < 0 ? colours.negative : colours.positive;
      pen.fillStyle = css(colours.zero.map((from, i) => from + (end[i] - from) * share));
      // A little wider, so that no gap shows between cells.
      pen.fillRect(left, top, width + 0.4, height + 0.4);
      if (!Number.isFinite(x)) this.paintOdd(pen, x, left, top, width, height, css(colours.text));
      if (this.lit && !this.lit.has(cell)) {
        pen.fillStyle = css(colours.back, 0.72);
        pen.fillRect(left, top, width + 0.4, height + 0.4);
      }
    });
    const outline = (cell, line) => {
      pen.strokeStyle = css(colours.text);
      pen.lineWidth = line;
      pen.strokeRect((cell % this.columns) * width + 0.5, Math.floor(cell / this.columns) * height + 0.5, width - 1, height - 1);
    };
    if (this.lit && this.lit.size <= 64) this.lit.forEach((cell) => outline(cell, 1.2));
    if (this.held !== undefined) outline(this.held, 2);
    if (this.pointed !== undefined && document.activeElement === this.canvas) outline(this.pointed, 2);
  }

  /** Says which rows and columns are in sight, if not all are. */
  tellHidden() {
    const { scrollTop, scrollLeft, clientHeight, clientWidth } = this.heat;
    const [across, down] = ["width", "height"].map((side) => parseFloat(this.canvas.style[side]));
    const parts = [
      [(found) => say("rows {first}–{last} of {count}", found), scrollTop, clientHeight, down, this.rows],
      [(found) => say("columns {first}–{last} of {count}", found), scrollLeft, clientWidth, across, this.columns],
    ].flatMap(([saying, from, room, length, count]) => {
      if (length <= room + 1) return [];
      const [first, last] = [Math.ceil((from * count) / length - 0.01), Math.floor(((from + room) * count) / length + 0.01)];
      return [saying({ first, last: last - 1, count })];
    });
    this.hidden.hidden = parts.length === 0;
    const text = parts.length ? say("In sight: {parts}. Scroll to see the others.", { parts: parts.join(", ") }) : "";
    if (this.hidden.textContent !== text) this.hidden.textContent = text;
  }

  /** NaN is a cross, an infinity a triangle that points up or down. */
  paintOdd(pen, x, left, top, width, height, ink) {
    const [right, bottom] = [left + width - 1, top + height - 1];
    pen.strokeStyle = pen.fillStyle = ink;
    pen.lineWidth = 1.2;
    pen.beginPath();
    if (Number.isNaN(x)) {
      pen.moveTo(left + 1, top + 1);
      pen.lineTo(right, bottom);
      pen.moveTo(right, top + 1);
      pen.lineTo(left + 1, bottom);
      return pen.stroke();
    }
    const [tip, foot] = x > 0 ? [top + 1, bottom] : [bottom, top + 1];
    pen.moveTo(left + width / 2, tip);
    pen.lineTo(right, foot);
    pen.lineTo(left + 1, foot);
    pen.fill();
  }
}

/** All the arrays on the page are painted anew when colours or widths change. */
function repaintArrays() {
  kept = undefined;
  document.querySelectorAll(".array").forEach((found) => found.arrayView.paint());
}
