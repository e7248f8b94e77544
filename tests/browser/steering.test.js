// How a reader moves about on the page: zooming, dragging, searching, keys, the browser's way back, a theme that stays, paper.

import assert from "node:assert/strict";
import { test } from "node:test";
import { data, stepOf, story, visit } from "./reader.js";

/** A place in a node's middle, in the window. */
const middleOf = (page, name) =>
  page.locator(`#canvas .node[aria-label^="${name},"] rect`).first().evaluate((box) => {
    const { left, top, width, height } = box.getBoundingClientRect();
    return [left + width / 2, top + height / 2];
  });

const widthOf = (page) => page.$eval("#canvas svg", (drawing) => drawing.getBoundingClientRect().width);
const scrolled = (page) => page.evaluate(() => ({ page: scrollY, canvas: [document.getElementById("canvas").scrollLeft, document.getElementById("canvas").scrollTop] }));
const near = (a, b, most) => assert.ok(Math.hypot(a[0] - b[0], a[1] - b[1]) <= most, `${a} is not at ${b}`);
const selected = (page) => page.locator("#inspector h2").textContent();

test("Ctrl and the wheel zoom around the pointer, the wheel alone scrolls", async () => {
  await visit("update.html", { size: "desktop" }, async (page) => {
    const before = await widthOf(page);
    await page.keyboard.down("Control");
    for (let notch = 0; notch < 4; notch++) {
      const [x, y] = await middleOf(page, "loss");
      await page.mouse.move(x, y);
      await page.mouse.wheel(0, -100);
      await page.waitForTimeout(50);
      // At the edge of the drawing nothing is left to scroll to.
      if (notch > 0) near(await middleOf(page, "loss"), [x, y], 30);
    }
    await page.keyboard.up("Control");
    assert.ok((await widthOf(page)) > 2 * before);
    const zoomed = await widthOf(page);
    const at = await scrolled(page);
    await page.mouse.wheel(-200, 0);
    await page.waitForTimeout(100);
    assert.equal(await widthOf(page), zoomed, "no zoom without Ctrl");
    assert.ok((await scrolled(page)).canvas[0] < at.canvas[0], "the graph scrolls");
    await page.mouse.wheel(0, 5000);
    await page.waitForTimeout(100);
    await page.mouse.wheel(0, 400);
    await page.waitForTimeout(300);
    assert.ok((await scrolled(page)).page > 0, "and, at its end, the page");
  });
});

test("two fingers zoom around their middle", async () => {
  await visit("update.html", { size: "phone" }, async (page) => {
    const finger = await page.context().newCDPSession(page);
    const box = await page.locator("#canvas").boundingBox();
    const [x, y] = [box.x + box.width / 2, box.y + 100];
    const touch = (type, ...points) => finger.send("Input.dispatchTouchEvent", { type, touchPoints: points.map(([x, y], id) => ({ x, y, id })) });
    const before = await widthOf(page);
    await touch("touchStart", [x - 20, y], [x + 20, y]);
    for (const spread of [25, 30, 40, 50, 60]) await touch("touchMove", [x - spread, y], [x + spread, y]);
    await touch("touchEnd");
    const ratio = (await widthOf(page)) / before;
    assert.ok(ratio > 1.8 && ratio < 3.2, `${ratio} times as wide`);
    assert.equal(await page.evaluate(() => visualViewport.scale), 1, "the page itself stays as it is");
  });
});

test("dragging moves the graph and selects nothing", async () => {
  await visit("digits.html", { size: "desktop" }, async (page) => {
    for (let press = 0; press < 5; press++) await page.click("#larger");
    await page.waitForTimeout(300);
    const [at, what] = [await scrolled(page), await selected(page)];
    const node = page.locator("#canvas .node").first();
    await node.evaluate((box) => box.scrollIntoView({ block: "center", inline: "center" }));
    const start = await scrolled(page);
    const box = await node.boundingBox();
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width / 2 - 60, box.y + box.height / 2, { steps: 4 });
    await page.mouse.up();
    assert.equal((await scrolled(page)).canvas[0], start.canvas[0] + 60, JSON.stringify(at));
    assert.equal(await selected(page), what, "the drag began on a node, but was no click");
    await node.click();
    assert.notEqual(await selected(page), what, "a click is one still");
  });
});

