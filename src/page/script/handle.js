// A leaf in the reader's hand: one of its numbers is typed, dragged, wheeled or slid, and the loss is drawn over it. The gradient is the slope of that
// curve where the number is now.

const POINTS = 61;
/** Distance in pixels from which a press that moves is a drag, no click. */
const DRAG = 4;

/** Follows a pressed pointer until it is let go: `move` gets the pixels to the right and down, `end` whether there was a drag. */
function followPointer(down, target, { move, end }) {
  const listening = new AbortController();
  let isDrag = false;
  const follow = (event) => {
    const [x, y] = [event.clientX - down.clientX, event.clientY - down.clientY];
    if (!isDrag && Math.hypot(x, y) < DRAG) return;
    if (!isDrag) target.setPointerCapture(down.pointerId);
    isDrag = true;
    move(x, y);
  };
  const done = () => {
    listening.abort();
    end(isDrag);
  };
  const { signal } = listening;
  target.addEventListener("pointermove", follow, { signal });
  for (const over of ["pointerup", "pointercancel"]) addEventListener(over, done, { signal });
}

/** The numbers that a slider offers around x, and its step. */
function rangeAround(x) {
  const reach = Math.max(1, 2 * Math.abs(x));
  return { center: x, reach, step: 10 ** (Math.floor(Math.log10(reach)) - 2) };
}

/** Without the digits that only rounding made. */
const tidy = (x) => Number(x.toPrecision(trace.kind === "f32" ? 7 : 12));

class Handle {
  /** `ask` asks the engine, `change` is told a new number of a leaf, `chosen` that another number was taken in hand. */
  constructor({ ask, change, chosen }) {
    Object.assign(this, { ask, change, chosen, node: undefined, elements: new Map(), isOn: false });
    this.build();
  }

  build() {
    this.room = element("section", { className: "hand", hidden: true });
    this.field = element("input", { id: "number", type: "number", step: "any", autocomplete: "off", title: say("Type, drag sideways, ↑ ↓ (with Shift ten steps), or the wheel while you type") });
    this.name = element("label", { htmlFor: "number" });
    this.index = element("input", { id: "index", autocomplete: "off", size: 8, title: say("Which number of the array: its index along each axis") });
    this.place = element("span", { className: "place" }, element("label", { htmlFor: "index", textContent: say("at") }), this.index);
    this.slider = element("input", { type: "range", className: "slider" });
    this.plot = new Plot("", 160);
    this.told = element("p", { className: "told" });
    this.bend = element("input", { type: "checkbox", id: "bend" });
    this.nudgeBy = element("select", { id: "nudge-by" }, ...[0.1, 0.01, 1e-3, 1e-4, 1e-5].map((step) => new Option(String(step), step)));
    this.nudgeBy.value = trace.kind === "f32" ? "0.01" : "0.0001";
    this.nudge = element("button", { textContent: say("Nudge"), title: say("Measures the slope: the loss a little above and a little below, and their difference") });
    this.nudged = element("div", { className: "nudged" });
    this.nudged.setAttribute("aria-live", "polite");
    this.curved = element("div", {},
      element("p", { className: "row-of-tools" },
        element("span", {}, this.nudge, element("label", { htmlFor: "nudge-by", textContent: say(" by ") }), this.nudgeBy),
        element("label", { className: "check" }, this.bend, say(" second derivative"))),
      this.nudged);
    this.room.append(
      element("div", { className: "entry" }, this.name, this.place, this.field),
      this.plot.room, this.slider, this.told, this.curved,
    );
    this.listen();
  }

  listen() {
    const { field, slider } = this;
    field.addEventListener("input", () => this.take(field.value === "" ? NaN : Number(field.value)));
    field.addEventListener("keydown", (event) => {
      const by = { ArrowUp: 1, ArrowDown: -1 }[event.key];
      if (!by) return;
      event.preventDefault();
      this.take(tidy(this.x + by * this.range.step * (event.shiftKey ? 10 : 1)));
    });
    // Only while it has the focus: a wheel that passes by is to scroll.
    field.addEventListener("wheel", (event) => {
      if (document.activeElement !== field) return;
      event.preventDefault();
      this.take(tidy(this.x - Math.sign(event.deltaY) * this.range.step));
    }, { passive: false });
    field.addEventListener("pointerdown", (down) => {
      if (document.activeElement === field || down.button !== 0) return;
      down.preventDefault();
      this.scrub(down, field, (isDrag) => !isDrag && field.select());
    });
    slider.addEventListener("input", () => this.take(tidy(Number(slider.value))));
    slider.addEventListener("change", () => this.widen(0.98));
    this.index.addEventListener("change", () => this.chooseTyped());
    this.bend.addEventListener("change", () => this.draw());
    this.nudge.addEventListener("click", () => this.measure());
    this.nudgeBy.addEventListener("change", () => this.nudged.childElementCount && this.measure());
    new ResizeObserver(() => this.shown && this.draw()).observe(this.plot.room);
  }

