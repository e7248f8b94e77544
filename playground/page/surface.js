// Colours, the plane with its points, and the small pictures of units. Rust says what a unit is at each place, as a byte; here bytes become colours.

/** The colours of the theme as [r, g, b]. A canvas knows nothing of style sheets. */
let palette;

function readPalette() {
  const probe = document.createElement("i");
  document.body.append(probe);
  const read = (name) => {
    probe.style.color = `var(--${name})`;
    return getComputedStyle(probe).color.match(/[\d.]+/g).slice(0, 3).map(Number);
  };
  palette = Object.fromEntries(["back", "text", "faint", "line", "negative", "zero", "positive", "update"].map((name) => [name, read(name)]));
  probe.remove();
  palette.table = heatTable(0.85);
  // Paler, so that points stand out.
  palette.paleTable = heatTable(0.5);
}

const css = ([r, g, b]) => `rgb(${r} ${g} ${b})`;

/** From the colour of class 0 over that of zero to that of class 1, for each byte as one number; `strength` is 1 for the full colours. */
function heatTable(strength) {
  const { negative, zero, positive } = palette;
  return Uint32Array.from({ length: 256 }, (_, byte) => {
    const x = (byte - 127.5) / 127.5;
    const end = x < 0 ? negative : positive;
    const [r, g, b] = zero.map((from, i) => Math.round(from + (end[i] - from) * Math.abs(x) * strength));
    return (255 << 24) | (b << 16) | (g << 8) | r;
  });
}

/** Draws one surface of `side` times `side` bytes as pixels. */
function paintBytes(canvas, bytes, side, table = palette.table) {
  if (canvas.width !== side) canvas.width = canvas.height = side;
  const context = canvas.getContext("2d");
  const image = context.createImageData(side, side);
  const pixels = new Uint32Array(image.data.buffer);
  for (let i = 0; i < pixels.length; i++) pixels[i] = table[bytes[i]];
  context.putImageData(image, 0, 0);
}

/** The size of a canvas in pixels of the screen; true if it has changed, and with it was emptied. */
function fitCanvas(canvas) {
  const ratio = Math.min(devicePixelRatio, 2);
  const [width, height] = [canvas.clientWidth, canvas.clientHeight].map((length) => Math.max(1, Math.round(length * ratio)));
  if (canvas.width === width && canvas.height === height) return false;
  [canvas.width, canvas.height] = [width, height];
  return true;
}

/** Points on a plane: full where the network is trained on them, rings where they are held out. */
function paintDots(canvas, dots, reach, radius, cross) {
  fitCanvas(canvas);
  const context = canvas.getContext("2d");
  context.clearRect(0, 0, canvas.width, canvas.height);
  const place = (x) => ((x / reach + 1) / 2) * canvas.width;
  const size = (radius * canvas.width) / Math.max(1, canvas.clientWidth);
  for (const [[x, y], label, isTrainedOn] of dots) {
    const colour = css(label === 0 ? palette.negative : palette.positive);
    context.beginPath();
    context.arc(place(x), place(-y), size, 0, 2 * Math.PI);
    context.lineWidth = size * (isTrainedOn === false ? 0.6 : 0.3);
    context.fillStyle = isTrainedOn === false ? css(palette.back) : colour;
    context.strokeStyle = isTrainedOn === false ? colour : css(palette.back);
    context.fill();
    context.stroke();
  }
  if (cross) {
    const [x, y] = [place(cross[0]), place(-cross[1])];
    context.strokeStyle = css(palette.text);
    context.lineWidth = size * 0.5;
    context.beginPath();
    for (const [dx, dy] of [[1, 0], [-1, 0], [0, 1], [0, -1]]) {
      context.moveTo(x + dx * size, y + dy * size);
      context.lineTo(x + dx * size * 3, y + dy * size * 3);
    }
    context.stroke();
  }
}

const largestOf = (curve) => Math.max(1e-9, ...curve.flatMap(([, training, validation]) => [training ?? 0, validation ?? 0]));

/** The losses over the steps, both on the scale of the largest. */
function paintCurve(canvas, curve) {
  fitCanvas(canvas);
  const context = canvas.getContext("2d");
  context.clearRect(0, 0, canvas.width, canvas.height);
  const last = Math.max(1, curve.at(-1)?.[0] ?? 1);
  const largest = largestOf(curve);
  const inset = 4;
  const at = (step, loss) => [inset + (step / last) * (canvas.width - 2 * inset), canvas.height - inset - (loss / largest) * (canvas.height - 2 * inset)];
  const line = (column, colour, dashes) => {
    context.beginPath();
    context.setLineDash(dashes);
    context.lineWidth = 2 * Math.min(devicePixelRatio, 2);
    context.strokeStyle = css(colour);
    for (const point of curve) if (point[column] !== null) context.lineTo(...at(point[0], point[column]));
    context.stroke();
  };
  line(2, palette.update, [7, 5]);
  line(1, palette.text, []);
}
