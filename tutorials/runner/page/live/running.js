// A live figure's program, and the engine that runs it. The one idea to know: a figure sets leaves and reads results by their names,
// so that every number on the page comes from the engine.

/** The compiled engine for a kind of number: all figures of a page share it. */
const modules = new Map();

async function unpacked(base64) {
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return WebAssembly.compile(await new Response(stream).arrayBuffer());
}

function moduleOf(kind) {
  if (!modules.has(kind)) modules.set(kind, carried(`live/${kind}.js`, `gradusEngine_${kind}`).then(([base64]) => unpacked(base64)));
  return modules.get(kind);
}

class Running {
  #engine;
  #places = new Map();
  #values;
  /** The leaves that read parameters, in the order in which the program recorded them. */
  params = [];

  /** Starts a separate engine with the program, and runs it once. */
  static async open(program) {
    return new Running(new Engine(await moduleOf(program.number)), program);
  }

  constructor(engine, program) {
    this.#engine = engine;
    for (const { name, node, names, param } of program.steps) {
      if (name) this.#places.set(name, node);
      for (const [place, name] of names ?? []) this.#places.set(name, node + place);
      if (param !== undefined && !this.params[param]) this.params[param] = node;
    }
    this.#values = JSON.parse(engine.text("open", JSON.stringify(program))).values;
  }

  /** Asks as a live page does: see `Live::ask`. */
  ask(request) {
    return JSON.parse(this.#engine.text("ask", JSON.stringify(request)));
  }

  place(name) {
    return typeof name === "number" ? name : this.#places.get(name);
  }

  /** Gives a leaf other numbers, for the next run. */
  set(name, ...numbers) {
    const node = this.place(name);
    numbers.forEach((to, element) => this.ask({ ask: "set", node, element, to }));
  }

  run() {
    this.#values = this.ask({ ask: "run" }).values;
  }

  /** The numbers of an array after the last run, row by row. */
  array(name) {
    return this.#values[this.place(name)].elements.map(read);
  }

  number(name) {
    return this.array(name)[0];
  }
}
