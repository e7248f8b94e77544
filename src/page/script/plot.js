// Small curves: the loss over a number, the loss over the steps. One unit of the drawing is one pixel, so that a slope can be read off.

/** Room beside and below a curve. At the sides it is that of a slider's thumb, which then stands below the point. */
const ROOM_AROUND = { side: 9, top: 17, bottom: 16 };

class Plot {
  constructor(label, height) {
    this.height = height;
    this.room = element("div", { className: "plot" });
    this.svg = svg("svg", { role: "img", "aria-label": label });
    this.room.append(this.svg);
    // Told by the browser, since to ask it in the middle of a change makes it lay the page out.
    new ResizeObserver(([{ contentRect }]) => (this.wide = contentRect.width)).observe(this.room);
  }

  /** Says in words what is to be seen. */
  tell(label) {
    this.svg.setAttribute("aria-label", label);
  }

  /** Takes the numbers that the plot has room for: [from, to] across, and numbers up and down, of which some may be infinite. */
  frame([from, to], heights) {
    const finite = heights.filter(Number.isFinite);
    let [low, high] = [Math.min(...finite), Math.max(...finite)];
    if (finite.length === 0) [low, high] = [0, 1];
    const margin = (high - low) * 0.08 || Math.abs(high) * 0.5 || 1;
    Object.assign(this, { from, to, low: low - margin, high: high + margin, least: low, greatest: high });
    this.width = Math.max(120, this.wide ?? this.room.clientWidth);
    this.svg.setAttribute("viewBox", `0 0 ${this.width} ${this.height}`);
    this.svg.setAttribute("width", this.width);
    this.svg.setAttribute("height", this.height);
    this.svg.replaceChildren();
    const { side, top, bottom } = ROOM_AROUND;
    const [width, height] = [this.width - 2 * side, this.height - top - bottom];
    this.area = { x: side, y: top, width, height };
    this.svg.append(svg("rect", { ...this.area, class: "ground" }));
  }

  x(number) {
    return this.area.x + ((number - this.from) / (this.to - this.from)) * this.area.width;
  }

  y(number) {
    return this.area.y + ((this.high - number) / (this.high - this.low)) * this.area.height;
  }

  /** A line through points; where a number is missing, it has a gap. */
  curve(points, kind) {
    let isOn = false;
    const parts = points.map(([x, y]) => {
      const isHere = Number.isFinite(y);
      const part = isHere ? `${isOn ? "L" : "M"}${this.x(x).toFixed(2)} ${this.y(y).toFixed(2)}` : "";
      isOn = isHere;
      return part;
    });
    this.svg.append(svg("path", { class: kind, d: parts.join("") }));
  }

  /** A straight line through a point, as long as the frame has room for. */
  line([x, y], slope, kind) {
    const ends = [this.from, this.to].map((end) => ({ x: end, y: y + slope * (end - x) }));
    // Where it leaves the frame above or below, it ends.
    const inside = ends.map((end) => {
      const height = Math.min(this.high, Math.max(this.low, end.y));
      return height === end.y ? end : { x: x + (height - y) / slope, y: height };
    });
    if (inside.some((end) => !Number.isFinite(end.x + end.y))) return;
    const [a, b] = inside.map((end) => [this.x(end.x), this.y(end.y)]);
    this.svg.append(svg("line", { class: kind, x1: a[0], y1: a[1], x2: b[0], y2: b[1] }));
  }

  point([x, y], kind) {
    if (Number.isFinite(y)) this.svg.append(svg("circle", { class: kind, cx: this.x(x), cy: this.y(y), r: 5 }));
  }

  /** Says what stands across, from end to end, and above it what stands up and down. */
  ends(left, right, upwards) {
    const { x, width } = this.area;
    const put = (text, left, bottom, anchor) => this.svg.append(svg("text", { x: left, y: bottom, "text-anchor": anchor, "font-size": SMALL }, text));
    put(left, x, this.height - 4, "start");
    put(right, x + width, this.height - 4, "end");
    put(upwards, x, ROOM_AROUND.top - 5, "start");
  }
}
