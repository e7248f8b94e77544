// Arrays that are pictures are seen as pictures, probabilities as bars.

import assert from "node:assert/strict";
import { test } from "node:test";
import { data, visit, visitPlace } from "./reader.js";

/** The colour of a pixel of a picture: its tile, row and column. */
const shadeOf = (page, role, tile, row, column) =>
  page.$eval(
    `#inspector .array[data-role="${role}"]`,
    (found, [tile, row, column]) => {
      const { arrayView: view } = found;
      const { height, width } = view.tiles;
      const [left, top] = view.placeOf((tile * height + row) * width + column);
      const scale = view.placed.side * devicePixelRatio;
      const at = [left, top].map((place) => Math.floor((place + 0.5) * scale));
      return [...view.canvas.getContext("2d").getImageData(...at, 1, 1).data.slice(0, 3)];
    },
    [tile, row, column],
  );

const brightness = (rgb) => rgb.reduce((sum, part) => sum + part, 0);

for (const [size, dark] of [["desktop", false], ["desktop", true], ["phone", false], ["phone", true]]) {
  test(`digits are grey pictures, on a ${size} that is ${dark ? "dark" : "light"}`, async () => {
    await visit("digits.html", { size, dark, hash: "#n=images" }, async (page) => {
      const { count, numbers } = await page.$eval('#inspector .array[data-role="value"]', (found) => ({ count: found.arrayView.tiles.count, numbers: [...found.arrayView.numbers] }));
      assert.equal(count, 10);
      const ink = numbers.findIndex((x) => x > 0.99);
      const place = [Math.floor(ink / 784), Math.floor((ink % 784) / 28), ink % 28];
      const [inked, corner] = [await shadeOf(page, "value", ...place), await shadeOf(page, "value", 0, 0, 0)];
      const difference = brightness(inked) - brightness(corner);
      assert.ok(dark ? difference > 400 : difference < -400, `ink ${inked}, paper ${corner}`);
      const [canvas, room] = await page.$eval("#inspector .heat", (heat) => [heat.scrollWidth, heat.clientWidth]);
      assert.ok(canvas <= room + 1, "all of them are in sight");
    });
  });
}

test("the weights of each neuron are a picture, and so is their gradient", async () => {
  await visit("digits.html", {}, async (page) => {
    const { trace } = await data(page);
    await visitPlace(page, `#t=${trace.events.length}&n=layer1%2FW`);
    for (const role of ["value", "gradient1"]) {
      const { count, numbers, least, greatest } = await page.$eval(`#inspector .array[data-role="${role}"]`, (found) => {
        const { tiles, numbers, digest } = found.arrayView;
        return { count: tiles.count, numbers: [...numbers], least: digest.least, greatest: digest.greatest };
      });
      assert.equal(count, 100);
      const step = Math.max(-least, greatest) / 127;
      assert.ok(Math.abs(Math.min(...numbers) - least) <= step && Math.abs(Math.max(...numbers) - greatest) <= step, role);
    }
    const canvas = page.locator('#inspector .array[data-role="gradient1"] canvas');
    await canvas.scrollIntoViewIfNeeded();
    const box = await canvas.boundingBox();
    await page.mouse.move(box.x + 20, box.y + 20);
    assert.match(await page.locator('#inspector .array[data-role="gradient1"] .readout').textContent(), /^\[\d+, 0\] ≈ -?[\d.e-]+$/);
  });
});

test("a click on a feature lights up the pixels under its filter", async () => {
  await visit("convolution.html", {}, async (page) => {
    const { trace } = await data(page);
    const features = trace.nodes.find(({ op }) => op === "conv2d");
    await visitPlace(page, `#t=${trace.events.length}&n=${features.index}`);
    const canvas = page.locator('#inspector .array[data-role="value"] canvas');
    const [left, top, side] = await page.$eval('#inspector .array[data-role="value"]', ({ arrayView: view }) => [...view.placeOf(24 * 3 + 4), view.placed.side]);
    await canvas.click({ position: { x: (left + 0.5) * side, y: (top + 0.5) * side } });
    const lit = await page.$eval('#inspector .array[data-role="operand0"]', (found) => found.dataset.lit.split(" ").map(Number));
    const window = [3, 4, 5, 6, 7].flatMap((row) => [4, 5, 6, 7, 8].map((column) => row * 28 + column));
    assert.deepEqual(lit, window);
    assert.equal(await page.$eval('#inspector .array[data-role="operand1"]', (found) => found.dataset.lit.split(" ").length), 25, "the first filter");
  });
});

