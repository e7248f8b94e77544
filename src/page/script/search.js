// Finding a node: by a part of its name or of its op, or by its place, %12. Enter goes from hit to hit, with Shift back.

/** The nodes that a query is about: those that are called exactly so come first, and those that are drawn before the gradients that are not. */
function search(query) {
  const wanted = query.trim().toLowerCase();
  const place = /^%(\d+)$/.exec(wanted);
  if (place) return place[1] in nodes ? [Number(place[1])] : [];
  const words = nodes.map((node) => [fullName(node), node.name, node.op].map((word) => word.toLowerCase()));
  const drawn = new Set(figure.nodes.map(({ index }) => index));
  const rank = (index) => (words[index].includes(wanted) ? 0 : 2) + (drawn.has(index) ? 0 : 1);
  const hits = [...nodes.keys()].filter((index) => wanted && words[index].some((word) => word.includes(wanted)));
  return hits.sort((a, b) => rank(a) - rank(b) || a - b);
}

class Search {
  /** `mark` is told all hits, `go` the one that the reader goes to. */
  constructor(field, told, { mark, go }) {
    Object.assign(this, { field, told, mark, go, hits: [], at: undefined });
    field.addEventListener("input", () => this.look());
    field.addEventListener("keydown", (event) => this.onKey(event));
  }

  focus() {
    this.field.focus();
    this.field.select();
  }

  look() {
    Object.assign(this, { hits: search(this.field.value), at: undefined });
    const count = this.hits.length;
    this.told.textContent = this.field.value.trim() === "" ? "" : count === 0 ? say("no such node") : say("{count} found", { count });
    this.mark(new Set(this.hits));
  }

  onKey(event) {
    if (event.key === "Escape") {
      this.field.value = "";
      this.look();
      this.field.blur();
    } else if (event.key === "Enter") this.step(event.shiftKey ? -1 : 1);
  }

  step(by) {
    const count = this.hits.length;
    if (count === 0) return;
    this.at = this.at === undefined ? (by > 0 ? 0 : count - 1) : (this.at + by + count) % count;
    this.told.textContent = say("{place} of {count}", { place: this.at + 1, count });
    this.go(this.hits[this.at]);
  }
}
