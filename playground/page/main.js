// The page: it asks the engine, and shows what it answers. All settings are one line of text, which is also what the link holds.

const FRAME_MS = 1000 / 60;
/** Of each frame, the least and the most time for training when it goes as fast as it can, and how long the parts of the page are left as they are, in milliseconds. */
const TRAINING_MS = [2, 8];
const SURFACE_MS = 33;
const NETWORK_MS = 80;
const NUMBERS_MS = 120;

let engine;
let offers;
/** The surfaces of all features, and of all units. */
let featurePictures = [];
let pictures = [];
/** The settings as the engine knows them, name by name; the points; what the engine last said. */
let settings = {};
let points = [];
let frame;
let isPlaying = false;
let areGradients = false;
/** The unit whose surface is shown large: column and row in the drawing, or the output; and where the reader's keys are on the plane. */
let shown;
let kept;
let cross;
/** Steps that a link asks for, still to be taken. */
let owed = 0;
let credit = 0;
let budget = TRAINING_MS[1];
const before = { frame: 0, surface: 0, network: 0, numbers: 0 };

const network = new Network($("net"), {
  feature(name) {
    const used = list("features");
    const wanted = used.includes(name) ? used.filter((other) => other !== name) : [...used, name];
    if (wanted.length > 0) change({ features: wanted.join(",") });
    else tell(say("A network needs at least one feature."));
  },
  resize: (layer, by) => change({ layers: list("layers").map((units, i) => (i === layer ? Number(units) + by : units)).join(",") }),
  show(column, row, isKept) {
    if (isKept) kept = kept?.column === column && kept?.row === row ? undefined : { column, row };
    shown = column === undefined ? kept : { column, row };
    paintSurface();
  },
  tell(layer, input, unit) {
    $("wire-hint").textContent = layer === undefined ? wireHint() : wireText(layer, input, unit);
  },
});

const list = (name) => (settings[name] === "" ? [] : settings[name].split(","));
const hidden = () => list("layers").map(Number);
const line = (some) => Object.entries({ ...settings, ...some }).map(([name, value]) => `${name}=${value}`).join("&");
const parsed = (text) => Object.fromEntries(text.split("&").filter(Boolean).map((pair) => [pair.split("=")[0], pair.slice(pair.indexOf("=") + 1)]));
const reply = (entry, request) => JSON.parse(engine.text(entry, request));

/** Asks the engine; what it refuses is said to the reader. */
function attempt(ask) {
  try {
    return ask();
  } catch (error) {
    if (!(error instanceof Refused || error instanceof Panicked)) throw error;
    pause();
    tell(told(error.message), true);
    // After a panic the engine has forgotten the training.
    if (error instanceof Panicked) open(line({ steps: 0 }));
    return undefined;
  }
}

function tell(text = "", isFault = false) {
  if ($("message").textContent !== text) $("message").textContent = text;
  $("message").classList.toggle("fault", isFault);
}

/** Begins a training with these settings, up to the steps that they ask for. */
function open(text) {
  const answer = attempt(() => reply("open", text));
  if (!answer) {
    // What was refused is not what the page shows.
    if (frame) fillForms();
    return false;
  }
  settings = parsed(answer.line);
  points = answer.points;
  // They are taken below, some in each frame.
  owed = Number(parsed(text).steps ?? 0);
  shown = kept = undefined;
  $("report").hidden = true;
  fillForms();
  build();
  update();
  if (owed > 0) tell(say("Taking the {steps} steps that the link asks for ...", { steps: owed }));
  return true;
}

/** Other settings: the training begins again. */
function change(some) {
  tell();
  if (open(line({ ...some, steps: 0 })) && !isPlaying) keepLink();
}

function keepLink() {
  settings.steps = String(frame.step + owed);
  history.replaceState(null, "", `#${line()}`);
}

