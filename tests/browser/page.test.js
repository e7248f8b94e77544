// The web page of a tape, as a reader meets it: opened from disk, stepped through, looked into.

import assert from "node:assert/strict";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { PAGES } from "./browser.js";
import { clickEdge, data, numbersOf, shownNumber, stepOf, story, visit, visitPlace } from "./reader.js";

/** The chapters' pages, and one of each other kind. */
const CHAPTERS = ["ch08/neuron.html", "ch08/fan_out.html", "ch15/tape.html"];
const OTHERS = ["update.html", "digits.html", "second_pass.html", "no_numbers.html", "hostile.html", "every_op.html"];

for (const file of [...CHAPTERS, ...OTHERS]) {
  test(`${file} opens from disk within a second, and asks for nothing`, async () => {
    let best = Infinity;
    // On a busy machine one opening may have to wait.
    for (let opening = 0; opening < 3 && best >= 1000; opening++) {
      await visit(file, {}, async (page) => {
        best = Math.min(best, Number(await page.locator("html").getAttribute("data-ready")));
        assert.ok((await page.locator("#canvas .node").count()) > 2);
        assert.match(await story(page), /^\[\d+\/\d+\] /);
      });
    }
    assert.ok(best < 1000, `ready after ${best} ms`);
  });
}

test("the page of a batch of 784-100-20-10 is under 2 MB", () => {
  for (const file of ["ch15/tape.html", "digits.html"]) assert.ok(statSync(join(PAGES, file)).size < 2_000_000, file);
});

test("the slider goes to any step, and the story, the address and the bands follow", async () => {
  await visit("update.html", {}, async (page) => {
    const { sentences } = await data(page);
    assert.equal(await stepOf(page), sentences.length, "it opens at the end, where all is known");
    for (const step of [1, 9, sentences.length - 2]) {
      await page.locator("#time").fill(String(step));
      assert.equal(await stepOf(page), step);
      assert.equal(await story(page), sentences[step - 1]);
      await page.waitForURL(`**#t=${step}`);
    }
    const bands = await page.locator("#bands span b").allTextContents();
    assert.deepEqual(bands, ["forward", "backward", "update"]);
  });
});

test("a click on the slider's track goes there", async () => {
  await visit("ch08/neuron.html", {}, async (page) => {
    const box = await page.locator("#time").boundingBox();
    await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
    const { sentences } = await data(page);
    assert.ok(Math.abs((await stepOf(page)) - sentences.length / 2) <= 1.5);
  });
});

test("buttons step, and play runs to the end and stops", async () => {
  await visit("ch08/fan_out.html", {}, async (page) => {
    await page.click("#first");
    assert.equal(await stepOf(page), 1);
    await page.click("#next");
    await page.click("#next");
    await page.click("#back");
    assert.equal(await stepOf(page), 2);
    await page.selectOption("#speed", "0.4");
    await page.click("#play");
    assert.equal(await page.locator("#play").getAttribute("aria-label"), "Pause");
    await page.waitForFunction(() => document.getElementById("player").dataset.step === document.getElementById("time").max, undefined, { timeout: 15_000 });
    assert.equal(await page.locator("#play").getAttribute("aria-label"), "Play");
  });
});

test("a step shows a number only once it is computed", async () => {
  await visit("ch08/fan_out.html", { hash: "#t=1&n=c" }, async (page) => {
    assert.match(await page.locator("#inspector").textContent(), /not computed yet: step 3/);
    const text = (name) => page.locator(`#canvas .node[aria-label^="${name},"]`).textContent();
    assert.ok(!/4/.test(await text("c")), await text("c"));
    await page.click("#last");
    assert.match(await text("c"), /4/);
    assert.match(await text("a"), /grad 4/, "dc/da is 4");
  });
});

