// What happened, and what is known of it at each step. A step shows a number only after the event that computed it: going back forgets.

const data = JSON.parse(document.getElementById("data").textContent);
/** What the engine of the page cannot run; null if the page was made without an engine. */
const limits = JSON.parse(document.getElementById("limits")?.textContent ?? "null");
const { trace, formulas, figure } = data;
const { nodes } = trace;
/** The events of the run that is shown, and a sentence for each. A live page runs the program again. */
let events, sentences, lastStep;

/** The name with the scope that it was given in. */
const fullName = (node) => (node.name === "" || node.name.startsWith(node.scope) ? node.name : node.scope + node.name);

/** Its name, or its place. */
const short = (index) => fullName(nodes[index]) || `%${index}`;

/** What a node is called: its name, its number, the derivative that it is, or its place. */
function call(index) {
  const node = nodes[index];
  const name = fullName(node);
  if (name) return name;
  if (node.op === "const") return node.value?.elements ? number(read(node.value.elements[0])) : "const";
  const held = node.pass > 0 && node.holds[0];
  if (held) return `∂${short(held.of)}/∂${short(held.by)}`;
  return `%${index}`;
}

/** The kind of an event: "forward", "backward" or "update"; with the pass. */
function phaseOf(event) {
  if (event.event === "forward") return { kind: "forward", pass: 0 };
  return { kind: event.event === "update" ? "update" : "backward", pass: event.pass };
}

/** The stretches of events of one kind. */
let phases;
/** For each node, the event that computed it. */
let computedAt;
/** The gradient of a node in a pass, by "pass:node": the node that holds it, the event that completed it, and the contributing events. */
let gradients;
/** Where a gradient flowed along an edge, by "pass:node:slot". */
let contributions;
/** For each node, the events that changed the parameter it reads. */
let updates;

/** The run that the learner's program made. */
const recorded = { changed: { nodes: [...nodes], reach: data.reach, formulas: {} }, values: nodes.map(({ value }) => value), faults: nodes.map(({ fault }) => fault), events: trace.events, sentences: data.sentences };

/** Takes a run: the value and the fault of each node, and the events, of the program's own run with their sentences; and the nodes, if they are not those
    of the program, since a vjp is broken. */
function lookThrough(run) {
  ({ events, sentences = [] } = run);
  const { nodes: these, reach, formulas: more } = run.changed ?? recorded.changed;
  nodes.length = these.length;
  these.forEach((node, place) => (nodes[place] = node));
  data.reach = reach;
  Object.assign(formulas, more);
  lastStep = events.length - 1;
  [phases, computedAt, gradients, contributions, updates] = [[], new Array(nodes.length), new Map(), new Map(), new Map()];
  for (const node of nodes) {
    node.value = run.values[node.index] ?? null;
    // How it wants to be seen, only the program's own run says.
    if (node.value) node.value.shown ??= recorded.values[node.index]?.shown;
    node.fault = run.faults[node.index] ?? undefined;
  }
  events.forEach(look);
  // What a vjp recorded is known as soon as the gradient that it works on.
  for (const node of nodes) {
    computedAt[node.index] ??= gradients.get(`${node.pass}:${node.origin}`)?.whole ?? Infinity;
  }
}

function gradientOf(pass, node) {
  const key = `${pass}:${node}`;
  if (!gradients.has(key)) gradients.set(key, { holder: undefined, whole: Infinity, terms: [] });
  return gradients.get(key);
}

function look(event, place) {
  const phase = phaseOf(event);
  const last = phases.at(-1);
  if (last?.kind === phase.kind && last.pass === phase.pass) last.end = place;
  else phases.push({ ...phase, start: place, end: place });
  switch (event.event) {
    case "forward":
      computedAt[event.node] = place;
      break;
    case "contribution":
      gradientOf(event.pass, event.to).terms.push(place);
      contributions.set(`${event.pass}:${event.from}:${event.slot}`, place);
      break;
    case "seed":
    case "accumulated":
      Object.assign(gradientOf(event.pass, event.node), { holder: event.gradient, whole: place });
      break;
    case "update":
      updates.set(event.node, [...(updates.get(event.node) ?? []), place]);
  }
}

