// A browser that opens files from disk and lets no request leave.

import { existsSync, mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

/** Where the pages are, and where pictures of them go. */
export const PAGES = resolve(process.env.GRADUS_PAGES ?? "../../target/browser");
const PICTURES = join(PAGES, "pictures");
mkdirSync(PICTURES, { recursive: true });

const program = process.env.CHROMIUM ?? ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(existsSync);
// No sandbox inside a container, where everything runs as root.
const arguments_ = process.getuid?.() === 0 ? ["--no-sandbox"] : [];

export const launch = () => chromium.launch({ executablePath: program, args: arguments_ });

export const sizes = { desktop: { width: 1280, height: 900 }, phone: { width: 390, height: 844 } };

/** Opens a file. Whatever it asks for besides itself, or besides the files in the folder `within`, is refused and noted in `requests`; what
    goes wrong is noted in `errors`. The script `first` runs before those of the page. */
export async function open(browser, file, { size = "desktop", dark = false, hash = "", within, motion = "reduce", first, language = "en-US" } = {}) {
  const context = await browser.newContext({
    viewport: sizes[size],
    colorScheme: dark ? "dark" : "light",
    reducedMotion: motion,
    hasTouch: size === "phone",
    isMobile: size === "phone",
    deviceScaleFactor: 2,
    locale: language,
  });
  if (first) await context.addInitScript(first);
  const page = await context.newPage();
  const address = pathToFileURL(resolve(PAGES, file)).href;
  const [requests, errors] = [[], []];
  const folder = within && `${pathToFileURL(resolve(within)).href}/`;
  const isOwn = (url) => url.split(/[?#]/)[0] === address || url.startsWith("data:") || (folder && url.startsWith(folder));
  page.on("request", (request) => isOwn(request.url()) || requests.push(request.url()));
  await context.route(
    (url) => !isOwn(url.href),
    (route) => route.abort(),
  );
  page.on("pageerror", (error) => errors.push(String(error)));
  page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  await page.goto(address + hash);
  return { page, requests, errors, close: () => context.close(), picture: (name, options) => page.screenshot({ path: join(PICTURES, `${name}.png`), ...options }) };
}
