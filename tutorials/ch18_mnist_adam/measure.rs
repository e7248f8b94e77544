//! The loss of a net on many digits, put together from batches: three ways, of which one is right.

use super::record;
use frame::Origin::Theory;
use frame::Run;
use gradus::data::Digits;
use gradus::nn::{Activation, Init, Mlp};
use gradus::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::json;

#[derive(Serialize, Deserialize)]
// ANCHOR: measure
/// One loss of one net on one set of digits.
pub struct Loss {
    /// The sum of the batches' means, divided by the number of digits.
    pub by_the_source: f64,
    /// The same sum, divided by the number of batches.
    pub mean_of_means: f64,
    /// Each mean times the number of its digits; their sum, divided by the number of all digits.
    pub per_digit: f64,
}

pub fn measure(net: &Mlp, digits: &Digits, batch_size: usize) -> Loss {
    let (mut means, mut sum, mut batches) = (0.0, 0.0, 0.0);
    let mut tape = Tape::new();
    for batch in digits.batches_in_order(batch_size) {
        let mean = f64::from(tape.no_grad(|| record(&tape, net, &batch).item()));
        means += mean;
        sum += mean * batch.len() as f64;
        batches += 1.0;
        tape.rewind();
    }
    let count = digits.len() as f64;
    Loss { by_the_source: means / count, mean_of_means: means / batches, per_digit: sum / count }
}
// ANCHOR_END: measure

/// Measures something whose loss is known.
pub fn know_nothing(run: &mut Run, test: &Digits) {
    run.heading("A net that knows nothing");
    let net = Mlp::with_init(&super::SIZES, Activation::Relu, Init::Zeros, Init::Zeros, &mut run.rng()).logits();
    let loss = measure(&net, test, super::TEST_BATCH);
    let times = loss.per_digit / loss.by_the_source;
    run.say("  all weights 0: every digit has the probability 1/10");
    run.say(format!("  -ln(1/10)        {:.5}", 10.0_f64.ln()));
    run.say(format!("  right            {:.5}", loss.per_digit));
    run.say(format!("  by the source    {:.7}, {times:.0} times too small", loss.by_the_source));
    run.result("know_nothing", json!({ "by_the_source": loss.by_the_source, "per_digit": loss.per_digit }));
    run.compare("loss of a net that knows nothing", loss.per_digit, Theory, "ln 10 = 2.3026", 2.302, 2.303);
    run.compare("the same, over the source's", times, Theory, "1,000: the size of a batch", 999.9, 1000.1);
}

/// A property of the net and the digits does not depend on how the digits are cut into batches.
pub fn other_batches(run: &mut Run, net: &Mlp, test: &Digits) {
    run.heading("The same net, the same digits, other batches");
    run.say("  batches of   by the source   mean of means    right");
    for batch_size in [10_000, 1000, 100, 64, 4096] {
        let Loss { by_the_source, mean_of_means, per_digit } = measure(net, test, batch_size);
        run.say(format!("  {batch_size:>10}   {by_the_source:>13.7}   {mean_of_means:>13.5}   {per_digit:.5}"));
    }
}
