// The predict mode: before a step shows its number, the reader says what it will be. Asked is only what a head can tell: a number where few numbers
// are added and multiplied, else a shape, a sign, or what becomes larger.

/** Maximum number of contributions that a reader is asked to add up. (An op writes out as many terms.) */
const MOST_TERMS = 6;

const SIGNS = [say("negative"), say("zero"), say("positive")];
const SIZES = [say("smaller"), say("equal"), say("larger")];
const compared = (words, a, b) => (Number.isNaN(a - b) ? undefined : words[Math.sign(a - b) + 1]);

/** Whether a head can compute what a formula says: no function but the larger and the smaller of two. */
const isEasy = (template) => Boolean(template) && !/[\p{L}√^]/u.test(template.replace(/⟨[^⟩]*⟩|\b(max|min|where|else)\b/gu, ""));

/** What to ask about a step, and which nodes the answer comes from; nothing about leaves, which are given, and where nothing happens. An answer is a
    number, a shape, or one of three words (`choices`). `line` is the computation, told afterwards. */
function questionAbout(place) {
  const event = events[place];
  const about = { forward: aboutValue, contribution: aboutFlow, accumulated: aboutSum, update: aboutUpdate }[event.event];
  return about?.(event, place);
}

/** One of the elements, the same at each visit. */
const someElement = (digest, place) => (place * 7919) % digest.elements.length;

const atElement = (digest, element) => (digest.elements.length > 1 ? say(", at [{place}]", { place: indices(element, digest.shape).join(", ") }) : "");

/** The numbers are part of the question if the graph does not show them all. */
const withNumbers = (digest, line) => (digest.elements.length > 1 ? ` ${line.slice(0, line.lastIndexOf(" = "))} = ?` : "");

function aboutValue({ node: index }, place) {
  const { op, operands, value, worked, shape } = nodes[index];
  if (operands.length === 0 || !value || product(shape) === 0) return undefined;
  const [name, sources] = [`${call(index)} = ${op}(${operands.map(call).join(", ")})`, operands];
  if (!value.elements) return { text: say("What is the shape of {what}?", { what: name }), shape, sources };
  const element = someElement(value, place);
  const [answer, line, where] = [read(value.elements[element]), valueInNumbers(index, element), atElement(value, element)];
  if (line && isEasy(worked?.value)) return { text: say("What is {what}?", { what: name + where }) + withNumbers(value, line), answer, line, sources };
  const [operand, ...others] = operands.map((other) => nodes[other]);
  if (others.length === 0 && operand.shape.join() === shape.join() && operand.value?.elements) {
    const before = read(operand.value.elements[element]);
    const word = compared(SIZES, answer, before);
    if (word) return { text: say("Is {what} larger than {other}, {number}?", { what: name + where, other: call(operand.index), number: number(before) }), choices: SIZES, word, answer, line, sources };
  }
  if (product(shape) > 1) return { text: say("What is the shape of {what}?", { what: name }), shape, sources };
  return { text: say("What is the sign of {what}?", { what: name }), choices: SIGNS, word: compared(SIGNS, answer, 0), answer, line, sources };
}

function aboutFlow(event, place) {
  const { from, to, sent, slot } = event;
  const digest = nodes[sent].value;
  if (!digest || product(digest.shape) === 0) return undefined;
  const sources = [from, ...nodes[from].operands];
  const way = { op: `${nodes[from].op} ${call(from)}`, node: call(to) };
  if (!digest.elements) return { text: say("What is the shape of the gradient that flows back through {op} to {node}?", way), shape: digest.shape, sources };
  const element = someElement(digest, place);
  const [answer, line, where] = [read(digest.elements[element]), flowInNumbers(event, element), atElement(digest, element)];
  const template = nodes[from].worked?.flows?.[slot] || nodes[sent].worked?.value;
  if (line && isEasy(template)) return { text: say("How much flows back through {op} to {node}?", { ...way, node: way.node + where }) + withNumbers(digest, line), answer, line, sources };
  return { text: say("What is the sign of the gradient that flows back through {op} to {node}?", { ...way, node: way.node + where }), choices: SIGNS, word: compared(SIGNS, answer, 0), answer, line, sources };
}

function aboutSum({ node, gradient, terms }, place) {
  const digest = nodes[gradient].value;
  if (terms.length === 1 || !digest || product(digest.shape) === 0) return undefined;
  const sources = terms.map((term) => events[term].from);
  const what = say("the gradient of {node}, the sum of {count} contributions", { node: call(node), count: terms.length });
  if (!digest.elements) return { text: say("What is the shape of {what}?", { what }), shape: digest.shape, sources };
  const element = someElement(digest, place);
  const [answer, where] = [read(digest.elements[element]), atElement(digest, element)];
  const parts = terms.map((term) => nodes[events[term].sent].value?.elements?.[element]);
  if (terms.length > MOST_TERMS || parts.includes(undefined)) {
    return { text: say("What is the sign of {what}?", { what: what + where }), choices: SIGNS, word: compared(SIGNS, answer, 0), answer, sources };
  }
  const [first, ...others] = parts.map((part) => number(read(part)));
  const line = `${[first, ...others.map((part) => (part.startsWith("-") ? `(${part})` : part))].join(" + ")} = ${number(answer)}`;
  return { text: say("What is {what}?", { what: what + where }) + withNumbers(digest, line), answer, line, sources };
}