function fillForms() {
  for (const input of document.querySelectorAll("form [name]")) {
    const value = settings[input.name];
    if (input.type === "radio") {
      if (input.name === "data") input.checked = input.value === value;
    } else {
      // A link may hold a number that is not in the list.
      if (input.tagName === "SELECT" && ![...input.options].some((option) => option.value === value)) input.add(new Option(value, value));
      input.value = value;
      const output = input.parentElement.querySelector("output");
      if (output) output.textContent = input.name === "validation" ? `${Math.round(100 * value)}%` : value;
    }
  }
  const isDrawn = settings.data === "drawn";
  $("drawing").hidden = !isDrawn;
  $("made").hidden = isDrawn;
  $("plane").classList.toggle("drawn", isDrawn);
  $("dots").tabIndex = isDrawn ? 0 : -1;
  if (isDrawn) {
    $("dots").removeAttribute("aria-hidden");
    $("dots").setAttribute("role", "application");
    $("dots").setAttribute("aria-label", say("Put points on the plane: arrow keys move, Enter puts a point"));
  } else {
    $("dots").setAttribute("aria-hidden", "true");
    $("dots").removeAttribute("role");
    cross = undefined;
  }
  const count = hidden().length;
  $("layer-count").textContent = count === 0 ? say("no hidden layer") : count === 1 ? say("1 hidden layer") : say("{count} hidden layers", { count });
  $("fewer").disabled = count === 0;
  $("more").disabled = count === offers.most[0];
  $("preset").value = offers.presets.find((preset) => line({ steps: 0 }) === preset.line)?.name ?? "";
}

function build() {
  network.build(offers.features, list("features"), hidden(), offers.most);
  network.paint(featurePictures, true, offers.side);
  paintDots($("dots"), points, offers.reach, points.length > 300 ? 3 : 4, cross);
}

/** Shows the training as it is now. */
function update() {
  frame = reply("frame");
  readPictures();
  paintSurface();
  showNetwork();
  showNumbers();
  if (frame.is_lost) stopLost();
}

function stopLost() {
  pause();
  tell(say("The numbers have become too large to compute with: the learning rate is too large. Choose a smaller one."), true);
}

function readPictures() {
  const { side } = offers;
  const bytes = engine.call("surfaces");
  pictures = Array.from({ length: bytes.length / side / side }, (_, i) => bytes.subarray(i * side * side, (i + 1) * side * side));
}

function showNetwork() {
  network.paint(pictures, false, offers.side);
  network.wire(frame.layers, areGradients);
}

function paintSurface() {
  if (pictures.length === 0) return;
  const { column, row } = shown ?? { column: hidden().length + 1, row: 0 };
  const name = network.mark(column, row);
  const before = hidden().slice(0, Math.max(0, column - 1)).reduce((sum, count) => sum + count, 0);
  paintBytes($("surface"), column === 0 ? featurePictures[row] : pictures[before + row], offers.side, palette.paleTable);
  $("result-title").textContent = name;
}

const share = (number) => `${(100 * number).toFixed(1)}%`;

function showNumbers() {
  $("step-count").textContent = frame.step;
  $("epoch-count").textContent = frame.epoch.toFixed(1);
  for (const part of ["training", "validation"]) {
    const score = frame[part];
    $(`${part}-loss`).textContent = score ? digits(score.loss) : "–";
    $(`${part}-right`).textContent = score ? share(score.accuracy) : "–";
    $(`${part}-points`).textContent = score ? score.points : "–";
  }
  paintCurve($("curve"), frame.curve);
  $("curve").setAttribute("aria-label", say("The losses so far: training {training}, held out {validation}", { training: $("training-loss").textContent, validation: $("validation-loss").textContent }));
  $("surface").setAttribute("aria-label", say("What the network says about the plane: {share} of the training points lie on their own colour", { share: $("training-right").textContent }));
  const [count, loss] = frame.batch ?? [0, 0];
  const batch = { count, loss: digits(loss) };
  $("batch").textContent = count === 0 ? "" : count === 1 ? say("The next batch: 1 point, loss {loss}.", batch) : say("The next batch: {count} points, loss {loss}.", batch);
  $("sizes").hidden = !frame.batch;
  if (frame.batch) showSizes($("sizes"), frame.layers);
  $("asleep").textContent = tellAsleep(frame.layers, settings.activation);
  $("wire-hint").textContent = wireHint();
  if ($("numbers").open) $("table").replaceChildren(...numbersTable(frame.layers, list("features")));
  $("reset").disabled = frame.step === 0;
  const curve = { largest: digits(largestOf(frame.curve)), steps: frame.step };
  $("curve-scale").textContent = frame.curve.length === 0 ? "" : frame.step === 1 ? say("Loss from 0 to {largest}, over 1 step", curve) : say("Loss from 0 to {largest}, over {steps} steps", curve);
  for (const id of ["play", "step", "walk", "check"]) $(id).disabled = !frame.batch;
  if (!frame.batch) tell(say("There are no points to train on: put some on the plane."));
  else if (owed === 0 && $("message").textContent === "") tell(hint());
}

