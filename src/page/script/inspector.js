// What the reader looks at: a node with its value and gradient and what the gradient is the sum of, or an edge with its vjp.

/** A formula, set. The markup was made by the library from the op's own words. */
function formula(text) {
  const made = element("span", { className: text.length > 34 ? "formula long" : "formula" });
  made.innerHTML = formulas[text] ?? "";
  return made;
}

class Inspector {
  /** `handle` shows the reader how to change a leaf. */
  constructor(room, { select, follow, showLine, handle }) {
    const [head, body] = [element("div"), element("div")];
    Object.assign(this, { room, select, follow, showLine, handle, head, body, views: [] });
    // The handle stays where it is, since the reader may be holding it.
    room.replaceChildren(head, handle.room, body);
    // To ask for it in the middle of a change makes the browser lay the page out.
    room.addEventListener("scroll", () => (this.scrolled = room.scrollTop), { passive: true });
  }

  /** Shows what was selected; if nothing was, the node or edge of the step. */
  show(step, selected) {
    const subject = selected ?? subjectOf(step);
    // A picked cell stays picked as long as the same node or edge is shown.
    const key = JSON.stringify(subject);
    if (key !== this.key) this.picked = undefined;
    // While the same node or edge is shown, the arrays that are seen stay, and take other numbers.
    Object.assign(this, { before: key === this.key ? this.views : [], step, key, pass: passAt(step), views: [], lines: [] });
    if (!subject) return this.body.replaceChildren(element("p", { textContent: say("Nothing was recorded.") }));
    const [title, facts, ...content] = subject.slot === undefined ? this.node(subject.node) : this.edge(subject.node, subject.slot);
    const pin = selected
      ? element("button", { className: "pin", textContent: say("Follow the steps"), onclick: this.follow })
      : element("span", { className: "pin faint", textContent: say("follows the steps") });
    this.head.replaceChildren(pin, title, facts);
    this.body.replaceChildren(...content.filter(Boolean));
    this.handle.show(subject.slot === undefined ? subject.node : undefined);
  }

  /** Paints what has a size only when it is on the page. */
  paint() {
    const inHand = (role) => role === "value" && this.handle.node !== undefined;
    for (const { role, view } of this.views) inHand(role) ? view.hold(this.handle.element) : view.paint();
    if (this.scrolled) this.room.scrollTop = this.scrolled;
    if (this.picked) this.lightUp();
  }

  section(title, ...content) {
    return element("section", {}, element("h3", {}, title), ...content.filter(Boolean));
  }

  view(role, digest, label, pick) {
    if (!digest) return element("p", { className: "faint", textContent: say("The value is no longer there.") });
    const before = this.before[this.views.length];
    const isSame = before?.role === role && before.label === label && before.view.fits(digest);
    const view = isSame ? before.view : new (kindOf(digest))(digest, { label, pick });
    if (isSame) view.renew(digest, pick);
    view.element.dataset.role = role;
    this.views.push({ role, label, view });
    return view.element;
  }

  nodeButton(index, text = call(index)) {
    return element("button", { className: "link", textContent: text, onclick: () => this.select({ node: index }) });
  }

  edgeButton(node, slot, text) {
    return element("button", { className: "link", textContent: text, onclick: () => this.select({ node, slot }) });
  }

  facts(node) {
    const parts = [`%${node.index}`, node.attributes ? `${node.op} (${node.attributes})` : node.op, shapeText(node.shape)];
    if (node.scope) parts.push(say("in {scope}", { scope: node.scope.replace(/\/$/, "") }));
    const line = element("button", {
      className: "link source-line",
      textContent: `${node.file.split("/").slice(-2).join("/")}:${node.line}`,
      onclick: () => this.showLine(node),
    });
    return element("p", { className: "facts" }, `${parts.join(" · ")} · `, line);
  }

  node(index) {
    const node = nodes[index];
    const value = valueAt(index, this.step);
    const hasOperands = node.operands.length > 0;
    return [
      element("h2", {}, call(index)),
      this.facts(node),
      this.derivatives(node),
      node.fault && element("p", { className: "fault", textContent: told(node.fault) }),
      hasOperands && element("p", { className: "display" }, formula(node.formula)),
      hasOperands && this.worked("value", node, isComputed(index, this.step) ? (chosen) => valueInNumbers(index, chosen) : undefined),
      value || isComputed(index, this.step)
        ? this.section(say("Value"), this.view("value", value, say("value of {node}", { node: call(index) }), this.picker(index)))
        : this.section(say("Value"), element("p", { className: "faint", textContent: this.missing(index) })),
      hasOperands && this.operands(node, index),
      ...this.gradientSections(index),
      ...this.updateSections(index),
    ];
  }

