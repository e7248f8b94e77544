// Chapter 7: the surface, and a ball that the reader puts down and releases. The engine takes every step: it runs a program in which one step is recorded,
// from the slope to the new place.

/** The ends of the map along each axis, and the number of points along each at which the loss is measured. */
const MAP = { from: -1.5, to: 1.5, side: 61 };
const LEVELS = [-0.012, 0, 0.02, 0.05, 0.1, 0.2, 0.4, 0.8, 1.2, 1.6, 2, 3, 4];
/** The spread of the slope's random part, as in the chapter. */
const STUMBLE = 0.25;
/** From this far out no ball comes back. */
const AWAY = 10;

/** A random number from the normal distribution. */
const normal = () => Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());

class Surface {
  static async open(room) {
    const [data] = await carried("live/surface.js", "gradusSurface");
    return new Surface(room, await Running.open(data.program));
  }

  constructor(room, running) {
    this.running = running;
    this.heights = this.measured();
    this.build(room);
    this.put([1.2, 1.2]);
    keepDrawn(room, () => this.draw());
  }

  /** The loss all over the map: row by row a curve over w1. */
  measured() {
    const { from, to, side } = MAP;
    const rows = Array.from({ length: side }, (_, row) => {
      this.running.set("w2", from + (row / (side - 1)) * (to - from));
      return this.running.ask({ ask: "curve", node: this.running.place("w1"), element: 0, from, to, points: side }).losses.map(read);
    });
    return rows.flat();
  }

  build(room) {
    const coordinate = (name, i) => field(name, { min: MAP.from, max: MAP.to, step: "any" }, (number) => {
      const to = [...this.start];
      to[i] = number;
      this.put(to);
    });
    this.fields = ["w1", "w2"].map(coordinate);
    this.player = new Player([say("Release"), say("Hold")], () => this.move(), 60, () => this.say());
    const once = element("button", { type: "button", textContent: say("One step") });
    once.addEventListener("click", () => {
      this.player.stop();
      this.move();
    });
    const back = element("button", { type: "button", textContent: say("Back") });
    back.addEventListener("click", () => this.put(this.start));
    // From 0.001 to 2.
    this.rate = new Slider(say("Learning rate"), { min: -3, max: 0.3, step: 0.05, value: -1 }, (power) => number(10 ** power, 2), () => this.say());
    this.momentum = new Slider(say("Momentum"), { min: 0, max: 0.99, step: 0.01, value: 0 }, String, () => this.say());
    this.stumbles = element("input", { type: "checkbox" });
    this.map = new Chart({ x: { name: "w1" }, y: { name: "w2" }, square: true });
    this.map.svg.addEventListener("click", (event) => this.drop(event));
    this.losses = new Chart({ x: { name: say("step") }, y: { name: "L" }, height: 170 });
    this.said = new Said();
    room.append(
      element("p", { textContent: say("Put the ball down anywhere: click on the map, or type its coordinates. Release it, and it goes down step by step. From (1.2, 1.2) it comes to rest on the saddle, as in the figure above. Does it also from (1.2, 1.1)? And if it stumbles? At which learning rate does it never come to rest, and at which does it fly away?") }),
      element("div", { className: "controls" }, this.player.button, once, back, ...this.fields.map(({ room }) => room)),
      element("div", { className: "controls" }, this.rate.room, this.momentum.room, element("label", { className: "check" }, this.stumbles, say("Stumble"))),
      element("div", { className: "charts" }, this.map.room, this.losses.room),
      this.said.room,
    );
  }

  drop(event) {
    const place = this.map.at(event);
    if (place.every((x) => x >= MAP.from && x <= MAP.to)) this.put(place.map((x) => Number(x.toFixed(2))));
  }

  /** Puts the ball down, at rest. */
  put(place) {
    this.player.stop();
    this.start = place;
    this.fields.forEach(({ input }, i) => (input.value = place[i]));
    this.running.set("v1", 0);
    this.running.set("v2", 0);
    this.at(place);
    this.path = [place];
    this.trace = [this.running.number("L")];
    this.draw();
  }

  at([w1, w2]) {
    this.running.set("w1", w1);
    this.running.set("w2", w2);
    this.running.run();
  }

  /** One step. Says whether there is a next one. */
  move() {
    const { running } = this;
    running.set("rate", 10 ** this.rate.value);
    running.set("momentum", this.momentum.value);
    for (const name of ["stumble 1", "stumble 2"]) running.set(name, this.stumbles.checked ? STUMBLE * normal() : 0);
    running.run();
    const next = (name) => running.number(`next ${name}`);
    const [place, v] = [[next("w1"), next("w2")], [next("v1"), next("v2")]];
    running.set("v1", v[0]);
    running.set("v2", v[1]);
    this.at(place);
    this.path.push(place);
    this.trace.push(running.number("L"));
    this.draw();
    return !this.isAway && !this.isAtRest && this.path.length <= 2000;
  }

  get isAway() {
    return !this.path.at(-1).every((x) => Math.abs(x) < AWAY);
  }

  /** Whether the last step was too short to be seen. */
  get isAtRest() {
    const [before, now] = this.path.slice(-2);
    return now !== undefined && Math.hypot(now[0] - before[0], now[1] - before[1]) < 1e-6 && !this.stumbles.checked;
  }

  draw() {
    const { from, to, side } = MAP;
    this.map.frame([from, to], [from, to]);
    const [low, high] = [Math.min(...this.heights), Math.max(...this.heights)];
    // The square root gives the low ground more shades.
    const shades = this.heights.map((height) => 0.15 + 0.7 * Math.sqrt((height - low) / (high - low)));
    this.map.field(shades, side, [colour("low", this.map.room), colour("high", this.map.room)]);
    for (const level of LEVELS) this.map.level(this.heights, side, level, "contour");
    this.map.line(this.path, "path");
    this.path.slice(-300).forEach((place) => this.map.dot(place, "past", 2));
    this.map.dot(this.path.at(-1), "ball", 8);
    const seen = this.trace.filter(Number.isFinite);
    const ends = [Math.min(0, ...seen), Math.max(0.1, ...seen)];
    this.losses.frame([0, Math.max(10, this.trace.length - 1)], ends);
    this.losses.line(this.trace.map((loss, step) => [step, loss]), "curve");
    this.losses.dot([this.trace.length - 1, this.trace.at(-1)], "now");
    this.say();
  }

  /** Describes the figure in words. */
  say() {
    const place = (numbers) => `(${numbers.map((x) => number(x, 3)).join(", ")})`;
    const [steps, here] = [this.path.length - 1, this.path.at(-1)];
    const facts = say("Step {step}: the ball is at {place}, where L = {loss} and the slope is {slope}.", { step: steps, place: place(here), loss: number(this.trace.at(-1)), slope: number(this.running.number("slope")) });
    this.said.tell(`${facts} ${this.verdict()}`, this.player.isOn);
    this.map.tell(say("The surface with its contour lines, from {from} to {to} along both axes. {facts}", { ...MAP, facts: this.said.text }));
    this.losses.tell(say("The loss over the steps, from {first} to {last}", { first: number(this.trace[0]), last: number(this.trace.at(-1)) }));
  }

  verdict() {
    if (this.isAway) return say("It diverges: each step is longer than the one before, and ends higher. Try a lower rate.");
    if (this.isAtRest && Math.hypot(...this.path.at(-1)) < 0.01) return say("It is at rest on the saddle: the ground is level there, but this is not the lowest point.");
    if (this.isAtRest) return say("It is at rest.");
    return "";
  }
}
