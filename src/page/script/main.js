// Where the reader is: the step, and what was selected. Everything shown is a function of the two, and both stand in the address.

const at = (id) => document.getElementById(id);
/** The address as it was written or read last, and whether a newer one is to be written. */
const link = { hash: "", isWaiting: false };
const state = { step: lastStep, selected: undefined, playing: undefined, keys: remembered("keys") !== "off" };

const live = new Live({ show: showRun, told: tellLoss, restarted: startAnew });
const handle = new Handle({ ask: (request) => live.ask(request), change: (node, place, to) => live.change(node, place, to), chosen: () => show() });
const trainer = new Trainer(at("live"), { ask: (request) => live.ask(request), changed: changedAll, reset: backToTheProgram });
const breaker = new Breaker(at("live"), { ask: (request) => live.ask(request), changed: changedAll });
const graph = new Graph(at("canvas"), { select, isHandle: (node) => handle.canChange(node), entered: showGroup });
const inspector = new Inspector(at("inspector"), { select, follow: () => select(undefined), showLine: (node) => source.showLine(node), handle });
const source = new Source(at("source"), { select });
const predictor = new Predictor({ reveal: (place) => goTo(place, { keepVerdict: true }), outline: (sources) => graph.outline(sources) });
const finder = new Search(at("find"), at("found"), { mark: (hits) => graph.mark(hits), go: find });

function select(selected) {
  state.selected = selected;
  if (selected) breaker.offer(selected.node);
  show({ isJump: true });
}

/** What a press on a place of the graph drags: the number of a leaf, which comes into the reader's hand, or nothing. */
function scrubOf(target) {
  const node = Number(target.closest(".node.handle")?.dataset.node ?? NaN);
  if (!(node in nodes) || !handle.canScrub(node)) return undefined;
  return (down, canvas, end) => {
    if (handle.node !== node) select({ node });
    handle.scrub(down, canvas, end);
  };
}

/** Says which group the graph shows the inside of, and offers the way out. */
function showGroup(name) {
  at("leave").hidden = name === undefined;
  at("leave").textContent = say("◂ Out of {name}", { name });
}

function find(node) {
  graph.open(node);
  select({ node });
}

/** Goes to a step; in predict mode only as far as the reader has answered. */
function goTo(step, { keepVerdict = false, isJump = false } = {}) {
  const wanted = Math.min(lastStep, Math.max(0, step));
  const allowed = wanted > state.step ? predictor.limit(state.step, wanted) : wanted;
  const isStopped = allowed < wanted;
  // Stepping is about the steps: what was pinned stays, a question is dropped.
  predictor.close({ keepVerdict });
  state.step = allowed;
  show({ isJump });
  if (isStopped) {
    pause();
    predictor.ask(allowed + 1);
  }
}

function show({ isJump = false } = {}) {
  const { step, selected } = state;
  at("time").value = step + 1;
  // A run of the engine has its sentences on demand.
  if (events[step]) sentences[step] ??= live.ask({ ask: "say", event: step });
  const [, place, sentence] = /^(\[\d+\/\d+\] )?(.*)$/s.exec(sentences[step] ?? "");
  const story = (place ?? "") + told(sentence);
  at("time").setAttribute("aria-valuetext", story);
  at("story").textContent = story || say("Nothing was recorded.");
  at("player").dataset.step = step + 1;
  at("player").dataset.phase = phases.find((phase) => phase.start <= step && step <= phase.end)?.kind ?? "";
  for (const band of at("bands").children) band.classList.toggle("now", Number(band.dataset.start) <= step && step <= Number(band.dataset.end));
  at("bands").style.setProperty("--done", `${(100 * step) / Math.max(1, lastStep)}%`);
  inspector.show(step, selected);
  graph.show(step, selected);
  source.show(step, selected);
  // What asks for sizes comes last, so that the browser lays the page out once.
  inspector.paint();
  graph.follows();
  if (isJump) writeLink(true);
  else writeLinkLater();
}

/** Shows another run. A reader at the end stays at the end. */
function showRun(run) {
  const isAtEnd = state.step >= lastStep;
  lookThrough(run);
  // With a broken vjp there are other gradient nodes.
  if (!(state.selected?.node in nodes)) state.selected = undefined;
  state.step = isAtEnd ? lastStep : Math.min(state.step, lastStep);
  // A question was about the numbers before.
  if (predictor.place !== undefined) predictor.close();
  buildBands();
  show();
}

/** All parameters have changed. */
function changedAll() {
  handle.forget();
  live.run();
}

function tellLoss(loss, trouble) {
  trainer.say(trouble);
  if (trouble === undefined) trainer.follow(loss);
  breaker.follow();
}

