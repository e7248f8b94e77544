// The drawing of the network: a small picture for each feature and unit, and a wire for each weight.

const FEATURES = { x1: "x₁", x2: "x₂", x1x1: "x₁²", x2x2: "x₂²", x1x2: "x₁x₂", sin1: "sin πx₁", sin2: "sin πx₂" };
const SVG = "http://www.w3.org/2000/svg";

const digits = (number) => (number === null ? say("no number") : number === 0 ? "0" : Math.abs(number) < 1e-3 || Math.abs(number) >= 1e4 ? number.toExponential(1) : number.toPrecision(3));

class Network {
  #root;
  #asked;
  #units = [];
  #wires = [];
  #shape = "";

  /** `asked` is told what the reader wants: `feature(name)`, `resize(layer, by)`, `show(column, row)`, `tell(text)`. */
  constructor(root, asked) {
    this.#root = root;
    this.#asked = asked;
  }

  /** Builds the drawing anew if the network has another shape. All features are shown, those in use with wires. */
  build(all, features, hidden, most) {
    const width = this.#root.clientWidth;
    const shape = JSON.stringify([features, hidden, width]);
    if (shape === this.#shape) return;
    const focused = document.activeElement?.dataset?.place;
    this.#shape = shape;
    this.#root.replaceChildren();
    const size = Math.max(22, Math.min(38, (width - 70) / (hidden.length + 2) / 1.7));
    const gap = size * 1.24;
    const columns = [all, ...hidden.map((count) => Array.from({ length: count })), [null]];
    const left = 52 + size / 2;
    const top = 50 + size / 2;
    const x = (column) => left + (column / (columns.length - 1)) * (width - left - size / 2 - 8);
    const tallest = Math.max(...columns.map((column) => column.length));
    const y = (column, row) => top + (row + (tallest - columns[column].length) / 2) * gap;
    this.#root.style.height = `${top + tallest * gap - gap / 2 + 6}px`;

    const svg = document.createElementNS(SVG, "svg");
    svg.setAttribute("aria-hidden", "true");
    this.#root.append(svg);
    this.#wires = [];
    for (let layer = 0; layer + 1 < columns.length; layer++) {
      const from = layer === 0 ? features.map((name) => all.indexOf(name)) : columns[layer].map((_, row) => row);
      this.#wires.push(from.map((row, input) => columns[layer + 1].map((_, unit) => {
        const [x1, y1, x2, y2] = [x(layer) + size / 2, y(layer, row), x(layer + 1) - size / 2, y(layer + 1, unit)];
        const bend = (x2 - x1) / 2;
        const shape = `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`;
        const hit = document.createElementNS(SVG, "path");
        const line = document.createElementNS(SVG, "path");
        hit.setAttribute("class", "hit");
        line.setAttribute("class", "line");
        for (const path of [hit, line]) path.setAttribute("d", shape);
        hit.addEventListener("pointerenter", () => this.#asked.tell(layer, input, unit));
        hit.addEventListener("pointerleave", () => this.#asked.tell());
        svg.append(hit, line);
        return line;
      })));
    }

