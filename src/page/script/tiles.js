// Arrays that are pictures, drawn as pictures: digits of 28 by 28 pixels, the weights that look at them, filters and feature maps. What cannot be below
// 0 is drawn in greys, everything else in the colours of heat maps. The numbers of a large array come as bytes: enough for a shade.

const DIGIT = 28;
/** The largest side of a pixel on the screen. */
const PIXEL = 7;

/** The sides of the pictures that an array's rows are, and of those that its columns are: as the program says, or those of a digit. */
function sidesOf({ shape, shown }) {
  const { rows, columns } = shown?.image ?? { rows: DIGIT, columns: DIGIT };
  const isSide = (length) => length >= 2 && length <= 64;
  const areMaps = shown === "filters" || shown === "feature_maps";
  if (!areMaps && shape.at(-1) === rows * columns) return { sides: [rows, columns], isRows: true };
  if (!areMaps && shape.length === 2 && shape[0] === rows * columns) return { sides: [rows, columns], isColumns: true };
  if (shape.length === 4 && (areMaps || shape.slice(2).every(isSide))) return { sides: shape.slice(2) };
  return undefined;
}

/** The pictures in an array: how many there are, their sides, which element a pixel is, and all their numbers; nothing if it is no array of pictures. */
function tilesOf(digest) {
  const { shape, elements, tiles, shown } = digest;
  const size = product(shape);
  const found = shown === "bars" || shown?.tokens ? undefined : sidesOf(digest);
  if (!found || size === 0 || (!elements && !tiles)) return undefined;
  const { sides: [height, width], isRows, isColumns } = found;
  const all = size / (height * width);
  const count = tiles?.count ?? all;
  const elementAt = (pixel) => {
    const [tile, inside] = [Math.floor(pixel / (height * width)), pixel % (height * width)];
    return isRows || !isColumns ? pixel : inside * all + tile;
  };
  const pixelOf = (place) => (isRows || !isColumns ? place : (place % all) * height * width + Math.floor(place / all));
  const numbers = () => {
    const found = new Float64Array(count * height * width);
    const bytes = tiles && atob(tiles.pixels);
    for (let pixel = 0; pixel < found.length; pixel++) {
      found[pixel] = bytes ? roundedNumber(bytes.charCodeAt(pixel), tiles.step) : read(elements[elementAt(pixel)]);
    }
    return found;
  };
  return { all, count, height, width, elementAt, pixelOf, numbers, isRounded: Boolean(tiles) };
}

/** A byte with a sign, as a multiple of a step; -128 is NaN. */
const roundedNumber = (byte, step) => (byte === 128 ? NaN : (byte < 128 ? byte : byte - 256) * step);

/** Pictures side by side, instead of one heat map of all. */
class TileView extends ArrayView {
  take(digest, pick) {
    super.take(digest, pick);
    this.tiles = tilesOf(digest);
    this.numbers = this.tiles.numbers();
  }

  build() {
    this.buildHeat();
  }

  get pixels() {
    return this.numbers.length;
  }

  elementsOf(pixel) {
    return [this.tiles.elementAt(pixel)];
  }

  cellOf(place) {
    return this.tiles.pixelOf(place);
  }

  tell(pixel) {
    const { elementAt, isRounded } = this.tiles;
    const at = indices(elementAt(pixel), this.shape);
    const picture = { one: at[0], other: at[1] };
    const which = { filters: say("filter {one}, channel {other}: ", picture), feature_maps: say("image {one}, map {other}: ", picture) }[this.digest.shown] ?? "";
    return `${which}[${at.join(", ")}] ${isRounded ? "≈" : "="} ${number(this.numbers[pixel], isRounded ? 2 : 6)}`;
  }

  summary() {
    const { all, count } = this.tiles;
    return count < all ? `${super.summary()} · ${say("the first {count} of {all} pictures", { count, all })}` : super.summary();
  }

