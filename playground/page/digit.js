// One digit: the reader draws, the engine reads. The drawing is a small picture of bytes, 0 for paper and 255 for ink; the engine makes everything else of it.

const SIDE = 112;
const SEEN = 28;
/** The width of the pen, in pixels of the drawing. */
const PEN = 10;

let engine;
let examples;
let reading = null;
let asked = 255;
const drawing = new OffscreenCanvas(SIDE, SIDE);
const pen = drawing.getContext("2d", { willReadFrequently: true });

function clear() {
  pen.clearRect(0, 0, SIDE, SIDE);
  asked = 255;
  read();
}

/** A stroke from one place to another, in pixels of the drawing. */
function stroke([x1, y1], [x2, y2]) {
  pen.lineWidth = PEN;
  pen.lineCap = "round";
  pen.strokeStyle = "#000";
  pen.beginPath();
  pen.moveTo(x1, y1);
  pen.lineTo(x2, y2);
  pen.stroke();
}

function put(digit) {
  const image = pen.createImageData(SEEN, SEEN);
  for (let i = 0; i < SEEN * SEEN; i++) image.data[4 * i + 3] = examples[digit * SEEN * SEEN + i];
  const small = new OffscreenCanvas(SEEN, SEEN);
  small.getContext("2d").putImageData(image, 0, 0);
  pen.clearRect(0, 0, SIDE, SIDE);
  pen.imageSmoothingEnabled = false;
  pen.drawImage(small, 0, 0, SIDE, SIDE);
  asked = 255;
  read();
}

/** Asks the engine, and shows what it says. */
function read() {
  const { data } = pen.getImageData(0, 0, SIDE, SIDE);
  const request = new Uint8Array(1 + SIDE * SIDE);
  request[0] = asked;
  for (let i = 0; i < SIDE * SIDE; i++) request[1 + i] = data[4 * i + 3];
  reading = JSON.parse(engine.text("read", request));
  show();
}

function show() {
  const buttons = [...$("answers").children];
  const likeliest = reading ? reading.probabilities.indexOf(Math.max(...reading.probabilities)) : -1;
  buttons.forEach((button, digit) => {
    const probability = reading?.probabilities[digit] ?? 0;
    button.disabled = !reading;
    button.setAttribute("aria-pressed", reading?.digit === digit);
    button.children[1].style.width = `${100 * probability}%`;
    button.children[2].textContent = reading ? `${(100 * probability).toFixed(1)}%` : "–";
  });
  const text = reading ? say("It reads a {digit}: {percent}%.", { digit: likeliest, percent: (100 * reading.probabilities[likeliest]).toFixed(0) }) : say("Draw a digit.");
  if ($("message").textContent !== text) $("message").textContent = text;
  paint();
}

function paint() {
  const ink = ([r, g, b], bytes) => {
    const pixels = new Uint32Array(bytes.length);
    bytes.forEach((byte, i) => (pixels[i] = (byte << 24) | (b << 16) | (g << 8) | r));
    return pixels;
  };
  const put = (canvas, side, pixels) => {
    canvas.width = canvas.height = side;
    canvas.getContext("2d").putImageData(new ImageData(new Uint8ClampedArray(pixels.buffer), side, side), 0, 0);
  };
  const { data } = pen.getImageData(0, 0, SIDE, SIDE);
  put($("paper"), SIDE, ink(palette.text, Array.from({ length: SIDE * SIDE }, (_, i) => data[4 * i + 3])));
  const pixels = reading?.pixels ?? new Array(SEEN * SEEN).fill(0);
  put($("seen"), SEEN, ink(palette.text, pixels.map((pixel) => Math.round(255 * pixel))));
  const gradient = reading?.gradient ?? new Array(SEEN * SEEN).fill(0);
  const largest = Math.max(1e-12, ...gradient.map(Math.abs));
  paintBytes($("gradient"), gradient.map((number) => Math.round(127.5 + (127.5 * number) / largest)), SEEN);
  if (reading) outline($("gradient"), pixels);
}

/** Around the ink, at four times the pixels. */
function outline(canvas, pixels) {
  const scale = 16;
  const small = new OffscreenCanvas(SEEN, SEEN);
  small.getContext("2d").drawImage(canvas, 0, 0);
  canvas.width = canvas.height = SEEN * scale;
  const context = canvas.getContext("2d");
  context.imageSmoothingEnabled = false;
  context.drawImage(small, 0, 0, canvas.width, canvas.height);
  context.strokeStyle = css(palette.text);
  context.lineWidth = 2;
  context.beginPath();
  const isInk = (row, column) => row >= 0 && column >= 0 && row < SEEN && column < SEEN && pixels[row * SEEN + column] > 0.3;
  for (let row = 0; row <= SEEN; row++) {
    for (let column = 0; column <= SEEN; column++) {
      const [x, y] = [column * scale, row * scale];
      if (isInk(row, column) !== isInk(row - 1, column)) context.moveTo(x, y), context.lineTo(x + scale, y);
      if (isInk(row, column) !== isInk(row, column - 1)) context.moveTo(x, y), context.lineTo(x, y + scale);
    }
  }
  context.stroke();
}

let last;
const placeOf = (event) => {
  const { left, top, width, height } = $("paper").getBoundingClientRect();
  return [((event.clientX - left) / width) * SIDE, ((event.clientY - top) / height) * SIDE];
};
$("paper").addEventListener("pointerdown", (event) => {
  if (!engine) return;
  $("paper").setPointerCapture(event.pointerId);
  last = placeOf(event);
  asked = 255;
  stroke(last, last);
  read();
});
$("paper").addEventListener("pointermove", (event) => {
  if (!last) return;
  const place = placeOf(event);
  stroke(last, place);
  last = place;
  read();
});
for (const end of ["pointerup", "pointercancel"]) $("paper").addEventListener(end, () => (last = undefined));
$("clear").addEventListener("click", () => ($("example").value = "", clear()));
$("example").addEventListener("change", () => ($("example").value === "" ? clear() : put(Number($("example").value))));

for (let digit = 0; digit < 10; digit++) {
  $("example").add(new Option(digit, digit));
  const button = document.createElement("button");
  button.innerHTML = `<span>${digit}</span><i></i><span>–</span>`;
  button.disabled = true;
  button.addEventListener("click", () => {
    asked = digit;
    read();
  });
  $("answers").append(button);
}

async function start() {
  offerLanguage($("language"));
  offerThemes(() => engine && paint());
  const [module, weights] = await Promise.all([unpacked("module"), unpacked("reader")]);
  examples = await unpacked("examples");
  engine = await Engine.load(module);
  engine.call("open_reader", weights);
  for (const id of ["clear", "example"]) $(id).disabled = false;
  read();
}

start().catch((error) => ($("message").textContent = say("The page could not start: {reason}", { reason: told(error.message) })));
