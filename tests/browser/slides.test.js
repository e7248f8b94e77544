// The slides as `.ci/book` makes them: every slide of every chapter, in each language, at the size of a projector.

import assert from "node:assert/strict";
import axe from "axe-core";
import { existsSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { after, before, test } from "node:test";
import { launch, open, sizes } from "./browser.js";

const SLIDES = resolve(process.env.GRADUS_SLIDES ?? "../../target/book/slides");
const areMade = existsSync(join(SLIDES, "index.html"));
const skip = !areMade && "the slides are not made";
const languages = areMade ? ["", ...readdirSync(SLIDES, { withFileTypes: true }).filter((entry) => entry.isDirectory()).map(({ name }) => name)] : [];
const decks = languages.flatMap((language) => readdirSync(join(SLIDES, language)).filter((file) => /^ch\d+\.html$/.test(file)).map((file) => join(language, file)));
sizes.projector = { width: 1280, height: 720 };

let browser;
before(async () => (browser = await launch()));
after(() => browser.close());

const openDeck = (file, options) => open(browser, join(SLIDES, file), { size: "projector", ...options });

/** What is wrong with the slide that is shown: letters too small, something that leaves its room, two things in the same place. */
function faults() {
  const SMALLEST = 28;
  const slide = document.querySelector("section.current");
  const found = [];
  const inside = slide.getBoundingClientRect();
  const style = getComputedStyle(slide);
  const room = { left: inside.left + parseFloat(style.paddingLeft), right: inside.right - parseFloat(style.paddingRight), bottom: inside.bottom - parseFloat(style.paddingBottom) };
  const say = (element, what) => found.push(`${element.tagName.toLowerCase()} ${what}: ${element.textContent.slice(0, 60)}`);
  const pieces = [...slide.children].map((element) => ({ element, box: element.getBoundingClientRect() }));
  pieces.forEach(({ element, box }, place) => {
    if (box.width < 1 || box.height < 1) say(element, "is not to be seen");
    if (box.right > room.right + 1 || box.left < room.left - 1) say(element, `is ${Math.round(box.width)} pixels wide`);
    if (box.bottom > room.bottom + 1) say(element, `ends ${Math.round(box.bottom - room.bottom)} pixels below its room`);
    // A formula's ink may leave its box by a little.
    if (!element.querySelector("math") && element.tagName !== "math" && (element.scrollWidth > element.clientWidth + 1 || element.scrollHeight > element.clientHeight + 2)) say(element, "scrolls");
    if (place > 0 && box.top < pieces[place - 1].box.bottom - 1) say(element, "lies on what is above it");
  });
  for (const image of slide.querySelectorAll("img")) {
    if (!image.complete || image.naturalWidth === 0) say(image, "is not loaded");
    if (image.getBoundingClientRect().height < 200) say(image, "is less than 200 pixels high");
  }
  const walker = document.createTreeWalker(slide, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    // The letters of a formula follow the formula: an index is smaller.
    const size = parseFloat(getComputedStyle(element.closest("math") ?? element).fontSize);
    if (walker.currentNode.data.trim() && size < SMALLEST - 0.01) say(element, `has letters of ${size} pixels`);
  }
  if (document.documentElement.scrollWidth > innerWidth || document.documentElement.scrollHeight > innerHeight) found.push("the page scrolls");
  return found;
}

for (const file of decks) {
  test(`no slide of ${file} overflows, overlaps or is too small to read`, async () => {
    const { page, requests, errors, close } = await openDeck(file);
    const count = await page.locator("main > section").count();
    const found = [];
    for (let number = 1; number <= count; number += 1) {
      assert.equal(await page.evaluate(() => location.hash), `#${number}`);
      await page.waitForFunction(() => [...document.querySelectorAll(".current img")].every((image) => image.complete));
      for (const fault of await page.evaluate(faults)) found.push(`slide ${number}: ${fault}`);
      await page.keyboard.press("ArrowRight");
    }
    assert.deepEqual(found, []);
    assert.deepEqual(requests, [], "nothing is asked of the network");
    assert.deepEqual(errors, []);
    await close();
  });
}

test("keys, buttons and swipes lead through a deck", { skip }, async () => {
  const { page, errors, close } = await openDeck("ch05.html");
  const shown = () => page.locator("section.current").getAttribute("id").then(Number);
  const last = await page.locator("main > section").count();
  const steps = [["ArrowRight", 2], [" ", 3], ["PageDown", 4], ["ArrowLeft", 3], ["End", last], ["ArrowRight", last], ["Home", 1], ["ArrowLeft", 1]];
  for (const [key, expected] of steps) {
    await page.keyboard.press(key);
    assert.equal(await shown(), expected, `after ${key}`);
  }
  await page.locator("#next").click();
  assert.equal(await shown(), 2);
  assert.equal(await page.locator("section:visible").count(), 1);
  await page.keyboard.press("ArrowRight");
  const section = (await page.locator("section.current h2").textContent()) ?? "";
  await page.keyboard.press("n");
  assert.ok((await page.locator("#speaker").textContent()).includes("A net has thousands of numbers"), `the notes of ${section}`);
  await page.keyboard.press("n");
  assert.ok(await page.locator("#speaker").isHidden());
  await page.keyboard.press("?");
  assert.ok(await page.locator("#keys").isVisible());
  await page.keyboard.press("Escape");
  await page.keyboard.press("o");
  assert.equal(await page.locator("main > section:visible").count(), last);
  await page.locator("main > section").nth(4).click();
  assert.equal(await shown(), 5);
  assert.equal(await page.locator("main > section:visible").count(), 1);
  const swipe = (from, to) =>
    page.evaluate(
      ([from, to]) => {
        const touch = (x) => new Touch({ identifier: 1, target: document.body, clientX: x, clientY: 300 });
        document.body.dispatchEvent(new TouchEvent("touchstart", { touches: [touch(from)], bubbles: true }));
        document.body.dispatchEvent(new TouchEvent("touchend", { changedTouches: [touch(to)], bubbles: true }));
      },
      [from, to],
    );
  await swipe(800, 300);
  assert.equal(await shown(), 6);
  await swipe(300, 800);
  assert.equal(await shown(), 5);
  assert.deepEqual(errors, []);
  await close();
});

test("a printed deck has a page for each slide", { skip }, async () => {
  const { page, close } = await openDeck("ch08.html");
  const pdf = (await page.pdf({ preferCSSPageSize: true, printBackground: true })).toString("latin1");
  const pages = pdf.match(/\/Type\s*\/Page\b/g).length;
  assert.equal(pages, await page.locator("main > section").count());
  await close();
});

for (const dark of [false, true]) {
  test(`slides can be read by everybody, ${dark ? "dark" : "light"}`, { skip }, async () => {
    const { page, close } = await openDeck("ch05.html", { dark });
    await page.keyboard.press("o");
    await page.evaluate(axe.source);
    const { violations } = await page.evaluate(() => axe.run(document, { preload: false }));
    const serious = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
    assert.deepEqual(serious.map(({ id, nodes }) => `${id}: ${nodes[0].html.slice(0, 200)}\n${nodes[0].failureSummary}`), []);
    assert.equal(await page.locator("h1").count(), 1);
    assert.equal(await page.locator("main > section:not(:has(h1, h2))").count(), 0, "each slide has a heading");
    await close();
  });
}

test("on a phone nothing is wider than the screen", { skip }, async () => {
  const { page, close } = await openDeck("ch05.html", { size: "phone" });
  await page.keyboard.press("o");
  assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= sizes.phone.width);
  await close();
});