function aboutUpdate({ node, before, after, change }) {
  if (!after.elements?.length) return undefined;
  // The element that changes most.
  const sizes = change.elements.map((x) => Math.abs(read(x)));
  const element = sizes.indexOf(Math.max(...sizes.filter((x) => x >= 0)));
  const [was, answer] = [before, after].map((digest) => read(digest.elements[element]));
  const word = compared(SIZES, answer, was);
  const text = say("After the update, is {what} larger than now, {number}?", { what: call(node) + atElement(after, element), number: number(was) });
  return word && { text, choices: SIZES, word, answer, sources: [node] };
}

class Predictor {
  /** `reveal` goes to the step of the question, `outline` marks the nodes that it is answered from. */
  constructor({ reveal, outline }) {
    Object.assign(this, { reveal, outline, isOn: false, answered: new Set(), score: { asked: 0, close: 0 } });
    const [form, guess, told, choices] = ["question", "guess", "verdict", "choices"].map((id) => document.getElementById(id));
    Object.assign(this, { form, guess, told, choices });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.check();
    });
    document.getElementById("reveal").addEventListener("click", () => this.finish(say("It is {answer}.", { answer: this.solution() })));
  }

  /** The last step towards `to` that shows no number that is still to be guessed. */
  limit(from, to) {
    for (let place = from + 1; this.isOn && place <= to; place++) {
      if (!this.answered.has(place) && questionAbout(place)) return place - 1;
    }
    return to;
  }

  /** Asks about a step. */
  ask(place) {
    const question = questionAbout(place);
    Object.assign(this, { place, asked: question });
    document.getElementById("ask").textContent = question.text;
    this.form.hidden = false;
    this.guess.value = "";
    this.guess.classList.remove("odd");
    this.told.hidden = true;
    const isChoice = question.choices !== undefined;
    this.guess.hidden = document.getElementById("check").hidden = isChoice;
    this.choices.hidden = !isChoice;
    const button = (word) => element("button", { type: "button", textContent: word, onclick: () => this.choose(word) });
    this.choices.replaceChildren(...(question.choices ?? []).map(button));
    (isChoice ? this.choices.firstChild : this.guess).focus({ preventScroll: true });
    this.outline(question.sources);
  }

  /** Removes the question and, unless `keepVerdict`, the verdict. */
  close({ keepVerdict = false } = {}) {
    this.form.hidden = true;
    if (this.place !== undefined) this.outline([]);
    this.place = undefined;
    if (!keepVerdict) this.told.hidden = true;
  }

  /** The answer, with the computation if it can be written out. */
  solution() {
    const { answer, shape, word, line } = this.asked;
    if (shape) return shapeText(shape);
    const told = line ?? number(answer);
    return word ? `${word}: ${told}` : told;
  }

  check() {
    if (this.asked.shape) this.checkShape();
    else this.checkNumber();
  }

  choose(word) {
    const isRight = word === this.asked.word;
    this.judge(isRight, isRight ? say("Right: it is {answer}.", { answer: this.solution() }) : say("You said {guess}, it is {answer}.", { guess: word, answer: this.solution() }));
  }

  checkShape() {
    const lengths = (this.guess.value.match(/\d+/g) ?? []).map(Number);
    if (lengths.length === 0) return this.refuse(say("Type the lengths of its axes, such as 3 × 4, or 1 for a number."));
    const { shape } = this.asked;
    const isRight = lengths.join() === shape.join() || (shape.length === 0 && lengths.join() === "1");
    this.judge(isRight, isRight ? say("Right: it is {answer}.", { answer: shapeText(shape) }) : say("You said {guess}, it is {answer}.", { guess: shapeText(lengths), answer: shapeText(shape) }));
  }

  checkNumber() {
    const text = this.guess.value.trim().replace("−", "-").replace(",", ".");
    const guess = { nan: NaN, inf: Infinity, "-inf": -Infinity }[text.toLowerCase()] ?? (text === "" ? undefined : Number(text));
    if (guess === undefined || (Number.isNaN(guess) && text.toLowerCase() !== "nan")) return this.refuse(say("Type a number, such as 0.25 or -1e-3."));
    const { answer } = this.asked;
    const off = difference(guess, answer);
    const share = off / Math.abs(answer);
    const isExact = off === 0 || number(guess) === number(answer);
    const percent = Number.isFinite(share) && answer !== 0 ? say(", which is {percent}%", { percent: number(100 * share, 2) }) : "";
    const verdict = isExact
      ? say("Right: it is {answer}.", { answer: this.solution() })
      : say("You said {guess}, it is {answer}: off by {error}.", { guess: number(guess), answer: this.solution(), error: number(off) + percent });
    const sign = !isExact && guess * answer < 0 ? say(" It has the opposite sign.") : "";
    this.judge(isExact || share <= 0.05, verdict + sign);
  }

  refuse(text) {
    this.guess.classList.add("odd");
    this.say(text);
  }

  judge(isRight, text) {
    this.score.asked++;
    if (isRight) this.score.close++;
    this.finish(text + say(" {right} of {all} right, numbers within 5%.", { right: this.score.close, all: this.score.asked }));
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
