// Formulas with the numbers put in: "0.8 · 1.5 = 1.2". The op's own formula says where each number stands, by a blank: ⟨1⟩ is the number of operand 1,
// ⟨1:2⟩ its third number that the element is computed from, ⟨y⟩ the result, ⟨g⟩ the gradient that arrives. Here the blanks are filled.

/** The formula with its blanks filled; undefined if there is none, or if a number is missing. */
function fill(template, textOf) {
  if (!template) return undefined;
  const parts = template.split(/⟨([^⟩]*)⟩/);
  let filled = parts[0];
  for (let at = 1; at < parts.length; at += 2) {
    const [text, behind] = [textOf(parts[at]), parts[at + 1]];
    if (text === undefined) return undefined;
    const isLong = /^-?\d/.test(text) && /[-e]/.test(text);
    const isFirst = filled === "" || /[(|]$|, $/.test(filled);
    const isWhole = behind === "" || /^[ )|,]/.test(behind);
    const isBare = !isLong || (isFirst && isWhole);
    // A function before a bracket needs no blank between: tanh(-1.2).
    if (!isBare && /\p{L} $/u.test(filled)) filled = filled.slice(0, -1);
    filled += (isBare ? text : `(${text})`) + behind;
  }
  return filled;
}

/** A node in a formula: its name, if it is a word; the number, if it is a constant; or its place. */
function letter(index) {
  const { name, scope, op, value } = nodes[index];
  const own = name.startsWith(scope) ? name.slice(scope.length) : name;
  if (/^\p{L}[\p{L}\p{N}_]*$/u.test(own)) return own;
  return op === "const" && value?.elements?.length === 1 ? number(read(value.elements[0])) : `%${index}`;
}

/** The formula with names (for single numbers), with numbers, and the result; what would only repeat itself is left out. */
function written(template, index, isSingle, numberOf, result) {
  const numbers = fill(template, (blank) => {
    const found = numberOf(blank);
    return found === undefined ? undefined : number(read(found));
  });
  if (numbers === undefined) return undefined;
  const nameOf = (blank) => (blank === "g" ? "g" : letter(blank === "y" ? index : nodes[index].operands[blank]));
  const names = isSingle && !template.includes(":") ? [fill(template.replaceAll(" · ", " "), nameOf)] : [];
  const parts = [...names, numbers, number(read(result))];
  return parts.filter((part, at) => part !== parts[at - 1]).join(" = ");
}

/** How an element of a node was computed. */
function valueInNumbers(index, element) {
  const node = nodes[index];
  const result = node.value?.elements?.[element];
  if (result === undefined) return undefined;
  const numberOf = (blank) => {
    const [slot, term] = blank.split(":").map(Number);
    const operand = nodes[node.operands[slot]];
    const place = reached(data.reach[index][slot], element, operand.shape, node.shape)[term ?? 0];
    return operand.value?.elements?.[place];
  };
  return written(node.worked?.value, index, product(node.shape) === 1, numberOf, result);
}

/** How an element of what flowed back to an operand was computed. */
function flowInNumbers({ from, slot, to, incoming, sent }, element) {
  const [node, result] = [nodes[from], nodes[sent].value?.elements?.[element]];
  if (result === undefined) return undefined;
  const isLike = (shape) => shape.join() === nodes[to].shape.join();
  const numberOf = (blank) => {
    const { shape, value } = nodes[{ g: incoming, y: from }[blank] ?? node.operands[blank]];
    if (product(shape) === 1) return value?.elements?.[0];
    return isLike(shape) ? value?.elements?.[element] : undefined;
  };
  const isSingle = product(nodes[to].shape) === 1;
  const line = written(node.worked?.flows?.[slot], from, isSingle, numberOf, result);
  // What mixes elements is written out by the op that it was recorded as.
  const recorded = line ?? (nodes[sent].operands.includes(incoming) ? valueInNumbers(sent, element) : undefined);
  return recorded && isSingle ? `d${letter(to)} = ${recorded}` : recorded;
}
