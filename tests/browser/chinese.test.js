// The page of a tape in Chinese, as a reader with a Chinese browser meets it: nothing is left in English but names, code and numbers, in all of its states.

import assert from "node:assert/strict";
import { test } from "node:test";
import { englishIn } from "./chinese.js";
import { data, story, visit, visitPlace } from "./reader.js";

const chinese = { language: "zh-CN" };

/** The words of the program that a page shows: names, ops, formulas and files. */
async function namesIn(page) {
  const { title, trace, formulas, figure, sources } = await data(page);
  const texts = trace.nodes.flatMap(({ name, scope, op, attributes, file, formula, slopes, flows, value }) => [
    ...[name, scope, op, attributes, file, formula, ...slopes, ...flows],
    ...(value?.shown?.tokens?.words ?? []),
  ]);
  const words = (text) => text.match(/[A-Za-z][A-Za-z_'’]+/g) ?? [];
  return [title, ...texts, ...Object.keys(formulas), ...Object.keys(sources), ...figure.scopes.map(({ name }) => name)].flatMap(words);
}

/** No English is left on a page as it is now. */
async function isChinese(page, names, when) {
  assert.deepEqual(await englishIn(page.locator("body"), names), [], when);
}

for (const file of ["ch08/neuron.html", "ch15/tape.html", "update.html", "digits.html", "no_numbers.html", "second_pass.html", "hints.html", "every_op.html"]) {
  test(`${file} tells every step in Chinese`, async () => {
    await visit(file, chinese, async (page) => {
      assert.equal(await page.getAttribute("html", "lang"), "zh-CN");
      const names = await namesIn(page);
      const { sentences } = await data(page);
      const every = Math.max(1, Math.floor(sentences.length / 40));
      for (let step = 1; step <= sentences.length; step += every) {
        await page.locator("#time").fill(String(step));
        await isChinese(page, names, `step ${step}: ${sentences[step - 1]}`);
        assert.match(await story(page), /\p{Script=Han}/u, sentences[step - 1]);
      }
    });
  });
}

test("nodes, edges, questions, folding and search are Chinese", async () => {
  await visit("ch15/tape.html", chinese, async (page, { picture }) => {
    const names = await namesIn(page);
    const { trace } = await data(page);
    for (const { index, operands } of trace.nodes.filter(({ index }) => index % 7 === 0)) {
      await visitPlace(page, `#t=9999&n=${index}`);
      await isChinese(page, names, `node ${index}`);
      if (operands.length === 0) continue;
      await visitPlace(page, `#t=9999&n=${index}&e=0`);
      await isChinese(page, names, `an edge to node ${index}`);
    }
    await page.fill("#find", "matmul");
    await page.press("#find", "Enter");
    await page.click("#fold");
    await isChinese(page, names, "folded, with a search");
    await page.click("#predict");
    await page.click("#first");
    for (let question = 0; question < 12; question++) {
      await page.click("#next");
      await isChinese(page, names, "a question");
      if (question === 3) await picture("chinese-question");
      if (await page.isVisible("#choices")) await page.locator("#choices button").first().click();
      else if (await page.isVisible("#guess")) {
        await page.fill("#guess", question % 2 ? "1" : "?");
        await page.click("#check");
        await isChinese(page, names, "a verdict");
        if (await page.isVisible("#reveal")) await page.click("#reveal");
      }
      await isChinese(page, names, "a verdict");
    }
  });
});

test("a number is changed, steps are taken and a vjp is broken in Chinese", async () => {
  await visit("live/neuron.html", { ...chinese, hash: "#t=99&n=w1" }, async (page, { picture }) => {
    await page.waitForSelector("html[data-live]");
    // A vjp with the wrong sign records another op.
    const names = [...(await namesIn(page)), "neg"];
    await page.check("#bend");
    await page.click(".hand button");
    await isChinese(page, names, "a handle, nudged");
    await page.fill("#number", "0.3");
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
    assert.match(await story(page), /\p{Script=Han}/u, "a sentence of the engine");
    await page.click("#take-one");
    await isChinese(page, names, "one step");
    await page.click("#take-many");
    await page.waitForSelector('#live[data-running="false"]');
    await isChinese(page, names, "a hundred steps");
    await page.click("#check-gradients");
    await isChinese(page, names, "gradients that are right");
    for (const mistake of ["sign", "swapped", "sum"]) {
      await page.selectOption("#break-how", mistake);
      await page.click("#break");
      await isChinese(page, names, `a vjp with a mistake: ${mistake}`);
      if (mistake === "sign") await picture("chinese-broken", { fullPage: true });
      if (await page.isVisible("#mend")) await page.click("#mend");
    }
    await page.fill("#rate", "-1");
    await page.click("#take-one");
    await isChinese(page, names, "a step that is refused");
  });
});

test("the address asks for a language, and the switch leads to the other one with the step and the node", async () => {
  await visit("ch08/neuron.html", { ...chinese, hash: "#t=5&n=w1" }, async (page) => {
    const open = (button) => Promise.all([page.waitForEvent("load"), page.click(button)]);
    await open("#language");
    assert.equal(new URL(page.url()).search, "?lang=en");
    assert.match(await story(page), /^\[5\/\d+\] (forward|backward|[^ ]+ is) /);
    assert.match(await page.locator("#inspector h2").textContent(), /w1/);
    assert.equal(await page.locator("#predict").textContent(), "Predict");
    await open("#language");
    assert.equal(await page.locator("#predict").textContent(), "先猜");
  });
});

test("an English reader sees no Chinese but the switch", async () => {
  await visit("ch08/neuron.html", {}, async (page) => {
    assert.equal(await page.getAttribute("html", "lang"), "en");
    assert.equal((await page.locator("body").innerText()).match(/\p{Script=Han}+/gu).join(), "中文");
  });
});

for (const size of ["desktop", "phone"]) {
  test(`in Chinese nothing is wider than a ${size}`, async () => {
    await visit("digits.html", { ...chinese, size, hash: "#t=30" }, async (page, { picture }) => {
      const [wide, room] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
      assert.ok(wide <= room, `it is ${wide} pixels wide`);
      await picture(`chinese-digits-${size}`, { fullPage: size === "phone" });
    });
  });
}
