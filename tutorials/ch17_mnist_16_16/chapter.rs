//! Chapter 17. A net small enough to count: 13,002 numbers. What they know about images, and what they learn from noise.

pub mod judge;
mod noise;
mod pictures;

use frame::Origin::{Ours, Printed, Theory};
use frame::{Chapter, Result, Run};
use gradus::data::{Digits, PIXELS, shuffled};
use gradus::draw::DrawOptions;
use gradus::nn::{Activation, Linear, Mlp, Parameters, Predict};
use gradus::optim::{Adam, Optimizer, Sgd};
use gradus::prelude::*;
use ndarray::{Array2, Axis, Ix2};
use serde_json::json;

pub const CHAPTER: Chapter = Chapter {
    slug: "17_mnist_16_16",
    title: "Thirteen thousand and two",
    sources: frame::sources!["chapter.rs", "noise.rs", "pictures.rs"],
    question: "A net of 784-16-16-10 reads 94% of the test digits. Now shuffle the pixels of every image, all images alike, \
               until no eye can tell a 1 from an 8, and train again. How many will the net read then? And if instead each of \
               2,000 images gets a random label: how many of the 2,000 can a net learn, and how many new digits will it read?",
    time: "20 s",
    answer: "{test_accuracy_shuffled:%} of the shuffled digits, where it reads {test_accuracy:%} of the others. Of the random \
             labels a net learns {random_labels.own:%}, and reads {random_labels.new:%} of new digits.",
    epochs: 30,
    full_epochs: 30,
    options: &[],
    fooled: "Two stories that people like to tell. That the net sees strokes and loops: it reads digits with shuffled \
             pixels just as well, because to it an image is a list of 784 numbers in no order. And that only what \
             makes sense can be learnt: the net learns all of 2,000 random labels, with a training loss as fine as \
             any, and reads 9% of new digits. A falling training loss shows that something is learnt, not what.",
    exercise: "tutorials/ch17_mnist_16_16/exercise.rs: count the parameters of a net, without forgetting what is easily forgotten. Then: \
               cargo run --release -- exercises check ch17",
    next: "cargo run --release -- ch18",
};

const SIZES: [usize; 4] = [784, 16, 16, 10];

pub fn run(run: &mut Run) -> Result {
    let (train, test) = run.mnist(noise::IMAGES, 10_000)?;
    count(run);

    run.heading("Digits, and digits with shuffled pixels");
    let order = shuffled(PIXELS, &mut run.rng());
    let [mixed_train, mixed_test] = [&train, &test].map(|digits| digits.with_pixels_permuted(&order));
    pictures::digits(run, &test, &mixed_test)?;
    run.say("  epoch   as they are   shuffled");
    let (net, plain) = learn_sigmoids(run, &train, &test)?;
    let (mixed_net, mixed) = learn_sigmoids(run, &mixed_train, &mixed_test)?;
    for epoch in (1..=plain.len()).filter(|epoch| [1, 2, 5].contains(epoch) || epoch % 10 == 0) {
        run.say(format!("  {epoch:>5}   {:>10.2}%   {:>7.2}%", 100.0 * plain[epoch - 1], 100.0 * mixed[epoch - 1]));
    }
    let [plain, mixed] = [plain, mixed].map(|accuracies| accuracies.last().copied().unwrap_or(0.0));
    run.result("test_accuracy", plain);
    run.result("test_accuracy_shuffled", mixed);
    shuffle_the_weights(run, &net, &order, &test, &mixed_test);
    pictures::weights(run, &net, &mixed_net)?;

    ten_sigmoids(run, &net, &test);
    let relu = learn_relus(run, &train, &test)?;
    if run.is_full() {
        run.compare("sigmoids, rate 3, batches of 10", plain, Ours, "0.939 to 0.943 in earlier runs", 0.93, 0.955);
        run.compare(
            "pixels shuffled: difference",
            (plain - mixed).abs(),
            Ours,
            "0.943 and 0.944 in earlier runs",
            0.0,
            0.01,
        );
        run.compare("ReLUs with Adam", relu, Ours, "0.946 in an earlier run", 0.935, 0.96);
    }
    noise::memorise(run, &train, &test)?;

    let tape = Tape::new();
    for batch in train.batches_in_order(10).take(1) {
        net.forward(tape.input(&batch.images).named("images")).quadratic_cost(tape.input(&batch.one_hot)).backward();
    }
    run.draw("tape", &tape, &DrawOptions::new().title("784-16-16-10: ten digits"))
}

/// Where the 13,002 are, and what the printed formula leaves out.
fn count(run: &mut Run) {
    let net = Mlp::<f32>::new(&SIZES, Activation::Sigmoid, &mut run.rng());
    run.heading("What there is to learn");
    run.say("  layer           W         b");
    // ANCHOR: count
    let (mut weights, mut biases) = (0, 0);
    for (number, layer) in (1..).zip(net.layers()) {
        weights += layer.weights.shape().size();
        biases += layer.biases.shape().size();
        let [w, b] = [&layer.weights, &layer.biases].map(|param| param.shape().to_string());
        run.say(format!("  {number}       {w:>9}     {b:>5}"));
    }
    // ANCHOR_END: count
    run.say(format!("  numbers {weights:>9}     {biases:>5}     together {}", net.parameter_count()));
    run.result("parameters", net.parameter_count());
    run.compare(
        "784·16 + 16·16 + 16·10, the weights",
        weights as f64,
        Theory,
        "12,960: B4's formula",
        12_960.0,
        12_960.0,
    );
    run.compare("with the biases", net.parameter_count() as f64, Printed("B4"), "13,002", 13_002.0, 13_002.0);
}