/** What the chosen preset is there to show; else what the reader can do now. */
function hint() {
  const preset = offers.presets.find(({ name }) => name === $("preset").value);
  if (preset) return told(preset.says);
  if (isPlaying) return "";
  return frame.step === 0 ? say("Press Play, or take one step at a time.") : say("Paused: now you can walk through the next step.");
}

function wireHint() {
  const thick = areGradients ? say("Wires are as thick as the gradients of the next step: orange above 0, purple below.") : say("Wires are as thick as their weights: orange above 0, purple below.");
  return thick + say(" The square at a unit's corner is its bias. Point at a wire for its numbers, at a unit to see it large.");
}

function wireText(layer, input, unit) {
  const { weights, weight_gradients: gradients } = frame.layers[layer];
  const gradient = gradients ? say(", gradient {number}", { number: digits(gradients[input][unit]) }) : "";
  const from = layer === 0 ? FEATURES[list("features")[input]] : say("unit {unit} of layer {layer}", { unit: input + 1, layer });
  const to = layer + 1 === frame.layers.length ? say("the output") : say("unit {unit} of layer {layer}", { unit: unit + 1, layer: layer + 1 });
  return say("From {from} to {to}: weight {weight}.", { from, to, weight: digits(weights[input][unit]) + gradient });
}

// Playing

/** As many steps as this frame has time for, or as the reader's speed asks for. */
function takeSteps(elapsed) {
  const speed = $("speed").value;
  // A frame that came late had too much to do.
  const [least, most] = TRAINING_MS;
  budget = Math.max(least, Math.min(most, budget + (elapsed > 1.3 * FRAME_MS ? -1 : 0.1)));
  const end = performance.now() + budget;
  if (owed > 0 || speed === "fast") {
    do {
      const steps = owed > 0 ? Math.min(owed, 20) : 5;
      engine.call("train", String(steps));
      if (owed > 0) {
        owed -= steps;
        if (owed === 0) break;
      }
    } while (performance.now() < end);
  } else {
    credit = Math.min(credit + (Number(speed) * elapsed) / FRAME_MS, 20);
    const steps = Math.floor(credit);
    credit -= steps;
    for (let i = 0; i < steps && performance.now() < end; i++) engine.call("train", "1");
  }
}

function tick(now) {
  requestAnimationFrame(tick);
  const elapsed = Math.min(100, now - before.frame);
  before.frame = now;
  if (!isPlaying && owed === 0) return;
  const wasOwed = owed > 0;
  if (attempt(() => (takeSteps(elapsed), true)) === undefined) return;
  if (wasOwed && owed === 0) {
    tell();
    update();
    return;
  }
  const isDue = (part, interval) => now - before[part] >= interval && ((before[part] = now), true);
  if (!isDue("surface", SURFACE_MS)) return;
  readPictures();
  paintSurface();
  if (isDue("network", NETWORK_MS)) {
    frame = reply("frame");
    showNetwork();
    if (isDue("numbers", NUMBERS_MS)) showNumbers();
    if (frame.is_lost) stopLost();
  }
}

