// The playground and the page of one digit in Chinese: nothing is left in English but names, code and numbers, and a link brings everything back.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, open, sizes } from "./browser.js";
import { englishIn } from "./chinese.js";

let browser;
before(async () => (browser = await launch()));
after(() => browser.close());

/** Opens a page as a reader with a Chinese browser, and lets no request and no error pass. */
async function visit(file, use, options = {}) {
  const { page, requests, errors, close, picture } = await open(browser, file, { language: "zh-CN", ...options });
  await page.waitForFunction(() => /^(?!正在解开)./.test(document.getElementById("message").textContent));
  await use(page, picture);
  assert.deepEqual([requests, errors], [[], []]);
  await close();
}

const isChinese = async (page, when) => assert.deepEqual(await englishIn(page.locator("html")), [], when);
const taken = (page, count) => page.waitForFunction((count) => document.getElementById("step-count").textContent === String(count), count);

test("every preset says in Chinese what is to be seen, and training is told in Chinese", async () => {
  await visit("playground.html", async (page, picture) => {
    assert.equal(await page.getAttribute("html", "lang"), "zh-CN");
    assert.match(await page.title(), /\p{Script=Han}/u);
    for (const preset of await page.$$eval("#preset option", (options) => options.map(({ value }) => value).filter(Boolean))) {
      await page.selectOption("#preset", preset);
      assert.match(await page.locator("#message").innerText(), /\p{Script=Han}/u, preset);
      await isChinese(page, preset);
      await page.click("#step");
      await taken(page, 1);
      await isChinese(page, `${preset}, one step`);
    }
    await page.selectOption("#preset", "Circles");
    await page.click("#gradients");
    await page.locator(".unit").nth(8).hover();
    await isChinese(page, "a unit");
    await page.locator("path.hit").first().dispatchEvent("pointerenter");
    assert.match(await page.locator("#wire-hint").innerText(), /\p{Script=Han}/u);
    await isChinese(page, "a wire");
    await page.click("#numbers summary");
    await isChinese(page, "the table");
    await page.click("#play");
    await page.waitForFunction(() => Number(document.getElementById("step-count").textContent) > 50);
    await isChinese(page, "playing");
    await page.click("#play");
    await isChinese(page, "paused");
    await picture("chinese-playground", { fullPage: true });
    await page.click("#as-rust");
    await isChinese(page, "the program");
  });
});

test("points are drawn, units fall asleep and links are refused in Chinese", async () => {
  await visit("playground.html", async (page) => {
    await page.check('[name="data"][value="drawn"]', { force: true });
    await isChinese(page, "nothing drawn yet");
    await page.focus("#dots");
    await page.keyboard.press("Enter");
    await isChinese(page, "a point");
    await page.evaluate(() => (location.hash = "data=xor&layers=8,8&activation=relu&optimizer=sgd&rate=3&steps=300"));
    await taken(page, 300);
    assert.match(await page.locator("#asleep").innerText(), /睡着/);
    await isChinese(page, "units that are asleep");
    // What a link may hold is said by its own names.
    await page.evaluate(() => (location.hash = "rate=99"));
    await page.waitForFunction(() => /必须是/.test(document.getElementById("message").textContent));
    assert.match(await page.locator("#message").innerText(), /^rate 是 "99"；它必须是从 0\.000001 到 10 的数$/);
  });
});

test("a link brings back the settings and every number, in either language", async () => {
  const hash = "#data=moons&points=120&layers=5,3&activation=relu&rate=0.03&seed=11&steps=7";
  const seen = [];
  for (const language of ["zh-CN", "en-US"]) {
    await visit("playground.html", async (page) => {
      await taken(page, 7);
      seen.push(await page.locator("#training-loss").innerText());
      assert.equal(await page.inputValue('[name="seed"]'), "11");
    }, { hash, language });
  }
  assert.equal(seen[0], seen[1]);
});

test("the step that is walked through is told in Chinese", async () => {
  await visit("playground.html", async (page, picture) => {
    await taken(page, 20);
    await page.click("#walk");
    const stepper = page.frameLocator("#stepper iframe");
    await stepper.locator("html[data-ready]").waitFor();
    assert.match(await stepper.locator("#title").innerText(), /^第 21 步，8 个点$/);
    assert.match(await stepper.locator("#story").innerText(), /\p{Script=Han}/u);
    assert.ok(await stepper.locator("#language").isHidden(), "in a frame there is no address to ask for a language");
    await picture("chinese-walk");
  }, { hash: "#data=circles&layers=4&batch=8&steps=20" });
});

for (const size of Object.keys(sizes)) {
  test(`one digit is read in Chinese on a ${size}`, async () => {
    await visit("digit.html", async (page, picture) => {
      await isChinese(page, "nothing drawn");
      await page.selectOption("#example", "3");
      await page.waitForFunction(() => /读成 3/.test(document.getElementById("message").textContent));
      await isChinese(page, "a digit");
      const width = await page.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(width <= sizes[size].width, `it is ${width} pixels wide`);
      await picture(`chinese-digit-${size}`, { fullPage: true });
    }, { size });
  });
}

test("an English reader sees no Chinese but the switch", async () => {
  for (const file of ["playground.html", "digit.html"]) {
    await visit(file, async (page) => assert.equal((await page.locator("body").innerText()).match(/\p{Script=Han}+/gu).join(), "中文"), { language: "en-US" });
  }
});