test("a search finds nodes by name, op and place; Enter walks from hit to hit", async () => {
  await visit("update.html", {}, async (page) => {
    const { trace } = await data(page);
    await page.keyboard.press("/");
    assert.equal(await page.evaluate(() => document.activeElement.id), "find");
    await page.keyboard.type("tanh");
    const hits = Number(/^(\d+) found$/.exec(await page.locator("#found").textContent())[1]);
    const nodes = trace.nodes.filter(({ op, name }) => /tanh/.test(op + name)).map(({ index }) => index);
    assert.equal(hits, nodes.length);
    assert.ok((await page.locator("#canvas .node.hit").count()) >= 1, "they are marked");
    await page.keyboard.press("Enter");
    assert.match(await page.locator("#found").textContent(), /^1 of/);
    const first = page.url();
    assert.equal(await page.locator("#canvas .node.selected").count(), 1);
    await page.keyboard.press("Enter");
    assert.notEqual(page.url(), first);
    await page.keyboard.press("Shift+Enter");
    assert.equal(page.url(), first);
    await page.fill("#find", "%3");
    await page.keyboard.press("Enter");
    assert.match(await page.locator("#inspector .facts").first().textContent(), /^%3 ·/);
    await page.fill("#find", "nowhere");
    assert.equal(await page.locator("#found").textContent(), "no such node");
    const step = await stepOf(page);
    await page.keyboard.press("ArrowLeft");
    assert.equal(await stepOf(page), step, "in a text the arrows are the text's");
    await page.keyboard.press("Escape");
    assert.equal(await page.inputValue("#find"), "");
    assert.equal(await page.locator("#canvas .node.hit").count(), 0);
  });
});

test("a search unfolds the scope of what it finds", async () => {
  await visit("update.html", {}, async (page) => {
    await page.click("#fold");
    await page.fill("#find", "layer1/W");
    await page.press("#find", "Enter");
    const { trace } = await data(page);
    const index = trace.nodes.findIndex(({ scope, name }) => (name.startsWith(scope) ? name : scope + name) === "layer1/W");
    assert.equal(await page.locator(`#canvas .node.param.selected[data-node="${index}"]`).count(), 1);
  });
});

test("arrow keys step from the start, and what scrolls the page still does", async () => {
  await visit("ch08/neuron.html", { hash: "#t=3" }, async (page) => {
    const { sentences } = await data(page);
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowLeft");
    assert.equal(await stepOf(page), 4);
    assert.equal(await story(page), sentences[3]);
    for (const key of ["PageDown", "End", "ArrowDown"]) {
      await page.evaluate(() => scrollTo(0, 0));
      await page.keyboard.press(key);
      await page.waitForTimeout(200);
      assert.equal(await stepOf(page), 4, `${key} is no step`);
      assert.ok((await scrolled(page)).page > 0, `${key} scrolls`);
    }
    await page.focus("#time");
    await page.keyboard.press("End");
    assert.equal(await stepOf(page), sentences.length, "in the player, End is the last step");
    await page.keyboard.press("ArrowLeft");
    assert.equal(await stepOf(page), sentences.length - 1, "one step, though slider and page both listen");
    await page.keyboard.press("Home");
    assert.equal(await stepOf(page), 1);
  });
});