  /** What a click on a number of a node does: it shows what the number was computed from, or takes it in hand. */
  picker(index) {
    if (nodes[index].operands.length > 0) return (chosen, cell) => this.pick("value", chosen, cell);
    return this.handle.canChange(index) ? ([first]) => this.handle.choose(first) : undefined;
  }

  /** A line with the numbers put into the formula: of the only element, or of the one that the reader picks. */
  worked(role, { shape }, lineOf) {
    if (!lineOf) return undefined;
    const line = element("p", { className: "worked", hidden: true });
    line.dataset.role = role;
    line.show = (chosen) => {
      const text = chosen === undefined ? undefined : lineOf(chosen);
      line.hidden = text === undefined;
      line.textContent = text && product(shape) > 1 ? say("at [{place}]: {text}", { place: indices(chosen, shape).join(", "), text }) : text ?? "";
    };
    line.rest = () => line.show(product(shape) === 1 ? 0 : undefined);
    line.rest();
    this.lines.push(line);
    return line;
  }

  /** Why a value is not there. */
  missing(index) {
    const stays = Number.isFinite(computedAt[index]) ? undefined : limits?.stays[index];
    return stays ? say("not computed again: {reason}", { reason: told(stays) }) : this.notYet(computedAt[index]);
  }

  notYet(place) {
    return Number.isFinite(place) ? say("not computed yet: step {step} computes it", { step: place + 1 }) : say("not computed");
  }

  /** The nodes whose gradient this one holds. */
  derivatives(node) {
    if (!node.holds.length) return undefined;
    const parts = node.holds.flatMap(({ by, of }, at) => [at ? ", " : "", this.nodeButton(by, `∂${call(of)} / ∂${call(by)}`)]);
    return element("p", { className: "holds" }, say("holds "), ...parts);
  }

  operands(node, index) {
    const rows = node.operands.map((operand, slot) => {
      const value = usedValue(operand, this.step);
      const head = element("p", { className: "operand" }, element("b", {}, slotName(node, slot)), say(" is "), this.nodeButton(operand));
      const part = element("div", { className: "part" }, head);
      if (value) part.append(this.view(`operand${slot}`, value, say("operand {name}", { name: slotName(node, slot) })));
      const slope = this.slope(node, slot);
      if (slope) part.append(slope);
      return part;
    });
    const heading = this.isPickable(index) ? say("Computed from (click a number above to see from which)") : say("Computed from");
    return this.section(heading, ...rows);
  }

  isPickable(index) {
    const value = valueAt(index, this.step);
    return value && product(value.shape) > 1;
  }

  /** The local derivative by an operand, in symbols and, once it was used, in numbers. */
  slope(node, slot) {
    const [symbols, flow] = [node.slopes[slot], node.flows[slot]];
    if (!symbols && !flow) return undefined;
    const line = element("p", { className: "slope" });
    const used = this.pass > 0 ? contribution(this.pass, node.index, slot) : undefined;
    const edge = this.edgeButton(node.index, slot, say("how the gradient flows back"));
    const numbers = used?.slope && used.place <= this.step ? used.slope : undefined;
    const single = numbers && product(numbers.shape) === 1 ? number(read(numbers.elements[0]), 6) : undefined;
    if (symbols) {
      line.append(say("local slope "), formula(symbols));
      if (single && single !== symbols) line.append(` = ${single}`);
    } else if (single) line.append(say("local slope "), single);
    if (symbols || single) line.append(" · ");
    line.append(edge);
    const worked = numbers && product(nodes[used.sent].shape) === 1 ? flowInNumbers(used, 0) : undefined;
    if (worked) line.append(element("span", { className: "worked", textContent: worked }));
    return line;
  }

  gradientSections(index) {
    if (this.pass === 0) return nodes[index].needs_grad ? [this.section(say("Gradient"), element("p", { className: "faint", textContent: say("no backward pass has begun") }))] : [];
    const passes = Array.from({ length: this.pass }, (_, at) => this.pass - at);
    const known = passes.filter((pass) => gradients.has(`${pass}:${index}`));
    if (!known.length && nodes[index].pass === 0) {
      const reason = nodes[index].needs_grad ? say("- (the pass did not reach this node)") : say("- (not computed: nobody asked for it)");
      return [this.section(say("Gradient"), element("p", { className: "faint", textContent: reason }))];
    }
    return known.map((pass) => this.gradient(index, pass, known.length > 1));
  }

