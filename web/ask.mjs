// Lets another program ask the engine: `node ask.mjs MODULE`. Each line of input is a request, `ENTRY REQUEST`, or `time ENTRY REQUEST`. An answer is
// its length, a word of 32 bits, and its bytes; that to `time` is the milliseconds of the call, a 64-bit float.
import { readFileSync, writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { Engine } from '../src/page/script/engine.js';

const engine = await Engine.load(readFileSync(process.argv[2]));

function answer(line) {
  const [entry, ...request] = line.split(' ');
  if (entry !== 'time') return engine.call(entry, request.join(' '));
  const [timed, ...rest] = request;
  const start = performance.now();
  engine.call(timed, rest.join(' '));
  return new Uint8Array(Float64Array.of(performance.now() - start).buffer);
}

function write(bytes) {
  for (let done = 0; done < bytes.length; ) done += writeSync(1, bytes, done);
}

for await (const line of createInterface({ input: process.stdin })) {
  const bytes = answer(line);
  write(new Uint8Array(Uint32Array.of(bytes.length).buffer));
  write(bytes);
}
