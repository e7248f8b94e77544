//! What is chosen by looking at some digits looks better on them than it is.

use super::HIDDEN;
use super::train::{Remedy, train};
use frame::Origin::{Ours, Theory};
use frame::{Result, Run};
use gradus::data::Digits;
use gradus::nn::Sequential;
use rand::seq::index;
use rand::{Rng, RngExt};
use serde_json::json;

/// The nets to choose from.
const NETS: u64 = 40;
const EPOCHS: usize = 10;
/// How often digits to look at are drawn.
const DRAWS: usize = 1_000;
/// One digit in so many is read by guessing.
const ONE_IN: u32 = 10;

/// Which digits a net reads.
type Read = Vec<bool>;

/// Chooses the best of several nets on some of the test digits, and asks how it does on the others.
pub fn forty_nets(run: &mut Run, few: &Digits, test: &Digits) -> Result {
    run.heading("The best of forty");
    // Half of the thousand digits, and few epochs: the nets differ more.
    let (some, others) = few.split_at(few.len() / 2);
    let mut nets = Vec::new();
    let mut rng = run.rng();
    let epochs = run.epochs().min(EPOCHS);
    for net in 0..NETS {
        let (what, seed) = (format!("net {} of {NETS}", net + 1), run.seed().wrapping_add(net));
        let trained = train(run, &what, &HIDDEN, Remedy::default(), [&some, &others], epochs, seed)?;
        nets.push(read_by(&trained.net, test));
    }
    let share = |read: &Read| read.iter().filter(|&&is_read| is_read).count() as f64 / read.len() as f64;
    let shares: Vec<f64> = nets.iter().map(share).collect();
    let [least, most] = [f64::min, f64::max].map(|of| shares.iter().copied().reduce(of).unwrap_or(0.0));
    run.say(format!("  {NETS} nets that differ in their seeds read {:.2}% to {:.2}%", 100.0 * least, 100.0 * most));
    run.say("           nets tried   digits looked at   on these   on the others   too much");
    let mut rows = Vec::new();
    for looked_at in [100, 1_000.min(test.len() / 2)] {
        for tried in [1, 5, NETS as usize] {
            let [seen, unseen] = winner(&nets[..tried], looked_at, &mut rng);
            let by = 100.0 * (seen - unseen);
            let [seen_percent, unseen_percent] = [seen, unseen].map(|share| 100.0 * share);
            run.say(format!(
                "  {tried:>19} {looked_at:>18}   {seen_percent:>7.2}%   {unseen_percent:>12.2}%   {by:>7.2}%"
            ));
            rows.push(json!([tried, looked_at, seen, unseen]));
            if looked_at == 100 && tried == 1 {
                run.compare(
                    "one net, on 100 digits: too much",
                    seen - unseen,
                    Theory,
                    "0: nothing was chosen",
                    -0.004,
                    0.004,
                );
            }
        }
    }
    run.result("looked_at", rows);
    guessers(run, test.len(), &mut rng);
    Ok(())
}

/// Nets that know nothing, of which the best seems to know something.
fn guessers(run: &mut Run, digits: usize, rng: &mut impl Rng) {
    let guess = |rng: &mut _| RngExt::random_range(rng, 0..ONE_IN) == 0;
    let guessers: Vec<Read> = (0..NETS).map(|_| (0..digits).map(|_| guess(rng)).collect()).collect();
    let [seen, unseen] = winner(&guessers, 100, rng);
    let theory = best_guess(100);
    run.say(format!(
        "\n  {NETS} that only guess: the best of them reads {:.2}% of 100 digits, and {:.2}% of the others",
        100.0 * seen,
        100.0 * unseen
    ));
    run.say(format!("  by the binomial distribution: {:.2}%", 100.0 * theory));
    run.result("guessers", json!([seen, unseen, theory]));
    run.compare("best of 40 guessers, off by", seen - theory, Theory, "0: the binomial's", -0.008, 0.008);
}

// ANCHOR: winner
/// The net that reads most of some digits that are drawn: which share it reads of these, and of the others. A mean over many draws.
fn winner(nets: &[Read], looked_at: usize, rng: &mut impl Rng) -> [f64; 2] {
    let digits = nets[0].len();
    let (mut seen, mut unseen) = (0.0, 0.0);
    for _ in 0..DRAWS {
        let drawn = index::sample(rng, digits, looked_at);
        let reads = |net: &Read| drawn.iter().filter(|&digit| net[digit]).count();
        let Some(best) = nets.iter().max_by_key(|net| reads(net)) else { continue };
        let (of_drawn, of_all) = (reads(best), best.iter().filter(|&&is_read| is_read).count());
        seen += of_drawn as f64 / looked_at as f64;
        unseen += (of_all - of_drawn) as f64 / (digits - looked_at) as f64;
    }
    [seen, unseen].map(|sum| sum / DRAWS as f64)
}
// ANCHOR_END: winner

/// The mean share of `digits` that the best of the guessers reads: Σ 1 - F(k)ⁿ over k < digits, with F the binomial's distribution function.
fn best_guess(digits: u32) -> f64 {
    let p = 1.0 / f64::from(ONE_IN);
    let mut exactly = (1.0 - p).powi(digits as i32);
    let (mut at_most, mut mean) = (0.0, 0.0);
    for k in 0..digits {
        at_most += exactly;
        mean += 1.0 - at_most.powi(NETS as i32);
        exactly *= f64::from(digits - k) / f64::from(k + 1) * p / (1.0 - p);
    }
    mean / f64::from(digits)
}

fn read_by(net: &Sequential, digits: &Digits) -> Read {
    digits.predictions(net).into_iter().zip(digits.labels()).map(|(said, &label)| said == usize::from(label)).collect()
}

/// One net, on digits from the end of the training file and on digits drawn from all of it.
pub fn from_the_end(run: &mut Run, digits: [&Digits; 2], end: &Digits) -> Result {
    run.heading("Where the digits for validation come from");
    let number = end.len();
    let stopped = Remedy { stops_early: true, ..Remedy::default() };
    let net = train(run, "for validation", &HIDDEN, stopped, digits, run.epochs(), run.seed())?.net;
    let [at_the_end, anywhere] = [end, digits[1]].map(|digits| digits.accuracy(&net));
    run.say(format!("  the last {number} of the training file:  {:.2}%", 100.0 * at_the_end));
    run.say(format!("  {number} drawn from all of it:           {:.2}%", 100.0 * anywhere));
    run.result("from_the_end", json!([at_the_end, anywhere]));
    if run.is_full() {
        run.compare("more at the end of the file", at_the_end - anywhere, Ours, "0.04 in an earlier run", 0.01, 0.07);
    }
    Ok(())
}
