// What a reader does on the web page of a tape, and what he sees there.

import assert from "node:assert/strict";
import { after, before } from "node:test";
import { launch, open } from "./browser.js";

let browser;
before(async () => (browser = await launch()));
after(() => browser.close());

/** Opens a page, and says afterwards that nothing left and nothing failed. */
export async function visit(file, options, look) {
  const opened = await open(browser, file, options);
  try {
    await opened.page.waitForSelector("html[data-ready]", { timeout: 10_000 });
    await look(opened.page, opened);
    assert.deepEqual(opened.requests, [], `${file} asks for something else`);
    assert.deepEqual(opened.errors, [], `${file} fails`);
  } finally {
    await opened.close();
  }
}

export const stepOf = (page) => page.locator("#player").getAttribute("data-step").then(Number);
export const story = (page) => page.locator("#story").textContent();
export const data = (page) => page.evaluate(() => JSON.parse(document.getElementById("data").textContent));

/** Goes to a step, selects a node or an edge. */
export const visitPlace = (page, hash) => page.evaluate((to) => (location.hash = to), hash);

/** What the inspector shows of an array: its numbers. */
export const numbersOf = (page, role) => page.$eval(`#inspector .array[data-role="${role}"]`, (found) => found.arrayView.cells);

/** The single number that an array of the inspector shows, read as text. */
export const shownNumber = (page, role) => page.$eval(`#inspector .array[data-role="${role}"]`, (found) => Number(found.textContent));

/** Clicks the middle of an edge's line. */
export async function clickEdge(page, selector) {
  const line = page.locator(`#canvas ${selector} .line`).first();
  const [x, y] = await line.evaluate((path) => {
    path.scrollIntoView({ block: "nearest", inline: "nearest" });
    const { x, y } = path.getPointAtLength(path.getTotalLength() / 2).matrixTransform(path.getScreenCTM());
    return [x, y];
  });
  await page.mouse.click(x, y);
}
