// The panel of a chapter's page that runs the chapter: a form, and below it what the program prints and draws. The one idea to know: the page only shows.
// The program runs in a worker, from the file course.js beside this one, which is loaded when a reader first presses Run. The worker is made from a text,
// which also works in a page opened from disk.

/** A text with a terminal's colours as elements: bold in cyan is a heading, green is good and red is not. */
function coloured(text) {
  const part = document.createDocumentFragment();
  let codes = [];
  for (const [i, piece] of text.split(/\x1b\[([\d;]*)m/).entries()) {
    if (i % 2 === 1) {
      codes = ["", "0"].includes(piece) ? [] : [...codes, ...piece.split(";")];
    } else if (piece !== "") {
      const name = { 36: "heading", 32: "good", 31: "bad" }[codes.find((code) => code in { 36: 0, 32: 0, 31: 0 })];
      const element = codes.length > 0 ? document.createElement("strong") : document.createTextNode("");
      if (name) element.className = name;
      element.textContent = piece;
      part.append(element);
    }
  }
  return part;
}

/** What a panel shows of a run. */
class Shown {
  #panel;
  #output;
  #text = null;
  #waiting = "";
  #frame = 0;
  #addresses = [];

  constructor(panel) {
    this.#panel = panel;
    this.#output = panel.querySelector(".output");
  }

  clear() {
    cancelAnimationFrame(this.#frame);
    this.#addresses.splice(0).forEach((address) => URL.revokeObjectURL(address));
    [this.#text, this.#waiting, this.#frame] = [null, "", 0];
    this.#output.replaceChildren();
    this.#output.hidden = true;
    this.progress("");
  }

  /** The number of characters that fit into a line: the program wraps its lines to it, as in a terminal. */
  get columns() {
    const text = document.createElement("pre");
    text.append(document.createElement("span"));
    text.firstChild.textContent = "0".repeat(100);
    this.#output.append(text);
    this.#output.hidden = false;
    const columns = Math.floor((100 * this.#output.clientWidth) / text.firstChild.getBoundingClientRect().width);
    this.#output.hidden = true;
    text.remove();
    return columns;
  }

  status(text) {
    this.#panel.querySelector("[role=status]").textContent = text;
  }

  /** Collects lines, and shows them together before the page is next painted. */
  print(text) {
    this.#waiting += text;
    this.#frame ||= requestAnimationFrame(() => this.flush());
  }

  flush() {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    if (this.#waiting === "") return;
    if (this.#text === null) {
      this.#text = document.createElement("pre");
      this.#output.append(this.#text);
      this.#output.hidden = false;
    }
    this.#text.append(coloured(this.#waiting));
    this.#waiting = "";
  }

  /** Standard error: notes, and a progress bar, which is drawn again and again. */
  tell(text) {
    if (!/[\r\x1b]/.test(text)) return this.print(text);
    const drawn = text.replace(/\x1b\[[\d;]*[A-Za-z]/g, "\r").split(/[\r\n]/);
    this.progress(drawn.filter((line) => line.trim() !== "").at(-1) ?? "");
  }

  progress(line) {
    const [bar, label] = this.#panel.querySelectorAll("progress, .left");
    const found = /^(.*?)\s*[█▉▊▋▌▍▎▏░ ]*\s(\d+)\/(\d+)\s+(.*)$/u.exec(line);
    bar.parentElement.hidden = found === null;
    if (found === null) return;
    const [, what, done, all, left] = found;
    [bar.max, bar.value] = [Number(all), Number(done)];
    label.textContent = say("{what}: {done} of {all}, {left}", { what, done, all, left });
  }

  /** A file that the program wrote: a figure is shown after the text so far, any other file is offered as a link. */
  file(path, bytes) {
    this.flush();
    const name = path.split("/").at(-1);
    const type = { svg: "image/svg+xml", html: "text/html" }[name.split(".").at(-1)] ?? "application/octet-stream";
    const address = URL.createObjectURL(new Blob([bytes], { type }));
    this.#addresses.push(address);
    const figure = document.createElement("figure");
    if (type === "image/svg+xml") {
      const image = document.createElement("img");
      [image.src, image.alt] = [address, say("The figure {name}, drawn by this run", { name })];
      figure.append(image);
    }
    const caption = document.createElement("figcaption");
    const link = document.createElement("a");
    [link.href, link.textContent] = [address, path];
    if (type === "text/html") link.target = "_blank";
    else link.download = name;
    caption.append(link);
    figure.append(caption);
    // A later version of a file takes the place of an earlier one, as a checkpoint does.
    const earlier = this.#output.querySelector(`figure[data-path="${CSS.escape(path)}"]`);
    figure.dataset.path = path;
    if (earlier) return earlier.replaceWith(figure);
    this.#text = null;
    this.#output.append(figure);
    this.#output.hidden = false;
  }
}

/** The worker, once it is made: all panels of a page share it, and it keeps the compiled program. */
let worker = null;

function wire(panel) {
  const form = panel.querySelector("form");
  const button = form.querySelector("button");
  const shown = new Shown(panel);
  const field = (name) => form.elements[name];
  let running = false;

  function rest(text) {
    running = false;
    button.textContent = say("Run");
    shown.flush();
    shown.progress("");
    shown.status(text);
  }

  function stop(text) {
    worker?.terminate();
    worker = null;
    rest(text);
  }

  /** The arguments in the form. */
  function args() {
    const flags = field("flags").value.split(/\s+/).filter((word) => word !== "");
    const seed = field("seed").value === "" ? [] : ["--seed", field("seed").value];
    return [panel.dataset.chapter, ...seed, ...(field("quiet").checked ? ["--quiet"] : []), ...flags];
  }

  async function start() {
    running = true;
    button.textContent = say("Stop");
    shown.clear();
    const order = { args: args(), language: document.documentElement.lang, columns: shown.columns, lines: field("guess").value.trim() === "" ? [] : [field("guess").value.trim()] };
    try {
      if (worker === null) {
        shown.status(say("Loading the course."));
        const [work, module] = await carried("course.js", "gradusCourse");
        if (!running) return;
        const address = URL.createObjectURL(new Blob([`(${work})()`], { type: "text/javascript" }));
        worker = new Worker(address);
        URL.revokeObjectURL(address);
        order.module = module;
      }
      begin(order);
    } catch (error) {
      stop(error.message);
    }
  }

  function begin(order) {
    shown.status(say("Running."));
    worker.onmessage = async ({ data }) => {
      if (data.stream === 1) shown.print(data.text);
      else if (data.stream === 2) shown.tell(data.text);
      else if (data.path) shown.file(data.path, data.bytes);
      else if (data.failed) stop(say("The program stopped early: {reason}", { reason: data.failed }));
      else if (data.needs) {
        shown.clear();
        shown.status(say("Loading the digits: 11 MB."));
        try {
          const [digits] = await carried("digits.js", "gradusDigits");
          if (running) begin({ ...order, module: undefined, digits });
        } catch (error) {
          stop(error.message);
        }
      } else {
        const time = `${data.seconds < 10 ? data.seconds.toFixed(1) : Math.round(data.seconds)} s`;
        const ends = { 0: say("Finished in {time}.", { time }), 1: say("Finished in {time}: a number is outside its band.", { time }) };
        rest(ends[data.status] ?? say("The run failed: the output says why."));
      }
    };
    worker.onerror = (event) => stop(say("The worker failed: {reason}", { reason: event.message }));
    worker.postMessage(order);
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (running) stop(say("Stopped."));
    else start();
  });
  form.hidden = false;
  shown.status("");
}

document.querySelectorAll(".run").forEach(wire);
