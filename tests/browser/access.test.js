// Whether everybody can use the page: axe-core looks for what would keep out a reader who does not see it or has no mouse.

import assert from "node:assert/strict";
import axe from "axe-core";
import { test } from "node:test";
import { visit } from "./reader.js";

for (const file of ["ch08/neuron.html", "digits.html", "no_numbers.html", "second_pass.html"]) {
  for (const size of ["desktop", "phone"]) {
    for (const dark of [false, true]) {
      test(`${file} on a ${size}, ${dark ? "dark" : "light"}, keeps nobody out`, async () => {
        await visit(file, { size, dark, hash: "#t=20" }, async (page) => {
          await page.click("#predict");
          await page.click("#next");
          await page.evaluate(axe.source);
          const { violations } = await page.evaluate(() => axe.run());
          const serious = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
          const told = serious.map(({ id, help, nodes }) => `${id}: ${help}\n${nodes.slice(0, 3).map(({ html, failureSummary }) => `  ${html.slice(0, 200)}\n  ${failureSummary}`).join("\n")}`);
          assert.deepEqual(told, []);
        });
      });
    }
  }
}
