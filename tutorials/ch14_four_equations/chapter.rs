//! Chapter 14. The four equations of backpropagation, computed by hand with matrices, and found again on the tape.

mod by_hand;
pub mod judge;

use by_hand::{Layer, backpropagate};
use frame::Origin::Theory;
use frame::{Chapter, Error, Result, Run};
use gradus::NodeInfo;
use gradus::draw::{Backward, DrawOptions};
use gradus::nn::{Activation, Mlp, Parameters};
use gradus::prelude::*;
use ndarray::{Array2, Axis, s};
use std::ops::Range;

pub const CHAPTER: Chapter = Chapter {
    slug: "14_four_equations",
    title: "The four equations",
    sources: frame::sources!["chapter.rs", "by_hand.rs"],
    question: "Books derive backpropagation as four equations, BP1 to BP4, for networks in layers. A tape has never heard of \
               layers: it knows operations, and one rule. Run both on the same ten digits. Will they agree? To how \
               many digits? And how many nodes of the tape does one equation take?",
    time: "1 s",
    answer: "they agree: the largest relative difference is {largest_difference}.",
    epochs: 0,
    full_epochs: 0,
    options: &[],
    fooled: "Two conventions, each harmless alone. Books write a sample as a column and code writes it as a row, so \
             every matrix is the other's transpose. And the book's delta belongs to one sample, the tape's to the mean \
             over ten, so they differ by a factor of ten. Forget one of them when you compare, and you hunt for a bug \
             that is not there; or you \"mend\" one side until the shapes fit. And \"a * delta\", as some texts write it, is \
             not a product of these two vectors at all: what is meant is the outer product, delta times a transposed.",
    exercise: "tutorials/ch14_four_equations/exercise.rs: which node is delta? Write the function that takes the book's delta \
               of a layer from the tape's gradients. Then: cargo run --release -- exercises watch ch14",
    next: "cargo run --release -- ch15",
};

const SAMPLES: usize = 10;

pub fn run(run: &mut Run) -> Result {
    let digits = run.mnist(SAMPLES, 0)?.0.first(SAMPLES);
    let net = Mlp::<f64>::new(&[784, 100, 20, 10], Activation::Sigmoid, &mut run.rng());
    let (images, targets) = (digits.images::<f64>(), digits.one_hot::<f64>());

    let tape = Tape::new();
    record(&tape, &net, &images, &targets).backward();
    let layers = backpropagate(&net, &images.t().to_owned(), &targets.t().to_owned());
    let [first, second, third] = &layers[..] else { return Err(Error::new("the network has three layers")) };

    run.explain(
        "Ten digits, a network of 784-100-20-10 sigmoids, the quadratic cost C = 1/(2n) Σ |y - a|². On each line: what the book computes, the node of the tape that holds the same numbers, the forward node that asked for it, and how far \
         the two are apart, as a share of the largest number.",
    );
    let found = Found { tape: &tape, nodes: tape.nodes() };
    let (z, a) = (|l| found.gradient_of(l, "z"), |l| found.gradient_of(l, "a"));
    let (weights, biases) = (|l| found.gradient_of(l, "W"), |l| found.gradient_of(l, "b"));

    run.heading("BP1   δᴸ = ∇ₐC ∘ σ'(zᴸ)");
    let bp1 = found.show(run, "∇ₐC = a³ - y", a(3), mean(&third.slope_of_a)).max(found.show(
        run,
        "δ³ = ∇ₐC ∘ σ'(z³)",
        z(3),
        mean(&third.delta),
    ));
    run.heading("BP2   δˡ = (Wˡ⁺¹)ᵀ δˡ⁺¹ ∘ σ'(zˡ)");
    let bp2 = found
        .show(run, "(W³)ᵀ δ³", a(2), mean(&second.slope_of_a))
        .max(found.show(run, "δ² = (W³)ᵀ δ³ ∘ σ'(z²)", z(2), mean(&second.delta)))
        .max(found.show(run, "(W²)ᵀ δ²", a(1), mean(&first.slope_of_a)))
        .max(found.show(run, "δ¹ = (W²)ᵀ δ² ∘ σ'(z¹)", z(1), mean(&first.delta)));
    run.heading("BP3   ∂C/∂b = δ");
    let bp3 = found
        .show(run, "∂C/∂b³ = δ³", biases(3), third.slope_of_biases())
        .max(found.show(run, "∂C/∂b² = δ²", biases(2), second.slope_of_biases()))
        .max(found.show(run, "∂C/∂b¹ = δ¹", biases(1), first.slope_of_biases()));
    run.heading("BP4   ∂C/∂W = δ aᵀ");
    let bp4 = found
        .show(run, "∂C/∂W³ = δ³ (a²)ᵀ", weights(3), third.slope_of_weights())
        .max(found.show(run, "∂C/∂W² = δ² (a¹)ᵀ", weights(2), second.slope_of_weights()))
        .max(found.show(run, "∂C/∂W¹ = δ¹ xᵀ", weights(1), first.slope_of_weights()));
    shrinking(run, &layers);

    let one_by_one = one_sample_at_a_time(run, &net, &images, &targets);
    the_product_that_is_meant(run, third);
    what_it_costs(run, &found, &net);

    let numbers = [("bp1", "BP1", bp1), ("bp2", "BP2", bp2), ("bp3", "BP3", bp3), ("bp4", "BP4", bp4)];
    for (key, name, apart) in numbers.into_iter().chain([("mean_of_single", "mean of single gradients", one_by_one)]) {
        run.result(key, apart);
        run.compare(name, apart, Theory, "0", 0.0, 1e-12);
    }
    run.result("largest_difference", bp1.max(bp2).max(bp3).max(bp4));
    let title = "Ten digits: the blue nodes are the lines of BP1 to BP4";
    run.draw("four_equations", &tape, &DrawOptions::new().title(title).backward(Backward::Nodes))
}

