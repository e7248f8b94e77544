// The live figures in the pages of the site, read from disk: their numbers are the chapters' own, they can be used by keyboard and on a phone, and say in words
// what is to be seen.

import assert from "node:assert/strict";
import axe from "axe-core";
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { after, before, test } from "node:test";
import { launch, open, sizes } from "./browser.js";

const SITE = resolve(process.env.GRADUS_SITE ?? "../../target/site");
const skip = !existsSync(join(SITE, "live")) && "the site is not built";
/** Each figure, with the chapter in whose text it stands. */
const FIGURES = { surface: "ch07_descent", neuron: "ch08_tape", fan_out: "ch08_tape", film: "ch10_xor_by_tape", v_curve: "ch13_gradient_check", maps: "ch22_convolution" };

let browser;
before(async () => (browser = await launch()));
after(() => browser.close());

/** Opens the page of a figure, and waits until it is there. No request and no error passes. */
async function visit(figure, use, options = {}) {
  const { page, requests, errors, close, picture } = await open(browser, join(SITE, FIGURES[figure], "index.html"), { within: SITE, ...options });
  const room = page.locator(`[data-live="${figure}"]`);
  await room.scrollIntoViewIfNeeded();
  await room.locator(".asleep").waitFor({ state: "detached" });
  await use(room, page, picture);
  assert.deepEqual([requests, errors], [[], []]);
  await close();
}

/** What a chapter prints, as it was stored and is checked by the gate. */
const printed = (figure) => readFileSync(join("../../tutorials", FIGURES[figure], "output.txt"), "utf8");
const said = (room) => room.locator(".said").innerText();
const waitForWords = (room, words) => room.locator(".said").filter({ hasText: words }).waitFor();
/** Moves a slider as a reader does, with the keyboard. */
async function slide(room, label, ...keys) {
  await room.getByRole("slider", { name: label }).focus();
  for (const key of keys) await room.page().keyboard.press(key);
}

/** Whether a whole page can be used by readers who do not see it, or not well: axe-core finds no serious violation. */
async function keepsNobodyOut(page) {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() => axe.run(document, { preload: false, iframes: false }));
  const serious = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
  assert.deepEqual(serious.map(({ id, nodes }) => `${id}: ${nodes[0].html.slice(0, 200)}\n${nodes[0].failureSummary}`), []);
}

for (const figure of Object.keys(FIGURES)) {
  for (const size of Object.keys(sizes)) {
    for (const dark of [false, true]) {
      test(`${figure} keeps nobody out and fits a ${size}, ${dark ? "dark" : "light"}`, { skip }, async () => {
        await visit(figure, async (room, page, picture) => {
          const width = await page.evaluate(() => document.documentElement.scrollWidth);
          assert.ok(width <= sizes[size].width, `it is ${width} pixels wide`);
          await keepsNobodyOut(page);
          const drawings = await room.locator("svg[role=img]").evaluateAll((all) => all.map((drawing) => drawing.getAttribute("aria-label")));
          assert.ok(drawings.every((label) => label?.length > 10), JSON.stringify(drawings));
          await picture(`live-${figure}-${size}-${dark ? "dark" : "light"}`);
        }, { size, dark });
      });
    }
  }
  for (const theme of ["rust", "coal", "ayu"]) {
    test(`${figure} keeps nobody out in the theme ${theme}`, { skip }, async () => {
      await visit(figure, (room, page) => keepsNobodyOut(page), { first: `localStorage.setItem("mdbook-theme", "${theme}")` });
    });
  }
}

for (const figure of ["neuron", "fan_out"]) {
  test(`the page of ${figure} stands in the text, and opens alone`, { skip }, async () => {
    await visit(figure, async (room, page) => {
      const frame = page.frameLocator(`[data-live="${figure}"] iframe`);
      await frame.locator("svg").first().waitFor();
      assert.ok((await room.locator("iframe").getAttribute("title")).length > 10);
      const [alone] = await Promise.all([page.context().waitForEvent("page"), room.getByRole("link").click()]);
      assert.match(alone.url(), new RegExp(`live/${figure}\\.html$`));
    });
  });
}

test("the film is the chapter's training, and can be scrubbed and played", { skip }, async () => {
  await visit("film", async (room, page) => {
    const output = printed("film");
    const [, epochs, cost] = /epoch +(\d+) +mean cost (\S+)\n  0 xor 0/.exec(output);
    await waitForWords(room, `After epoch ${epochs}, mean cost ${cost}`);
    const answers = [...output.matchAll(/(\d xor \d) = \d   the net says (\S+)/g)].map(([, row, says]) => `${row}: ${says}`);
    assert.equal(answers.length, 4);
    assert.ok((await said(room)).includes(answers.join(", ")), await said(room));
    assert.match(await said(room), /The plane separates the ones from the zeros/);
    await slide(room, "After epoch", "Home", "ArrowRight");
    const [, first] = /epoch +0 +mean cost (\S+)/.exec(output);
    assert.match(await said(room), new RegExp(`^After epoch 0, mean cost ${first}`));
    await room.getByRole("button", { name: "Play" }).click();
    await room.getByRole("button", { name: "Play" }).waitFor();
    await waitForWords(room, `After epoch ${epochs}`);
    // The film of another start ends where it does natively: the numbers beside the starts are from this machine.
    const carried = await page.evaluate(() => new Promise((resolve) => {
      window.gradusFilm = ({ epochs }) => resolve(epochs);
      const script = document.createElement("script");
      script.src = "../live/film.js";
      document.head.append(script);
    }));
    const [, slowest] = /slowest (\d+)/.exec(output);
    assert.ok((await room.innerText()).includes(`with ${slowest} epochs`));
    for (const start of [2, 17, 200]) {
      await room.getByLabel("Start, 1 to 200").fill(String(start));
      await page.keyboard.press("Enter");
      await waitForWords(room, `Start ${start} ends after epoch ${carried[start - 1]}.`);
    }
  });
});

