//! Chapter 12. Layers as building blocks: each knows its own way back, and the network's is theirs, in reverse order.

mod blocks;
mod company;
pub mod judge;

use blocks::{Affine, Block, Flaws, Net, Relu, Shared, SoftmaxWithLoss};
use company::{in_company, start, training};
use frame::Origin::{Ours, Theory};
use frame::{Chapter, Result, Run};
use gradus::check::Check;
use gradus::data::Digits;
use gradus::draw::DrawOptions;
use ndarray::{Array2, ArrayD, Ix2};
use std::cell::RefCell;
use std::rc::Rc;

pub const CHAPTER: Chapter = Chapter {
    slug: "12_layers",
    title: "Layers",
    sources: frame::sources!["chapter.rs", "blocks.rs", "company.rs"],
    question: "On the way back, a layer of ReLUs sets the slope to 0 where its input was negative. One program writes the zeros into the \
               array that it received, and passes that array on. Each block, tested alone, passes a gradient check. Guess: is the gradient \
               of a network of such blocks right? And what if a layer is used twice, and keeps the slope of its weights in a variable?",
    time: "8 s",
    answer: "no: {blocks_that_pass_alone} blocks pass alone, and the slopes of the first weights are off by \
             {off_overwrites.0:%}. A layer that is used twice keeps only its last slope: that is off by {off_assigns.2:%}.",
    epochs: 300,
    full_epochs: 300,
    options: &[],
    fooled: "The checks of the single blocks. Every block with a mistake passed its own check, because its mistake is not in \
             what it computes but in what it does to others: it spoils an array that somebody else still needs, or overwrites \
             the slope of its own first use. Such mistakes show only where a value is used more than once. And the training: \
             networks with wrong slopes learn, a little worse. One network does not learn at all, and its slopes are right.",
    exercise: "tutorials/ch12_layers/exercise.rs: write the way back of softmax and cross-entropy, as one block. Then: cargo run --release -- \
               exercises watch ch12",
    next: "cargo run --release -- ch13",
};

pub fn run(run: &mut Run) -> Result {
    let (train, test) = run.mnist(100, 1)?;
    let digits = train.first(100);
    run.heading("Blocks, each by itself");
    run.say("  block               as it should be   as the source has it");
    let flawed = Flaws { overwrites: true, assigns: true, renames: true };
    let verdicts = [alone(run, Flaws::default()), alone(run, flawed)];
    for (place, name) in ["affine", "ReLU", "softmax with loss"].into_iter().enumerate() {
        run.say(format!("  {name:18} {:16}   {}", shown(verdicts[0][place]), shown(verdicts[1][place])));
    }
    let passed = verdicts.concat().into_iter().filter(|passed| *passed).count();
    run.result("blocks_that_pass_alone", passed);
    run.compare("blocks that pass their own check, of six", passed as f64, Ours, "6", 6.0, 6.0);

    targets_taken_away(run, &digits);
    samples_averaged(run, &digits);
    in_company(run, &digits)?;
    training(run, &train, &test)
}

fn shown(passed: bool) -> &'static str {
    if passed { "right" } else { "WRONG" }
}