function play() {
  if (frame.is_lost) open(line({ steps: 0 }));
  isPlaying = true;
  tell();
  showPlaying();
}

function pause() {
  if (!isPlaying) return;
  isPlaying = false;
  showPlaying();
  update();
  keepLink();
}

function showPlaying() {
  $("play").classList.toggle("playing", isPlaying);
  $("play").querySelector("span").textContent = isPlaying ? say("Pause") : say("Play");
}

// What the reader does

const press = (id, what) => $(id).addEventListener("click", what);

press("play", () => (isPlaying ? pause() : play()));
press("step", () => {
  pause();
  if (attempt(() => (engine.call("train", "1"), true))) {
    update();
    keepLink();
  }
});
press("reset", () => {
  pause();
  change({});
});
press("fewer", () => change({ layers: list("layers").slice(0, -1).join(",") }));
press("more", () => change({ layers: [...list("layers"), list("layers").at(-1) ?? 4].join(",") }));
for (const id of ["weights", "gradients"]) {
  press(id, () => {
    areGradients = id === "gradients";
    $("weights").setAttribute("aria-pressed", !areGradients);
    $("gradients").setAttribute("aria-pressed", areGradients);
    network.wire(frame.layers, areGradients);
    $("wire-hint").textContent = wireHint();
  });
}
press("walk", () => {
  pause();
  const page = attempt(() => engine.text("walk"));
  if (page === undefined) return;
  // A page in a frame has no address that could ask for a language, and its title is ours. The engine carries no translations.
  const [, title] = /<title>(.*?)<\/title>/.exec(page);
  $("stepper").querySelector("iframe").srcdoc = page.replace("<html", `<html data-language="${language}"`).replaceAll(title, told(title)).replace('id="translations">', (found) => found + $("translations-of-a-step").textContent);
  $("stepper").showModal();
});
$("stepper").addEventListener("close", () => $("stepper").querySelector("iframe").removeAttribute("srcdoc"));
press("check", () => {
  pause();
  const report = $("report");
  report.hidden = false;
  report.className = "";
  report.textContent = say("Nudging every weight ...");
  // So that this is painted first.
  setTimeout(() => {
    const answer = attempt(() => reply("check"));
    // The verdict; what follows is a table, as the checker prints it.
    report.textContent = (answer?.text ?? "").replace(/^.*/, told);
    report.hidden = !answer;
    report.className = answer?.passed ? "passed" : "failed";
  }, 30);
});
press("as-rust", () => {
  pause();
  const { program, dependency } = reply("program");
  $("source").textContent = program;
  $("dependency").textContent = dependency;
  $("program").showModal();
});
for (const close of document.querySelectorAll("dialog .close")) close.addEventListener("click", () => close.closest("dialog").close());

async function copy(text, button) {
  const label = button.textContent;
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = say("Copied");
  } catch {
    button.textContent = say("Not copied: your browser refused");
  }
  setTimeout(() => (button.textContent = label), 1500);
}
press("copy-program", (event) => copy($("source").textContent, event.target));
press("copy-link", (event) => {
  keepLink();
  copy(location.href, event.target);
});

$("preset").addEventListener("change", () => {
  const preset = offers.presets.find(({ name }) => name === $("preset").value);
  tell();
  if (preset && open(preset.line)) keepLink();
});
for (const form of [$("points"), $("rules")]) {
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("change", ({ target }) => target.name in settings && target.type !== "range" && change({ [target.name]: target.value }));
  form.addEventListener("input", ({ target }) => target.type === "range" && change({ [target.name]: target.value }));
}
press("another", () => change({ seed: (Number(settings.seed) + 1) % 2 ** 32 }));
$("numbers").addEventListener("toggle", () => frame && showNumbers());

// Points that the reader draws