test("the page's keys can be switched off, for good", async () => {
  await visit("ch08/neuron.html", { hash: "#t=3" }, async (page) => {
    await page.click("#keys");
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("/");
    assert.equal(await stepOf(page), 3);
    assert.equal(await page.evaluate(() => document.activeElement.id), "keys");
    await page.reload();
    await page.waitForSelector("html[data-ready]");
    await page.keyboard.press("ArrowRight");
    assert.equal(await stepOf(page), 3);
    assert.equal(await page.locator("#keys").getAttribute("aria-pressed"), "false");
  });
});

test("where code is wider than its room, the arrows scroll it", async () => {
  await visit("ch08/neuron.html", { size: "phone", hash: "#t=3" }, async (page) => {
    await page.focus("#source .code");
    await page.keyboard.press("ArrowRight");
    assert.equal(await stepOf(page), 3);
    await page.waitForTimeout(200);
    assert.ok((await page.$eval("#source .code", (code) => code.scrollLeft)) > 0);
  });
});

test("the browser goes back to what was selected, not through the steps between", async () => {
  await visit("ch08/neuron.html", { hash: "#t=3" }, async (page) => {
    await page.click('#canvas .node[aria-label^="w1,"]');
    for (let press = 0; press < 3; press++) await page.click("#next");
    await page.locator("#time").fill("9");
    await page.click('#canvas .node[aria-label^="h,"]');
    await page.click("#last");
    const { sentences } = await data(page);
    assert.equal(new URL(page.url()).hash, `#t=${sentences.length}&n=h`);
    const back = async (direction, step, name) => {
      await (direction < 0 ? page.goBack() : page.goForward());
      await page.waitForFunction((wanted) => document.getElementById("player").dataset.step === wanted, String(step));
      if (name) assert.equal(await selected(page), name);
    };
    await back(-1, 9, "h");
    await back(-1, 9, "w1");
    await back(-1, 3);
    assert.equal(await page.locator("#inspector button.pin").count(), 0, "nothing was selected then");
    await back(1, 9, "w1");
    await back(1, 9, "h");
    await back(1, sentences.length, "h");
  });
});

test("the theme that was chosen stays", async () => {
  for (const dark of [false, true]) {
    await visit("ch08/neuron.html", { dark }, async (page) => {
      const back = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
      const own = await back();
      await page.click("#theme");
      const chosen = await back();
      assert.notEqual(chosen, own);
      await page.reload();
      await page.waitForSelector("html[data-ready]");
      assert.equal(await back(), chosen);
    });
  }
});

test("a page that may store nothing works", async () => {
  const first = 'Object.defineProperty(window, "localStorage", { get() { throw new DOMException("no", "SecurityError"); } })';
  await visit("ch08/neuron.html", { first }, async (page) => {
    await page.click("#theme");
    await page.click("#keys");
    await page.click("#next");
  });
});

test("on paper are the graph and what the inspector shows, light and without controls", async () => {
  for (const size of ["desktop", "phone"]) {
    await visit("digits.html", { size, dark: true, hash: "#t=20&n=layer3/W" }, async (page) => {
      await page.emulateMedia({ media: "print" });
      assert.equal(await page.evaluate(() => getComputedStyle(document.body).backgroundColor), "rgb(255, 255, 255)");
      for (const shown of ["#canvas svg", "#inspector h2", "#story", "#title"]) assert.ok(await page.locator(shown).first().isVisible(), shown);
      for (const control of ["#time", "#play", "#theme", "#find", "#larger", "#source", "#inspector .pin"]) {
        assert.ok(!(await page.locator(control).first().isVisible()), control);
      }
      const hidden = await page.$eval("#canvas", (room) => room.scrollWidth - room.clientWidth);
      assert.ok(hidden <= 1, `${hidden} pixels of the graph are cut off`);
      const corner = await page.$eval("#inspector canvas", (map) => [...map.getContext("2d").getImageData(1, 1, 1, 1).data]);
      const light = corner.slice(0, 3).reduce((sum, part) => sum + part, 0);
      assert.ok(light > 300, `heat maps are painted anew: ${corner}`);
    });
  }
});