  /** Whether the reader can change a node's numbers: a leaf of his program that the engine has, too. */
  canChange(index) {
    const { op, operands, pass, shape } = nodes[index];
    return this.isOn && pass === 0 && operands.length === 0 && ["param", "var", "input"].includes(op) && product(shape) > 0 && !(index in limits.stays);
  }

  /** Whether a drag across a node in the graph changes a number: its only one, or the one that is in hand. */
  canScrub(index) {
    return this.canChange(index) && (product(nodes[index].shape) === 1 || index === this.node);
  }

  /** Shows the handle for a leaf, and none for other nodes. */
  show(index) {
    const isLeaf = index !== undefined && this.canChange(index);
    this.room.hidden = !isLeaf;
    if (!isLeaf) return Object.assign(this, { node: undefined, shown: undefined });
    const place = this.elements.get(index) ?? 0;
    if (index === this.node && place === this.element) return this.follow();
    this.node = index;
    this.hold(place);
  }

  /** Takes one number of the leaf in hand. */
  choose(place) {
    this.elements.set(this.node, place);
    this.chosen();
  }

  hold(place) {
    Object.assign(this, { element: place, shown: undefined, range: undefined });
    const { shape } = nodes[this.node];
    this.place.hidden = product(shape) === 1;
    this.index.value = indices(place, shape).join(", ");
    this.name.textContent = call(this.node);
    this.nudged.replaceChildren();
    this.follow();
  }

  /** The reader typed an index. */
  chooseTyped() {
    const { shape } = nodes[this.node];
    const typed = (this.index.value.match(/\d+/g) ?? []).map(Number);
    const isInside = typed.length === shape.length && typed.every((at, axis) => at < shape[axis]);
    this.index.classList.toggle("odd", !isInside);
    if (isInside) this.choose(typed.reduce((place, at, axis) => place * shape[axis] + at, 0));
  }

  /** A new number, from whichever control. */
  take(x) {
    this.field.classList.toggle("odd", !Number.isFinite(x));
    if (!Number.isFinite(x) || x === this.x) return;
    this.x = x;
    this.write();
    this.change(this.node, this.element, x);
  }

  /** Drags the number: a pixel is a step. `end` is told whether there was a drag. */
  scrub(down, target, end) {
    const [start, { step }] = [this.x, this.range];
    followPointer(down, target, { move: (right) => this.take(tidy(start + Math.round(right) * step)), end });
  }

  /** Forgets the curve: another number than the one in hand has changed. */
  forget() {
    this.shown = undefined;
    this.nudged.replaceChildren();
  }

  /** The run has changed: takes the number, the slope and, where needed, the whole curve anew. */
  follow() {
    if (this.shown && this.seen === events) return;
    this.seen = events;
    const whole = nodes[this.node].value?.elements;
    const known = whole && read(whole[this.element]);
    const { range } = this;
    if (range && known !== undefined && Math.abs(known - range.center) > range.reach) this.shown = undefined;
    try {
      if (!range || !this.shown) this.trace(known);
      const { at: x, loss, slope, bend } = this.ask({ ask: "curve", ...this.target(), from: 0, to: 0, points: 0 });
      Object.assign(this, { x: tidy(read(x)), loss: read(loss), slope: slope === null ? undefined : read(slope), second: bend === null ? undefined : read(bend) });
      this.why = undefined;
    } catch (error) {
      Object.assign(this, { x: known ?? 0, shown: undefined, why: told(error.message) });
      this.range ??= rangeAround(this.x);
    }
    this.write();
    this.draw();
  }

  target() {
    return { node: this.node, element: this.element };
  }