fn record<'t>(tape: &'t Tape<f64>, net: &Mlp<f64>, images: &Array2<f64>, targets: &Array2<f64>) -> Var<'t, f64> {
    let x = tape.input(images).named("x");
    net.forward(x).quadratic_cost(tape.input(targets).named("y")).named("C")
}

/// The tape after its one backward pass.
struct Found<'t> {
    tape: &'t Tape<f64>,
    nodes: Vec<NodeInfo>,
}

impl Found<'_> {
    /// The node that holds the gradient of what is called `name` in a layer: its z, its a, its W or its b.
    fn gradient_of(&self, layer: usize, name: &str) -> &NodeInfo {
        let wanted = format!("layer{layer}/{name}");
        let is_wanted = |node: &&NodeInfo| node.name == wanted || format!("{}{}", node.scope, node.name) == wanted;
        let node = self.nodes.iter().find(is_wanted).expect("each layer names its z and a, W and b");
        let gradient = self.tape.gradient_of(node.index, 1).expect("the cost depends on every layer");
        &self.nodes[gradient.index()]
    }

    /// Prints a node beside what the book says it should hold, as the mean over the samples. Returns how far they are apart.
    fn show(&self, run: &Run, equation: &str, node: &NodeInfo, by_hand: Array2<f64>) -> f64 {
        // A sample is a column by hand and a row on the tape.
        let apart = apart(&self.tape.value(node.index), by_hand.t());
        let origin = &self.nodes[node.origin.index()];
        let operands: Vec<String> = node.operands.iter().map(|operand| format!("%{}", operand.index())).collect();
        run.say(format!(
            "  {equation:22}  %{:<2} {:10} = {:15} {:11}  for %{:<2} {:14}  {apart:.0e}",
            node.index.index(),
            node.shape.to_string(),
            node.op,
            operands.join(" "),
            origin.index.index(),
            origin.op,
        ));
        apart
    }
}

