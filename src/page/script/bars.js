// Probabilities as bars: rows of a few shares that add up to 1, such as what a softmax gives, or targets.

const BARS = { columns: [3, 20], rows: 20, height: 44, width: 30 };

/** Whether every row of an array is a distribution over a few classes. */
function isOfShares({ shape, elements, least }) {
  const columns = shape.at(-1);
  if (!elements?.length || !(columns >= BARS.columns[0] && columns <= BARS.columns[1]) || !(read(least) >= 0)) return false;
  const rows = elements.length / columns;
  const sum = (row) => elements.slice(row * columns, (row + 1) * columns).reduce((total, x) => total + read(x), 0);
  return rows <= BARS.rows && Array.from({ length: rows }, (_, row) => sum(row)).every((total) => Math.abs(total - 1) < 1e-4);
}

/** A row of bars for each row of an array. */
class BarView extends ArrayView {
  build() {
    this.buildHeat();
    this.canvas.setAttribute("aria-roledescription", "bar chart");
  }

  paint() {
    const room = this.canvas?.parentElement.clientWidth;
    if (!room) return;
    const [width, height] = [Math.min(BARS.width, room / this.columns), Math.min(BARS.height, Math.max(12, ROOM / this.rows))];
    const [across, down] = [this.columns * width, this.rows * height];
    const scale = devicePixelRatio;
    Object.assign(this.canvas, { width: Math.round(across * scale), height: Math.round(down * scale) });
    Object.assign(this.canvas.style, { width: `${across}px`, height: `${down}px` });
    this.tellHidden();
    const pen = this.canvas.getContext("2d");
    pen.scale(scale, scale);
    const colours = palette();
    const [bar, line, whole, text] = ["positive", "line", "zero", "text"].map((name) => `rgb(${colours[name].join(" ")})`);
    this.cells.forEach((x, cell) => {
      const [left, bottom] = [(cell % this.columns) * width, (Math.floor(cell / this.columns) + 1) * height - 1];
      pen.globalAlpha = this.lit && !this.lit.has(cell) ? 0.3 : 1;
      // The room for a whole 1.
      pen.fillStyle = whole;
      pen.fillRect(left + 2, bottom - height + 5, width - 4, height - 5);
      pen.fillStyle = line;
      pen.fillRect(left, bottom, width, 1);
      pen.fillStyle = bar;
      pen.fillRect(left + 2, bottom - x * (height - 5), width - 4, x * (height - 5));
      const isPointed = cell === this.pointed && document.activeElement === this.canvas;
      if (!this.lit?.has(cell) && !isPointed && cell !== this.held) return;
      pen.strokeStyle = text;
      pen.strokeRect(left + 1, bottom - height + 3, width - 2, height - 3);
    });
    pen.globalAlpha = 1;
  }
}

/** A view of an array, in the form in which it says most. */
function viewOf(digest, options) {
  if (tilesOf(digest)) return new TileView(digest, options);
  return isOfShares(digest) ? new BarView(digest, options) : new ArrayView(digest, options);
}
