//! Counting which symbol follows which; and the same as a layer that learns.

use super::names::{Name, Names, characters};
use super::train::{loss, nats};
use frame::Origin::{Ours, Theory};
use frame::Run;
use gradus::nn::{Embedding, Init};
use gradus::optim::{Adam, Optimizer, Schedule};
use gradus::prelude::*;
use ndarray::{Array2, Axis};

/// The steps of the layer, and its highest rate.
const STEPS: usize = 1_000;
const RATE: f64 = 0.3;
/// The number of places that a batch of padded names has, where padding is counted.
const PADDED: usize = 16;

// ANCHOR: counts
/// How often each symbol (the column) follows each (the row). The mark is symbol 0: what follows it are first letters, and it follows the last ones.
pub fn counts(names: &[Name]) -> Array2<f64> {
    let mut counts = Array2::zeros((27, 27));
    for name in names {
        let marked = [&[0], &name[..], &[0]].concat();
        for pair in marked.windows(2) {
            counts[[pair[0], pair[1]]] += 1.0;
        }
    }
    counts
}

/// The shares of each row, after `more` was added to every count.
pub fn shares(counts: &Array2<f64>, more: f64) -> Array2<f64> {
    let counts = counts + more;
    let rows = counts.sum_axis(Axis(1)).insert_axis(Axis(1));
    counts / rows
}
// ANCHOR_END: counts

/// The mean of -ln share over pairs that occur so often.
fn surprise(counts: &Array2<f64>, shares: &Array2<f64>) -> f64 {
    let pairs = counts.iter().zip(shares).filter(|(count, _)| **count > 0.0);
    pairs.map(|(count, share)| -count * share.ln()).sum::<f64>() / counts.sum()
}

/// Counting, in a form that can be used like a net: scores whose softmax are the shares.
pub fn counting(run: &mut Run, names: &Names) -> Embedding {
    run.heading("Counting pairs");
    let (pairs, new) = (counts(&names.train), counts(&names.held_out));
    let sizes = [&names.train, &names.validation, &names.held_out].map(|part| (part.len(), characters(part)));
    run.say("  names   characters, ends among them");
    for ((names, characters), what) in sizes.into_iter().zip(["to learn from", "to choose settings by", "held out"]) {
        run.say(format!("  {names:>5}   {characters:>10}   {what}"));
    }
    run.say("\n  after       comes most often");
    let raw = shares(&pairs, 0.0);
    for letter in ['.', 'a', 'h', 'n', 'q'] {
        let row = names.vocabulary.encode(&letter.to_string()).expect("a symbol")[0];
        let mut likely: Vec<usize> = (0..names.symbols()).collect();
        likely.sort_by(|&a, &b| raw[[row, b]].total_cmp(&raw[[row, a]]));
        let shown =
            |&symbol: &usize| format!("{} {:>4.1}%", names.vocabulary.characters()[symbol], 100.0 * raw[[row, symbol]]);
        run.say(format!("  {letter}           {}", likely[..5].iter().map(shown).collect::<Vec<_>>().join("   ")));
    }
    let unseen: f64 = new.iter().zip(&pairs).filter(|(_, seen)| **seen == 0.0).map(|(new, _)| new).sum();
    let smooth = shares(&pairs, 1.0);
    run.say("\n  nats per character       learnt from   held out");
    run.say(format!("  all symbols alike             {0:.3}      {0:.3}", 27_f64.ln()));
    run.say(format!(
        "  counts as they are            {:.3}   infinite: {unseen} pairs were never counted",
        surprise(&pairs, &raw)
    ));
    run.say(format!(
        "  one added to each             {:.3}      {:.3}",
        surprise(&pairs, &smooth),
        surprise(&new, &smooth)
    ));
    run.compare("counting pairs: held out", surprise(&new, &smooth), Ours, "2.342 in an earlier run", 2.341, 2.343);
    let layer = layer();
    layer.table.set(&smooth.mapv(|share| share.ln() as f32));
    layer
}

/// A row of 27 scores for each symbol, all 0.
fn layer() -> Embedding {
    Embedding::new("scores", 27, 27, Init::Zeros, &mut seeded(0))
}

/// A layer of the same 729 numbers, trained.
pub fn learnt(run: &mut Run, names: &Names) -> frame::Result<Embedding> {
    run.heading("The same, learnt");
    let pairs = counts(&names.train);
    let closed = surprise(&pairs, &shares(&pairs, 0.0));
    let (layer, mut tape, mut adam) = (layer(), Tape::new(), Adam::new(RATE));
    run.say("  step   nats per character   above counting");
    let say = |run: &mut Run, step: usize, nats: f64| {
        run.say(format!("  {step:>4}   {nats:>18.4}   {:>14.4}", nats - closed));
    };
    let start = nats(&layer, &names.train);
    say(run, 0, start);
    // ANCHOR: learnt
    let shares_of_pairs = (&pairs / pairs.sum()).mapv(|share| share as f32);
    let schedule = Schedule::cosine(RATE, STEPS);
    for step in 0..STEPS {
        let loss = -(tape.input(&shares_of_pairs) * tape.param(&layer.table).log_softmax(1)).sum();
        adam.learning_rate = schedule.at(step);
        adam.step(&layer, &loss.backward())?;
        tape.rewind();
        if [1, 10, 100, STEPS].contains(&(step + 1)) {
            say(run, step + 1, nats(&layer, &names.train));
        }
    }
    // ANCHOR_END: learnt
    let (learnt, some) = (nats(&layer, &names.train), &names.train[..100]);
    run.say(format!("  held out {:>24.4}", nats(&layer, &names.held_out)));
    run.result("above_counting", learnt - closed);
    run.result("first_loss", start);
    run.compare("a layer that knows nothing: nats", start, Theory, "ln 27 = 3.2958", 3.295, 3.297);
    run.compare("a trained layer above counting", learnt - closed, Theory, "0", -1e-6, 1e-3);
    // The loss of pairs that are counted is that of all pairs, one by one.
    let one_by_one = f64::from(tape.no_grad(|| loss(&layer, &tape, some).item()));
    let soft = tape.no_grad(|| tape.param(&layer.table).softmax(1).value()).mapv(f64::from);
    let soft = soft.into_dimensionality().expect("a table");
    run.result("counted_and_one_by_one_apart", (one_by_one - surprise(&counts(some), &soft)).abs());
    Ok(layer)
}

/// What counting pairs seems to reach if the filling behind each name is counted, too.
pub fn with_filling(names: &Names) -> f64 {
    let padded = |names: &[Name]| {
        let mut counts = counts(names);
        counts[[0, 0]] += names.iter().map(|name| (PADDED - 1 - name.len()) as f64).sum::<f64>();
        counts
    };
    surprise(&padded(&names.held_out), &shares(&padded(&names.train), 1.0))
}
