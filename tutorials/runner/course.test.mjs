// The course as a page runs it, below the page's own operating system: `node --test tutorials/runner/course.test.mjs`, as `.ci/site` calls it, with the
// module's path in GRADUS_COURSE, that of the native program in GRADUS_NATIVE, and that of `weave`, which compares what both print, in GRADUS_WEAVE.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const here = (path) => new URL(path, import.meta.url);
const { runProgram, Files, Needed } = new Function(`${readFileSync(here('page/wasi.js'), 'utf8')}; return { runProgram, Files, Needed };`)();
const course = await WebAssembly.compile(readFileSync(process.env.GRADUS_COURSE));
const folder = mkdtempSync(join(tmpdir(), 'gradus-course-'));

/** What a chapter prints, its exit status, and the files that it writes. */
function run(args, { lines, digits = true } = {}) {
  const files = new Files(digits ? [] : ['data/mnist']);
  if (digits) {
    const from = here('../../data/mnist/');
    for (const name of readdirSync(from)) files.add(`data/mnist/${name}`, readFileSync(new URL(name, from)));
  }
  const said = { 1: '', 2: '' };
  const written = new Map();
  const decoder = new TextDecoder();
  const status = runProgram(course, {
    args: ['gradus', ...args],
    files,
    lines,
    say: (stream, bytes) => (said[stream] += decoder.decode(bytes)),
    wrote: (path, bytes) => written.set(path, bytes),
  });
  return { status, printed: said[1].replace(/\x1b\[[\d;]*m/g, ''), notes: said[2], written };
}

/** Chapters that take less than a minute here, and those that train for minutes, which are tried with one seed where GRADUS_CHAPTERS is "long". It can also
    name chapters: "ch01 ch18". */
const short = 'ch01 ch02 ch03 ch04 ch05 ch06 ch07 ch08 ch09 ch10 ch11 ch12 ch14 ch24 ch25 ch26 ch27 ch28 ch29 ch30'.split(' ');
const long = 'ch13 ch15 ch16 ch17 ch18 ch19 ch20 ch21 ch22 ch23'.split(' ');
const asked = process.env.GRADUS_CHAPTERS ?? 'short';
const chapters = { short, long }[asked] ?? asked.split(' ');

for (const chapter of chapters) {
  const isLong = long.includes(chapter);
  for (const seed of isLong ? ['7'] : ['7', '3']) {
    test(`the verdict of ${chapter} at seed ${seed} is the native one`, () => {
      const args = [chapter, '--quiet', '--seed', seed];
      const native = spawnSync(process.env.GRADUS_NATIVE, args, { cwd: new URL('../..', import.meta.url), encoding: 'utf8' });
      const started = performance.now();
      const ours = run(args);
      console.log(`${chapter}, seed ${seed}: ${((performance.now() - started) / 1000).toFixed(1)} s`);
      assert.equal(ours.status, native.status, ours.notes);
      isLong ? alikeAfterTraining(native.stdout, ours.printed) : alike(native.stdout, ours.printed);
    });
  }
}

/** Holds the verdicts of a long training against each other. A processor has a fused multiply-add, WebAssembly has none, and what that changes in the last
    bit, thousands of steps carry into the third digit. So words and exact numbers are equal, and every other number lies in the band printed behind it. */
function alikeAfterTraining(native, page) {
  const banded = /(\S+) \((at least|at most)? ?([-+.\de]+)(?: to ([-+.\de]+))?\)/g;
  const withoutTrained = (text) => text.replace(banded, (_, number, ...band) => `# (${band.slice(0, 3).join(' ')})`);
  assert.equal(withoutTrained(page), withoutTrained(native));
  for (const text of [native, page]) {
    for (const [told, number, bound, first, last] of text.matchAll(banded)) {
      const [low, high] = [bound === 'at most' ? -Infinity : Number(first), bound === 'at least' ? Infinity : Number(last ?? first)];
      assert.ok(low <= Number(number) && Number(number) <= high, told);
    }
  }
  const numbers = (text) => [...text.matchAll(banded)].map(([, number]) => number).join('  ');
  console.log(`native  ${numbers(native)}\npage    ${numbers(page)}`);
}

/** Holds two outputs against each other, as the book's blocks are: words equal, numbers nearly. */
function alike(a, b) {
  const paths = ['native.txt', 'page.txt'].map((name) => join(folder, name));
  [a, b].forEach((text, i) => writeFileSync(paths[i], text));
  try {
    execFileSync(process.env.GRADUS_WEAVE, ['--alike', ...paths], { stdio: 'pipe' });
  } catch (error) {
    assert.fail(`${error.stderr}\nnative: ${a}\npage:   ${b}`);
  }
}

test('a chapter prints its story, and its figures are there under their final names', () => {
  const { status, printed, written } = run(['ch10', '--svg', '--out', 'out/mine']);
  assert.equal(status, 0);
  assert.match(printed, /The hidden plane\n/);
  assert.ok(written.has('out/mine/boundary.svg') && written.has('out/mine/tape.svg'), [...written.keys()].join());
  assert.ok([...written.keys()].every((path) => !path.endsWith('.new')), 'none is on its way');
  assert.match(new TextDecoder().decode(written.get('out/mine/boundary.svg')), /^<svg[^]*<\/svg>\s*$/);
});

test('a guess that was typed ahead is asked for, and told beside what came out', () => {
  const { printed } = run(['ch10'], { lines: ['about 190'] });
  assert.match(printed, /Your guess .*: about 190\n/);
  assert.match(printed, /you guessed {2}about 190\n/);
  assert.doesNotMatch(run(['ch10']).printed, /you guessed/);
});

test('a chapter that reads digits says that it needs them before they are there', () => {
  assert.throws(() => run(['ch11', '--quiet'], { digits: false }), (error) => error instanceof Needed && error.folder === 'data/mnist');
});

test('a mistake in the flags is told as in a terminal', () => {
  const { status, notes } = run(['ch10', '--sed', '3']);
  assert.equal(status, 2);
  assert.match(notes, /error: unexpected argument '--sed'[^]*--seed/);
  assert.match(run(['ch99']).notes, /expected the short name of a chapter, such as ch10, found "ch99"/);
});
