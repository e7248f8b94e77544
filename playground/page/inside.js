// What is below the network: how large the gradients are, which units are asleep, and all numbers as a table.

/** The gradients of each layer by their size: bars of half a decade, from 10⁻⁶ to 10; the first is for smaller ones and 0. */
function showSizes(root, layers) {
  if (root.childElementCount !== layers.length || layers.some((layer, i) => root.children[i].querySelectorAll(".bars i").length !== layer.sizes.length)) {
    root.replaceChildren(...layers.map((layer, i) => {
      const part = document.createElement("div");
      part.className = "sizes";
      part.innerHTML = `<h3></h3><div class="bars" role="img">${"<i></i>".repeat(layer.sizes.length)}</div><div class="axis" aria-hidden="true"><span>0</span><span>10⁻⁶</span><span>10⁻⁴</span><span>0.01</span><span>1</span><span>10</span></div>`;
      part.firstChild.textContent = i + 1 === layers.length ? say("Output") : say("Layer {layer}", { layer: i + 1 });
      return part;
    }));
  }
  layers.forEach((layer, i) => {
    const total = layer.sizes.reduce((sum, count) => sum + count, 0);
    const bars = root.children[i].querySelector(".bars");
    layer.sizes.forEach((count, bar) => {
      bars.children[bar].style.height = `${(100 * count) / Math.max(1, total)}%`;
    });
    const most = layer.sizes.indexOf(Math.max(...layer.sizes));
    const size = most === 0 ? say("below a millionth") : say("near {number}", { number: digits(10 ** ((most - 0.5) / 2 - 6)) });
    bars.setAttribute("aria-label", say("{count} gradients, most of them {size}", { count: total, size }));
  });
}

/** Units that no longer learn, in a sentence. */
function tellAsleep(layers, activation) {
  const asleep = layers.flatMap((layer, l) => layer.asleep.flatMap((is, unit) => (is ? [say("unit {unit} of layer {layer}", { unit: unit + 1, layer: l + 1 })] : [])));
  if (asleep.length === 0) return "";
  const units = asleep.length > 6 ? say("{units} and {count} more", { units: asleep.slice(0, 6).join(", "), count: asleep.length - 6 }) : asleep.join(", ");
  return activation === "relu"
    ? say("Asleep, with a dashed red frame in the drawing: {units}. At every training point their output is 0, so almost no gradient flows through them.", { units })
    : say("Asleep, with a dashed red frame in the drawing: {units}. At every training point their output hardly changes, so almost no gradient flows through them.", { units });
}

/** All weights, each with its gradient below it. */
function numbersTable(layers, inputs) {
  const parts = [];
  layers.forEach((layer, l) => {
    const table = document.createElement("table");
    const caption = table.createCaption();
    caption.textContent = say("{layer}: weights, and below each its gradient", { layer: l + 1 === layers.length ? say("Output") : say("Layer {layer}", { layer: l + 1 }) });
    const head = table.createTHead().insertRow();
    head.insertCell();
    layer.biases.forEach((_, unit) => {
      const cell = document.createElement("th");
      cell.scope = "col";
      cell.textContent = say("unit {unit}", { unit: unit + 1 });
      head.append(cell);
    });
    const body = table.createTBody();
    const row = (name, numbers, gradients) => {
      const row = body.insertRow();
      const cell = document.createElement("th");
      cell.scope = "row";
      cell.textContent = name;
      row.append(cell);
      numbers.forEach((number, unit) => {
        const gradient = document.createElement("small");
        gradient.textContent = gradients ? digits(gradients[unit]) : "–";
        row.insertCell().append(digits(number), gradient);
      });
    };
    layer.weights.forEach((numbers, input) => row(l === 0 ? FEATURES[inputs[input]] : say("from unit {unit}", { unit: input + 1 }), numbers, layer.weight_gradients?.[input]));
    row(say("bias"), layer.biases, layer.bias_gradients);
    parts.push(table);
  });
  return parts;
}
