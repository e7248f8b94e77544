//! Judges the batches of an epoch: their sizes, whether each digit comes once, and whether every order is as likely as every other.

use frame::Judge;
use gradus::data::seeded;
use rand::rngs::ChaCha8Rng;
use std::process::ExitCode;

type Epoch = fn(usize, usize, &mut ChaCha8Rng) -> Vec<Vec<usize>>;

pub fn judge(epoch: Epoch) -> ExitCode {
    let mut judge = Judge::new("Exercise 16: an epoch that is one");
    let mut rng = seeded(16);
    for (count, batch_size) in [(60_000, 100), (10, 5), (10, 3), (7, 10), (5, 1), (1, 1), (64, 64), (65, 64)] {
        let batches = epoch(count, batch_size, &mut rng);
        let input = format!("{count} digits in batches of {batch_size}");
        let expected: Vec<usize> =
            (0..count.div_ceil(batch_size)).map(|batch| batch_size.min(count - batch * batch_size)).collect();
        let sizes: Vec<usize> = batches.iter().map(Vec::len).collect();
        let [full, left] = [expected.len(), expected[expected.len() - 1]];
        judge.case(
            &input,
            format!("{full} batches, the last of {left}"),
            format!("{} batches, the last of {}", sizes.len(), sizes.last().unwrap_or(&0)),
            sizes == expected,
        );
        let mut times = vec![0_usize; count];
        let strangers = batches.iter().flatten().filter(|&&digit| digit >= count).count();
        batches.iter().flatten().filter(|&&digit| digit < count).for_each(|&digit| times[digit] += 1);
        let [never, often] = [times.iter().filter(|&&n| n == 0).count(), times.iter().filter(|&&n| n > 1).count()];
        let got = format!("{never} of {count} never, {often} more than once, {strangers} numbers that are no digit");
        judge.case(input, "each once", got, never + often + strangers == 0);
    }
    let twice = [(); 2].map(|()| epoch(1000, 10, &mut rng));
    judge.case("two epochs, one after the other", "two orders", "the same order twice", twice[0] != twice[1]);
    every_order(&mut judge, epoch, &mut rng);
    judge.verdict(
        "write the numbers 0 to count - 1 into a list, bring the list into random order, and cut it into pieces. For the order: \
         which numbers may stand in the last place? And once that is settled, which in the place before it?",
    )
}

/// The 120 orders of five digits, counted over 60,000 epochs. Each should come 500 times, give or take 22.
fn every_order(judge: &mut Judge, epoch: Epoch, rng: &mut ChaCha8Rng) {
    const EPOCHS: usize = 60_000;
    let mut times = std::collections::BTreeMap::<Vec<usize>, usize>::new();
    for _ in 0..EPOCHS {
        *times.entry(epoch(5, 2, rng).concat()).or_default() += 1;
    }
    let (least, most) = (times.values().min().unwrap_or(&0), times.values().max().unwrap_or(&0));
    let got = format!("{} orders, from {least} to {most} times", times.len());
    let even = times.len() == 120 && *least > 380 && *most < 620;
    judge.case(format!("five digits, {EPOCHS} epochs"), "120 orders, each about 500 times", got, even);
}
