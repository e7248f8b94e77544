// The engine in a page or in Node: `const engine = await Engine.load(bytes); engine.call('train', 'xor 1000')`. It is the JavaScript side of
// web/border/src/lib.rs: numbers of 32 bits are all that a call can pass, so bytes are passed as their place in the module's memory and their count.

/** A request that the engine refused, with the reason. */
export class Refused extends Error {}

/** A panic inside the engine, with its message; the engine has started anew, and forgotten what it held. */
export class Panicked extends Error {}

export class Engine {
  #module;
  #wasm;

  /** From the bytes of the module. */
  static async load(bytes) {
    return new Engine(await WebAssembly.compile(bytes));
  }

  constructor(module) {
    this.#module = module;
    this.#start();
  }

  /** Calls an entry with bytes or a text, and returns the bytes of its answer. */
  call(entry, request = '') {
    const bytes = typeof request === 'string' ? new TextEncoder().encode(request) : request;
    try {
      return this.#reply(entry, bytes);
    } catch (error) {
      if (!(error instanceof WebAssembly.RuntimeError)) throw error;
      // After a trap, nothing may be called, but memory can be read.
      const [data, length] = this.#words(this.#wasm.LAST_PANIC.value, 2);
      const message = length === 0 ? `the engine stopped: ${error.message}` : this.#text(data, length);
      this.#start();
      throw new Panicked(message, { cause: error });
    }
  }

  /** The same, where the answer is a text. */
  text(entry, request) {
    return new TextDecoder().decode(this.call(entry, request));
  }

  /** How much memory the engine holds, in bytes. It never gives any back. */
  get memory() {
    return this.#wasm.memory.buffer.byteLength;
  }

  #start() {
    this.#wasm = new WebAssembly.Instance(this.#module).exports;
  }

  #reply(entry, request) {
    const wasm = this.#wasm;
    const place = wasm.alloc(request.length) >>> 0;
    if (place === 0) throw new RangeError(`the engine has no memory for a request of ${request.length} bytes`);
    new Uint8Array(wasm.memory.buffer).set(request, place);
    const handle = wasm[entry](place, request.length) >>> 0;
    wasm.free(place, request.length);
    const [data, length, isRefused] = this.#words(handle, 3);
    // A copy: the next call may move the memory.
    const answer = new Uint8Array(wasm.memory.buffer, data, length).slice();
    wasm.release(handle);
    if (isRefused) throw new Refused(new TextDecoder().decode(answer));
    return answer;
  }

  #words(place, count) {
    return new Uint32Array(this.#wasm.memory.buffer, place, count);
  }

  #text(place, length) {
    return new TextDecoder().decode(new Uint8Array(this.#wasm.memory.buffer, place, length));
  }
}