const drawn = () => (settings.drawn ? settings.drawn.split(";") : []);
const chosenClass = () => document.querySelector('[name="class"]:checked').value;

function put([x, y]) {
  const inHundredths = (number) => Math.round(100 * Math.max(-offers.reach, Math.min(offers.reach, number)));
  change({ drawn: [...drawn(), `${inHundredths(x)},${inHundredths(y)},${chosenClass()}`].join(";") });
}

function placeOf(event) {
  const { left, top, width, height } = $("dots").getBoundingClientRect();
  return [(2 * (event.clientX - left)) / width - 1, 1 - (2 * (event.clientY - top)) / height].map((number) => number * offers.reach);
}

let last;
$("dots").addEventListener("pointerdown", (event) => {
  if (settings.data !== "drawn") return;
  $("dots").setPointerCapture(event.pointerId);
  put((last = placeOf(event)));
});
$("dots").addEventListener("pointermove", (event) => {
  if (!last || settings.data !== "drawn") return;
  const place = placeOf(event);
  if (Math.hypot(place[0] - last[0], place[1] - last[1]) > 0.12) put((last = place));
});
for (const end of ["pointerup", "pointercancel"]) $("dots").addEventListener(end, () => (last = undefined));
$("dots").addEventListener("keydown", (event) => {
  if (settings.data !== "drawn") return;
  const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
  if (event.key in moves) cross = (cross ?? [0, 0]).map((number, axis) => Math.max(-offers.reach, Math.min(offers.reach, number + 0.1 * moves[event.key][axis])));
  else if (event.key === "Enter") put(cross ?? [0, 0]);
  else return;
  event.preventDefault();
  build();
});
press("undo", () => change({ drawn: drawn().slice(0, -1).join(";") }));
press("clear", () => change({ drawn: "" }));

// The start

function repaint() {
  if (!frame) return;
  build();
  paintSurface();
  showNetwork();
  showNumbers();
  for (const [i, canvas] of document.querySelectorAll("#sets canvas").entries()) paintSet(canvas, offers.sets[i].dots);
}
addEventListener("hashchange", () => open(location.hash.slice(1)));

/** The picture of a set; that of points still to be drawn is a cross. */
const paintSet = (canvas, dots) => paintDots(canvas, dots, offers.reach, 2, dots.length === 0 ? [0, 0] : undefined);

const SETS = { blobs: say("Blobs"), circles: say("Circles"), moons: say("Moons"), spiral: say("Spiral"), xor: say("XOR"), drawn: say("Draw") };

function offerChoices() {
  for (const { name } of offers.presets) $("preset").add(new Option(told(name), name));
  for (const { name, dots } of offers.sets) {
    const label = document.createElement("label");
    label.innerHTML = `<input type="radio" name="data"><canvas aria-hidden="true"></canvas><span></span>`;
    label.firstChild.value = name;
    label.lastChild.textContent = SETS[name];
    $("sets").append(label);
    paintSet(label.querySelector("canvas"), dots);
  }
  const fill = (name, numbers) => numbers.forEach((number) => document.querySelector(`[name="${name}"]`).add(new Option(number, number)));
  fill("rate", ["0.0001", "0.001", "0.003", "0.01", "0.03", "0.1", "0.3", "1", "3", "10"]);
  for (const name of ["l1", "l2"]) fill(name, ["0", "0.0001", "0.001", "0.003", "0.01", "0.03", "0.1"]);
}

async function start() {
  offerLanguage($("language"));
  offerThemes(repaint);
  engine = await Engine.load(await unpacked("module"));
  offers = reply("offers");
  const { side } = offers;
  const all = engine.call("features");
  featurePictures = offers.features.map((_, i) => all.subarray(i * side * side, (i + 1) * side * side));
  offerChoices();
  const wanted = location.hash.slice(1);
  if (!(wanted && open(wanted))) open(offers.presets[0].line);
  requestAnimationFrame(tick);
}

start().catch((error) => tell(say("The page could not start: {reason}", { reason: told(error.message) }), true));
