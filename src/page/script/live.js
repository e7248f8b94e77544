// The engine in the page: unpacked from the page itself, opened with the learner's program, and asked for what the reader changes. The page computes
// nothing: every number comes from a run of that program.

/** The bytes of the module: base64 of gzip. */
async function unpack(text) {
  const packed = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).arrayBuffer();
}

class Live {
  /** `show` shows a run, `told` is told its loss or what went wrong, `restarted` that the engine has the program's own numbers again. */
  constructor({ show, told, restarted }) {
    Object.assign(this, { show, told, restarted, wanted: new Map(), isWaiting: false, isOpen: false });
  }

  /** Loads the engine, and runs the program once. Returns that run. */
  async open(program, engine) {
    this.program = program;
    this.engine = await Engine.load(await unpack(engine));
    const run = JSON.parse(this.engine.text("open", program));
    this.isOpen = true;
    return run;
  }

  /** Asks the engine. After a panic it has started anew. */
  ask(request) {
    try {
      return JSON.parse(this.engine.text("ask", JSON.stringify(request)));
    } catch (error) {
      if (error instanceof Panicked) {
        this.engine.text("open", this.program);
        setTimeout(this.restarted);
      }
      throw error;
    }
  }

  /** Gives a number of a leaf another value, in the next frame. Of several values for the same number the latest counts. */
  change(node, place, to) {
    this.wanted.set(`${node}:${place}`, { ask: "set", node, element: place, to });
    if (this.isWaiting) return;
    this.isWaiting = true;
    requestAnimationFrame(() => this.frame());
  }

  frame() {
    this.isWaiting = false;
    const wanted = [...this.wanted.values()];
    this.wanted.clear();
    try {
      wanted.forEach((request) => this.ask(request));
      this.run();
    } catch (error) {
      this.told(undefined, told(error.message));
    }
  }

  /** Runs the program with the numbers that its leaves have now. */
  run() {
    const run = this.ask({ ask: "run" });
    this.show(run);
    this.told(run.loss === null ? NaN : read(run.loss));
  }

  /** Back to the numbers that the program came with. */
  reset() {
    this.wanted.clear();
    this.ask({ ask: "reset" });
  }
}
