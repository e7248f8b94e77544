//! Judges the batches of an epoch: their sizes, whether each digit comes once, and whether every order is as likely as every other.

use frame::{Judge, Judgement};
use rand::RngExt;
use rand::rngs::ChaCha8Rng;
use std::collections::BTreeMap;

type Epoch = fn(usize, usize, &mut ChaCha8Rng) -> Vec<Vec<usize>>;

pub fn judge(epoch: Epoch) -> Judgement {
    Judge::examine("16_mnist_two_layer", |judge| {
        let (some, size) = (judge.rng().random_range(50..500), judge.rng().random_range(2..50));
        for (count, batch_size) in [(6, 2), (10, 4), (7, 10), (5, 1), (1, 1), (some, size), (60_000, 100)] {
            judge.given(format!("{count} digits in batches of {batch_size}"));
            let batches = epoch(count, batch_size, judge.rng());
            each_once(judge, count, &batches);
            let sizes: Vec<f64> = batches.iter().map(|batch| batch.len() as f64).collect();
            let mut expected = vec![batch_size as f64; count / batch_size];
            expected.extend((count % batch_size > 0).then_some((count % batch_size) as f64));
            judge
                .equal("the sizes of the batches", expected, sizes)
                .slip("the digits that do not fill a batch are left out", || {
                    vec![batch_size as f64; count / batch_size]
                });
        }
        judge.given("two epochs of 1,000 digits, one after the other");
        let [first, second] = [(); 2].map(|()| epoch(1_000, 10, judge.rng()));
        judge.holds("their orders", "two different ones", "twice the same", first != second);
        every_order(judge, epoch);
    })
}

fn each_once(judge: &mut Judge, count: usize, batches: &[Vec<usize>]) {
    let mut times = vec![0; count];
    for &digit in batches.iter().flatten().filter(|&&digit| digit < count) {
        times[digit] += 1;
    }
    let strangers = batches.iter().flatten().filter(|&&digit| digit >= count).count();
    let [never, often] = [times.iter().filter(|&&n| n == 0).count(), times.iter().filter(|&&n| n > 1).count()];
    let got = format!("{never} digits never, {often} more than once, {strangers} numbers that are no digit");
    judge.holds("how often each digit comes", "each once", got, never + often + strangers == 0);
}

/// The 24 orders of four digits, counted. Each should come 1,000 times, give or take 31.
fn every_order(judge: &mut Judge, epoch: Epoch) {
    const EPOCHS: usize = 24_000;
    judge.given(format!("four digits in batches of 2, {EPOCHS} epochs"));
    let mut times = BTreeMap::<Vec<usize>, usize>::new();
    for _ in 0..EPOCHS {
        *times.entry(epoch(4, 2, judge.rng()).concat()).or_default() += 1;
    }
    let (least, most) = (times.values().min().unwrap_or(&0), times.values().max().unwrap_or(&0));
    let even = times.len() == 24 && *least > 800 && *most < 1_200;
    let got = format!("{} orders, from {least} to {most} times", times.len());
    judge.holds("how often each order comes", "24 orders, each about 1,000 times", got, even);
}