/// The source's way: sigmoids, the quadratic cost, plain descent. Returns the test accuracy after each epoch.
fn learn_sigmoids(run: &mut Run, train: &Digits, test: &Digits) -> Result<(Mlp, Vec<f64>)> {
    let mut rng = run.rng();
    let net = Mlp::<f32>::new(&SIZES, Activation::Sigmoid, &mut rng);
    let (mut sgd, mut tape, mut accuracies) = (Sgd::new(3.0), Tape::new(), Vec::new());
    let epochs = run.epochs();
    let mut watch = run.watch("training", epochs * train.len() / 10, &net);
    for _ in 0..epochs {
        for batch in train.batches(10, &mut rng) {
            let loss = net.forward(tape.input(&batch.images)).quadratic_cost(tape.input(&batch.one_hot));
            let gradients = loss.backward();
            watch.step(loss, &gradients);
            sgd.step(&net, &gradients)?;
            tape.rewind();
        }
        let accuracy = test.accuracy(&net);
        accuracies.push(accuracy);
        watch.epoch(accuracy);
    }
    watch.finish();
    Ok((net, accuracies))
}

/// The same sizes with what is usual today.
fn learn_relus(run: &mut Run, train: &Digits, test: &Digits) -> Result<f64> {
    let mut rng = run.rng();
    let net = Mlp::<f32>::new(&SIZES, Activation::Relu, &mut rng).logits();
    let (mut adam, mut tape) = (Adam::new(1e-3), Tape::new());
    for _ in 0..run.epochs().div_ceil(3) {
        for batch in train.batches(32, &mut rng) {
            let loss = net.forward(tape.input(&batch.images)).softmax_cross_entropy(tape.input(&batch.labels));
            adam.step(&net, &loss.backward())?;
            tape.rewind();
        }
    }
    let accuracy = test.accuracy(&net);
    run.say(format!(
        "\n  ReLUs, softmax and Adam instead, {} epochs: {:.2}%",
        run.epochs().div_ceil(3),
        100.0 * accuracy
    ));
    run.result("test_accuracy_relu_adam", accuracy);
    Ok(accuracy)
}

/// Why it makes no difference: a net for shuffled pixels is the same net with the rows of its first weights shuffled.
fn shuffle_the_weights(run: &mut Run, net: &Mlp, order: &[usize], test: &Digits, mixed_test: &Digits) {
    // In f64: f32 would round the sums, which run in another order, differently.
    let net = net.cast::<f64>();
    // ANCHOR: rows
    let shuffled_net = net.cast::<f64>();
    let first: &Linear<f64> = shuffled_net.layers().next().expect("there are three layers");
    let weights: Array2<f64> = first.weights.value().into_dimensionality::<Ix2>().expect("weights are a matrix");
    first.weights.set(&weights.select(Axis(0), order));
    // ANCHOR_END: rows
    let (images, mixed) = (test.first(1000).images::<f64>(), mixed_test.first(1000).images::<f64>());
    let difference = net.predict(images.view()) - shuffled_net.predict(mixed.view());
    let apart = difference.iter().fold(0.0_f64, |worst, x| worst.max(x.abs()));
    run.say("\n  the first net with the rows of its W1 shuffled like the pixels, on shuffled digits:");
    run.say(format!("  its answers differ from the first net's by at most {apart:.0e}"));
    run.result("shuffled_rows_apart", apart);
    run.compare("W1's rows shuffled like the pixels: apart", apart, Theory, "0", 0.0, 1e-12);
}

/// Ten sigmoids are ten answers to ten questions, not a distribution.
fn ten_sigmoids(run: &mut Run, net: &Mlp, test: &Digits) {
    run.heading("Do the ten outputs add up to one?");
    let outputs = net.predict(test.images().view());
    let sums = outputs.sum_axis(Axis(1));
    let by_sum = |a: &usize, b: &usize| sums[*a].total_cmp(&sums[*b]);
    let (least, most) = ((0..test.len()).min_by(by_sum).unwrap_or(0), (0..test.len()).max_by(by_sum).unwrap_or(0));
    run.say("              0    1    2    3    4    5    6    7    8    9    sum");
    for (name, index) in [("digit 0", 0), ("least sum", least), ("most", most)] {
        let row: String = outputs.row(index).iter().map(|y| format!(" {y:.2}")).collect();
        run.say(format!("  {name:9} {row}   {:.2}   it is a {}", sums[index], test.label(index)));
    }
    let far = sums.iter().filter(|&&sum| (sum - 1.0).abs() > 0.1).count();
    run.say(format!("  the sum is more than 0.1 away from 1 for {far} of 10,000 digits"));
    run.result("sum_of_outputs", json!({ "least": sums[least], "most": sums[most], "far_from_one": far }));
}