function backToTheProgram() {
  live.reset();
  trainer.say();
  startAnew();
}

/** Shows the program's own run: the engine has its numbers again. */
function startAnew() {
  handle.forget();
  showRun(recorded);
  trainer.clear();
  breaker.clear();
}

/** Lets the reader change numbers, unless he predicts them: then curves and losses would tell him the answers. */
function offerChanges() {
  if (!live.isOpen) return;
  handle.isOn = !predictor.isOn;
  at("live").hidden = predictor.isOn;
}

/** Starts the engine, if the page carries one. Until then, and if it cannot be started, the page replays. */
async function startEngine() {
  if (!limits) return;
  try {
    if (limits.refused) throw new Error(limits.refused);
    const [program, engine] = ["program", "engine"].map((id) => at(id).textContent);
    const { loss } = await live.open(program, engine);
    trainer.start(loss !== null);
    breaker.start(loss !== null);
    offerChanges();
    show();
    document.documentElement.dataset.live = Math.round(performance.now());
  } catch (error) {
    at("live").hidden = false;
    at("live").replaceChildren(element("p", { className: "faint", textContent: say("Numbers cannot be changed on this page: {reason}", { reason: told(error.message) }) }));
    document.documentElement.dataset.live = "none";
  }
}

/** The address says where the reader is: #t=23&n=hidden, and e=1 for the edge of operand 1. The browser goes back to what was selected or jumped to,
    not through every step in between. */
function writeLink(isJump) {
  link.isWaiting = false;
  const parts = [`t=${state.step + 1}`];
  if (state.selected) parts.push(`n=${encodeURIComponent(linkName(state.selected.node))}`);
  if (state.selected?.slot !== undefined) parts.push(`e=${state.selected.slot}`);
  const hash = `#${parts.join("&")}`;
  if (location.hash === hash) return;
  try {
    history[isJump ? "pushState" : "replaceState"](null, "", hash);
    link.hash = location.hash;
  } catch {
    // Too many in a short time for this browser: the address waits for the next step.
  }
}

/** Writes the address when the step has been painted, since that takes some browsers longer than all the rest; unless it has been changed meanwhile. */
function writeLinkLater() {
  if (link.isWaiting) return;
  link.isWaiting = true;
  requestAnimationFrame(() => setTimeout(() => link.isWaiting && location.hash === link.hash && writeLink(false)));
}

function readLink() {
  Object.assign(link, { hash: location.hash, isWaiting: false });
  const parts = new URLSearchParams(location.hash.slice(1));
  const step = Number.parseInt(parts.get("t"), 10);
  if (step >= 1 && step <= events.length) state.step = step - 1;
  const node = parts.has("n") ? nodeOfLink(parts.get("n")) : undefined;
  const slot = Number.parseInt(parts.get("e"), 10);
  state.selected = node === undefined ? undefined : nodes[node].operands[slot] === undefined ? { node } : { node, slot };
}

/** The stretches of the slider, if they are not there already. */
function buildBands() {
  const shape = JSON.stringify([phases, events.length]);
  if (at("bands").dataset.shape === shape) return;
  at("bands").dataset.shape = shape;
  at("time").max = Math.max(1, events.length);
  for (const room of ["bands", "ticks"]) at(room).replaceChildren();
  for (const { kind, pass, start, end } of phases) {
    const name = pass > 1 && kind === "backward" ? say("backward {pass}", { pass }) : { forward: say("forward"), backward: say("backward"), update: say("update") }[kind];
    const band = element("span", { className: kind, title: say("{name}: steps {first} to {last}", { name, first: start + 1, last: end + 1 }) }, element("b", {}, name));
    Object.assign(band.dataset, { start, end });
    band.style.flexGrow = end - start + 1;
    at("bands").append(band);
  }
  events.forEach((event, place) => {
    if (event.event !== "accumulated" || event.terms.length < 2) return;
    const tick = element("i", { title: say("step {step}: contributions add up", { step: place + 1 }) });
    tick.style.left = `${(100 * place) / Math.max(1, lastStep)}%`;
    at("ticks").append(tick);
  });
}

function play() {
  if (state.step >= lastStep) state.step = -1;
  const tick = () => {
    goTo(state.step + 1);
    if (state.step >= lastStep) return pause();
    if (state.playing !== undefined) state.playing = setTimeout(tick, 1000 * Number(at("speed").value));
  };
  state.playing = 0;
  showPlaying();
  tick();
}

function pause() {
  clearTimeout(state.playing);
  state.playing = undefined;
  showPlaying();
}