  gradient(index, pass, isOneOfSeveral) {
    const found = gradientAt(pass, index, this.step);
    const title = isOneOfSeveral ? say("Gradient in pass {pass}", { pass }) : say("Gradient");
    const content = [];
    if (found.isWhole) {
      content.push(this.view(`gradient${pass}`, nodes[found.holder].value, say("gradient of {node}", { node: call(index) }), (chosen, cell) => this.pick(`gradient${pass}`, chosen, cell)));
    } else if (found.terms.length > 1) {
      content.push(element("p", { className: "faint", textContent: say("{count} of {all} contributions have arrived", { count: found.arrived.length, all: found.terms.length }) }));
    } else content.push(element("p", { className: "faint", textContent: this.notYet(found.whole) }));
    if (found.terms.length) content.push(this.sum(index, pass, found));
    else if (found.isWhole) content.push(element("p", { className: "faint", textContent: say("The pass began here, with this gradient.") }));
    if (found.isWhole) content.push(element("p", { className: "holds" }, say("recorded as "), this.nodeButton(found.holder, `%${found.holder} = ${nodes[found.holder].op}`)));
    const part = this.section(title, ...content);
    part.dataset.pass = pass;
    part.classList.add("gradient");
    return part;
  }

  /** The contributions that arrived, and whether they add up. */
  sum(index, pass, { terms, arrived, isWhole, holder }) {
    const list = element("ol", { className: "contributions" });
    for (const place of arrived) {
      const { from, slot, sent } = events[place];
      const item = element("li", {}, say("from "), this.edgeButton(from, slot, call(from)), terms.length > 1 ? "" : say(", its only use"));
      item.append(this.view(`contribution${pass}`, nodes[sent].value, say("contribution from {node}", { node: call(from) })));
      list.append(item);
    }
    const box = element("div", { className: "sum" }, element("h4", {}, terms.length > 1 ? say("The sum of {count} contributions", { count: terms.length }) : say("One contribution")), list);
    if (isWhole) box.append(this.verdict(arrived.map((place) => nodes[events[place].sent].value), nodes[holder].value));
    return box;
  }

  verdict(parts, whole) {
    const cellsOf = (digest) => (digest.elements ?? digest.reduced.cells).map(read);
    const [cells, cellsOfParts] = [cellsOf(whole), parts.map(cellsOf)];
    const sums = cells.map((_, at) => cellsOfParts.reduce((sum, part) => sum + part[at], 0));
    const error = Math.max(0, ...sums.map((sum, at) => difference(sum, cells[at])));
    const size = Math.max(...[cells, ...cellsOfParts].flat().filter(Number.isFinite).map(Math.abs), 0);
    const isRight = error <= (trace.kind === "f32" ? 1e-5 : 1e-12) * (size || 1);
    const isSingle = product(whole.shape) === 1;
    const text = isSingle ? `${cellsOfParts.map(([part]) => number(part, 6)).join(" + ")} = ${number(cells[0], 6)}` : say("Cell by cell, they add up to the gradient");
    const made = element("p", { className: `verdict ${isRight ? "right" : "wrong"}`, textContent: isRight ? text : say("{sum}: off by {error}", { sum: text, error: number(error) }) });
    made.dataset.error = error;
    return made;
  }

  updateSections(index) {
    const done = (updates.get(index) ?? []).filter((place) => place <= this.step);
    return done.map((place) => {
      const { before, change, after } = events[place];
      return this.section(
        say("Update"),
        element("p", { className: "operand", textContent: say("before") }), this.view("before", before, say("value before")),
        element("p", { className: "operand", textContent: say("changed by") }), this.view("change", change, say("change")),
        element("p", { className: "operand", textContent: say("after") }), this.view("after", after, say("value after")),
      );
    });
  }

  edge(index, slot) {
    const node = nodes[index];
    const operand = node.operands[slot];
    const value = usedValue(operand, this.step);
    const name = slotName(node, slot);
    return [
      element("h2", {}, call(operand), element("span", { className: "arrow" }, " → "), call(index)),
      element("p", { className: "facts" }, this.nodeButton(operand), say(" is {name} of ", { name }), this.nodeButton(index, `${node.op} ${call(index)}`)),
      this.section(say("Forward"), element("p", { className: "display" }, formula(node.formula)),
        value ? this.view("value", value, say("value of {node}", { node: call(operand) })) : element("p", { className: "faint", textContent: this.notYet(computedAt[operand]) })),
      this.back(node, slot),
    ];
  }

