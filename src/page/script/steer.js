// The graph under the reader's hands. Ctrl and the wheel, or two fingers, zoom around the place where they are; dragging moves the graph. The wheel
// alone scrolls, the graph first and then the page: a graph that zooms under a passing wheel stops everybody who only wants to read on below.

/** Pixels of the wheel for a factor of e; and the most that count at once: a notch of a wheel is a hundred, a step of a touchpad's pinch a few. */
const WHEEL = { pixels: 150, most: 50 };

/** `scrubOf` says what a press on a place drags instead of the graph. */
function steer(canvas, graph, scrubOf) {
  canvas.addEventListener("wheel", (event) => zoomByWheel(event, graph), { passive: false });
  let fingers;
  canvas.addEventListener("touchmove", (event) => (fingers = pinch(event, canvas, graph, fingers)), { passive: false });
  canvas.addEventListener("touchend", () => (fingers = undefined));
  canvas.addEventListener("pointerdown", (event) => press(event, canvas, scrubOf));
}

function zoomByWheel(event, graph) {
  if (!event.ctrlKey && !event.metaKey) return;
  event.preventDefault();
  // Some browsers count lines or pages.
  const pixels = event.deltaY * [1, 16, 400][event.deltaMode];
  graph.zoomBy(Math.exp(-Math.min(WHEEL.most, Math.max(-WHEEL.most, pixels)) / WHEEL.pixels), [event.clientX, event.clientY]);
}

/** Two fingers: the graph follows their middle and their distance. Returns where they are; nothing unless there are two. */
function pinch(event, canvas, graph, before) {
  if (event.touches.length !== 2) return undefined;
  event.preventDefault();
  const [a, b] = event.touches;
  const middle = [(a.clientX + b.clientX) / 2, (a.clientY + b.clientY) / 2];
  const distance = Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY);
  if (before) {
    canvas.scrollBy({ left: before.middle[0] - middle[0], top: before.middle[1] - middle[1], behavior: "instant" });
    graph.zoomBy(distance / before.distance, middle);
  }
  return { middle, distance };
}

/** Follows a pressed mouse, and a finger on a number that it can drag. (Elsewhere a finger scrolls without our help.) */
function press(down, canvas, scrubOf) {
  const isOnScrollbar = down.target === canvas && (down.offsetX >= canvas.clientWidth || down.offsetY >= canvas.clientHeight);
  if (down.button !== 0 || isOnScrollbar) return;
  const scrub = scrubOf(down.target);
  if (scrub) return scrub(down, canvas, (isDrag) => isDrag && swallowClick(canvas));
  if (down.pointerType !== "mouse") return;
  const [left, top] = [canvas.scrollLeft, canvas.scrollTop];
  followPointer(down, canvas, {
    move: (x, y) => {
      canvas.classList.add("dragged");
      canvas.scrollTo({ left: left - x, top: top - y, behavior: "instant" });
    },
    end: (isDrag) => {
      canvas.classList.remove("dragged");
      if (isDrag) swallowClick(canvas);
    },
  });
}

/** The click that ends a drag selects nothing. */
function swallowClick(canvas) {
  const swallow = (click) => click.stopPropagation();
  canvas.addEventListener("click", swallow, { capture: true });
  setTimeout(() => canvas.removeEventListener("click", swallow, { capture: true }));
}