/// Whether each block's way back agrees with nudging, when it is used once and nobody else needs its slopes.
fn alone(run: &Run, flaws: Flaws) -> [bool; 3] {
    let mut rng = run.rng();
    let mut draw = |shape| gradus::nn::Init::Normal(1.0).draw::<f64, _>(shape, 1, 1, &mut rng);
    let (x, w, b, g) = (draw((4, 5)), draw((5, 3)), draw((1, 3)), draw((4, 3)));
    let share = |array: &ArrayD<f64>| -> Shared { Rc::new(RefCell::new(matrix(array))) };
    let affine = |x: &[ArrayD<f64>]| Affine::new(&share(&x[1]), &share(&x[2]), flaws);
    let given = [x, w, b].map(Array2::into_dyn);

    let mut block = affine(&given);
    block.forward(matrix(&given[0]));
    let dx = block.backward(&mut g.clone());
    let claimed = [dx, block.dw.clone(), block.db.clone()].map(Array2::into_dyn);
    let forward = |x: &[ArrayD<f64>]| (affine(x).forward(matrix(&x[0])) * &g).sum();
    let affine_passes = Check::new().by_hand(forward, &given, &claimed).passed();

    let given = [g.clone().into_dyn()];
    let mut relu = Relu::new(flaws);
    let sum = |x: &[ArrayD<f64>]| (Relu::new(flaws).forward(matrix(&x[0])) * &g.mapv(f64::cos)).sum();
    relu.forward(matrix(&given[0]));
    let dx = relu.backward(&mut g.mapv(f64::cos)).into_dyn();
    let relu_passes = Check::new().by_hand(sum, &given, &[dx]).passed();

    let targets = Array2::from_shape_fn((4, 3), |(row, class)| f64::from(u8::from(row % 3 == class)));
    let mut loss = SoftmaxWithLoss::default();
    loss.forward(&g, targets.clone());
    let cost = |x: &[ArrayD<f64>]| SoftmaxWithLoss::default().forward(&matrix(&x[0]), targets.clone());
    let loss_passes = Check::new().by_hand(cost, &given, &[loss.backward().into_dyn()]).passed();
    [affine_passes, relu_passes, loss_passes]
}

fn matrix(array: &ArrayD<f64>) -> Array2<f64> {
    array.clone().into_dimensionality::<Ix2>().expect("two axes")
}

/// D14: the slope of softmax and cross-entropy together.
fn targets_taken_away(run: &mut Run, digits: &Digits) {
    run.heading("(y - t) / N");
    let mut net = Net::new(&start(run), Flaws::default());
    for batch in digits.batches_in_order(100) {
        net.slopes(&batch);
    }
    let (y, t, g) = (&net.loss.y, &net.loss.t, net.loss.backward());
    let line = |row: ndarray::ArrayView1<f64>| row.iter().map(|x| format!("{x:>8.4}")).collect::<String>();
    run.say(format!("  the first of {} digits, a {}, before any step", digits.len(), digits.label(0)));
    run.say(format!("  y              {}", line(y.row(0))));
    run.say(format!("  t              {}", line(t.row(0))));
    run.say(format!("  N times dL/dx  {}", line((&g * digits.len() as f64).row(0))));
    run.say(format!("  its sum is {:.0e}: what one score should lose, the others should gain", g.row(0).sum().abs()));
}

/// B12: the slopes of a batch are the mean of its samples' slopes.
fn samples_averaged(run: &mut Run, digits: &Digits) {
    run.heading("All samples, averaged");
    let mut net = Net::new(&start(run), Flaws::default());
    let mut slopes_of = |size: usize| -> Vec<Vec<Array2<f64>>> {
        digits.batches_in_order(size).map(|batch| net.slopes(&batch).1).collect()
    };
    let (whole, single) = (slopes_of(100).remove(0), slopes_of(1));
    let mut mean: Vec<Array2<f64>> = whole.iter().map(|slope| Array2::zeros(slope.dim())).collect();
    for slopes in &single {
        mean.iter_mut().zip(slopes).for_each(|(mean, slope)| *mean += &(slope / single.len() as f64));
    }
    let apart = company::apart(&whole, &mean);
    let wishes = |sign: fn(f64) -> bool| single.iter().filter(|slopes| sign(slopes[5][[0, 0]])).count();
    run.say(format!(
        "  the bias of the score for 0: {} digits would raise it, {} would lower it,",
        wishes(|g| g < 0.0),
        wishes(|g| g > 0.0)
    ));
    run.say(format!(
        "  and their mean says {:+.4}; the batch at once says {:+.4}",
        -mean[5][[0, 0]],
        -whole[5][[0, 0]]
    ));
    run.say(format!(
        "  all {} slopes: the largest difference is {apart:.0e} of the largest slope",
        whole.iter().map(Array2::len).sum::<usize>()
    ));
    run.result("batch_minus_mean", apart);
    run.compare("slopes of a batch minus the mean of its samples'", apart, Theory, "0", 0.0, 1e-13);
}

/// The figure of the whole: a box for each layer.
fn draw(run: &mut Run, tape: &gradus::Tape<f64>) -> Result {
    let options = DrawOptions::new().title("Blocks in order; the middle one stands there twice").max_values(0);
    run.draw("layers", tape, &options)
}
