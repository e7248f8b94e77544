// A chart with axes: a drawing in SVG, one unit of which is one pixel. Its axes are linear or logarithmic.

const ROOM = { left: 52, right: 12, top: 10, bottom: 40 };

/** Round numbers between two ends, about `count` of them. */
function ticks([from, to], isLogarithmic, count) {
  if (isLogarithmic) {
    const [low, high] = [Math.ceil(Math.log10(from) - 1e-9), Math.floor(Math.log10(to) + 1e-9)];
    const step = Math.max(1, Math.ceil((high - low) / count));
    return Array.from({ length: Math.floor((high - low) / step) + 1 }, (_, i) => 10 ** (low + i * step));
  }
  const rough = (to - from) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * [1, 2, 5, 10].find((times) => times * power >= rough);
  const first = Math.ceil(from / step - 1e-9);
  return Array.from({ length: Math.floor(to / step + 1e-9) - first + 1 }, (_, i) => (first + i) * step);
}

class Chart {
  /** `x` and `y` have a name, and perhaps `log`. */
  constructor({ x, y, height, square }) {
    Object.assign(this, { names: { x, y }, wanted: height, square });
    this.svg = svg("svg", { role: "img" });
    this.room = element("div", { className: "chart" }, this.svg);
  }

  /** Empties it, and sets the ranges of its axes. */
  frame(x, y) {
    this.width = Math.max(220, this.room.clientWidth);
    this.height = this.square ? Math.min(this.width, 380) : this.wanted;
    if (this.square) this.width = this.height;
    this.ends = { x, y };
    const { left, right, top, bottom } = ROOM;
    this.area = { x: left, y: top, width: this.width - left - right, height: this.height - top - bottom };
    for (const side of ["width", "height"]) this.svg.setAttribute(side, this[side]);
    this.svg.setAttribute("viewBox", `0 0 ${this.width} ${this.height}`);
    this.inside = svg("g");
    this.svg.replaceChildren(svg("rect", { ...this.area, class: "ground" }), this.inside, svg("rect", { ...this.area, class: "edge" }));
    this.axes();
  }

  axes() {
    const { x, y, width, height } = this.area;
    const put = (text, attributes) => this.svg.append(svg("text", attributes, text));
    for (const number of ticks(this.ends.x, this.names.x.log, width / 70)) {
      put(written(number), { x: this.x(number), y: y + height + 16, "text-anchor": "middle" });
    }
    for (const number of ticks(this.ends.y, this.names.y.log, height / 40)) {
      put(written(number), { x: x - 6, y: this.y(number) + 4, "text-anchor": "end" });
    }
    put(this.names.x.name, { x: x + width / 2, y: this.height - 6, "text-anchor": "middle" });
    put(this.names.y.name, { transform: `translate(11 ${y + height / 2}) rotate(-90)`, "text-anchor": "middle" });
  }

  part(axis, number) {
    const scale = this.names[axis].log ? Math.log10 : (x) => x;
    const [from, to] = this.ends[axis].map(scale);
    return (scale(number) - from) / (to - from);
  }

  x(number) {
    return this.area.x + this.part("x", number) * this.area.width;
  }

  y(number) {
    return this.area.y + (1 - this.part("y", number)) * this.area.height;
  }

  /** The numbers at a place of the window, such as that of a pointer. */
  at({ clientX, clientY }) {
    const { left, top } = this.svg.getBoundingClientRect();
    const { x, y, width, height } = this.area;
    const [right, up] = [(clientX - left - x) / width, 1 - (clientY - top - y) / height];
    const [[x0, x1], [y0, y1]] = [this.ends.x, this.ends.y];
    return [x0 + right * (x1 - x0), y0 + up * (y1 - y0)];
  }

  /** A line through points, with a gap where a number is not finite. */
  line(points, kind) {
    let isOn = false;
    const parts = points.map(([x, y]) => {
      const [right, down] = [this.x(x), this.y(y)];
      const isHere = Number.isFinite(right) && Number.isFinite(down);
      const part = isHere ? `${isOn ? "L" : "M"}${right.toFixed(1)} ${down.toFixed(1)}` : "";
      isOn = isHere;
      return part;
    });
    this.inside.append(svg("path", { class: kind, d: parts.join("") }));
  }

  dot([x, y], kind, size = 5) {
    const [cx, cy] = [this.x(x), this.y(y)];
    if (Number.isFinite(cx) && Number.isFinite(cy)) this.inside.append(svg("circle", { class: kind, cx, cy, r: size }));
  }

  /** A text beside a point, `below` pixels below it, or above it if `below` is negative. */
  text([x, y], text, below = -6, isLeft = this.part("x", x) > 0.7) {
    this.inside.append(svg("text", { x: this.x(x) + (isLeft ? -9 : 9), y: this.y(y) + below, "text-anchor": isLeft ? "end" : "start" }, text));
  }

  /** Pixels on the whole area. The first and the last of a row lie on its ends. */
  field(numbers, side, colours) {
    const { x, y, width, height } = this.area;
    const [wide, high] = [width / (side - 1), height / (side - 1)];
    const clip = svg("svg", this.area);
    // The first row is the lowest.
    const rows = Array.from({ length: side }, (_, row) => numbers.slice(row * side, (row + 1) * side)).reverse().flat();
    clip.append(svg("image", { x: -wide / 2, y: -high / 2, width: width + wide, height: height + high, preserveAspectRatio: "none", href: picture(rows, side, colours) }));
    this.inside.append(clip);
  }

  /** The line at which a field has this level. */
  level(numbers, side, level, kind) {
    const at = (place, axis) => this.ends[axis][0] + (place / (side - 1)) * (this.ends[axis][1] - this.ends[axis][0]);
    const parts = pieces(numbers, side, level).map(([a, b]) => `M${[a, b].map(([x, y]) => `${this.x(at(x, "x")).toFixed(1)} ${this.y(at(y, "y")).toFixed(1)}`).join("L")}`);
    this.inside.append(svg("path", { class: kind, d: parts.join("") }));
  }

  /** Describes the chart in words. */
  tell(label) {
    this.svg.setAttribute("aria-label", label);
  }
}

/** A number at an axis. */
function written(x) {
  const tidy = Number(x.toPrecision(12));
  return Math.abs(tidy) >= 1e5 || (tidy !== 0 && Math.abs(tidy) < 1e-3) ? tidy.toExponential() : String(tidy);
}

/** Straight pieces of a contour line: in each square of four neighbouring points, from side to side, where the level lies between two corners. */
function pieces(numbers, side, level) {
  const found = [];
  for (let row = 0; row + 1 < side; row++) {
    for (let column = 0; column + 1 < side; column++) {
      const corners = [[column, row], [column + 1, row], [column + 1, row + 1], [column, row + 1]];
      const heights = corners.map(([x, y]) => numbers[y * side + x] - level);
      const crossings = [];
      for (let i = 0; i < 4; i++) {
        const [a, b] = [heights[i], heights[(i + 1) % 4]];
        if (a < 0 === b < 0) continue;
        const part = a / (a - b);
        const [[x0, y0], [x1, y1]] = [corners[i], corners[(i + 1) % 4]];
        crossings.push([x0 + part * (x1 - x0), y0 + part * (y1 - y0)]);
      }
      for (let i = 0; i + 1 < crossings.length; i += 2) found.push([crossings[i], crossings[i + 1]]);
    }
  }
  return found;
}
