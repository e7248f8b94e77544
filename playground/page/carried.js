// The page's own copy of the engine, and what else it carries: gzipped bytes in base64.

const $ = (id) => document.getElementById(id);

/** The bytes that an element of this page holds. */
async function unpacked(id) {
  const packed = Uint8Array.from(atob($(id).textContent), (letter) => letter.charCodeAt(0));
  return new Uint8Array(await new Response(new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"))).arrayBuffer());
}

/** The theme that the reader chose, or that of the system; `repaint` paints what style sheets do not reach. */
function offerThemes(repaint) {
  const set = (theme) => {
    document.documentElement.style.colorScheme = theme;
    readPalette();
  };
  set(remembered("theme") ?? "");
  $("theme").addEventListener("click", () => {
    const { colorScheme } = document.documentElement.style;
    const isDark = colorScheme === "dark" || (colorScheme === "" && matchMedia("(prefers-color-scheme: dark)").matches);
    remember("theme", isDark ? "light" : "dark");
    set(isDark ? "light" : "dark");
    repaint();
  });
  const follow = () => {
    readPalette();
    repaint();
  };
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", follow);
  addEventListener("resize", follow);
}
