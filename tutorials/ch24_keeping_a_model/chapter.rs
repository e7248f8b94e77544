//! Chapter 24. Keeping a model: what a file holds, what a training needs to go on, and what happens to one that forgets a part of it.

mod by_hand;
pub mod judge;
mod training;

use frame::Origin::{Ours, Theory};
use frame::{Chapter, Chart, Error, Result, Run};
use gradus::data::{Batch, Digits};
use gradus::draw::DrawOptions;
use gradus::nn::Parameters;
use gradus::prelude::*;
use std::path::Path;
use training::{Back, Training};

pub const CHAPTER: Chapter = Chapter {
    slug: "24_keeping_a_model",
    title: "Keeping a model",
    sources: frame::sources!["chapter.rs", "training.rs", "by_hand.rs"],
    question: "A training run with Adam is killed, and only a file with the net's parameters is left. You load them and go on from there. What \
               have you lost? Will the loss go on falling, jump up, or start from the beginning? Will the net end with the same parameters?",
    time: "10 s",
    answer: "Twenty steps later the loss on 1,000 digits is {loss_forgetful:3} instead of {loss:3}. At the end {different} of {parameters} numbers \
             differ. If the file has all that a step changes, {different_all} differ.",
    epochs: 1_400,
    full_epochs: 1_400,
    options: &[],
    fooled: "The accuracy at the end, which is nearly as good without the moments or the generators as with them. It cannot show that a resumed training \
             run is a different one. Compare bits: either all are the same, or something was forgotten. And a file that loads: without a checksum, \
             a number with one wrong bit looks like any other.",
    exercise: "tutorials/ch24_keeping_a_model/exercise.rs: read a matrix out of the bytes of a safetensors file. Then: \
               cargo run --release -- exercises watch ch24",
    next: "cargo run --release -- ch25",
};

/// Adam's rate.
const RATE: f64 = 0.005;
/// The number of training digits on which the loss is measured after each step.
const FIXED: usize = 1_000;
/// The number of steps for which it is drawn.
const NEXT: usize = 100;

/// Files can fail in more ways than one.
type Outcome<T> = std::result::Result<T, Box<dyn std::error::Error>>;

pub fn run(run: &mut Run) -> Result {
    let (train, test) = run.mnist(6_400, 1_000)?;
    let folder = tempfile::tempdir().map_err(|error| Error::new(error.to_string()))?;
    story(run, [&train, &test], folder.path()).map_err(|error| Error::new(error.to_string()))?;
    draw_tape(run, &train)
}

fn story(run: &mut Run, [train, test]: [&Digits; 2], folder: &Path) -> Outcome<()> {
    let steps = run.epochs().max(14);
    let (interval, fixed) = (steps / 14, train.batch((0..FIXED).collect()));
    let mut losses = Vec::new();
    let mut undisturbed = Training::new(run.seed());
    undisturbed.run(train, 12 * interval, &mut |_| Ok(()))?;
    undisturbed.run(train, steps, &mut follow(&fixed, &mut losses))?;
    by_hand::look_inside(run, &undisturbed.net, folder)?;
    killed(run, [train, test], (&undisturbed, &losses), interval, folder)?;
    by_hand::damage(run, &undisturbed, test, folder)?;
    by_hand::from_pytorch(run, folder)
}
/// Measures the loss on the same digits after each step, without dropout.
fn follow<'a>(fixed: &'a Batch, losses: &'a mut Vec<f64>) -> impl FnMut(&Training) -> Outcome<()> + 'a {
    let mut tape = Tape::new();
    move |training| {
        losses.push(tape.no_grad(|| training::loss(&tape, &training.net, fixed).item()).into());
        tape.rewind();
        Ok(())
    }
}

/// The same training once more, which is killed between two checkpoints; and four that go on from what it left.
fn killed(
    run: &mut Run,
    [train, test]: [&Digits; 2],
    (undisturbed, losses): (&Training, &[f64]),
    interval: usize,
    folder: &Path,
) -> Outcome<()> {
    let (kept, killed) = (12 * interval, 12 * interval + interval / 3);
    run.heading("Killed half-way");
    let path = folder.join("training.safetensors");
    // ANCHOR: killed
    let mut victim = Training::new(run.seed());
    victim.run(train, killed, &mut |training| match training.step % interval {
        0 => training.save(&path),
        _ => Ok(()),
    })?;
    drop(victim); // net, moments, generators: all that was in memory is gone
    // ANCHOR_END: killed
    let size = path.metadata()?.len();
    run.say(format!("  killed after step {killed}; the last checkpoint is of step {kept}, {size} bytes"));
    run.say("                           loss, steps later         at the end:   numbers   test digits");
    run.say("  restored                  1       20      100                  different          read");
    let at = |losses: &[f64]| [1, 20, NEXT].map(|later| losses[later.min(losses.len()) - 1]);
    let row = |what: &str, losses: &[f64], different: usize, accuracy: f64| {
        let [one, twenty, hundred] = at(losses);
        let read = 100.0 * accuracy;
        format!("  {what:19}  {one:>7.4}  {twenty:>7.4}  {hundred:>7.4}   {different:>24}   {read:>10.2}%")
    };
    run.say(row("(never killed)", losses, 0, test.accuracy(&undisturbed.net)));
    let ways = [
        ("all", Back::All),
        ("all but moments", Back::AllButMoments),
        ("all but generators", Back::AllButGenerators),
        ("parameters alone", Back::ParametersAlone),
    ];
    let fixed = train.batch((0..FIXED).collect());
    let (mut curves, mut differences) = (Vec::new(), Vec::new());
    for (what, back) in ways {
        let (mut resumed, mut after) = (Training::resume(&path, back, run.seed())?, Vec::new());
        resumed.run(train, undisturbed.step, &mut follow(&fixed, &mut after))?;
        let different = resumed.different(undisturbed);
        run.say(row(what, &after, different, test.accuracy(&resumed.net)));
        curves.push(after);
        differences.push(different);
    }
    run.result("parameters", undisturbed.net.parameter_count());
    run.result("loss", at(losses)[1]);
    run.result("loss_forgetful", at(&curves[3])[1]);
    run.result("different", differences[3]);
    run.result("different_all", differences[0]);
    run.compare("all restored: numbers that differ", differences[0] as f64, Theory, "0", 0.0, 0.0);
    let times = at(&curves[1])[1] / at(losses)[1];
    if undisturbed.step == CHAPTER.epochs {
        run.compare("moments forgotten: loss 20 steps later, times", times, Ours, "it rises", 1.05, 3.0);
    }
    let lines = ["never killed, or all restored", "all but moments", "all but generators"];
    let mut chart = Chart::new("step", "loss on 1,000 training digits");
    for (name, losses) in lines.into_iter().zip([losses, &curves[1], &curves[2]]) {
        let points: Vec<(f64, f64)> =
            (kept + 1..).map(|step| step as f64).zip(losses.iter().copied()).take(NEXT).collect();
        chart = chart.line(name, &points);
    }
    Ok(run.plot("resumed", &chart).map_err(|error| error.to_string())?)
}

/// One step of the training, to step through.
fn draw_tape(run: &mut Run, train: &Digits) -> Result {
    let (training, tape) = (Training::new(run.seed()), Tape::new());
    for batch in train.batches_in_order(training::BATCH_SIZE).take(1) {
        training::loss(&tape, &training.net, &batch).backward();
    }
    run.draw("tape", &tape, &DrawOptions::new().title("One step, with dropout"))
}