  /** How the gradient flows along an edge, in symbols and numbers. */
  back(node, slot) {
    const flow = node.flows[slot];
    const sent = this.pass > 0 ? contribution(this.pass, node.index, slot) : undefined;
    const content = [];
    if (flow) content.push(element("p", { className: "display" }, formula(flow)));
    if (!sent) {
      const reason = !flow ? say("Nothing flows back along this edge.") : this.pass === 0 ? say("No backward pass has begun.") : say("Nobody asked for this gradient, so nothing flowed.");
      content.push(element("p", { className: "faint", textContent: reason }));
    } else if (sent.place > this.step) {
      content.push(element("p", { className: "faint", textContent: say("not yet: step {step} does", { step: sent.place + 1 }) }));
    } else content.push(...this.flowed(node, slot, sent));
    return this.section(this.pass > 1 ? say("Back, in pass {pass}: the vjp", { pass: this.pass }) : say("Back: the vjp"), ...content);
  }

  flowed(node, slot, { to, incoming, sent, slope, nth, of }) {
    const [arriving, flowing] = [nodes[incoming].value, nodes[sent].value];
    const g = arrivingName(node);
    const isSingle = [arriving, flowing, slope].every((digest) => digest && product(digest.shape) === 1);
    const content = [this.worked("sent", nodes[to], (chosen) => flowInNumbers({ from: node.index, slot, to, incoming, sent }, chosen))];
    if (isSingle) {
      const [x, y, z] = [arriving, slope, flowing].map((digest) => number(read(digest.elements[0]), 6));
      content.push(element("p", { className: "equation" }, `${x} × ${y} = `, element("b", {}, z)));
      content.push(element("p", { className: "faint", textContent: say("gradient arriving × local slope = what flows on") }));
    }
    const part = (title, role, digest, label, pick) => element("div", { className: "part" }, element("p", { className: "operand" }, ...title), this.view(role, digest, label, pick));
    content.push(part([element("b", {}, g), say(" arrives at "), this.nodeButton(node.index)], "arriving", arriving, say("arriving")));
    if (slope) content.push(part([say("local slope "), node.slopes[slot] ? formula(node.slopes[slot]) : ""], "slope", slope, say("slope")));
    const uses = of > 1 ? say(" ({nth} of its {of} uses)", { nth, of }) : "";
    // What flows on was computed from what arrived: a click on a number of it shows from which.
    const comesFrom = nodes[sent].operands.indexOf(incoming);
    const pick = comesFrom < 0 ? undefined : (chosen, cell) => this.pick("sent", chosen, cell, { sent, comesFrom });
    content.push(part([say("flows on to "), this.nodeButton(to), uses], "sent", flowing, say("sent"), pick));
    const how = sent === incoming ? say("handed on as it is: ") : say("recorded as ");
    content.push(element("p", { className: "holds" }, how, this.nodeButton(sent, `%${sent} = ${nodes[sent].op}`)));
    return content;
  }

  /** The reader picked a cell: highlights the elements that it was computed from. Picking it again ends that. */
  pick(role, chosen, cell, way) {
    const isSame = this.picked?.role === role && this.picked.cell === cell;
    this.picked = isSame ? undefined : { role, chosen, cell, way };
    this.lightUp();
  }

  lightUp() {
    const { role, chosen, way } = this.picked ?? {};
    const index = JSON.parse(this.key).node;
    for (const line of this.lines) {
      if (line.dataset.role === role && chosen.length === 1) line.show(chosen[0]);
      else line.rest();
    }
    for (const { role: other, view } of this.views) {
      if (!role) view.light(undefined);
      else if (other === role) view.light(chosen);
      else if (role === "value" && other.startsWith("operand")) view.light(this.reach(index, Number(other.slice(7)), chosen));
      else if (role === "sent" && other === "arriving") view.light(this.reach(way.sent, way.comesFrom, chosen));
      else if (role.startsWith("gradient") && other === `contribution${role.slice(8)}`) view.light(chosen);
      else view.light(undefined);
    }
  }

  /** The elements of an operand that some elements of a node need. */
  reach(index, slot, chosen) {
    const node = nodes[index];
    const operand = nodes[node.operands[slot]];
    const found = new Set();
    for (const place of chosen) reached(data.reach[index][slot], place, operand.shape, node.shape).forEach((other) => found.add(other));
    return [...found];
  }
}

/** The difference of two numbers; 0 for two NaNs and for two equal infinities. */
const difference = (a, b) => (Object.is(a, b) || a === b ? 0 : Number.isNaN(a - b) ? Infinity : Math.abs(a - b));