test("a link leads to a step and a node, by name and by place", async () => {
  await visit("ch08/neuron.html", { hash: "#t=12&n=h" }, async (page) => {
    assert.equal(await stepOf(page), 12);
    assert.equal(await page.locator("#inspector h2").textContent(), "h");
    const { trace } = await data(page);
    const nameless = trace.nodes.find((node) => node.name === "" && node.operands.length > 0);
    await visitPlace(page, `#t=5&n=${nameless.index}`);
    assert.equal(await stepOf(page), 5);
    assert.equal(await page.locator("#inspector h2").textContent(), `%${nameless.index}`);
    await page.click('#canvas .node[aria-label^="w1,"]');
    assert.equal(new URL(page.url()).hash, "#t=5&n=w1");
    await page.click("#inspector .pin");
    assert.equal(new URL(page.url()).hash, "#t=5");
  });
});

test("a click on a node shows its value, its gradient, its formula and the line of the program", async () => {
  await visit("ch08/neuron.html", {}, async (page) => {
    await page.click('#canvas .node[aria-label^="h,"]');
    const z = 0.8 * 1.5 - 0.2;
    const h = 1 / (1 + Math.exp(-z));
    assert.ok(Math.abs((await shownNumber(page, "value")) - h) < 1e-6);
    const gradient = (-1.2 * h + 0.5 - 1) * -1.2;
    assert.ok(Math.abs((await shownNumber(page, "gradient1")) - gradient) < 1e-5);
    assert.ok((await page.locator("#inspector math mfrac").count()) >= 1, "1 / (1 + e^-x) is set as a fraction");
    assert.match(await page.locator("#inspector").textContent(), /local slope .* = 0\.196612/);
    assert.match(await page.locator("#source .row.active").textContent(), /sigmoid/);
  });
});

test("a page that is opened at a step shows the line of the program at once, without gliding there", async () => {
  await visit("ch08/neuron.html", { hash: "#t=9", motion: "no-preference" }, async (page) => {
    const [row, code] = await page.evaluate(() =>
      ["#source .row.active", "#source .code"].map((found) => document.querySelector(found).getBoundingClientRect().toJSON()),
    );
    assert.ok(code.top <= row.top && row.bottom <= code.bottom, JSON.stringify({ row, code }));
  });
});

test("a click on an edge shows its vjp in symbols and numbers", async () => {
  await visit("ch08/neuron.html", {}, async (page) => {
    const { trace } = await data(page);
    const h = trace.nodes.find((node) => node.name === "h");
    await clickEdge(page, `.edge.backward[data-from="${h.index}"]`);
    assert.match(await page.locator("#inspector h2").textContent(), /z → h/);
    assert.equal(new URL(page.url()).hash.endsWith("&n=h&e=0"), true);
    const flow = (await page.locator("#inspector .display math").last().textContent()).replace(/\s/g, "");
    assert.equal(flow, "dx=gy(1−y)");
    const [g, slope, sent] = await Promise.all(["arriving", "slope", "sent"].map((role) => numbersOf(page, role)));
    assert.ok(Math.abs(g[0] * slope[0] - sent[0]) < 1e-12);
    const shown = (await page.locator("#inspector .equation").textContent()).match(/-?\d[\d.e-]*/g).map(Number);
    assert.ok(Math.abs(shown[0] * shown[1] - shown[2]) < 1e-5, String(shown));
  });
});

