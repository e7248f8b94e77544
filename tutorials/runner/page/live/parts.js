// What live figures are built of: elements, controls with labels, a film's buttons, and colours of the book's theme.

/** An element with properties, and what is in it. */
function element(tag, properties = {}, ...children) {
  const { className, ...others } = properties;
  const made = Object.assign(document.createElement(tag), others);
  if (className) made.className = className;
  made.append(...children);
  return made;
}

function svg(tag, attributes = {}, ...children) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) if (value !== undefined) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/** A slider with its label. `say` turns its number into the text that is shown beside it and read out. */
class Slider {
  constructor(label, { min, max, step, value }, say, moved) {
    this.say = say;
    this.input = element("input", { type: "range", min, max, step, value });
    // An `output` element would be taken as the control that the label names.
    this.shown = element("strong");
    this.room = element("label", { className: "slider" }, element("span", {}, `${label} `, this.shown), this.input);
    this.input.addEventListener("input", () => {
      this.tell();
      moved(this.value);
    });
    this.tell();
  }

  get value() {
    return Number(this.input.value);
  }

  set value(to) {
    this.input.value = to;
    this.tell();
  }

  set max(to) {
    this.input.max = to;
  }

  tell() {
    const text = this.say(this.value);
    this.shown.textContent = text;
    this.input.setAttribute("aria-valuetext", text);
  }
}

/** A field for a number. `changed` gets the number if it is valid. */
function field(label, properties, changed) {
  const input = element("input", { type: "number", ...properties });
  input.addEventListener("change", () => input.validity.valid && input.value !== "" && changed(Number(input.value)));
  return { input, room: element("label", { className: "field" }, `${label} `, input) };
}

function chooser(label, options, changed) {
  const select = element("select", {}, ...options.map((text, value) => new Option(text, value)));
  select.addEventListener("change", () => changed(Number(select.value)));
  return { select, room: element("label", { className: "field" }, `${label} `, select) };
}

/** A button that starts and stops what moves: `step` makes a move, and says whether there is a next one. */
class Player {
  #timer;

  constructor(names, step, milliseconds, rested = () => {}) {
    Object.assign(this, { names, step, milliseconds, rested });
    this.button = element("button", { type: "button", textContent: names[0] });
    this.button.addEventListener("click", () => (this.isOn ? this.stop() : this.start()));
  }

  get isOn() {
    return this.#timer !== undefined;
  }

  start() {
    this.button.textContent = this.names[1];
    this.#timer = setInterval(() => this.step() || this.stop(), this.milliseconds);
  }

  stop() {
    if (!this.isOn) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.button.textContent = this.names[0];
    this.rested();
  }
}

/** Room for a table, which scrolls sideways if it is too wide. */
function wide(name, table) {
  const room = element("div", { className: "wide", tabIndex: 0 }, table);
  room.setAttribute("role", "region");
  room.setAttribute("aria-label", name);
  return room;
}

/** The sentence that describes the figure. It is read out when it changes, but not while the figure moves. */
class Said {
  constructor() {
    this.room = element("p", { className: "said" });
  }

  tell(text, isMoving = false) {
    this.room.setAttribute("aria-live", isMoving ? "off" : "polite");
    this.room.textContent = this.text = text;
  }
}

/** A colour of the figures' style sheet, as [red, green, blue]. */
function colour(name, within) {
  const probe = element("i");
  probe.style.color = `var(--${name})`;
  within.append(probe);
  const found = getComputedStyle(probe).color.match(/[\d.]+/g).slice(0, 3).map(Number);
  probe.remove();
  return found;
}

/** The address of a picture with a pixel for each number from 0 to 1: from the first of two or three colours to the last. */
function picture(numbers, side, colours) {
  const canvas = element("canvas", { width: side, height: side });
  const context = canvas.getContext("2d");
  const image = context.createImageData(side, side);
  numbers.forEach((x, place) => {
    const along = Math.min(1, Math.max(0, x)) * (colours.length - 1);
    const first = Math.min(colours.length - 2, Math.floor(along));
    const [from, to] = [colours[first], colours[first + 1]];
    for (let i = 0; i < 3; i++) image.data[4 * place + i] = from[i] + (to[i] - from[i]) * (along - first);
    image.data[4 * place + 3] = 255;
  });
  context.putImageData(image, 0, 0);
  return canvas.toDataURL();
}

/** Calls `draw` now, and again when the room has another width or the theme another colour. */
function keepDrawn(room, draw) {
  let width;
  new ResizeObserver(() => {
    if (room.clientWidth === width) return;
    width = room.clientWidth;
    draw();
  }).observe(room);
  new MutationObserver(draw).observe(document.documentElement, { attributes: true, attributeFilter: ["class"] });
}