lookThrough(recorded);

/** The backward pass that a step belongs to, or that was the last before it; 0 if none has begun. */
const passAt = (step) => phases.findLast((phase) => phase.start <= step && phase.pass > 0)?.pass ?? 0;

const isComputed = (node, step) => computedAt[node] <= step;

/** What is known of a gradient: nothing if the pass computes none, else how many contributions arrived, and the node that holds it, once
    it is whole. */
function gradientAt(pass, node, step) {
  const found = gradients.get(`${pass}:${node}`);
  if (!found) return undefined;
  const arrived = found.terms.filter((term) => term <= step);
  return { ...found, arrived, isWhole: found.whole <= step };
}

/** The array that later nodes were computed from: of a parameter the one before an update. */
const usedValue = (node, step) => (isComputed(node, step) ? nodes[node].value : undefined);

/** The array that a node holds at a step; for a parameter, the latest. */
function valueAt(node, step) {
  if (!isComputed(node, step)) return undefined;
  const update = updates.get(node)?.findLast((place) => place <= step);
  return update === undefined ? nodes[node].value : events[update].after;
}

/** The contribution that flowed along an edge in a pass, with its place. */
function contribution(pass, from, slot) {
  const place = contributions.get(`${pass}:${from}:${slot}`);
  return place === undefined ? undefined : { place, ...events[place] };
}

/** The subject of a step: a node, or the edge along which a gradient flows, given by the node that used the operand and the slot. */
function subjectOf(step) {
  const event = events[step];
  if (!event) return undefined;
  return event.event === "contribution" ? { node: event.from, slot: event.slot } : { node: event.node };
}

/** A node's name in a link; its place if the name is not unique. */
function linkName(index) {
  const name = fullName(nodes[index]);
  const isTelling = name && !/^\d+$/.test(name) && nodes.filter((node) => fullName(node) === name).length === 1;
  return isTelling ? name : String(index);
}

function nodeOfLink(text) {
  const named = nodes.find((node) => fullName(node) === text && !/^\d+$/.test(text));
  const index = named?.index ?? (/^\d+$/.test(text) ? Number(text) : NaN);
  return nodes[index] ? index : undefined;
}

/** The names of operands that get no gradient, so that no formula names them. */
const SILENT_OPERANDS = {
  softmax_cross_entropy: ["x", "labels"],
  "softmax_cross_entropy'": ["x", "labels"],
  gather_rows: ["x", "rows"],
  scatter_add_rows: ["x", "rows"],
  gather: ["x", "index"],
  scatter_add: ["x", "index"],
  equals: ["a", "b"],
  exceeds: ["a", "b"],
  "relu'": ["y"],
  "leaky_relu'": ["x"],
  sign: ["x"],
};

/** The name of an operand in its op's formula. Usually its gradient's name has it: "dx", "dA". */
function slotName(node, slot) {
  const told = /^d ?(\p{L}+)/u.exec(node.flows[slot] ?? "")?.[1];
  const isOneOfMany = told?.endsWith("ᵢ") && node.operands.length > 1 && new Set(node.flows).size === 1;
  if (isOneOfMany) return `x${[..."₁₂₃₄₅₆₇₈₉"][slot] ?? `[${slot + 1}]`}`;
  return told ?? SILENT_OPERANDS[node.op]?.[slot] ?? (node.operands.length === 1 ? "x" : say("operand {place}", { place: slot + 1 }));
}

/** The letter of an op's result in its formula. */
const resultName = (node) => /^([A-Za-z])\b/.exec(node.formula)?.[1] ?? "y";

/** The letter of the gradient that arrives: g, or h where an operand is called g. */
const arrivingName = (node) => {
  if (/matmul/.test(node.op)) return "G";
  return node.operands.some((_, slot) => slotName(node, slot) === "g") ? "h" : "g";
};
