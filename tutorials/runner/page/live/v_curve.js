// Chapter 13: the difference between nudging and backprop over the step of the nudge, in f64 and f32. Losses, quotient, gradient and difference are recorded
// in one program for each kind of number, in which h is a leaf.

const STEPS = { from: -11, to: -0.5, by: 0.25 };
/** Ends of the axis of differences. */
const APART = [1e-14, 3];

class VCurve {
  static async open(room) {
    const [data] = await carried("live/v_curve.js", "gradusVCurve");
    const [f64, f32] = await Promise.all([Running.open(data.f64), Running.open(data.f32)]);
    return new VCurve(room, data, { f64, f32 });
  }

  constructor(room, data, kinds) {
    Object.assign(this, { data, kinds });
    this.build(room);
    this.measure();
    keepDrawn(room, () => this.draw());
  }

  build(room) {
    this.step = new Slider(say("Step h"), { min: STEPS.from, max: STEPS.to, step: STEPS.by, value: -4 }, (power) => number(10 ** power, 2), () => this.draw());
    this.which = chooser(say("Element"), Array.from({ length: 10 }, (_, i) => `b2[${i}]`), () => this.draw());
    this.epsilon = element("input", { type: "checkbox" });
    this.epsilon.addEventListener("change", () => {
      this.measure();
      this.draw();
    });
    this.chart = new Chart({ x: { name: say("step h"), log: true }, y: { name: say("mean |difference| of b2"), log: true }, height: 300 });
    this.table = element("tbody");
    this.said = new Said();
    const heads = ["", ...Object.keys(this.kinds)].map((textContent) => element("th", { scope: "col", textContent }));
    room.append(
      element("p", { textContent: say("Change the step h. With a large step the error comes from the curvature of the loss; with a small one, from rounding: the digits that the two losses share cancel, and only the coloured digits below are left for the quotient. The horizontal line is 1e-7: below it, the rule says that the gradient is right.") }),
      element("div", { className: "controls" }, this.step.room, this.which.room, element("label", { className: "check" }, this.epsilon, say("1e-7 in the logarithm"))),
      this.chart.room,
      wide(say("The losses, their quotient and the gradient"), element("table", {}, element("thead", {}, element("tr", {}, ...heads)), this.table)),
      this.said.room,
    );
  }

  /** The mean difference at every step that the slider offers. */
  measure() {
    const count = Math.round((STEPS.to - STEPS.from) / STEPS.by) + 1;
    const steps = Array.from({ length: count }, (_, i) => 10 ** (STEPS.from + i * STEPS.by));
    this.curves = Object.entries(this.kinds).map(([kind, running]) => {
      running.set("epsilon", this.epsilon.checked ? this.data.epsilon : 0);
      return [kind, steps.map((h) => [h, this.at(running, h).number("mean")])];
    });
  }

  at(running, h) {
    running.set("h", h);
    running.run();
    return running;
  }

  draw() {
    const h = 10 ** this.step.value;
    const { chart } = this;
    chart.frame([1e-11, 1], APART);
    chart.line([[1e-11, 1e-7], [1, 1e-7]], "level");
    chart.text([1, 1e-7], "1e-7", 16);
    for (const [kind, points] of this.curves) {
      chart.line(points, `curve ${kind}`);
      chart.text(points[6], kind);
      chart.dot([h, this.at(this.kinds[kind], h).number("mean")], kind, 6);
    }
    this.say(h);
  }

  say(h) {
    const i = this.which.select.selectedIndex;
    const found = Object.values(this.kinds).map((running) => Object.fromEntries(["above", "below", "quotient", "gradient", "difference"].map((name) => [name, running.array(name)[i]])));
    const row = (name, cell) => element("tr", {}, element("th", { scope: "row", textContent: name }), ...found.map((of) => element("td", {}, ...[cell(of)].flat())));
    this.table.replaceChildren(
      row(say("loss, + h"), ({ above, below }) => shared(above, below)),
      row(say("loss, - h"), ({ above, below }) => shared(below, above)),
      row(say("quotient"), ({ quotient }) => String(quotient)),
      row(say("backprop"), ({ gradient }) => String(gradient)),
      row(say("digits right"), (of) => digits(of)),
    );
    const agree = Object.keys(this.kinds).map((kind, place) => say("in {kind} quotient and gradient of b2[{i}] agree to {digits} digits, and the mean difference of all ten is {mean}", { kind, i, digits: digits(found[place]), mean: number(this.kinds[kind].number("mean"), 3) }));
    this.said.tell(say("With a step of {h}, {found}.", { h: number(h, 2), found: agree.join("; ") }));
    const least = this.curves.map(([kind, points]) => {
      const [step, apart] = points.reduce((best, point) => (point[1] < best[1] ? point : best));
      return say("{kind} is best at {step}, with {difference}", { kind, step: number(step, 2), difference: number(apart, 2) });
    });
    this.chart.tell(say("The difference between nudging and backprop over the step, on logarithmic axes: {best}. {said}", { best: least.join("; "), said: this.said.text }));
  }
}

/** A loss, coloured from the first digit in which the other one differs. */
function shared(x, other) {
  const [a, b] = [String(x), String(other)];
  const same = a === b ? a.length : [...a].findIndex((digit, i) => digit !== b[i]);
  return [a.slice(0, same), element("strong", { textContent: a.slice(same) })];
}

/** To how many digits a quotient and a gradient agree. */
function digits({ difference, gradient }) {
  return difference === 0 ? say("all") : Math.max(0, -Math.log10(difference / Math.abs(gradient))).toFixed(1);
}
