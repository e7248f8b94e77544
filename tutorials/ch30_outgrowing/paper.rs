//! What stops scaling: a step's time is measured here, and what a network of many machines adds is a model on paper, whose assumptions are below.

use super::device::{RATE, Rows, record};
use super::{Outcome, ring};
use frame::{Chart, Run};
use gradus::data::Digits;
use gradus::nn::Mlp;
use gradus::optim::{Optimizer, Sgd};
use gradus::prelude::*;
use std::time::Instant;

/// Assumed: how many bytes a device sends in a second.
const BANDWIDTH: f64 = 10e9;
/// Assumed: how many seconds pass until the first byte of a message arrives.
const LATENCY: f64 = 10e-6;
/// The number of digits of a large batch.
pub const LARGE: usize = 1024;
/// Numbers of devices.
const DEVICES: [usize; 8] = [1, 2, 4, 8, 16, 64, 256, 1000];

/// The time of a step, measured for batches of several sizes.
pub struct Measured(Vec<(usize, f64)>);

impl Measured {
    /// Takes the shortest of several runs. What disturbs a run only ever makes it longer.
    pub fn of(net: &Mlp, data: &Rows) -> Outcome<Measured> {
        let mut measured = Vec::new();
        for rows in [1, 4, 16, 64, 256, LARGE] {
            let step = record(net, rows, rows)?;
            let (mut runner, mut state, inputs) = (step.runner::<f32>()?, step.start::<f32>()?, data.part(0..rows));
            let mut shortest = f64::INFINITY;
            for _ in 0..30 {
                let begin = Instant::now();
                runner.run(&mut state, &inputs)?;
                shortest = shortest.min(begin.elapsed().as_secs_f64());
            }
            measured.push((rows, shortest));
        }
        Ok(Measured(measured))
    }

    pub fn rows(&self) -> &[(usize, f64)] {
        &self.0
    }

    /// The time for so many rows, which need not be whole: on the straight line between the two sizes around it.
    fn seconds(&self, rows: f64) -> f64 {
        let after = self.0.partition_point(|(size, _)| (*size as f64) < rows).clamp(1, self.0.len() - 1);
        let ((x0, y0), (x1, y1)) = (self.0[after - 1], self.0[after]);
        y0 + (rows - x0 as f64) / (x1 - x0) as f64 * (y1 - y0)
    }
}

/// A row of the model.
pub struct Scaled {
    pub devices: usize,
    /// Bytes that each device sends in a step: counted in a ring that was run, and on paper.
    pub sent: [f64; 2],
    /// Seconds that the all-reduce takes.
    pub reduce: f64,
    /// How many times as many digits in a second as one device: with one large batch that all share, and with one for each.
    pub speed_up: [f64; 2],
}

/// The model on paper, for a net of so many numbers.
// ANCHOR: model
pub fn model(measured: &Measured, numbers: usize) -> Vec<Scaled> {
    let row = |devices: usize| {
        let mut arrays = vec![vec![1.0_f32; numbers]; devices];
        let sent = [ring::all_reduce(&mut arrays) as f64, ring::on_paper(devices, numbers)].map(|count| 4.0 * count);
        let messages = 2.0 * (devices as f64 - 1.0); // one after the other
        let reduce = messages * LATENCY + sent[1] / BANDWIDTH;
        let alone = measured.seconds(LARGE as f64);
        let shared = alone / (measured.seconds(LARGE as f64 / devices as f64) + reduce);
        let each = devices as f64 * alone / (alone + reduce);
        Scaled { devices, sent, reduce, speed_up: [shared, each] }
    };
    DEVICES.map(row).into()
}
// ANCHOR_END: model

pub fn say(run: &mut Run, rows: &[Scaled]) -> Outcome<()> {
    run.say(format!(
        "assumed, not measured: {} GB/s, and {} µs until a message arrives",
        BANDWIDTH / 1e9,
        LATENCY * 1e6
    ));
    run.say("           each device sends    the all-reduce    times as many digits in a second,");
    run.say("  devices   counted   on paper                     1,024 shared   1,024 for each");
    for Scaled { devices, sent: [counted, paper], reduce, speed_up: [shared, each] } in rows {
        let micros = reduce * 1e6;
        run.say(format!(
            "  {devices:>7}  {counted:>6.0} B  {paper:>7.0} B    {micros:>9.0} µs      {shared:>12.1}   {each:>14.1}"
        ));
    }
    let line = |which: usize| rows.iter().map(|row| (row.devices as f64, row.speed_up[which])).collect::<Vec<_>>();
    let ideal: Vec<(f64, f64)> = rows.iter().map(|row| (row.devices as f64, row.devices as f64)).collect();
    let chart = Chart::new("devices", "times as many digits in a second")
        .log_x()
        .log_y()
        .line("if nothing were in the way", &ideal)
        .line("1,024 digits for each device", &line(1))
        .line("1,024 digits, shared", &line(0));
    Ok(run.plot("speed_up", &chart).map_err(|error| error.to_string())?)
}

/// A batch size, and the fewest steps that reach the loss `GOAL`, with the rate that took them.
pub struct Reached {
    pub batch: usize,
    pub steps: usize,
    pub rate: f64,
}

/// The loss to reach, on digits that are not trained on.
pub const GOAL: f64 = 0.4;
const RATES: [f64; 4] = [RATE as f64, 0.2, 0.4, 0.8];
/// A training that takes longer is given up.
const MOST: usize = 1500;

/// How many steps each batch size takes, with the best of several rates.
pub fn steps_to_goal(
    net: impl Fn() -> Mlp,
    digits: &Digits,
    test: &Digits,
    rng: &mut impl rand::Rng,
) -> Outcome<Vec<Reached>> {
    let mut reached = Vec::new();
    for batch in [8, 32, 128, 512, 2048] {
        let mut best = Reached { batch, steps: MOST, rate: f64::NAN };
        for rate in RATES {
            let (net, mut sgd, mut tape) = (net(), Sgd::new(rate), Tape::new());
            let fixed = test.batch((0..test.len()).collect());
            for step in 1..best.steps {
                let drawn = digits.sample(batch, rng);
                let loss = net.forward(tape.input(&drawn.images)).softmax_cross_entropy(tape.input(&drawn.labels));
                sgd.step(&net, &loss.backward())?;
                tape.rewind();
                let loss = tape.no_grad(|| {
                    let scores = net.forward(tape.input(&fixed.images));
                    scores.softmax_cross_entropy(tape.input(&fixed.labels)).item()
                });
                tape.rewind();
                if f64::from(loss) < GOAL {
                    best = Reached { batch, steps: step, rate };
                    break;
                }
            }
        }
        reached.push(best);
    }
    Ok(reached)
}
