// The module as a page meets it: `node --test web/engine.test.mjs`, with the module's path in GRADUS_ENGINE and its kind of number in GRADUS_NUMBER.
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
  assert.deepEqual(names.sort(), [...border, 'open', 'ask', 'panic'].sort());
});

const number = process.env.GRADUS_NUMBER;
const program = JSON.stringify({
  gradus_program: 1,
  number,
  params: [],
  steps: [
    { leaf: 'var', numbers: [3], shape: [], node: 0, name: 'x', file: 'x.rs', line: 1 },
    { op: 'mul', of: [0, 0], shape: [], node: 1, file: 'x.rs', line: 2 },
    { backward: 1, nodes: 4, shape: [], node: 2, file: 'x.rs', line: 2 },
  ],
});
const asked = (engine, request) => JSON.parse(engine.text('ask', JSON.stringify(request)));

test('a request that makes no sense is refused, and the engine goes on', () => {
  const engine = new Engine(module);
  engine.call('open', program);
  assert.throws(() => asked(engine, { ask: 'walk' }), (error) => error instanceof Refused && /walk/.test(error.message));
  assert.throws(() => engine.call('ask', Uint8Array.of(255)), /no UTF-8/);
  assert.equal(asked(engine, { ask: 'run' }).loss, 9);
});

test('a panic says what happened, and the engine starts anew', () => {
  const engine = new Engine(module);
  assert.throws(() => engine.call('panic', 'no such shape'), (error) => error instanceof Panicked && /no such shape/.test(error.message));
  assert.equal(JSON.parse(engine.text('open', program)).loss, 9);
});

test('a thousand calls leave no memory behind', () => {
  const engine = new Engine(module);
  const calls = (count) => {
    for (let i = 0; i < count; i++) {
      engine.call('open', program);
      asked(engine, { ask: 'train', steps: 1, optimizer: 'sgd', rate: 0.1 });
    }
  };
  calls(10);
  const before = engine.memory;
  calls(1000);
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

test('a program is opened, and runs again with other numbers', () => {
  const engine = new Engine(module);
  assert.equal(JSON.parse(engine.text('open', program)).loss, 9);
  asked(engine, { ask: 'set', node: 0, element: 0, to: 5 });
  assert.equal(asked(engine, { ask: 'run' }).loss, 25);
  assert.deepEqual(asked(engine, { ask: 'train', steps: 2, optimizer: 'sgd', rate: 0.25 }).losses, [25, 6.25]);
  asked(engine, { ask: 'reset' });
  assert.equal(asked(engine, { ask: 'run' }).loss, 9);
});

test('a program of the other kind of number is refused', () => {
  const other = number === 'f32' ? 'f64' : 'f32';
  const foreign = JSON.stringify({ ...JSON.parse(program), number: other });
  assert.throws(() => new Engine(module).call('open', foreign), (error) => error instanceof Refused && error.message.includes(other));
});

test('without a program there is nothing to ask', () => {
  const engine = new Engine(module);
  assert.throws(() => asked(engine, { ask: 'run' }), /no program is open/);
  assert.throws(() => engine.call('open', '{}'), (error) => error instanceof Refused && /gradus_program/.test(error.message));
});

test('a program that would compute for minutes is refused at once', () => {
  const step = (op, rest) => ({ op, ...rest, shape: [4096, 4096], node: 1 });
  const hostile = {
    ...JSON.parse(program),
    steps: [
      { leaf: 'var', numbers: [3], shape: [], node: 0 },
      step('broadcast_to', { with: { shape: [4096, 4096] }, of: [0] }),
      // 2^37 additions and multiplications: none, if they are counted in 32 bits.
      { ...step('matmul', { of: [1, 1] }), node: 2 },
    ],
  };
  assert.throws(() => new Engine(module).call('open', JSON.stringify(hostile)), /it takes 137472507904 additions/);
});
