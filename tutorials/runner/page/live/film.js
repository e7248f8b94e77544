// Chapter 10: a training of XOR as a film. The engine trains, row by row as the chapter does, and the weights after each epoch are kept. The weights of the
// epoch on display go into a second program, which computes what this net says about the plane and the four rows.

/** The time in milliseconds for which the page may stand still while it trains. */
const TURN = 30;

class Film {
  static async open(room) {
    const [data] = await carried("live/film.js", "gradusFilm");
    return new Film(room, data, await Running.open(data.step), await Running.open(data.view));
  }

  constructor(room, data, step, view) {
    Object.assign(this, { data, step, view });
    this.build(room);
    this.begin(0);
    keepDrawn(room, () => this.draw());
  }

  build(room) {
    const { starts, epochs, learnt } = this.data;
    const most = Math.max(...epochs);
    const start = field(say("Start, 1 to {count}", { count: starts.length }), { min: 1, max: starts.length, step: 1, value: 1 }, (number) => this.begin(number - 1));
    this.player = new Player([say("Play"), say("Pause")], () => this.forward(), 50, () => this.say());
    this.slider = new Slider(say("After epoch"), { min: 0, max: 0, step: 1, value: 0 }, (frame) => (frame === 0 ? say("none: the start") : String(frame - 1)), () => {
      this.player.stop();
      this.draw();
    });
    this.plane = new Chart({ x: { name: "x1" }, y: { name: "x2" }, square: true });
    this.hidden = new Chart({ x: { name: say("distance from the plane y = ½") }, y: { name: say("along the plane") }, square: true });
    this.losses = new Chart({ x: { name: say("epoch") }, y: { name: say("mean cost"), log: true }, height: 190 });
    this.said = new Said();
    room.append(
      element("p", { textContent: say("Each frame shows the net after one epoch. The first chart is the plane of the inputs: blue is where the net says more than ½. The second shows the four rows as the hidden units see them; the vertical line is the plane y = ½. The third is the mean cost, until it falls below {learnt}. The slowest of the {count} starts is number {slowest}, with {most} epochs: what is it waiting for?", { learnt, count: starts.length, slowest: epochs.indexOf(most) + 1, most }) }),
      element("div", { className: "controls" }, this.player.button, this.slider.room, start.room),
      element("div", { className: "charts" }, this.plane.room, this.hidden.room),
      this.losses.room,
      this.said.room,
    );
  }

  /** Trains from one of the chapter's starts. */
  begin(start) {
    this.player.stop();
    this.start = start;
    this.frames = [this.data.starts[start]];
    this.costs = [];
    this.slider.max = this.slider.value = 0;
    this.put(this.step, this.frames[0]);
    this.train(start);
  }

  /** Trains for as long as the page can wait, again and again. A slider at the end follows the training. */
  train(start) {
    if (start !== this.start) return;
    const follows = this.slider.value === this.last && !this.player.isOn;
    const until = performance.now() + TURN;
    while (!this.isOver && performance.now() < until) this.epoch();
    this.slider.max = this.last;
    if (follows) this.slider.value = this.last;
    this.draw();
    if (!this.isOver) setTimeout(() => this.train(start));
  }

  /** The last frame so far. */
  get last() {
    return this.frames.length - 1;
  }

  get isOver() {
    return this.costs.at(-1) < this.data.learnt || this.costs.length > this.data.most;
  }

  /** Four steps, one for each row. Frame n is the net after epoch n - 1, which the chapter counts from 0. */
  epoch() {
    const { rows, targets, rate } = this.data;
    let cost = 0;
    rows.forEach((row, i) => {
      this.step.set("x", ...row);
      this.step.set("t", targets[i]);
      const { losses } = this.step.ask({ ask: "train", steps: 1, optimizer: "sgd", rate });
      cost += losses[0] / rows.length;
    });
    this.step.run();
    this.costs.push(cost);
    this.frames.push(this.step.params.flatMap((node) => this.step.array(node)));
  }

  put(running, numbers) {
    let from = 0;
    for (const node of running.params) {
      const { length } = running.array(node);
      running.set(node, ...numbers.slice(from, from + length));
      from += length;
    }
    running.run();
  }