    this.#units = columns.map((column, c) => column.map((name, row) => {
      const unit = document.createElement("button");
      unit.className = "unit";
      unit.dataset.place = `${c} ${row}`;
      Object.assign(unit.style, { left: `${x(c) - size / 2}px`, top: `${y(c, row) - size / 2}px`, width: `${size}px`, height: `${size}px` });
      const canvas = document.createElement("canvas");
      unit.append(canvas);
      if (c === 0) {
        const isOn = features.includes(name);
        unit.setAttribute("aria-pressed", isOn);
        unit.setAttribute("aria-label", say("Feature {feature}", { feature: FEATURES[name] }));
        unit.classList.toggle("off", !isOn);
        const label = document.createElement("b");
        label.textContent = FEATURES[name];
        unit.append(label);
        unit.addEventListener("click", () => this.#asked.feature(name));
      } else {
        const bias = document.createElement("i");
        bias.className = "bias";
        unit.append(bias);
        unit.bias = bias;
        unit.setAttribute("aria-label", this.#nameOf(c, row));
        unit.addEventListener("click", () => this.#asked.show(c, row, true));
      }
      unit.addEventListener("pointerenter", () => this.#asked.show(c, row));
      unit.addEventListener("focus", () => this.#asked.show(c, row));
      unit.addEventListener("pointerleave", () => this.#asked.show());
      unit.addEventListener("blur", () => this.#asked.show());
      this.#root.append(unit);
      return unit;
    }));

    columns.forEach((column, c) => {
      const head = document.createElement("div");
      head.className = "column";
      head.style.left = `${x(c)}px`;
      const isHidden = c > 0 && c + 1 < columns.length;
      head.textContent = c === 0 ? say("features") : !isHidden ? say("output") : column.length === 1 ? say("1 unit") : say("{count} units", { count: column.length });
      if (isHidden) {
        const row = document.createElement("span");
        row.className = "row";
        for (const [by, sign, word] of [[-1, "−", say("One unit less in layer {layer}", { layer: c })], [1, "+", say("One unit more in layer {layer}", { layer: c })]]) {
          const button = document.createElement("button");
          button.textContent = sign;
          button.dataset.place = `size ${c} ${by}`;
          button.setAttribute("aria-label", word);
          button.disabled = column.length + by < 1 || column.length + by > most[1];
          button.addEventListener("click", () => this.#asked.resize(c - 1, by));
          row.append(button);
        }
        head.append(row);
      }
      this.#root.append(head);
    });
    if (focused) this.#root.querySelector(`[data-place="${focused}"]`)?.focus();
  }

  #nameOf(column, row) {
    return column + 1 === this.#wires.length + 1 ? say("Output") : say("Unit {unit} of layer {layer}", { unit: row + 1, layer: column });
  }

  /** Marks the unit whose surface is shown large, and returns its name. */
  mark(column, row) {
    this.#units.flat().forEach((unit) => unit.classList.toggle("shown", unit.dataset.place === `${column} ${row}`));
    return column === 0 ? this.#units[0][row].getAttribute("aria-label") : this.#nameOf(column, row);
  }

  /** Wires as thick as weights or gradients, in the colour of their sign; biases likewise; which units are asleep. */
  wire(layers, areGradients) {
    const of = (layer) => (areGradients ? layer.weight_gradients : layer.weights);
    const all = layers.flatMap((layer) => of(layer)?.flat() ?? []);
    const largest = Math.max(1e-12, ...all.map((number) => Math.abs(number ?? 0)));
    layers.forEach((layer, l) => {
      of(layer)?.forEach((row, input) => row.forEach((number, unit) => {
        const share = Math.abs(number ?? 0) / largest;
        const line = this.#wires[l][input][unit];
        line.style.strokeWidth = (0.4 + 6 * share).toFixed(2);
        line.style.strokeOpacity = (0.25 + 0.65 * Math.sqrt(share)).toFixed(2);
        line.style.stroke = number < 0 ? "var(--negative)" : "var(--positive)";
      }));
      const biases = (areGradients ? layer.bias_gradients : layer.biases) ?? [];
      biases.forEach((number, unit) => {
        const button = this.#units[l + 1][unit];
        const share = Math.min(1, Math.abs(number ?? 0) / largest);
        button.bias.style.background = `color-mix(in srgb, var(--${number < 0 ? "negative" : "positive"}) ${Math.round(100 * share)}%, var(--back))`;
        button.classList.toggle("asleep", layer.asleep[unit]);
        button.setAttribute("aria-label", this.#nameOf(l + 1, unit) + (layer.asleep[unit] ? say(", asleep") : ""));
      });
    });
    return largest;
  }

  /** The small pictures: of features, or of units, each as bytes. */
  paint(pictures, areFeatures, side) {
    const units = areFeatures ? this.#units[0] : this.#units.slice(1).flat();
    units.forEach((unit, i) => paintBytes(unit.firstChild, pictures[i], side));
  }
}
