// The site in Chinese, as `.ci/site` makes it: a chapter runs in its page, live figures tell what they show, and nothing of either is left in English.

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { after, before, test } from "node:test";
import { launch, open, sizes } from "./browser.js";
import { englishIn } from "./chinese.js";

const SITE = resolve(process.env.GRADUS_SITE ?? "../../target/site");
const skip = !existsSync(join(SITE, "course.js")) && "the site is not built";
const FOLDER = "zh_CN";

let browser;
before(async () => (browser = await launch()));
after(() => browser.close());

/** Opens a page of the Chinese book; what is made on the page itself is its own. */
async function visit(file, use, options = {}) {
  const { page, requests, errors, close, picture } = await open(browser, join(SITE, FOLDER, file), { within: SITE, ...options });
  await use(page, picture);
  assert.deepEqual([requests.filter((url) => !url.startsWith("blob:")), errors], [[], []]);
  await close();
}

/** No English in a part of a page; what a chapter prints is the chapter's own. */
async function isChinese(page, part, when, names = []) {
  await page.locator(`${part} .output`).evaluateAll((found) => found.forEach((output) => output.setAttribute("translate", "no")));
  assert.deepEqual(await englishIn(page.locator(part).first(), names), [], when);
}

const status = (page) => page.locator(".run [role=status]").innerText();
const finished = (page, text) => page.waitForFunction((text) => document.querySelector(".run [role=status]").textContent.includes(text), text, { timeout: 120_000 });

for (const size of Object.keys(sizes)) {
  test(`a chapter runs in its Chinese page on a ${size}`, { skip }, async () => {
    await visit("ch10_xor_by_tape/index.html", async (page, picture) => {
      assert.equal(await page.getAttribute("html", "lang"), "zh-CN");
      await isChinese(page, ".run", "before it runs", ["svg", "help"]);
      await page.click(".run button");
      await finished(page, "运行完毕");
      await isChinese(page, ".run", "when it has run", ["svg", "help", "out"]);
      const width = await page.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(width <= sizes[size].width, `it is ${width} pixels wide`);
      await page.locator(".run").scrollIntoViewIfNeeded();
      await picture(`chinese-site-${size}`);
    }, { size });
  });
}

test("flags that are refused, a run that is stopped and digits are told in Chinese", { skip }, async () => {
  await visit("ch15_mnist_nielsen/index.html", async (page) => {
    await page.fill('[name="flags"]', "--no-such-flag");
    await page.click(".run button");
    await finished(page, "运行失败");
    await page.fill('[name="flags"]', "");
    await page.click(".run button");
    await page.waitForFunction(() => document.querySelector(".run progress").value > 0, null, { timeout: 120_000 });
    await page.click(".run button");
    assert.equal(await status(page), "已停止。");
  });
});

for (const [file, name, names] of [
  ["ch07_descent", "surface", []],
  ["ch10_xor_by_tape", "film", []],
  ["ch13_gradient_check", "v_curve", ["Infinity"]],
  ["ch22_convolution", "maps", []],
]) {
  test(`the live figure ${name} is Chinese`, { skip }, async () => {
    await visit(`${file}/index.html`, async (page, picture) => {
      const figure = `[data-live="${name}"]`;
      await page.locator(figure).scrollIntoViewIfNeeded();
      await page.waitForFunction((figure) => document.querySelector(`${figure} .said`)?.textContent, figure, { timeout: 60_000 });
      await isChinese(page, figure, "as it opens", names);
      for (const button of await page.locator(`${figure} button`).all()) {
        await button.click();
        await page.waitForTimeout(400);
        await isChinese(page, figure, "while it moves", names);
      }
      await page.locator(figure).screenshot();
      await picture(`chinese-live-${name}`);
    });
  });
}

test("the pages in frames, the playground and one digit open in Chinese from the Chinese book", { skip }, async () => {
  await visit("ch08_tape/index.html", async (page) => {
    await page.locator('[data-live="neuron"]').scrollIntoViewIfNeeded();
    const inside = page.frameLocator('[data-live="neuron"] iframe');
    await inside.locator("html[data-ready]").waitFor();
    assert.equal(await inside.locator("#predict").innerText(), "先猜");
  });
  for (const name of ["playground", "digit"]) {
    await visit("introduction.html", async (page) => {
      await page.click(`main a[href*="${name}.html"]`);
      await page.waitForFunction(() => document.documentElement.lang === "zh-CN" && /^(?!正在)./.test(document.getElementById("message")?.textContent ?? ""));
    });
  }
});
