// Vjps that the reader breaks, and the check that notices: every gradient against finite differences, by the library's own checker.

const MISTAKES = {
  sign: say("the wrong sign"),
  double: say("twice as large"),
  zero: say("zeros for the first operand"),
  ignored: say("the arriving gradient ignored"),
  sum: say("the sum over copies forgotten"),
  swapped: say("the second operand used instead of the first"),
};
/** Milliseconds after the last change after which a check is repeated. */
const REST = 200;

class Breaker {
  /** `ask` asks the engine, `changed` is told that gradients have changed. */
  constructor(room, { ask, changed }) {
    Object.assign(this, { room, ask, changed, broken: undefined, isChecking: false });
    this.node = element("select", { id: "break-node" });
    this.mistake = element("select", { id: "break-how" }, ...Object.entries(MISTAKES).map(([value, text]) => new Option(text, value)));
    const button = (id, text, title, press) => element("button", { id, textContent: text, title, onclick: press });
    this.check = button("check-gradients", say("Check the gradients"), say("Nudges every leaf and compares the slopes with the gradients"), () => this.begin());
    this.break = button("break", say("Break it"), say("From now on this vjp has the mistake; all values stay right"), () => this.sabotage());
    this.mend = button("mend", say("Mend it"), "", () => this.repair());
    const label = (text, control) => element("label", { htmlFor: control.id, textContent: text });
    this.choice = element("span", { className: "row-of-tools" }, label(say("vjp of"), this.node), this.node, label(say("with"), this.mistake), this.mistake, this.break, this.mend);
    this.told = element("div", { className: "findings" });
    this.told.setAttribute("aria-live", "polite");
    room.append(element("div", { className: "row-of-tools" }, this.check, this.choice), this.told);
  }

  /** Begins. A figure that holds the nodes of a pass could not show other ones. */
  start(hasLoss) {
    this.check.disabled = !hasLoss;
    const ops = nodes.filter(({ index, pass, operands, needs_grad }) => pass === 0 && operands.length > 0 && needs_grad && !(index in limits.stays));
    this.node.replaceChildren(...ops.map(({ index, op }) => new Option(fullName(nodes[index]) ? `${op} ${call(index)}` : `${op} %${index}`, index)));
    this.choice.hidden = !hasLoss || ops.length === 0 || figure.nodes.some(({ index }) => nodes[index].pass > 0);
    this.show();
  }

  /** Offers the op that the reader looks at. */
  offer(index) {
    if (this.broken === undefined && [...this.node.options].some(({ value }) => value === String(index))) this.node.value = index;
  }

  show() {
    this.break.hidden = this.broken !== undefined;
    this.mend.hidden = this.broken === undefined;
    this.node.disabled = this.mistake.disabled = this.broken !== undefined;
  }

  sabotage() {
    const node = Number(this.node.value);
    try {
      this.ask({ ask: "break", node, mistake: this.mistake.value });
    } catch (error) {
      return this.tell("wrong", told(error.message));
    }
    this.broken = node;
    this.show();
    this.changed();
    this.begin();
  }

  repair() {
    this.ask({ ask: "mend" });
    this.clear();
    this.changed();
    this.begin();
  }

  /** Nothing is broken any more. */
  clear() {
    this.broken = undefined;
    this.isChecking = false;
    this.told.replaceChildren();
    this.show();
  }

  /** Checks now, and again after each change. */
  begin() {
    this.isChecking = true;
    this.look();
  }

  /** Something has changed: what was found no longer holds. */
  follow() {
    if (!this.isChecking) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.isChecking && this.look(), REST);
  }

  look() {
    try {
      const { leaves, fault } = this.ask({ ask: "check" });
      const wrong = leaves.filter(({ verdict }) => verdict === "wrong");
      if (wrong.length === 0) return this.tell("right", allRight(leaves));
      this.tell("wrong", ...wrong.map(off), fault ? why(fault) : "");
    } catch (error) {
      this.tell("wrong", told(error.message));
    }
  }

  tell(verdict, ...lines) {
    this.told.replaceChildren(...lines.filter(Boolean).map((text, at) => element("p", { className: at === 0 ? `verdict ${verdict}` : "", textContent: text })));
  }
}

function allRight(leaves) {
  const unsure = leaves.filter(({ verdict }) => verdict === "cannot tell").map(({ node }) => call(node));
  const beside = unsure.length ? say("; nudging cannot tell at {nodes}", { nodes: unsure.join(", ") }) : "";
  return say("Nudging every leaf finds no wrong gradient{beside}.", { beside });
}

/** A leaf whose gradient is wrong, with both numbers. */
function off({ node, index, reverse, numeric }) {
  const name = index.length ? say("{node} at [{place}]", { node: call(node), place: index.join(", ") }) : call(node);
  return say("The gradient of {node} is wrong: the backward pass says {reverse}, nudging {numeric}.", { node: name, reverse: number(read(reverse), 6), numeric: number(read(numeric), 6) });
}

/** Where the mistake is: between a gradient that is right and the first one that is wrong. */
function why({ node, users }) {
  const vjps = users.map((user) => `${nodes[user].op} ${call(user)}`);
  const found = { node: call(node), users: users.map(call).join(", "), vjps: vjps.join(", ") };
  return users.length === 1
    ? say("The gradient of {node} is wrong, but that of {users}, through which it flows, is right. So the vjp of {vjps} is broken.", found)
    : say("The gradient of {node} is wrong, but those of {users}, through which it flows, are right. So one of the vjps of {vjps} is broken.", found);
}