  /** Asks for the whole curve. */
  trace(known) {
    const x = known ?? read(this.ask({ ask: "curve", ...this.target(), from: 0, to: 0, points: 0 }).at);
    if (!Number.isFinite(x)) throw new Error(say("There is no curve around a number that is not finite."));
    this.range ??= rangeAround(tidy(x));
    while (Math.abs(x - this.range.center) > this.range.reach) this.range.reach *= 2;
    const [from, to] = this.ends();
    const { numbers, losses } = this.ask({ ask: "curve", ...this.target(), from, to, points: POINTS });
    this.shown = numbers.map((x, at) => [read(x), read(losses[at])]);
  }

  ends() {
    const { center, reach } = this.range;
    return [tidy(center - reach), tidy(center + reach)];
  }

  /** Where the slider was left near its end, it offers more. */
  widen(share) {
    if (Math.abs(this.x - this.range.center) < share * this.range.reach) return;
    this.range.reach *= 2;
    this.shown = undefined;
    this.follow();
  }

  /** Shows the number in field and slider; what is being typed stays. */
  write() {
    const [{ field, slider, x }, [from, to]] = [this, this.ends()];
    if (document.activeElement !== field || Number(field.value) !== x) field.value = x;
    Object.assign(slider, { min: from, max: to, step: "any", value: x });
    const { shape } = nodes[this.node];
    const name = product(shape) === 1 ? call(this.node) : say("{node} at [{place}]", { node: call(this.node), place: indices(this.element, shape).join(", ") });
    slider.setAttribute("aria-label", name);
    this.fullName = name;
  }

  draw() {
    const { plot, shown, x, loss, slope, second } = this;
    this.plot.room.hidden = this.curved.hidden = !shown;
    if (!shown) return (this.told.textContent = this.why ?? "");
    plot.frame(this.ends(), [...shown.map(([, y]) => y), loss]);
    plot.curve(shown, "curve");
    if (slope !== undefined && this.bend.checked) {
      plot.curve(shown.map(([at]) => [at, this.inside(loss + slope * (at - x) + (second * (at - x) ** 2) / 2)]), "parabola");
    }
    if (slope !== undefined) plot.line([x, loss], slope, "tangent");
    plot.point([x, loss], "here");
    const name = lossName();
    const [from, to] = this.ends().map((end) => number(end));
    plot.ends(from, to, `${name} ${number(plot.least, 3)} … ${number(plot.greatest, 3)}`);
    const bend = this.bend.checked ? say("; second derivative {number}", { number: number(second, 6) }) : "";
    const slopes = slope === undefined
      ? say("No gradient flows to {node}, so there is no tangent. Nudge measures the slope.", { node: call(this.node) })
      : say("slope of the tangent = gradient = {number}", { number: number(slope, 6) }) + bend;
    this.told.textContent = slopes;
    plot.tell(say("{loss} over {number}, from {from} to {to}. {slopes}", { loss: name, number: this.fullName, from, to, slopes }));
  }

  /** What is outside of the frame is not drawn. */
  inside(y) {
    return y > this.plot.high || y < this.plot.low ? NaN : y;
  }

  /** The finite difference, beside the gradient. */
  measure() {
    const step = Number(this.nudgeBy.value);
    const { above, below, slope } = this.ask({ ask: "nudge", ...this.target(), step });
    const name = lossName();
    const row = (words, x, kind = "") => element("tr", { className: kind }, element("th", { scope: "row", textContent: words }), element("td", { textContent: x }));
    const rows = [
      row(say("{loss} with {number}", { loss: name, number: number(this.x + step, 8) }), number(read(above), 9)),
      row(say("{loss} with {number}", { loss: name, number: number(this.x - step, 8) }), number(read(below), 9)),
      row(say("their difference / {number}", { number: number(2 * step) }), number(read(slope), 7), "quotient"),
    ];
    if (this.slope !== undefined) rows.push(row(say("the gradient"), number(this.slope, 7)), row(say("off by"), number(Math.abs(read(slope) - this.slope), 2)));
    this.nudged.replaceChildren(element("table", {}, ...rows));
  }
}

/** What the loss is called: the node at which the first backward pass begins. */
function lossName() {
  const seed = events.find(({ event, pass }) => event === "seed" && pass === 1);
  return seed ? call(seed.node) : say("loss");
}