test("the keyboard walks over the pixels of a picture", async () => {
  await visit("convolution.html", { hash: "#n=filters" }, async (page) => {
    await page.focus('#inspector .array[data-role="value"] canvas');
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowRight");
    assert.match(await page.locator('#inspector .array[data-role="value"] .readout').textContent(), /^\[0, 0, 1, 1\] = /);
  });
});

test("probabilities are bars", async () => {
  await visit("convolution.html", { hash: "#n=probabilities" }, async (page) => {
    const chart = page.locator('#inspector .array[data-role="value"] canvas');
    assert.equal(await chart.getAttribute("aria-roledescription"), "bar chart");
    const box = await chart.boundingBox();
    await page.mouse.move(box.x + box.width * 0.55, box.y + box.height * 0.9);
    const { trace } = await data(page);
    const share = trace.nodes.find(({ name }) => name === "probabilities").value.elements[15];
    const told = await page.locator('#inspector .array[data-role="value"] .readout').textContent();
    assert.match(told, /^\[1, 5\] = /);
    assert.ok(Math.abs(Number(told.split(" = ")[1]) - share) < 1e-5);
  });
});

test("pictures of pictures, to be looked at", async () => {
  for (const [hash, name] of [["#n=pooled", "pooled"], ["#n=filters", "filters"], ["#n=probabilities", "probabilities"]]) {
    for (const [size, dark] of [["desktop", false], ["desktop", true], ["phone", false]]) {
      await visit("convolution.html", { size, dark, hash }, async (page, { picture }) => picture(`convolution-${name}-${size}${dark ? "-dark" : ""}`));
    }
  }
});

/** What an array is seen as, and what is said of one of its cells. */
const seen = (page, role, cell) =>
  page.$eval(`#inspector .array[data-role="${role}"]`, ({ arrayView: view }, cell) => ({ as: view.constructor.name, told: view.tell(cell), tiles: view.tiles && [view.tiles.count, view.tiles.height, view.tiles.width] }), cell);

test("what a program says of its arrays counts: pictures, bars, words, and their gradients likewise", async () => {
  await visit("hints.html", {}, async (page) => {
    const { trace } = await data(page);
    const look = async (name, role, cell) => {
      await visitPlace(page, `#t=${trace.events.length}&n=${name}`);
      await page.waitForFunction((name) => document.querySelector("#inspector h2").textContent === name, name);
      return seen(page, role, cell);
    };
    const { tiles } = await look("letters", "value", 0);
    assert.deepEqual(tiles, [3, 7, 5]);
    for (const role of ["value", "gradient1"]) assert.deepEqual((await look("weights", role, 0)).tiles, [4, 7, 5], role);
    assert.equal((await look("scores", "value", 0)).as, "BarView");
    const attention = await look("attention", "value", 5);
    assert.equal(attention.as, "TokenView");
    assert.match(attention.told, /^cat → sat: \[1, 2\] = /);
    assert.equal(await page.locator('#inspector .array[data-role="value"] .beside').textContent(), "thecatsat");
    assert.match((await look("queries", "value", 9)).told, /^sat: /);
    const stripes = await look("stripes", "value", 10);
    assert.deepEqual(stripes.tiles, [6, 1, 9]);
    assert.match(stripes.told, /^image 0, map 1: /);
  });
});

for (const [size, dark] of [["desktop", false], ["desktop", true], ["phone", false], ["phone", true]]) {
  for (const name of ["letters", "weights", "scores", "attention", "queries"]) {
    test(`a picture of ${name} as the program wants, on a ${size} that is ${dark ? "dark" : "light"}`, async () => {
      await visit("hints.html", { size, dark, hash: `#t=99&n=${name}` }, async (page, { picture }) => picture(`hints-${name}-${size}${dark ? "-dark" : ""}`, { fullPage: size === "phone" }));
    });
  }
}
