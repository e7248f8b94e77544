// The module as a page meets it: `node --test web/engine.test.mjs`, with the module's path in GRADUS_ENGINE.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { Engine, Panicked, Refused } from '../src/page/script/engine.js';

const bytes = readFileSync(process.env.GRADUS_ENGINE);
const module = await WebAssembly.compile(bytes);

test('the module imports nothing', () => {
  assert.deepEqual(WebAssembly.Module.imports(module), []);
});

test('the module exports its memory, the border and the entries, and nothing else', () => {
  const names = WebAssembly.Module.exports(module).map(({ name }) => name);
  const border = ['memory', '__data_end', '__heap_base', 'LAST_PANIC', 'alloc', 'free', 'release'];
  const comparison = ['ops', 'conformance'].filter((entry) => names.includes(entry));
  assert.deepEqual(names.sort(), [...border, ...comparison, 'open', 'ask', 'train', 'panic'].sort());
});

test('an entry answers', () => {
  const engine = new Engine(module);
  const [loss] = new Float64Array(engine.call('train', 'xor 4000').buffer);
  assert.ok(loss < 0.01, `${loss}`);
});

test('a request that makes no sense is refused, and the engine goes on', () => {
  const engine = new Engine(module);
  assert.throws(() => engine.call('train', 'xor'), (error) => error instanceof Refused && /"xor" is not one of/.test(error.message));
  assert.throws(() => engine.call('train', Uint8Array.of(255)), /no UTF-8/);
  assert.equal(engine.call('train', 'xor 1').length, 8);
});

test('a panic says what happened and where, and the engine starts anew', () => {
  const engine = new Engine(module);
  assert.throws(() => engine.call('panic', 'no such shape'), (error) => error instanceof Panicked && /entries.rs.*\nno such shape/.test(error.message));
  assert.equal(engine.call('train', 'xor 1').length, 8);
});

test('a thousand calls leave no memory behind', () => {
  const engine = new Engine(module);
  engine.call('train', 'digits 1');
  const before = engine.memory;
  for (let i = 0; i < 1000; i++) engine.call('train', 'digits 1');
  assert.equal(engine.memory, before);
});

test('room of any size can be given back', () => {
  const { alloc, free } = new WebAssembly.Instance(module).exports;
  for (let length = 0; length < 3000; length++) free(alloc(length), length);
});

test('more memory than there is is refused before anything is written', () => {
  const { alloc } = new WebAssembly.Instance(module).exports;
  assert.equal(alloc(0x8000_0000), 0);
  assert.equal(alloc(0xffff_ffff), 0);
});