test("a click on a cell lights up the cells that it was computed from, for every op", async () => {
  const expected = JSON.parse(readFileSync(join(PAGES, "every_op.json"), "utf8"));
  await visit("every_op.html", {}, async (page) => {
    const mistakes = await page.evaluate(async (expected) => {
      const found = [];
      let tried = 0;
      const { trace } = JSON.parse(document.getElementById("data").textContent);
      for (const [index, slots] of expected.entries()) {
        if (slots.length === 0) continue;
        location.hash = `#t=${trace.events.length}&n=${index}`;
        await new Promise((done) => setTimeout(done));
        const value = document.querySelector('#inspector .array[data-role="value"]').arrayView;
        for (let cell = 0; cell < value.cells.length; cell++) {
          // The same as a click on it.
          value.marks ? value.marks[cell].click() : value.choose(cell);
          slots.forEach((cells, slot) => {
            tried++;
            const lit = document.querySelector(`#inspector .array[data-role="operand${slot}"]`).dataset.lit;
            const wanted = [...new Set(cells[cell])].sort((a, b) => a - b).join(" ");
            if (lit !== wanted) found.push(`%${index} ${trace.nodes[index].op}, operand ${slot}, cell ${cell}: "${lit}", not "${wanted}"`);
          });
        }
      }
      return { found, tried };
    }, expected);
    assert.deepEqual(mistakes.found.slice(0, 5), []);
    assert.ok(mistakes.tried > 1000, String(mistakes.tried));
  });
});

test("a click on a cell of a large heat map lights up pixels of the pictures that it was computed from", async () => {
  await visit("digits.html", {}, async (page) => {
    const { trace } = await data(page);
    const product = trace.nodes.find((node) => node.op === "matmul" && node.pass === 0);
    await visitPlace(page, `#t=999&n=${product.index}`);
    const heat = page.locator('#inspector .array[data-role="value"] canvas');
    await heat.scrollIntoViewIfNeeded();
    const box = await heat.boundingBox();
    await page.mouse.move(box.x + box.width * 0.005, box.y + box.height * 0.35);
    assert.match(await page.locator('#inspector .array[data-role="value"] .readout').textContent(), /^\[3, 0\] = -?\d/);
    await page.mouse.click(box.x + box.width * 0.005, box.y + box.height * 0.35);
    const lit = (slot) => page.$eval(`#inspector .array[data-role="operand${slot}"]`, (found) => found.dataset.lit.split(" ").length);
    assert.equal(await lit(0), 784, "image 3");
    assert.equal(await lit(1), 784, "the weights of neuron 0");
  });
});

test("a click on a cell of what flows back lights up what it was computed from", async () => {
  await visit("update.html", {}, async (page) => {
    const { trace } = await data(page);
    const product = trace.nodes.find((node) => node.op === "matmul" && node.pass === 0);
    await visitPlace(page, `#t=${trace.events.length}&n=${product.index}&e=1`);
    await page.locator('#inspector .array[data-role="sent"] button').nth(4).click();
    const lit = await page.$eval('#inspector .array[data-role="arriving"]', (found) => found.dataset.lit);
    assert.equal(lit, "1 4 7 10", "dB = A^T G: the element [1, 1] needs the column G[.., 1]");
  });
});

for (const file of [...CHAPTERS, "update.html", "digits.html", "second_pass.html"]) {
  test(`${file}: at every node the contributions shown sum to the gradient shown`, async () => {
    await visit(file, {}, async (page) => {
      const { trace } = await data(page);
      const tolerance = trace.kind === "f32" ? 1e-5 : 1e-12;
      let checked = 0;
      for (const event of trace.events) {
        if (event.event !== "accumulated") continue;
        await visitPlace(page, `#t=${trace.events.length}&n=${event.node}`);
        const shown = await page.evaluate((pass) => {
          const cells = (role) => [...document.querySelectorAll(`#inspector .array[data-role="${role}"]`)].map((one) => one.arrayView.cells);
          const verdict = document.querySelector(`#inspector section.gradient[data-pass="${pass}"] .verdict`);
          return { whole: cells(`gradient${pass}`)[0], parts: cells(`contribution${pass}`), verdict: verdict.className };
        }, event.pass);
        assert.equal(shown.parts.length, event.terms.length);
        assert.match(shown.verdict, /right/);
        const size = Math.max(...shown.whole.map(Math.abs), 1e-30);
        shown.whole.forEach((sum, cell) => {
          const added = shown.parts.reduce((total, part) => total + part[cell], 0);
          assert.ok(Math.abs(added - sum) <= tolerance * size, `%${event.node}, cell ${cell}: ${added}, not ${sum}`);
        });
        checked++;
      }
      assert.ok(checked >= 2, `${checked} nodes`);
    });
  });
}

