// Numbers put into formulas, and the questions that a head can answer.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { PAGES } from "./browser.js";
import { clickEdge, data, stepOf, visit, visitPlace } from "./reader.js";

const line = (page, role) => page.locator(`#inspector p.worked[data-role="${role}"]`).textContent();

for (const [size, dark] of [["desktop", false], ["phone", true]]) {
  test(`on a ${size}, the formula of a single number is shown with the numbers put in, forward and back`, async () => {
    await visit("ch08/neuron.html", { size, dark }, async (page) => {
      const { trace } = await data(page);
      const w1 = trace.nodes.find(({ name }) => name === "w1").index;
      const product = trace.nodes.find(({ op, operands }) => op === "mul" && operands.includes(w1)).index;
      await visitPlace(page, `#t=${trace.events.length}&n=${product}`);
      assert.equal(await line(page, "value"), "w1 x = 0.8 · 1.5 = 1.2");
      assert.match(await page.locator("#inspector .slope .worked").first().textContent(), /^dw1 = g x = 0\.3249 · 1\.5 = 0\.4874$/);
      await visitPlace(page, `#t=${trace.events.length}&n=h`);
      assert.equal(await line(page, "value"), "σ(z) = σ(1) = 0.7311");
      await visitPlace(page, `#t=${trace.events.length}&n=h&e=0`);
      assert.match(await line(page, "sent"), /^dz = g h \(1 - h\) = 1\.653 · 0\.7311 · \(1 - 0\.7311\) = 0\.3249$/);
      await visitPlace(page, `#t=1&n=h`);
      assert.equal(await page.locator("#inspector p.worked").count(), 0, "nothing before it is computed");
    });
  });
}

test("the page and the library write the same lines, forward and back", async () => {
  await visit("single_numbers.html", {}, async (page) => {
    const [values, flows] = JSON.parse(readFileSync(join(PAGES, "single_numbers.json"), "utf8"));
    const { trace } = await data(page);
    const shown = async (role) => (await page.locator(`#inspector p.worked[data-role="${role}"]`).count()) ? (await line(page, role)) || null : null;
    for (const { index, pass } of trace.nodes) {
      if (pass > 0) continue;
      await visitPlace(page, `#t=${trace.events.length}&n=${index}`);
      assert.equal(await shown("value"), values[index], `node ${index}`);
    }
    for (const [place, event] of trace.events.entries()) {
      if (event.event !== "contribution") continue;
      await visitPlace(page, `#t=${place + 1}&n=${event.from}&e=${event.slot}`);
      assert.equal(await shown("sent"), flows[place], `step ${place + 1}`);
    }
    assert.ok(values.filter(Boolean).length > 20 && flows.filter(Boolean).length > 20, "most formulas are written out");
  });
});

test("a click on a cell puts its numbers into the formula", async () => {
  await visit("update.html", {}, async (page) => {
    const { trace } = await data(page);
    const product = trace.nodes.find((node) => node.op === "matmul" && node.pass === 0);
    await visitPlace(page, `#t=${trace.events.length}&n=${product.index}`);
    assert.ok(!(await page.locator('#inspector p.worked[data-role="value"]').isVisible()), "until one is picked");
    const cell = page.locator('#inspector .array[data-role="value"] button').nth(4);
    await cell.click();
    const [w, z] = [trace.nodes[product.operands[1]].value.elements, product.value.elements];
    const brief = (x) => String(Number(x.toPrecision(4)));
    const bracketed = (x) => (x < 0 ? `(${brief(x)})` : brief(x));
    assert.equal(await line(page, "value"), `at [1, 1]: 0 · ${bracketed(w[1])} + 1 · ${bracketed(w[4])} = ${brief(z[4])}`);
    await cell.click();
    assert.ok(!(await page.locator('#inspector p.worked[data-role="value"]').isVisible()), "and again once it is not");
  });
});

test("a sum of more than six terms is not written out", async () => {
  await visit("digits.html", {}, async (page) => {
    const { trace } = await data(page);
    const product = trace.nodes.find((node) => node.op === "matmul" && node.shape.join() === "10,10");
    await visitPlace(page, `#t=${trace.events.length}&n=${product.index}`);
    const box = await page.locator('#inspector .array[data-role="value"] canvas').boundingBox();
    await page.mouse.click(box.x + 5, box.y + 5);
    assert.ok(!(await page.locator('#inspector p.worked[data-role="value"]').isVisible()));
  });
});

