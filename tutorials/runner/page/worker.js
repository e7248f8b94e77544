// Runs chapters in a worker, below `wasi.js`. A message says which chapter to run, with which arguments; messages back carry what it prints and writes, while it runs.

let program;
const digits = [];

const unpacked = (base64) => Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
const unzipped = (bytes) => new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).arrayBuffer();

/** `module` comes with the first message, `digits` after they were asked for, both in base64. */
onmessage = async ({ data: { module, digits: packed, args, language, lines, columns } }) => {
  try {
    if (module) program = await WebAssembly.compile(await unzipped(unpacked(module)));
    for (const [path, base64] of Object.entries(packed ?? {})) digits.push([path, unpacked(base64)]);
    const files = new Files(digits.length > 0 ? [] : ["data/mnist"]);
    for (const [path, bytes] of digits) files.add(path, bytes);
    const decoders = { 1: new TextDecoder(), 2: new TextDecoder() };
    const started = performance.now();
    const status = runProgram(program, {
      args: ["gradus", ...args],
      // The program draws a progress bar only on a terminal with a name, and speaks the language of the page, so far as it can.
      env: { TERM: "xterm", COLUMNS: String(columns), GRADUS_LANG: language.split("-")[0] },
      files,
      lines,
      say: (stream, bytes) => postMessage({ stream, text: decoders[stream].decode(bytes, { stream: true }) }),
      wrote: (path, bytes) => postMessage({ path, bytes }, [bytes.buffer]),
    });
    postMessage({ status, seconds: (performance.now() - started) / 1000 });
  } catch (error) {
    postMessage(error instanceof Needed ? { needs: error.folder } : { failed: String(error) });
  }
};
