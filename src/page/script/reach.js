// Which elements of an operand an element of the result was computed from: the rules that the ops gave, applied.

/** The places in the operand, in row-major order. */
function reached(rule, element, operand, result) {
  if (rule === "same_place") return [element];
  if (rule.listed) return [rule.listed[element]];
  if (rule.where) return [...rule.where.keys()].filter((place) => rule.where[place] === element);
  if (rule.window) return pixelOf(rule.window, element, operand);
  if (rule.seen) return windowsOn(rule.seen, element, result);
  const at = indices(element, result);
  let places = [0];
  rule.axes.forEach((along, axis) => {
    const chosen = alongAxis(along, at, operand[axis]);
    places = places.flatMap((place) => chosen.map((index) => place * operand[axis] + index));
  });
  return places;
}

function alongAxis(along, at, length) {
  const all = Array.from({ length }, (_, index) => index);
  if (along === "all") return all;
  if (along.listed) return [along.listed.list[at[along.listed.axis]]];
  if (along.where) return all.filter((index) => along.where.list[index] === at[along.where.axis]);
  if (along.up_to !== undefined) return all.filter((index) => index <= at[along.up_to]);
  if (along.from !== undefined) return all.filter((index) => index >= at[along.from]);
  const index = at[along.index.axis] + along.index.shift;
  return index >= 0 && index < length ? [index] : [];
}

/** How often a window fits, down and across. */
function windowPlaces({ kernel, stride, padding }, [, , height, width]) {
  return [height, width].map((length, axis) => Math.floor((length + 2 * padding - kernel[axis]) / stride) + 1);
}

function pixelOf(windows, element, images) {
  const [down, across] = windowPlaces(windows, images);
  const [image, top, left, channel, dy, dx] = indices(element, [images[0], down, across, images[1], ...windows.kernel]);
  const y = top * windows.stride + dy - windows.padding;
  const x = left * windows.stride + dx - windows.padding;
  const isInside = y >= 0 && y < images[2] && x >= 0 && x < images[3];
  return isInside ? [((image * images[1] + channel) * images[2] + y) * images[3] + x] : [];
}

function windowsOn(windows, pixel, images) {
  const { kernel, stride, padding } = windows;
  const [down, across] = windowPlaces(windows, images);
  const [image, channel, y, x] = indices(pixel, images);
  const places = [];
  for (let dy = 0; dy < kernel[0]; dy++) {
    for (let dx = 0; dx < kernel[1]; dx++) {
      const [top, left] = [(y + padding - dy) / stride, (x + padding - dx) / stride];
      const fits = [top, left].every((at, axis) => Number.isInteger(at) && at >= 0 && at < [down, across][axis]);
      if (fits) places.push(((((image * down + top) * across + left) * images[1] + channel) * kernel[0] + dy) * kernel[1] + dx);
    }
  }
  return places;
}
