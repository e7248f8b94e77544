// Which elements of an operand an element of the result was computed from: the rules that the ops gave, applied.

/** The places in the operand, in row-major order. */
function reached(rule, element, operand, result) {
  if (rule === "same_place") return [element];
  if (rule.listed) return [rule.listed[element]];
  if (rule.where) return [...rule.where.keys()].filter((place) => rule.where[place] === element);
  if (rule.window) return pixelOf(rule.window, element, operand);
  if (rule.seen) return windowsOn(rule.seen, element, result);
  if (rule.pixels) return pixelsAt(rule.pixels, element, result, operand);
  if (rule.places) return placesOf(rule.places, element, result, operand);
  if (rule.around) {
    const each = { windows: rule.around, groups: result[1] };
    const places = [...result.slice(0, 2), ...windowPlaces(rule.around, result)];
    return placesOf(each, element, result, places).flatMap((place) => pixelsAt(each, place, places, operand));
  }
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
function windowPlaces({ kernel, stride, padding, dilation }, [, , height, width]) {
  const reach = kernel.map((length, axis) => (length - 1) * dilation[axis] + 1);
  return [height, width].map((length, axis) => Math.floor((length + 2 * padding[axis] - reach[axis]) / stride[axis]) + 1);
}

/** The pixel at an offset in the window at a place, along an axis. */
function pixelAlong(windows, axis, place, offset) {
  return place * windows.stride[axis] + offset * windows.dilation[axis] - windows.padding[axis];
}

function pixelOf(windows, element, images) {
  const [down, across] = windowPlaces(windows, images);
  const [image, top, left, channel, dy, dx] = indices(element, [images[0], down, across, images[1], ...windows.kernel]);
  const [y, x] = [pixelAlong(windows, 0, top, dy), pixelAlong(windows, 1, left, dx)];
  const isInside = y >= 0 && y < images[2] && x >= 0 && x < images[3];
  return isInside ? [((image * images[1] + channel) * images[2] + y) * images[3] + x] : [];
}

/** Pairs (place, offset) of the windows that contain a pixel, along an axis. */
function seenAlong(windows, axis, pixel, places) {
  const offsets = Array.from({ length: windows.kernel[axis] }, (_, offset) => offset);
  const place = (offset) => (pixel + windows.padding[axis] - offset * windows.dilation[axis]) / windows.stride[axis];
  const fits = (at) => Number.isInteger(at) && at >= 0 && at < places;
  return offsets.map((offset) => [place(offset), offset]).filter(([at]) => fits(at));
}

function windowsOn(windows, pixel, images) {
  const { kernel } = windows;
  const [down, across] = windowPlaces(windows, images);
  const [image, channel, y, x] = indices(pixel, images);
  return seenAlong(windows, 0, y, down).flatMap(([top, dy]) =>
    seenAlong(windows, 1, x, across).map(
      ([left, dx]) => ((((image * down + top) * across + left) * images[1] + channel) * kernel[0] + dy) * kernel[1] + dx,
    ),
  );
}

/** The elements at these rows and columns, in the channels of an array that belong to the group of a channel of another array. */
function inGroup(groups, image, channel, channels, shape, rows, columns) {
  const each = shape[1] / groups;
  const first = Math.floor(channel / (channels / groups)) * each;
  const own = Array.from({ length: each }, (_, index) => first + index);
  return own.flatMap((at) =>
    rows.flatMap((y) => columns.map((x) => ((image * shape[1] + at) * shape[2] + y) * shape[3] + x)),
  );
}

/** The pixels of the window at a place. */
function pixelsAt({ windows, groups }, element, result, images) {
  const [image, channel, ...place] = indices(element, result);
  const [rows, columns] = [0, 1].map((axis) =>
    Array.from({ length: windows.kernel[axis] }, (_, offset) => pixelAlong(windows, axis, place[axis], offset)).filter(
      (pixel) => pixel >= 0 && pixel < images[2 + axis],
    ),
  );
  return inGroup(groups, image, channel, result[1], images, rows, columns);
}

/** The places of the windows that contain a pixel. */
function placesOf({ windows, groups }, element, images, places) {
  const [image, channel, ...pixel] = indices(element, images);
  const [rows, columns] = [0, 1].map((axis) =>
    seenAlong(windows, axis, pixel[axis], places[2 + axis]).map(([place]) => place),
  );
  return inGroup(groups, image, channel, images[1], places, rows, columns);
}