/** Goes on until a question is asked. */
async function toQuestion(page) {
  for (let press = 0; press < 12 && !(await page.locator("#question").isVisible()); press++) await page.click("#next");
  return page.locator("#ask").textContent();
}

for (const [size, dark] of [["desktop", true], ["phone", false]]) {
  test(`on a ${size}, predict mode asks for numbers that a head can compute, and outlines what they are computed from`, async () => {
    await visit("ch08/neuron.html", { size, dark, hash: "#t=1" }, async (page) => {
      const { trace } = await data(page);
      await page.click("#predict");
      const asked = await toQuestion(page);
      const node = trace.events[await stepOf(page)].node;
      assert.match(asked, /^What is .* = mul\(/);
      for (const operand of trace.nodes[node].operands) assert.equal(await page.locator(`#canvas .node.source[data-node="${operand}"]`).count(), 1);
      await page.fill("#guess", "1.2");
      await page.press("#guess", "Enter");
      assert.match(await page.locator("#verdict").textContent(), /^Right: it is w1 x = 0\.8 · 1\.5 = 1\.2\./);
      assert.equal(await page.locator("#canvas .node.source").count(), 0);
      // Of a function it asks only what becomes larger.
      for (let question = 0; question < 9; question++) {
        if (/sigmoid/.test(await toQuestion(page))) break;
        await page.click("#reveal");
      }
      assert.match(await page.locator("#ask").textContent(), /^Is h = sigmoid\(z\) larger than z, 1\?$/);
      assert.ok(!(await page.locator("#guess").isVisible()));
      await page.locator("#choices button", { hasText: "smaller" }).click();
      assert.match(await page.locator("#verdict").textContent(), /^Right: it is smaller: σ\(z\) = σ\(1\) = 0\.7311\. 2 of 2 right/);
    });
  });
}

test("predict mode asks for the shape of a large result, and for the direction of an update", async () => {
  await visit("digits.html", { hash: "#t=1" }, async (page) => {
    const { trace } = await data(page);
    await page.click("#predict");
    assert.match(await toQuestion(page), /^What is the shape of %\d+ = matmul\(images, layer1\/W\)\?$/);
    await page.fill("#guess", "10 by 20");
    await page.press("#guess", "Enter");
    assert.match(await page.locator("#verdict").textContent(), /^You said 10 × 20, it is 10 × 100\./);
    await page.click("#predict");
    const update = trace.events.findIndex(({ event, after }) => event === "update" && after.elements);
    await visitPlace(page, `#t=${update}`);
    await page.click("#predict");
    assert.match(await toQuestion(page), /^After the update, is layer\d\/\w.* larger than now, -?[\d.e-]+\?$/);
    const { before, after } = trace.events[update];
    const [at] = /(?<=\[)\d+(?=\])/.exec(await page.locator("#ask").textContent());
    const isLarger = after.elements[at] > before.elements[at];
    await page.locator("#choices button", { hasText: isLarger ? "larger" : "smaller" }).click();
    assert.match(await page.locator("#verdict").textContent(), /^Right/);
  });
});

test("a click on an edge writes out what flowed along it", async () => {
  await visit("ch08/fan_out.html", {}, async (page) => {
    await clickEdge(page, ".edge.backward");
    assert.match(await line(page, "sent"), /^d\w = g = \d$/);
  });
});

test("after an update, what was computed before still shows the numbers that it was computed from", async () => {
  await visit("update.html", {}, async (page) => {
    const { trace } = await data(page);
    const sum = trace.nodes.find(({ op, pass, operands }) => op === "add" && pass === 0 && trace.nodes[operands[1]].op === "param");
    await visitPlace(page, `#t=${trace.events.length}&n=${sum.index}`);
    const shown = await page.$eval('#inspector .array[data-role="operand1"]', (found) => found.arrayView.cells);
    assert.deepEqual(shown, trace.nodes[sum.operands[1]].value.elements);
    await page.locator('#inspector .array[data-role="value"] button').first().click();
    const terms = /: (\S+) \+ (\S+) = /.exec(await line(page, "value")).slice(1).map((text) => Number(text.replace(/[()]/g, "")));
    assert.ok(Math.abs(terms[1] - shown[0]) < 1e-3);
  });
});
