// Rows that stand for words: an embedding beside its word, and the weights of an attention, which word looks at which.

/** Whether an array is seen with words beside its rows: a large one is not, since its rows are reduced to fewer. */
function isOfTokens({ elements, shown }) {
  return Boolean(shown?.tokens && elements?.length);
}

/** A heat map with a word beside each row, and above each column if there are as many. */
class TokenView extends ArrayView {
  build() {
    const { words } = this.digest.shown.tokens;
    this.words = words;
    this.isSquare = this.columns === words.length;
    this.buildHeat();
    const label = (text) => element("span", { textContent: text, title: text });
    this.beside = element("div", { className: "beside" }, ...Array.from({ length: this.rows }, (_, row) => label(this.wordOf(row))));
    this.above = element("div", { className: "above" }, ...(this.isSquare ? words.map(label) : []));
    const [grid, corner] = [element("div", { className: "tokens" }), element("span")];
    this.heat.replaceWith(grid);
    grid.append(corner, this.above, this.beside, this.heat);
    // All rows are in sight: a word would not scroll with its row.
    this.heat.style.maxHeight = "none";
  }

  wordOf(row) {
    return this.words[row % this.words.length];
  }

  tell(cell) {
    const [row, column] = [Math.floor(cell / this.columns), cell % this.columns];
    const which = this.isSquare ? `${this.wordOf(row)} → ${this.words[column]}` : this.wordOf(row);
    return `${which}: ${super.tell(cell)}`;
  }

  paint() {
    super.paint();
    if (!this.canvas?.parentElement.clientWidth) return;
    const [across, down] = ["width", "height"].map((side) => parseFloat(this.canvas.style[side]));
    for (const word of this.beside.children) word.style.height = `${down / this.rows}px`;
    for (const word of this.above.children) word.style.width = `${across / this.columns}px`;
  }
}