  forward() {
    const ahead = Math.max(1, Math.round(this.last / 160));
    this.slider.value = this.slider.value >= this.last ? 0 : Math.min(this.last, this.slider.value + ahead);
    this.draw();
    return this.slider.value < this.last || !this.isOver;
  }

  draw() {
    const frame = this.slider.value;
    this.put(this.view, this.frames[frame]);
    this.drawPlane();
    this.drawHidden();
    this.drawLosses(frame);
    this.say();
  }

  drawPlane() {
    const { side, from, to } = this.data.field;
    const says = this.view.array("field");
    this.plane.frame([from, to], [from, to]);
    // Paler than the points.
    const shades = says.map((y) => 0.5 + 0.6 * (Math.min(1, Math.max(0, y)) - 0.5));
    this.plane.field(shades, side, ["zero", "middle", "one"].map((name) => colour(name, this.plane.room)));
    this.plane.level(says, side, 0.5, "level");
    this.rows((row) => row, this.plane);
  }

  drawHidden() {
    const [distance, along] = ["distance", "along"].map((name) => this.view.array(name));
    const reach = Math.max(1.2, ...[...distance, ...along].map((x) => 1.15 * Math.abs(x)));
    this.hidden.frame([-reach, reach], [-reach, reach]);
    this.hidden.line([[0, -reach], [0, reach]], "level");
    this.rows((row, i) => [distance[i], along[i]], this.hidden, (row, i) => distance[i] < 0);
  }

  /** The four rows, each at its place, its name on the left if `isLeft` says so. */
  rows(place, chart, isLeft = (row) => row[0] === 1) {
    this.data.rows.forEach((row, i) => {
      chart.dot(place(row, i), this.data.targets[i] === 1 ? "one" : "zero", 6);
      // Two names above and two below, so that they can be told apart where points meet.
      chart.text(place(row, i), `(${row.join(", ")})`, i < 2 ? -6 : 16, isLeft(row, i));
    });
  }

  drawLosses(frame) {
    const { learnt } = this.data;
    const every = Math.max(1, Math.floor(this.costs.length / 600));
    const points = this.costs.map((cost, epoch) => [epoch, cost]).filter(([epoch]) => epoch % every === 0 || epoch === this.costs.length - 1);
    this.losses.frame([0, Math.max(1, this.costs.length - 1)], [Math.min(learnt, ...this.costs) * 0.7, Math.max(...this.costs) * 1.4]);
    this.losses.line([[0, learnt], [Math.max(1, this.costs.length - 1), learnt]], "level");
    this.losses.line(points, "curve");
    if (frame > 0) this.losses.dot([frame - 1, this.costs[frame - 1]], "now");
  }

  /** Describes the figure in words. */
  say() {
    const frame = this.slider.value;
    const answers = this.view.array("answers").map((y, i) => `${this.data.rows[i].join(" xor ")}: ${y.toFixed(3)}`).join(", ");
    const when = frame === 0 ? say("Before the first step") : say("After epoch {epoch}, mean cost {cost}", { epoch: frame - 1, cost: this.costs[frame - 1].toFixed(5) });
    const apart = this.view.array("distance").every((x, i) => x > 0 === (this.data.targets[i] === 1));
    const end = this.isOver ? say(" Start {start} ends after epoch {epoch}.", { start: this.start + 1, epoch: this.costs.length - 1 }) : say(" The training goes on.");
    const separates = apart ? say(" The plane separates the ones from the zeros.") : say(" The plane does not separate the ones from the zeros.");
    const text = say("{when}: the net says {answers}.", { when, answers }) + separates + end;
    this.said.tell(text, this.player.isOn || !this.isOver);
    this.plane.tell(say("The plane of the inputs. {text}", { text }));
    this.hidden.tell(apart ? say("The four rows as the hidden units see them: the plane y = ½ separates the ones from the zeros") : say("The four rows as the hidden units see them: the plane y = ½ does not separate the ones from the zeros"));
    this.losses.tell(say("The mean cost over the epochs, from {first} to {last}", { first: this.costs[0].toFixed(3), last: this.costs.at(-1).toFixed(5) }));
  }
}
