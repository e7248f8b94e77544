import { launch, open } from "./browser.js";
const [file, hash, size, dark, name, full] = process.argv.slice(2);
const browser = await launch();
const o = await open(browser, file, { hash, size, dark: dark === "dark" });
await o.page.waitForTimeout(400);
console.log(await o.page.locator("html").getAttribute("data-ready"), o.errors, o.requests);
await o.picture(name, { fullPage: full === "full" });
await browser.close();
