//! How many units, how many layers: the rules of P13, tried out.

use super::train::{Remedy, train};
use frame::Origin::Printed;
use frame::{Result, Run};
use gradus::data::Digits;
use gradus::nn::Parameters;
use serde_json::json;

const WIDTHS: [usize; 4] = [16, 64, 256, 1024];
const LAYERS: [usize; 3] = [1, 2, 3];

/// Nets of several sizes, each stopped when it does best in validation.
pub fn sizes(run: &mut Run, [few, validation]: [&Digits; 2], test: &Digits) -> Result {
    run.heading("How large a net");
    run.say("  test digits read, and the numbers that the net has");
    let heads = WIDTHS.map(|width| format!("{:>19}", format!("{width} units"))).concat();
    run.say(format!("  hidden layers{heads}"));
    let stopped = Remedy { stops_early: true, ..Remedy::default() };
    let mut of_width = [0.0; WIDTHS.len()];
    let mut rows = Vec::new();
    for layers in LAYERS {
        let mut row = format!("  {layers:>13}");
        for (width, sum) in WIDTHS.into_iter().zip(&mut of_width) {
            let (what, hidden) = (format!("{layers} layers of {width}"), vec![width; layers]);
            let net = train(run, &what, &hidden, stopped, [few, validation], run.epochs(), run.seed())?.net;
            let (accuracy, numbers) = (test.accuracy(&net), net.parameter_count());
            row.push_str(&format!("   {:>5.2}% {:>9}", 100.0 * accuracy, numbers));
            rows.push(json!([layers, width, numbers, accuracy]));
            *sum += accuracy;
        }
        run.say(row);
    }
    run.result("sizes", rows);
    let best = (0..WIDTHS.len()).max_by(|&a, &b| of_width[a].total_cmp(&of_width[b])).unwrap_or(0);
    run.say(format!("  the best width, by its mean over the layers: {}", WIDTHS[best]));
    if run.is_full() {
        run.compare("the best width", WIDTHS[best] as f64, Printed("P13"), "64 to 1024 units", 64.0, 1024.0);
    }
    Ok(())
}
