// Chapter 22: a digit, a kernel and the feature map they give, and for each number in the map the window that it was computed from.

/** A picture of square pixels with a mark. `chosen` gets the pixel that a reader clicks on. */
class Pixels {
  constructor(name, chosen) {
    this.name = name;
    this.svg = svg("svg", { role: "img" });
    this.caption = element("figcaption");
    this.room = element("figure", { className: "pixels" }, this.svg, this.caption);
    if (chosen) this.svg.addEventListener("click", (event) => chosen(this.at(event)));
  }

  at({ clientX, clientY }) {
    const { left, top, width, height } = this.svg.getBoundingClientRect();
    return [(clientY - top) / height, (clientX - left) / width].map((part) => Math.min(this.side - 1, Math.max(0, Math.floor(part * this.side))));
  }

  /** Shades from 0 to 1, and the marked square: row, column, side. */
  draw(shades, side, colours, [row, column, wide] = [], told = "") {
    this.side = side;
    this.svg.setAttribute("viewBox", `0 0 ${side} ${side}`);
    this.svg.setAttribute("aria-label", `${this.name}. ${told}`);
    this.caption.textContent = say("{name}, {side} by {side}", { name: this.name, side });
    this.svg.replaceChildren(svg("image", { width: side, height: side, href: picture(shades, side, colours), class: "pixelated" }));
    if (wide) this.svg.append(svg("rect", { x: column, y: row, width: wide, height: wide, class: "mark", "vector-effect": "non-scaling-stroke" }));
  }
}

class Maps {
  static async open(room) {
    const [data] = await carried("live/maps.js", "gradusMaps");
    const running = {};
    for (const [side, program] of Object.entries(data.programs)) running[side] = await Running.open(program);
    return new Maps(room, data, running);
  }

  constructor(room, data, running) {
    Object.assign(this, { data, all: running });
    this.build(room);
    this.choose();
    keepDrawn(room, () => this.draw());
  }

  build(room) {
    const { digits, kernels } = this.data;
    this.digit = chooser(say("Digit"), digits.map(({ label, index }) => say("a {label} (test digit {index})", { label, index })), () => this.choose());
    this.digit.select.value = 7;
    this.kernel = chooser(say("Kernel"), kernels.map(({ name }) => told(name)), () => this.choose());
    this.kernel.select.value = kernels.findIndex(({ name }) => name.startsWith("edges upright"));
    [this.row, this.column] = [say("Row"), say("Column")].map((name) => new Slider(name, { min: 0, max: 23, step: 1, value: 0 }, String, () => this.draw()));
    const point = ([row, column]) => this.point(row, column);
    const aroundIt = ([row, column]) => this.point(row - (this.wide - 1) / 2, column - (this.wide - 1) / 2);
    this.pictures = {
      image: new Pixels(say("The digit"), aroundIt), kernel: new Pixels(say("The kernel")),
      map: new Pixels(say("Its map"), point), pooled: new Pixels(say("Pooled, then ReLU")),
    };
    this.table = element("tbody");
    this.said = new Said();
    room.append(
      element("p", { textContent: say("Choose a digit and a kernel, made by hand or learnt by this chapter's net. Then move the window: click on a picture, or use the sliders. Blue is above 0, orange below.") }),
      element("div", { className: "controls" }, this.digit.room, this.kernel.room, this.row.room, this.column.room),
      element("div", { className: "pictures" }, ...Object.values(this.pictures).map(({ room }) => room)),
      wide(say("The window"), element("table", { className: "window" }, element("caption", { textContent: say("The window: each pixel times its weight") }), this.table)),
      this.said.room,
    );
  }

  /** Another digit or kernel: the engine convolves, and the window goes to where the map is largest. */
  choose() {
    const [{ pixels }, { side, numbers, bias }] = [this.data.digits[this.digit.select.value], this.data.kernels[this.kernel.select.value]];
    this.running = this.all[side];
    this.running.set("image", ...pixels);
    this.running.set("kernel", ...numbers);
    this.running.set("bias", bias);
    this.running.run();
    [this.wide, this.map] = [side, this.running.array("map")];
    this.across = this.data.side - side + 1;
    this.row.max = this.column.max = this.across - 1;
    const largest = this.map.indexOf(Math.max(...this.map));
    this.point(Math.floor(largest / this.across), largest % this.across);
  }

  point(row, column) {
    const inside = (place) => Math.min(this.across - 1, Math.max(0, Math.round(place)));
    [this.row.value, this.column.value] = [inside(row), inside(column)];
    this.draw();
  }

  draw() {
    const [digit, kernel] = [this.data.digits[this.digit.select.value], this.data.kernels[this.kernel.select.value]];
    const { wide, across, pictures } = this;
    const [row, column] = [this.row.value, this.column.value];
    const [zero, one, ink, paper, middle] = ["zero", "one", "ink", "paper", "middle"].map((name) => colour(name, pictures.image.room));
    const signed = (numbers) => {
      const largest = Math.max(1e-12, ...numbers.map(Math.abs));
      return numbers.map((x) => 0.5 + x / (2 * largest));
    };
    const pooled = this.running.array("pooled");
    const sum = this.map[row * across + column];
    const [least, greatest] = [Math.min(...this.map), Math.max(...this.map)];
    pictures.image.draw(digit.pixels, this.data.side, [paper, ink], [row, column, wide], say("A {label}; the window starts at row {row}, column {column}", { label: digit.label, row, column }));
    pictures.kernel.draw(signed(kernel.numbers), wide, [zero, middle, one], [], told(kernel.name));
    pictures.map.draw(signed(this.map), across, [zero, middle, one], [row, column, 1], say("From {least} to {greatest}", { least: number(least, 3), greatest: number(greatest, 3) }));
    pictures.pooled.draw(signed(pooled), Math.sqrt(pooled.length), [zero, middle, one], [], say("Up to {greatest}", { greatest: number(Math.max(...pooled), 3) }));
    const cell = (i, j) => element("td", { textContent: `${digit.pixels[(row + i) * this.data.side + column + j].toFixed(2)} · ${number(kernel.numbers[i * wide + j], 2)}` });
    const places = Array.from({ length: wide }, (_, i) => i);
    this.table.replaceChildren(...places.map((i) => element("tr", {}, ...places.map((j) => cell(i, j)))));
    const seen = { label: digit.label, kernel: told(kernel.name), row, column, bias: number(kernel.bias, 2), sum: number(sum, 3), least: number(least, 3), greatest: number(greatest, 3) };
    const gives = kernel.bias === 0
      ? say("A {label}, {kernel}: the window at row {row}, column {column}, times the kernel gives {sum}.", seen)
      : say("A {label}, {kernel}: the window at row {row}, column {column}, times the kernel, plus the bias {bias}, gives {sum}.", seen);
    this.said.tell(gives + say(" The map goes from {least} to {greatest}.", seen));
  }
}