/// The largest difference, as a share of the largest number.
fn apart<'a>(ours: impl IntoIterator<Item = &'a f64>, other: impl IntoIterator<Item = &'a f64>) -> f64 {
    let (mut difference, mut largest) = (0.0_f64, 0.0_f64);
    for (a, b) in ours.into_iter().zip(other) {
        difference = difference.max((a - b).abs());
        largest = largest.max(b.abs());
    }
    difference / largest
}

/// The cost is a mean over the samples, so on the tape each sample's slopes are divided by their number.
fn mean(slopes: &Array2<f64>) -> Array2<f64> {
    slopes / slopes.ncols() as f64
}

/// Each layer multiplies by slopes of at most 1/4.
fn shrinking(run: &mut Run, layers: &[Layer]) {
    let size = |slopes: &Array2<f64>| slopes.mapv(f64::abs).mean().unwrap_or_default();
    let sizes: Vec<f64> = layers.iter().map(|layer| size(&layer.delta)).collect();
    run.say(format!(
        "\nThe mean |δ| from the last layer to the first: {:.1e}, {:.1e}, {:.1e}.",
        sizes[2], sizes[1], sizes[0]
    ));
    run.result("mean_delta", sizes);
}

/// Ten costs, one for each digit; their gradients added up and divided by ten.
fn one_sample_at_a_time(run: &Run, net: &Mlp<f64>, images: &Array2<f64>, targets: &Array2<f64>) -> f64 {
    run.heading("One sample at a time");
    let gradients = |rows: Range<usize>| -> Vec<f64> {
        let tape = Tape::new();
        let (images, targets) = (images.slice(s![rows.clone(), ..]), targets.slice(s![rows, ..]));
        let gradients = record(&tape, net, &images.to_owned(), &targets.to_owned()).backward();
        let flat = |param: &Param<f64>| gradients.param(param).expect("the cost depends on every parameter").value();
        net.params().iter().flat_map(flat).collect()
    };
    let batch = gradients(0..SAMPLES);
    let mut sum = vec![0.0; batch.len()];
    for sample in 0..SAMPLES {
        sum.iter_mut().zip(gradients(sample..sample + 1)).for_each(|(sum, gradient)| *sum += gradient);
    }
    let means: Vec<f64> = sum.iter().map(|sum| sum / SAMPLES as f64).collect();
    let apart = apart(&batch, &means);
    run.explain(&format!(
        "Ten backward passes, one for each digit, added up and divided by ten, against the one pass over all ten: {} numbers, \
         apart by {apart:.0e}.",
        batch.len()
    ));
    apart
}

/// BP4 is sometimes printed as a * δ.
fn the_product_that_is_meant(run: &Run, layer: &Layer) {
    run.heading("\"a * δ\"");
    let (a, delta) = (layer.inputs.column(0), layer.delta.column(0));
    let fits = Shape::new(a.shape()).broadcast(Shape::new(delta.shape())).is_some();
    run.say(format!(
        "a² has {} numbers and δ³ has {}: element by element they {}.",
        a.len(),
        delta.len(),
        if fits { "fit" } else { "do not multiply" }
    ));
    let outer = delta.insert_axis(Axis(1)).dot(&a.insert_axis(Axis(0)));
    run.say(format!("δ³ as a column times a² as a row is {:?}, and that is the shape of W³.", outer.shape()));
}

/// Why all this: the price of all slopes at once.
fn what_it_costs(run: &mut Run, found: &Found, net: &Mlp<f64>) {
    run.heading("What it costs");
    let products = |pass: u32| {
        let of_pass = found.nodes.iter().filter(|node| node.pass == pass && node.op.starts_with("matmul"));
        of_pass.count()
    };
    let (forward, backward, parameters) = (products(0), products(1), net.parameter_count());
    run.explain(&format!(
        "Matrix products: {forward} forward, {backward} back (nobody asked for the slope of a pixel). That is the price of all \
         {parameters} slopes; by nudging each weight twice it would be {} forward passes.",
        2 * parameters
    ));
    run.result("matrix_products", serde_json::json!({ "forward": forward, "backward": backward }));
}
