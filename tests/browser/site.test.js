// The site as `.ci/site` makes it, read from disk: a chapter runs in its page, its output and its figures appear there, and it can be stopped.

import assert from "node:assert/strict";
import axe from "axe-core";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { after, before, test } from "node:test";
import { launch, open, sizes } from "./browser.js";

const SITE = resolve(process.env.GRADUS_SITE ?? "../../target/site");
const skip = !existsSync(join(SITE, "course.js")) && "the site is not built";

let browser;
before(async () => (browser = await launch()));
after(() => browser.close());

/** Opens a page of the site, and lets no request and no error pass. What is made on the page itself is its own. */
async function visit(file, use, options = {}) {
  const { page, requests, errors, close, picture } = await open(browser, join(SITE, file), { within: SITE, ...options });
  await use(page, picture);
  assert.deepEqual([requests.filter((url) => !url.startsWith("blob:")), errors], [[], []]);
  await close();
}

const status = (page) => page.locator(".run [role=status]");
const finished = (page, text = "Finished in") => page.waitForFunction((text) => document.querySelector(".run [role=status]").textContent.includes(text), text, { timeout: 120_000 });

/** Whether the panel can be used by readers who do not see it: axe-core finds no serious violation. */
async function keepsNobodyOut(page) {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() => axe.run(document.querySelector(".run"), { preload: false }));
  const serious = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
  assert.deepEqual(serious.map(({ id, nodes }) => `${id}: ${nodes[0].html.slice(0, 200)}\n${nodes[0].failureSummary}`), []);
}

for (const size of Object.keys(sizes)) {
  for (const dark of [false, true]) {
    test(`chapter 10 runs in its page on a ${size}, ${dark ? "dark" : "light"}`, { skip }, async () => {
      await visit("ch10_xor_by_tape/index.html", async (page, picture) => {
        await page.fill('[name="guess"]', "about 190");
        await page.click(".run button");
        await finished(page);
        const output = await page.locator(".run .output").innerText();
        for (const part of ["The hidden plane", "you guessed  about 190", "10_xor_by_tape: ok"]) assert.ok(output.includes(part), `${part} in\n${output}`);
        assert.ok(!output.includes("\u001b"), "no control sequence is left");
        const figures = await page.$$eval(".run .output img", (images) => images.map((image) => [image.alt, image.naturalWidth > 100]));
        assert.ok(figures.length >= 2 && figures.every(([, isDrawn]) => isDrawn), JSON.stringify(figures));
        const width = await page.evaluate(() => document.documentElement.scrollWidth);
        assert.ok(width <= sizes[size].width, `it is ${width} pixels wide`);
        await keepsNobodyOut(page);
        await page.locator(".run").scrollIntoViewIfNeeded();
        await picture(`site-ch10-${size}-${dark ? "dark" : "light"}`, { fullPage: true });
      }, { size, dark });
    });
  }
}

test("seed and flags are the program's own, and the keyboard is enough", { skip }, async () => {
  await visit("ch01_first_graph/index.html", async (page) => {
    await page.focus('[name="seed"]');
    await page.keyboard.press("Control+A");
    await page.keyboard.type("3");
    await page.check('[name="quiet"]');
    await page.focus('[name="seed"]');
    await page.keyboard.press("Enter");
    await finished(page);
    const output = await page.locator(".run .output").innerText();
    assert.match(output.trim(), /^01_first_graph: ok/);
    assert.ok(!output.includes("The run"), output);
    await page.uncheck('[name="quiet"]');
    await page.fill('[name="flags"]', "--sed 4");
    await page.click(".run button");
    await finished(page, "The run failed");
    assert.match(await page.locator(".run .output").innerText(), /unexpected argument '--sed'/);
  });
});

test("digits come when a chapter asks for them, progress is shown, and a run can be stopped", { skip }, async () => {
  await visit("ch15_mnist_nielsen/index.html", async (page, picture) => {
    await page.click(".run button");
    await page.waitForFunction(() => document.querySelector(".run progress").value > 0, null, { timeout: 120_000 });
    assert.match(await page.locator(".run .left").innerText(), /\d+ of \d+/);
    await picture("site-ch15-running");
    await page.click(".run button");
    assert.equal(await status(page).innerText(), "Stopped.");
    assert.equal(await page.locator(".run button").innerText(), "Run");
    // It starts anew with a fresh worker.
    await page.fill('[name="flags"]', "--help");
    await page.click(".run button");
    await finished(page);
    assert.match(await page.locator(".run .output").innerText(), /--seed <N>/);
  });
});

test("the first page says where to begin, and its pages are there", { skip }, async () => {
  await visit("index.html", async (page, picture) => {
    await picture("site-index");
    await page.click("main >> text=chapter 1");
    await page.locator(".run button").waitFor();
    assert.match(page.url(), /ch01_first_graph/);
  });
});
