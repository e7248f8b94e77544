// The book as it is bound by `.ci/book`, read from disk on a wide screen and on a phone.

import assert from "node:assert/strict";
import axe from "axe-core";
import { existsSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { after, before, test } from "node:test";
import { launch, open, sizes } from "./browser.js";

const BOOK = resolve(process.env.GRADUS_BOOK ?? "../../target/book/html");
const isBound = existsSync(join(BOOK, "index.html"));
/** The front page, the glossary, and three chapters with formulas, code and figures. */
const wanted = [/^index\.html$/, /^glossary\.html$/, /ch07/, /ch08/, /ch15/];
const files = isBound ? readdirSync(BOOK, { recursive: true }).filter((file) => file.endsWith(".html")) : [];

let browser;
before(async () => (browser = await launch()));
after(() => browser.close());

const looks = [
  { size: "desktop", dark: true },
  { size: "phone", dark: false },
];
for (const pattern of wanted) {
  for (const { size, dark } of looks) {
    test(`the book's page ${pattern.source} on a ${size}, ${dark ? "dark" : "light"}`, { skip: !isBound && "the book is not bound" }, async () => {
      const file = files.find((name) => pattern.test(name));
      assert.ok(file, `no page matches ${pattern}`);
      const { page, requests, errors, close } = await open(browser, join(BOOK, file), { size, dark, within: BOOK });
      await page.waitForLoadState("load");
      assert.ok((await page.locator("main h1").count()) >= 1, "it has a heading");
      const broken = await page.$$eval("img", (images) => images.filter((image) => image.complete && image.naturalWidth === 0).map((image) => image.src));
      assert.deepEqual(broken, [], "every figure is there");
      const width = await page.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(width <= sizes[size].width, `it is ${width} pixels wide`);
      assert.deepEqual(requests, [], "nothing is asked of the network");
      assert.deepEqual(errors, []);
      await page.evaluate(axe.source);
      const { violations } = await page.evaluate(() => axe.run(document, { preload: false }));
      const serious = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
      assert.deepEqual(serious.map(({ id, nodes }) => `${id}: ${nodes[0].html.slice(0, 200)}\n${nodes[0].failureSummary}`), []);
      await close();
    });
  }
}