test("a heat map shows all its rows and columns, or says which are in sight", async () => {
  await visit("digits.html", {}, async (page) => {
    const { trace } = await data(page);
    const told = { all: 0, some: 0 };
    for (const node of trace.nodes.filter(({ shape }) => shape.length > 0 && shape.at(-1) > 5).slice(0, 16)) {
      await visitPlace(page, `#t=${trace.events.length}&n=${node.index}`);
      const heat = page.locator('#inspector .array[data-role="value"] .heat').first();
      if (!(await heat.count())) continue;
      const [hidden, note] = await heat.evaluate((box) => [
        box.scrollHeight > box.clientHeight + 1 || box.scrollWidth > box.clientWidth + 1,
        box.parentElement.querySelector(".hidden"),
      ].map((found, at) => (at === 0 ? found : found.hidden ? "" : found.textContent)));
      told[hidden ? "some" : "all"]++;
      if (hidden) assert.match(note, /In sight: (rows|columns) \d+–\d+ of \d+/, `%${node.index}`);
      else assert.equal(note, "", `%${node.index}`);
    }
    assert.ok(told.all >= 5, JSON.stringify(told));
    // layer3/W of 20 rows, of which 15 were seen.
    const place = trace.nodes.findIndex(({ shape }) => shape[0] === 20 && shape[1] === 10);
    await visitPlace(page, `#t=${trace.events.length}&n=${place}`);
    const heat = page.locator('#inspector .array[data-role="value"] .heat').first();
    assert.ok(await heat.evaluate((box) => box.scrollHeight <= box.clientHeight + 1), "all 20 rows are in sight");
  });
});

test("scopes fold and unfold", async () => {
  await visit("digits.html", {}, async (page) => {
    const all = await page.locator("#canvas .node").count();
    const scopes = await page.locator("#canvas .scope:not(.node)").count();
    assert.ok(scopes >= 3);
    await page.locator("#canvas .scope .label").first().click();
    assert.equal(await page.locator("#canvas .scope:not(.node)").count(), scopes - 1);
    assert.ok((await page.locator("#canvas .node").count()) < all);
    await page.click("#fold");
    assert.equal(await page.locator("#canvas .scope:not(.node)").count(), 0);
    const folded = page.locator("#canvas .node.scope").first();
    await folded.click();
    assert.equal(await page.locator("#canvas .scope:not(.node)").count(), 1);
    await page.click("#unfold");
    assert.equal(await page.locator("#canvas .node").count(), all);
  });
});

test("predict mode hides the next number until the reader has guessed, and says how far off", async () => {
  await visit("ch08/neuron.html", { hash: "#t=1" }, async (page) => {
    const { trace } = await data(page);
    await page.click("#predict");
    for (let press = 0; press < 12 && !(await page.locator("#question").isVisible()); press++) await page.click("#next");
    const asked = await stepOf(page);
    const event = trace.events[asked];
    assert.equal(event.event, "forward");
    const answer = trace.nodes[event.node].value.elements[0];
    const written = String(Number(answer.toPrecision(4)));
    const node = page.locator(`#canvas .node[data-node="${event.node}"]`);
    assert.ok(!(await node.textContent()).includes(written), "the number is hidden");
    await page.locator("#time").fill(String(trace.events.length));
    assert.equal(await stepOf(page), asked, "nor does the slider give it away");
    await page.fill("#guess", "soon");
    await page.press("#guess", "Enter");
    assert.match(await page.locator("#verdict").textContent(), /Type a number/);
    await page.fill("#guess", String(answer + 0.5));
    await page.press("#guess", "Enter");
    assert.equal(await stepOf(page), asked + 1);
    assert.match(await page.locator("#verdict").textContent(), /off by 0\.5/);
    assert.ok((await node.textContent()).includes(written), "and shown now");
    await page.click("#next");
    await page.fill("#guess", String(trace.nodes[trace.events[asked + 1].node].value.elements[0]));
    await page.press("#guess", "Enter");
    assert.match(await page.locator("#verdict").textContent(), /^Right/);
    await page.click("#next");
    await page.click("#reveal");
    assert.match(await page.locator("#verdict").textContent(), /^It is/);
    await page.click("#predict");
    await page.click("#last");
    assert.equal(await stepOf(page), trace.events.length);
  });
});