test("a ball rests where the chapter's descent does, takes its step, and flies away", { skip }, async () => {
  await visit("surface", async (room, page) => {
    const put = async (w1, w2) => {
      await room.getByLabel("w1").fill(String(w1));
      await page.keyboard.press("Enter");
      await room.getByLabel("w2").fill(String(w2));
      await page.keyboard.press("Enter");
    };
    const release = () => room.getByRole("button", { name: "Release" }).click();
    await release();
    await waitForWords(room, "It is at rest on the saddle");
    const [, w1, w2, lowest] = /come to \((\S+), (\S+)\), where L = (\S+)/.exec(printed("surface"));
    await put(1.2, -0.9);
    await release();
    await waitForWords(room, "It is at rest.");
    const [, rests, loss] = /the ball is at (.*), where L = (\S+)/.exec(await said(room));
    assert.equal(rests, `(${w1}, ${w2})`);
    assert.ok(Math.abs(loss - lowest) < 5e-5, `${loss} and ${lowest}`);
    // One step from (0.8, -0.4) is the gradient that the chapter prints, times the largest rate.
    await put(0.8, -0.4);
    await slide(room, "Learning rate", "End");
    await room.getByRole("button", { name: "One step" }).click();
    const [, g1, g2] = /the gradient +\((\S+), (\S+)\)/.exec(printed("surface"));
    const [, x, y] = /the ball is at \((\S+), (\S+)\)/.exec(await said(room));
    const rate = 10 ** 0.3;
    assert.ok(Math.abs(0.8 - rate * g1 - x) < 0.006 && Math.abs(-0.4 - rate * g2 - y) < 0.006, await said(room));
    await slide(room, "Momentum", "End");
    await release();
    await waitForWords(room, "It diverges");
  });
});

test("the V's numbers are the chapter's, and f32 has another V", { skip }, async () => {
  await visit("v_curve", async (room) => {
    const mean = async (kind) => Number(new RegExp(`in ${kind} [^;]*ten is (\\S+?)(;|\\.$)`).exec(await said(room))[1]);
    // 1e-4 is the step of the chapter's table.
    const [, ours] = /b2, mean \|diff\| +(\S+)/.exec(printed("v_curve"));
    assert.ok(Math.abs((await mean("f64")) / ours - 1) < 0.02, `${await mean("f64")} and ${ours}`);
    await slide(room, "Step h", ...Array(8).fill("ArrowRight"));
    const coarse = await mean("f64");
    await slide(room, "Step h", ...Array(4).fill("ArrowLeft"));
    const fine = await mean("f64");
    assert.ok(coarse / fine > 95 && coarse / fine < 105, `${coarse} and ${fine}: it falls as h² does`);
    await slide(room, "Step h", ...Array(4).fill("ArrowLeft"));
    assert.ok((await mean("f32")) > 1e4 * (await mean("f64")), await said(room));
    await room.getByLabel("1e-7 in the logarithm").check();
    const [, floor] = /b2 with the 1e-7 in the loss +(\S+)/.exec(printed("v_curve"));
    assert.ok(Math.abs((await mean("f64")) / floor - 1) < 0.02, `${await mean("f64")} and ${floor}`);
  });
});

test("a feature map is the chapter's convolution, and its window can be moved", { skip }, async () => {
  await visit("maps", async (room) => {
    const [, row, column] = /its window at row (\d+), column (\d+)/.exec(printed("maps"));
    const [, sum] = /the sum of the products: (\S+),/.exec(printed("maps"));
    assert.match(await said(room), new RegExp(`A 7, edges upright, by hand: the window at row ${row}, column ${column}, times the kernel gives ${sum}\\.`));
    await slide(room, "Column", "Home");
    assert.match(await said(room), /column 0, times the kernel gives 0\./);
    await room.getByRole("combobox", { name: "Kernel" }).selectOption("kernel 1, learnt");
    assert.match(await said(room), /A 7, kernel 1, learnt: .*plus the bias/);
    const cells = await room.locator(".window td").allInnerTexts();
    const bias = Number(/plus the bias (\S+),/.exec(await said(room))[1]);
    const products = cells.map((cell) => cell.split(" · ").map(Number)).map(([pixel, weight]) => pixel * weight);
    const found = Number(/ gives (\S+)\. The map/.exec(await said(room))[1]);
    assert.equal(cells.length, 25);
    assert.ok(Math.abs(products.reduce((a, b) => a + b, bias) - found) < 0.1, `${products} and ${found}`);
    await room.locator(".pixels svg").nth(2).click({ position: { x: 3, y: 3 } });
    assert.match(await said(room), /row 0, column 0/);
  });
});