function showPlaying() {
  at("play").classList.toggle("playing", state.playing !== undefined);
  at("play").setAttribute("aria-label", state.playing === undefined ? say("Play") : say("Pause"));
}

const move = (step, how) => {
  pause();
  goTo(step, how);
};
const jump = (step) => move(step, { isJump: true });

/** Whether the arrow keys scroll an element, or one around it, to the sides. */
function scrollsSideways(element) {
  const room = element.closest(".code, .heat");
  return room !== null && room.scrollWidth > room.clientWidth;
}

/** Steps are to the left and right, where a page does not scroll. What scrolls it (↑, ↓, Space, Home, End) is left to the browser, unless the player has
    the focus; and so is everything while text is being typed, or if the reader does not want the page to have keys. */
function onKey(event) {
  const isTyping = event.target.matches("input:not(#time), select, textarea, [contenteditable]");
  const isInPlayer = at("player").contains(event.target);
  if (isTyping || !(state.keys || isInPlayer) || event.ctrlKey || event.metaKey || event.altKey) return;
  const isButton = event.target.matches("button, [role=button]");
  const steps = { ArrowRight: () => move(state.step + 1), ArrowLeft: () => move(state.step - 1) };
  const ends = { Home: () => jump(0), End: () => jump(lastStep) };
  // On a focused button, Space presses the button.
  const plays = { " ": () => (state.playing === undefined ? play() : pause()) };
  const actions = {
    "/": () => finder.focus(),
    Escape: () => select(undefined),
    ...(scrollsSideways(event.target) ? {} : steps),
    ...(isInPlayer ? ends : {}),
    ...(isInPlayer && !isButton ? plays : {}),
  };
  if (!actions[event.key]) return;
  event.preventDefault();
  actions[event.key]();
}

function toggle(button, isOn) {
  button.setAttribute("aria-pressed", isOn);
  return isOn;
}

function setTheme(theme) {
  document.documentElement.style.colorScheme = theme;
  repaintArrays();
}

function wire() {
  const press = (id, action) => at(id).addEventListener("click", action);
  press("first", () => jump(0));
  press("back", () => move(state.step - 1));
  press("play", () => (state.playing === undefined ? play() : pause()));
  press("next", () => move(state.step + 1));
  press("last", () => jump(lastStep));
  at("time").addEventListener("input", () => move(Number(at("time").value) - 1));
  press("predict", () => {
    predictor.isOn = toggle(at("predict"), !predictor.isOn);
    pause();
    offerChanges();
    if (predictor.isOn && state.step >= lastStep) state.step = 0;
    goTo(state.step);
    if (predictor.isOn) predictor.say(say("Press ▸: before each step shows its result, you say what you expect."));
  });
  toggle(at("keys"), state.keys);
  press("keys", () => {
    state.keys = toggle(at("keys"), !state.keys);
    remember("keys", state.keys ? "on" : "off");
  });
  press("theme", () => {
    const isDark = getComputedStyle(document.body).colorScheme === "dark" || (document.documentElement.style.colorScheme === "" && matchMedia("(prefers-color-scheme: dark)").matches);
    const theme = isDark ? "light" : "dark";
    remember("theme", theme);
    setTheme(theme);
  });
  offerLanguage(at("language"));
  steer(at("canvas"), graph, scrubOf);
  press("smaller", () => graph.zoomBy(1 / 1.25));
  press("larger", () => graph.zoomBy(1.25));
  press("fit", () => graph.fit());
  press("leave", () => graph.leave());
  press("fold", () => graph.fold(new Set(figure.scopes.keys())));
  press("unfold", () => graph.fold(new Set()));
  for (const id of ["fold", "unfold"]) at(id).hidden = !graph.isFoldable;
  document.addEventListener("keydown", onKey);
  addEventListener("hashchange", () => {
    const before = state.step;
    readLink();
    const wanted = state.step;
    state.step = before;
    goTo(wanted);
  });
  addEventListener("resize", repaintArrays);
  // The inspector is placed below the player, whose height varies.
  const measurePlayer = () => document.documentElement.style.setProperty("--player", `${at("player").offsetHeight}px`);
  new ResizeObserver(measurePlayer).observe(at("player"));
  // On paper everything is light.
  for (const media of ["(prefers-color-scheme: dark)", "print"]) matchMedia(media).addEventListener("change", repaintArrays);
}

at("title").textContent = data.title || say("What the tape recorded");
buildBands();
wire();
readLink();
setTheme(remembered("theme") ?? "");
graph.build();
show();
document.documentElement.dataset.ready = Math.round(performance.now());
startEngine();