test("names that look like markup are only text", async () => {
  await visit("hostile.html", {}, async (page) => {
    const { trace } = await data(page);
    for (const node of trace.nodes) await visitPlace(page, `#t=${trace.events.length}&n=${node.index}`);
    await page.click("#fold");
    await page.click("#unfold");
    assert.equal(await page.evaluate(() => window.harmed), undefined);
    assert.equal(await page.locator("img, main b b, h1 script").count(), 0);
    assert.match(await page.title(), /<script>/);
  });
});

test("NaN and infinities are marked, and told when pointed at", async () => {
  await visit("no_numbers.html", {}, async (page) => {
    await visitPlace(page, "#t=999&n=logarithm");
    const summary = page.locator('#inspector .array[data-role="value"] .readout');
    assert.match(await summary.textContent(), /NaN · \d+ infinite/);
    const canvas = page.locator('#inspector .array[data-role="value"] canvas');
    const box = await canvas.boundingBox();
    await page.mouse.move(box.x + (box.width * 4.5) / 16, box.y + (box.height * 3.5) / 12);
    assert.equal(await summary.textContent(), "[3, 4] = -inf");
    await page.mouse.move(box.x + 3, box.y + 3);
    assert.equal(await summary.textContent(), "[0, 0] = NaN");
    await canvas.focus();
    await page.keyboard.press("ArrowDown");
    assert.match(await summary.textContent(), /^\[1, 0\] = NaN/, "the keyboard walks over the cells");
  });
});

test("the theme can be chosen", async () => {
  await visit("ch08/neuron.html", {}, async (page) => {
    const back = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const light = await back();
    await page.click("#theme");
    assert.notEqual(await back(), light);
    await page.click("#theme");
    assert.equal(await back(), light);
  });
});

test("on a phone nothing is wider than the screen", async () => {
  for (const file of ["ch08/neuron.html", "ch15/tape.html", "digits.html", "hostile.html"]) {
    await visit(file, { size: "phone" }, async (page) => {
      const width = await page.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(width <= 390, `${file}: ${width} pixels`);
    });
  }
});

test("every control has a name that can be read aloud", async () => {
  await visit("update.html", {}, async (page) => {
    const nameless = await page.$$eval("button, input, select, [role=button], canvas", (all) =>
      all.filter((one) => !(one.getAttribute("aria-label") || one.textContent.trim() || one.labels?.length || one.closest("[aria-label]"))).map((one) => one.outerHTML),
    );
    assert.deepEqual(nameless, []);
  });
});

test("pictures, to be looked at", async () => {
  const shots = [
    ["ch08/neuron.html", "#t=14&n=h"],
    ["ch15/tape.html", ""],
    ["digits.html", "#t=20"],
    ["update.html", "#t=30"],
    ["second_pass.html", ""],
    ["no_numbers.html", "#t=99&n=product"],
  ];
  for (const [file, hash] of shots) {
    for (const [size, dark] of [["desktop", false], ["desktop", true], ["phone", false]]) {
      await visit(file, { size, dark, hash }, async (page, { picture }) => {
        await page.waitForTimeout(150);
        const name = `${file.replace(/\W+html$/, "").replace("/", "-")}-${size}${dark ? "-dark" : ""}`;
        await picture(name, { fullPage: size === "phone" });
      });
    }
  }
});
