// How numbers are written, and how arrays are indexed.

/** A number as JSON holds it: NaN and infinities are texts there. */
const read = (x) => (typeof x === "number" ? x : { inf: Infinity, "-inf": -Infinity }[x] ?? NaN);

/** A few significant digits, as short as that allows: as the listings write it. */
function number(x, digits = 4) {
  if (Number.isNaN(x)) return "NaN";
  if (!Number.isFinite(x)) return x > 0 ? "inf" : "-inf";
  if (x === 0) return "0";
  const strip = (text) => (text.includes(".") ? text.replace(/\.?0+$/, "") : text);
  const [mantissa, exponent] = x.toExponential(digits - 1).split("e");
  if (exponent >= -3 && exponent < 6) return strip(x.toFixed(Math.max(0, digits - 1 - exponent)));
  return `${strip(mantissa)}e${Number(exponent)}`;
}

const product = (lengths) => lengths.reduce((a, b) => a * b, 1);

/** The indices along each axis of the element at a place in row-major order. */
function indices(place, shape) {
  const found = new Array(shape.length);
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    found[axis] = place % shape[axis];
    place = Math.floor(place / shape[axis]);
  }
  return found;
}

const shapeText = (shape) => (shape.length ? shape.join(" × ") : say("a number"));
