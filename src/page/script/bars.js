// Bars: of what the program says, and of probabilities, rows of a few shares that add up to 1, such as what a softmax gives, or targets.

const BARS = { columns: [3, 20], rows: 20, height: 44, width: 30 };

/** Whether an array is seen as bars: because the program says so, or because every row is a distribution over a few classes. */
function isOfBars({ shape, elements, least, shown }) {
  if (shown) return shown === "bars" && elements?.length > 0;
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
    this.canvas.setAttribute("aria-roledescription", say("bar chart"));
  }

  paint() {
    const room = this.canvas?.parentElement.clientWidth;
    if (!room) return;
    const [width, height] = [Math.min(BARS.width, room / this.columns), Math.min(BARS.height, Math.max(12, ROOM / this.rows))];
    const pen = this.cleared(this.columns * width, this.rows * height);
    // A share is seen as a part of 1; other numbers beside the largest, from a line at 0.
    const finite = this.cells.filter(Number.isFinite);
    const [low, high] = [Math.min(0, ...finite), Math.max(...finite, 0)];
    const [bottomMost, topMost] = low === 0 && high <= 1 ? [0, 1] : [low, high];
    const heightOf = (x) => ((x - bottomMost) / (topMost - bottomMost || 1)) * (height - 5);
    const colours = palette();
    const [bar, below, line, whole, text] = ["positive", "negative", "line", "zero", "text"].map((name) => `rgb(${colours[name].join(" ")})`);
    this.cells.forEach((x, cell) => {
      const [left, bottom] = [(cell % this.columns) * width, (Math.floor(cell / this.columns) + 1) * height - 1];
      pen.globalAlpha = this.lit && !this.lit.has(cell) ? 0.3 : 1;
      // The room for a whole 1.
      pen.fillStyle = whole;
      pen.fillRect(left + 2, bottom - height + 5, width - 4, height - 5);
      pen.fillStyle = line;
      pen.fillRect(left, bottom - heightOf(0), width, 1);
      pen.fillStyle = x < 0 ? below : bar;
      if (Number.isFinite(x)) pen.fillRect(left + 2, bottom - heightOf(Math.max(x, 0)), width - 4, Math.abs(heightOf(x) - heightOf(0)));
      else this.paintOdd(pen, x, left + 2, bottom - height + 5, width - 4, height - 5, text);
      const isPointed = cell === this.pointed && document.activeElement === this.canvas;
      if (!this.lit?.has(cell) && !isPointed && cell !== this.held) return;
      pen.strokeStyle = text;
      pen.strokeRect(left + 1, bottom - height + 3, width - 2, height - 3);
    });
    pen.globalAlpha = 1;
  }
}

/** How an array is seen: as the program says, or in the form in which it says most. */
function kindOf(digest) {
  if (tilesOf(digest)) return TileView;
  if (isOfBars(digest)) return BarView;
  return isOfTokens(digest) ? TokenView : ArrayView;
}
