// Large graphs: names in place of lines, groups that open, and steps that are quick.

import assert from "node:assert/strict";
import { test } from "node:test";
import { data, stepOf, visit, visitPlace } from "./reader.js";

const fileOf = { neurons: "neurons.html", thousands: "thousands.html" };
const group = (page) => page.locator("#canvas .node.scope").first();
const isDrawn = (page, index) => page.locator(`#canvas .node[data-node="${index}"]`).count();

test("what is used by every neuron is named there, and the name leads to it", async () => {
  await visit(fileOf.neurons, {}, async (page) => {
    const { trace, figure } = await data(page);
    const x0 = trace.nodes.find(({ name }) => name === "x0").index;
    const [{ edges, nodes }] = figure.foldings;
    assert.equal(trace.nodes.filter(({ pass }) => pass === 0).length, 205);
    assert.equal(edges.filter(({ from, to }) => from === x0 || to === x0).length, 0, "no line leads to it");
    const stub = nodes.find(({ stub_of }) => stub_of?.[0] === x0);
    const product = edges.find(({ from }) => from === stub.index).to;
    await page.locator("#canvas .node.stub", { hasText: "x0" }).first().click();
    assert.equal(await page.locator("#inspector h2").textContent(), "x0");
    assert.equal(await page.locator("#canvas .node.stub.selected").count(), 8, "it is marked wherever it stands");
    // The line from the name is the edge to the product.
    await page.locator(`#canvas .edge.forward[data-from="${stub.index}"]`).dispatchEvent("click");
    assert.match(await page.locator("#inspector h2").textContent(), new RegExp(`x0 → %${product}`));
  });
});

test("a group opens by a click or a key, and the steps go on from group to group", async () => {
  await visit(fileOf.thousands, { hash: "#t=30" }, async (page) => {
    const { trace, figure } = await data(page);
    const inside = figure.foldings.find(({ inside }) => inside === 0);
    const own = inside.nodes.filter(({ stub_of }) => !stub_of).map(({ index }) => index);
    assert.equal(await page.locator("#leave").isVisible(), false);
    await page.locator('#canvas .node.scope[data-scope="0"]').click();
    assert.match(await page.locator("#leave").textContent(), /^◂ Out of h1\.0 %\d+$/);
    for (const index of own) assert.equal(await isDrawn(page, index), 1);
    const last = trace.events.findIndex(({ event, node }) => event === "forward" && node === own.at(-1));
    await visitPlace(page, `#t=${last + 1}`);
    assert.equal(await page.locator("#canvas .node.now").getAttribute("data-node"), String(own.at(-1)));
    await page.keyboard.press("ArrowRight");
    assert.equal(await stepOf(page), last + 2);
    assert.match(await page.locator("#leave").textContent(), /Out of h1\.1 /);
    await page.locator("#leave").click();
    assert.ok((await page.locator("#canvas .node.scope").count()) > 10);
    await group(page).focus();
    await page.keyboard.press("Enter");
    assert.equal(await page.locator("#leave").isVisible(), true);
    // What stands outside of all groups leads out.
    await page.locator("#canvas .node.stub", { hasText: "x0" }).first().click();
    assert.equal(await page.locator("#leave").isVisible(), false);
    assert.equal(await page.locator("#inspector h2").textContent(), "x0");
  });
});

test("a search goes into the group that holds what it found", async () => {
  await visit(fileOf.thousands, {}, async (page) => {
    await page.fill("#find", "w2.3.4");
    await page.keyboard.press("Enter");
    assert.equal(await page.locator("#inspector h2").textContent(), "w2.3.4");
    assert.equal(await page.locator("#canvas .node.selected").count(), 1);
    assert.equal(await page.locator("#leave").isVisible(), true);
  });
});

test("how long a step takes in a graph of 2,000 nodes is measured", async (t) => {
  for (const [what, hash] of [["forward", "#t=200"], ["backward", "#t=5000"]]) {
    await visit(fileOf.thousands, { hash }, async (page) => {
      const times = await page.evaluate(async () => {
        const painted = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
        const times = [];
        for (let step = 0; step < 60; step++) {
          await painted();
          const start = performance.now();
          document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowRight", bubbles: true }));
          await painted();
          times.push(performance.now() - start);
        }
        return times.sort((a, b) => a - b);
      });
      assert.equal(times.length, 60);
      t.diagnostic(`${what}: from the key to the painted step ${times[30].toFixed(1)} ms at the median, ${times[57].toFixed(1)} ms at the 95th percentile`);
    });
  }
});

for (const [size, dark] of [["desktop", false], ["desktop", true], ["phone", false], ["phone", true]]) {
  test(`pictures of large graphs, on a ${size} that is ${dark ? "dark" : "light"}`, async () => {
    const shot = async (file, name, look = async () => {}) =>
      visit(file, { size, dark, hash: "#t=400" }, async (page, { picture }) => {
        await look(page);
        await picture(`large-${name}-${size}${dark ? "-dark" : ""}`);
      });
    await shot(fileOf.neurons, "neurons");
    await shot(fileOf.thousands, "whole");
    await shot(fileOf.thousands, "inside", async (page) => {
      await group(page).focus();
      await page.keyboard.press("Enter");
    });
  });
}
