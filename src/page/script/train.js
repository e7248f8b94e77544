// Training in the page: steps of an optimizer, and the loss as it falls. Many steps are taken in several frames, so that the curve is seen to grow.

const OPTIMIZERS = { sgd: say("plain descent"), momentum: say("momentum {share}", { share: 0.9 }), rmsprop: "RMSProp", adam: "Adam" };
/** Milliseconds of a frame that steps may take. */
const STEPS_OF_A_FRAME = 12;

class Trainer {
  /** `ask` asks the engine; `changed` is told that numbers have changed; `reset` goes back to the program's numbers. */
  constructor(room, { ask, changed, reset }) {
    Object.assign(this, { room, ask, changed, losses: [], isRunning: false });
    const button = (text, title, press) => element("button", { textContent: text, title, onclick: press });
    this.one = button(say("Take a step"), say("Every parameter moves against its gradient"), () => this.take(1));
    this.many = button(say("Take 100"), say("A hundred steps"), () => (this.isRunning ? this.stop() : this.take(100)));
    this.many.id = "take-many";
    this.one.id = "take-one";
    this.optimizer = element("select", { id: "optimizer" }, ...Object.entries(OPTIMIZERS).map(([value, text]) => new Option(text, value)));
    this.rate = element("input", { id: "rate", type: "number", min: 0, step: "any", value: 0.1, autocomplete: "off" });
    this.back = button(say("Back to the program's numbers"), say("Undoes everything: numbers, steps, and what the optimizer remembers"), reset);
    this.back.id = "undo";
    this.told = element("p", { className: "told", id: "loss" });
    this.plot = new Plot(say("The loss over the steps"), 106);
    this.plot.room.hidden = true;
    this.trouble = element("p", { className: "fault", hidden: true });
    this.trouble.setAttribute("role", "alert");
    const named = (text, control) => element("span", {}, element("label", { htmlFor: control.id, textContent: `${text} ` }), control);
    this.controls = element("div", { className: "row-of-tools" }, this.one, this.many, named(say("by"), this.optimizer), named(say("rate"), this.rate), this.back);
    room.append(this.controls, this.told, this.plot.room, this.trouble);
    new ResizeObserver(() => this.draw()).observe(this.plot.room);
  }

  /** Begins. What has no parameters is stepped by its variables, by plain descent; what has no loss, not at all. */
  start(hasLoss) {
    const hasParams = nodes.some(({ op, operands }) => op === "param" && operands.length === 0);
    this.optimizer.disabled = !hasParams;
    if (!hasParams) this.optimizer.title = say("Without parameters it is the variables that move, by plain descent");
    this.hasLoss = hasLoss;
    this.show(false);
    this.follow(undefined);
  }

  /** Says what is wrong; nothing if all is well. */
  say(trouble) {
    this.trouble.textContent = trouble ?? "";
    this.trouble.hidden = !trouble;
  }

  /** Takes steps, as many in a frame as it has time for. */
  async take(steps) {
    const rule = { optimizer: this.optimizer.disabled ? "sgd" : this.optimizer.value, rate: Number(this.rate.value) };
    this.show(steps > 1);
    let [left, share] = [steps, 1];
    try {
      while (left > 0 && (left === steps || this.isRunning)) {
        const count = Math.min(left, share);
        const start = performance.now();
        this.losses.push(...this.ask({ ask: "train", steps: count, ...rule }).losses.map(read));
        left -= count;
        if (performance.now() - start < STEPS_OF_A_FRAME / 2) share *= 2;
        else if (performance.now() - start > STEPS_OF_A_FRAME) share = Math.max(1, share >> 1);
        this.say();
        this.changed();
        if (left > 0) await new Promise(requestAnimationFrame);
      }
    } catch (error) {
      this.say(told(error.message));
    }
    this.show(false);
  }

  stop() {
    this.isRunning = false;
  }

  show(isRunning) {
    this.isRunning = isRunning;
    this.one.disabled = isRunning || !this.hasLoss;
    this.many.disabled = !this.hasLoss;
    this.back.disabled = isRunning || this.loss === undefined;
    this.many.textContent = isRunning ? say("Stop") : say("Take 100");
    this.room.dataset.running = isRunning;
  }

  /** The loss after a run. */
  follow(loss) {
    this.loss = loss;
    this.back.disabled = this.isRunning || loss === undefined;
    const steps = this.losses.length;
    const value = loss === undefined ? "" : `${lossName()} = ${number(loss, 6)}`;
    const taken = steps === 0 ? "" : steps === 1 ? say("after 1 step") : say("after {steps} steps", { steps });
    this.told.textContent = [value, taken].filter(Boolean).join(" ") || hint();
    this.draw();
  }

  clear() {
    this.losses = [];
    this.follow(undefined);
  }

  draw() {
    const losses = [...this.losses, this.loss ?? NaN];
    this.plot.room.hidden = this.losses.length === 0;
    if (this.plot.room.hidden) return;
    const steps = this.losses.length;
    // A loss that falls by orders of magnitude is seen to do so only on a logarithmic scale.
    const finite = losses.filter(Number.isFinite);
    const isLogarithmic = finite.every((loss) => loss > 0) && Math.max(...finite) > 100 * Math.min(...finite);
    const height = isLogarithmic ? Math.log10 : (loss) => loss;
    this.plot.frame([0, steps], losses.map(height));
    this.plot.curve(losses.map((loss, step) => [step, height(loss)]), "curve");
    this.plot.point([steps, height(this.loss)], "here");
    const written = (x) => number(isLogarithmic ? 10 ** x : x, 3);
    this.plot.ends(say("step {step}", { step: 0 }), say("step {step}", { step: steps }), `${lossName()} ${written(this.plot.least)} … ${written(this.plot.greatest)}${isLogarithmic ? say(", logarithmic") : ""}`);
    this.plot.tell(say("The loss over {steps} steps, from {first} to {last}", { steps, first: number(losses[0]), last: number(this.loss ?? NaN) }));
  }
}

/** What a reader can do before he has done anything, and what stays as it was recorded. */
function hint() {
  const first = say("Every leaf is a handle: drag its number sideways in the graph, or click it and type. Values, gradients and loss follow.");
  const [[node, why] = [], ...others] = Object.entries(limits.stays);
  if (node === undefined) return first;
  const what = { node: call(Number(node)), reason: told(why) };
  return first + (others.length === 0 ? say(" {node} stays as it was recorded until then: {reason}.", what) : say(" {node}, and what depends on it, stays as it was recorded until then: {reason}.", what));
}