  /** As many pictures in a row as make their pixels largest. */
  arrange(room) {
    const { count, height, width } = this.tiles;
    let best = { side: 0 };
    for (let across = 1; across <= count; across++) {
      const down = Math.ceil(count / across);
      const side = Math.min(PIXEL, room / (across * (width + 1)), ROOM / (down * (height + 1)));
      if (side >= best.side) best = { side, across, down };
    }
    return best;
  }

  cellAt(x, y) {
    const { height, width, count } = this.tiles;
    const [column, row] = [Math.floor(x / (width + 1)), Math.floor(y / (height + 1))];
    const [inX, inY] = [Math.floor(x % (width + 1)), Math.floor(y % (height + 1))];
    const tile = row * this.placed.across + column;
    const isInside = x >= 0 && y >= 0 && column < this.placed.across && tile < count && inX < width && inY < height;
    return isInside ? (tile * height + inY) * width + inX : undefined;
  }

  cellUnder(event) {
    const box = this.canvas.getBoundingClientRect();
    return this.cellAt((event.clientX - box.left) / this.placed.side, (event.clientY - box.top) / this.placed.side);
  }

  /** The arrow keys walk within a picture, and from one to the next at its sides. */
  neighbour(pixel, key) {
    const { width } = this.tiles;
    return pixel + { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -width, ArrowDown: width }[key];
  }

  placeOf(pixel) {
    const { height, width } = this.tiles;
    const [tile, inside] = [Math.floor(pixel / (height * width)), pixel % (height * width)];
    const [column, row] = [tile % this.placed.across, Math.floor(tile / this.placed.across)];
    return [column * (width + 1) + (inside % width), row * (height + 1) + Math.floor(inside / width)];
  }

  paint() {
    const room = this.canvas?.parentElement.clientWidth;
    if (!room) return;
    this.placed = this.arrange(room);
    const { side, across, down } = this.placed;
    const [columns, rows] = [across * (this.tiles.width + 1), down * (this.tiles.height + 1)];
    const pen = this.cleared(columns * side, rows * side);
    pen.imageSmoothingEnabled = false;
    pen.scale(side, side);
    pen.drawImage(this.drawn(columns, rows), 0, 0);
    pen.lineWidth = 1.5 / side;
    pen.strokeStyle = `rgb(${palette().text.join(" ")})`;
    const outlined = this.lit && this.lit.size <= 64 ? [...this.lit] : [];
    if (this.pointed !== undefined && document.activeElement === this.canvas) outlined.push(this.pointed);
    if (this.held !== undefined) outlined.push(this.held);
    for (const pixel of outlined) pen.strokeRect(...this.placeOf(pixel), 1, 1);
  }

  /** A picture of all pictures, a pixel for each number. */
  drawn(columns, rows) {
    const image = new ImageData(columns, rows);
    const colours = palette();
    const isGrey = !(read(this.digest.least) < 0);
    const [none, most] = isGrey ? [colours.back, colours.text] : [colours.zero, colours.positive];
    const largest = this.numbers.reduce((found, x) => (Math.abs(x) > found ? Math.abs(x) : found), 0) || 1;
    const { count, height, width } = this.tiles;
    for (let pixel = 0, tile = 0; tile < count; tile++) {
      const [left, top] = this.placeOf(pixel);
      for (let row = top; row < top + height; row++) {
        for (let column = left; column < left + width; column++, pixel++) {
          const x = this.numbers[pixel];
          const share = Math.abs(x) / largest;
          const end = x < 0 ? colours.negative : most;
          const fade = this.lit && !this.lit.has(pixel) ? 0.72 : 0;
          const at = (row * columns + column) * 4;
          for (let part = 0; part < 3; part++) {
            const shade = Number.isNaN(x) ? colours.update[part] : none[part] + (end[part] - none[part]) * share;
            image.data[at + part] = shade + (colours.back[part] - shade) * fade;
          }
          image.data[at + 3] = 255;
        }
      }
    }
    this.sheet ??= new OffscreenCanvas(columns, rows);
    if (this.sheet.width !== columns || this.sheet.height !== rows) Object.assign(this.sheet, { width: columns, height: rows });
    this.sheet.getContext("2d").putImageData(image, 0, 0);
    return this.sheet;
  }
}
