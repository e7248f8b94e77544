// The predict mode: before a step shows its number, the reader says what it will be.

class Predictor {
  /** `reveal` goes to the step of the question. */
  constructor({ reveal }) {
    Object.assign(this, { reveal, isOn: false, answered: new Set(), score: { asked: 0, close: 0 } });
    this.form = document.getElementById("question");
    this.guess = document.getElementById("guess");
    this.told = document.getElementById("verdict");
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.check();
    });
    document.getElementById("reveal").addEventListener("click", () => this.give());
  }

  /** What to ask about a step: which number, and what it is. Leaves are given, not computed. */
  question(place) {
    const event = events[place];
    if (event.event === "seed" || (event.event === "forward" && nodes[event.node].operands.length === 0)) return undefined;
    const holder = { forward: event.node, contribution: event.sent, accumulated: event.gradient }[event.event];
    const digest = event.event === "update" ? event.after : nodes[holder].value;
    if (!digest || product(digest.shape) === 0) return undefined;
    if (event.event === "accumulated" && event.terms.length === 1) return undefined;
    const what = {
      forward: () => `What is ${call(event.node)} = ${nodes[event.node].op}(${nodes[event.node].operands.map(call).join(", ")})`,
      contribution: () => `How much flows back through ${nodes[event.from].op} ${call(event.from)} to ${call(event.to)}`,
      accumulated: () => `What is the gradient of ${call(event.node)}, the sum of ${event.terms.length} contributions`,
      update: () => `What is ${call(event.node)} after the update`,
    }[event.event]();
    if (!digest.elements) return { text: `${what}? Say the largest of its ${product(digest.shape)} numbers.`, answer: read(digest.greatest) };
    const cell = (place * 7919) % digest.elements.length;
    const which = digest.shape.length && digest.elements.length > 1 ? `, at [${indices(cell, digest.shape).join(", ")}]` : "";
    return { text: `${what}${which}?`, answer: read(digest.elements[cell]) };
  }

  /** The last step towards `to` that shows no number that is still to be guessed. */
  limit(from, to) {
    for (let place = from + 1; this.isOn && place <= to; place++) {
      if (!this.answered.has(place) && this.question(place)) return place - 1;
    }
    return to;
  }

  /** Asks about a step. */
  ask(place) {
    const question = this.question(place);
    Object.assign(this, { place, asked: question });
    document.getElementById("ask").textContent = question.text;
    this.form.hidden = false;
    this.guess.value = "";
    this.guess.classList.remove("odd");
    this.told.hidden = true;
    this.guess.focus({ preventScroll: true });
  }

  /** Removes the question and, unless `keepVerdict`, the verdict. */
  close({ keepVerdict = false } = {}) {
    this.form.hidden = true;
    this.place = undefined;
    if (!keepVerdict) this.told.hidden = true;
  }

  check() {
    const text = this.guess.value.trim().replace("−", "-").replace(",", ".");
    const guess = { nan: NaN, inf: Infinity, "-inf": -Infinity }[text.toLowerCase()] ?? (text === "" ? undefined : Number(text));
    if (guess === undefined || (Number.isNaN(guess) && text.toLowerCase() !== "nan")) {
      this.guess.classList.add("odd");
      this.say("Type a number, such as 0.25 or -1e-3.");
      return;
    }
    const { answer } = this.asked;
    this.score.asked++;
    const off = difference(guess, answer);
    const share = off / Math.abs(answer);
    const isExact = off === 0 || number(guess) === number(answer);
    if (isExact || share <= 0.05) this.score.close++;
    const percent = Number.isFinite(share) && answer !== 0 ? `, which is ${number(100 * share, 2)}%` : "";
    const verdict = isExact ? `Right: it is ${number(answer)}.` : `You said ${number(guess)}, it is ${number(answer)}: off by ${number(off)}${percent}.`;
    const sign = !isExact && guess * answer < 0 ? " The sign is the other one." : "";
    this.finish(`${verdict}${sign} ${this.score.close} of ${this.score.asked} within 5%.`);
  }

  give() {
    this.finish(`It is ${number(this.asked.answer)}.`);
  }

  finish(text) {
    const place = this.place;
    this.answered.add(place);
    this.close();
    this.reveal(place);
    this.say(text);
  }

  say(text) {
    this.told.textContent = text;
    this.told.hidden = false;
  }
}
