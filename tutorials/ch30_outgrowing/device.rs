//! A device: a copy of the parameters, and a step for its own rows of each batch. The one idea to know: the loss of a batch is a sum over its rows, so its
//! gradient is the sum of what each device finds on its own rows.

use super::{Outcome, Plan, Trained};
use gradus::data::Digits;
use gradus::nn::Mlp;
use gradus::optim::Sgd;
use gradus::step::{Runner, State, Step};
use ndarray::{Array1, Array2, ArrayD, s};
use std::ops::Range;

/// The learning rate.
pub const RATE: f32 = 0.1;

/// Digits as the arrays that a step reads.
pub struct Rows {
    pixels: Array2<f32>,
    labels: Array1<f32>,
}

impl Rows {
    pub fn of(digits: &Digits) -> Rows {
        let labels = digits.labels().iter().map(|&label| f32::from(label)).collect();
        Rows { pixels: digits.images(), labels }
    }

    /// Some of them, as the inputs of a step.
    pub fn part(&self, rows: Range<usize>) -> [ArrayD<f32>; 2] {
        let (pixels, labels) = (self.pixels.slice(s![rows.clone(), ..]), self.labels.slice(s![rows]));
        [pixels.to_owned().into_dyn(), labels.to_owned().into_dyn()]
    }
}

/// The step of a device that has so many `rows` of a batch of `whole`.
// ANCHOR: record
pub fn record(net: &Mlp, rows: usize, whole: usize) -> Outcome<Step> {
    let (pixels, labels) = (Array2::<f32>::zeros((rows, 784)), Array1::<f32>::zeros(rows));
    let share = rows as f32 / whole as f32;
    Ok(Step::record(net, &Sgd::new(RATE.into()), |tape| {
        let (pixels, labels) = (tape.input(&pixels).named("pixels"), tape.input(&labels).named("labels"));
        let mean_over_own_rows = net.forward(pixels).softmax_cross_entropy(labels);
        (mean_over_own_rows * share).named("loss")
    })?)
}
// ANCHOR_END: record

pub struct Device {
    runner: Runner<f32>,
    state: State<f32>,
    plan: Plan,
    /// Which rows of a batch are its own.
    rows: Range<usize>,
}

impl Device {
    /// The device of this number, from 0 on. The devices of a plan share each batch evenly.
    pub fn new(net: &Mlp, rank: usize, plan: Plan) -> Outcome<Device> {
        let rows = rank * plan.batch / plan.devices..(rank + 1) * plan.batch / plan.devices;
        let step = record(net, rows.len(), plan.batch)?;
        Ok(Device { runner: step.runner()?, state: step.start()?, plan, rows })
    }

    /// The gradients of all parameters on its rows of this batch, one after the other, and behind them its part of the loss.
    // ANCHOR: gradient
    pub fn gradient(&mut self, data: &Rows, batch: usize) -> Outcome<Vec<f32>> {
        let first = batch % (data.labels.len() / self.plan.batch) * self.plan.batch;
        let own = data.part(first + self.rows.start..first + self.rows.end);
        let mut found = Vec::new();
        for (_, gradient) in self.runner.gradients(&self.state, &own)? {
            found.extend(&gradient);
        }
        found.extend(self.runner.compute("loss", &self.state, &own)?);
        Ok(found)
    }
    // ANCHOR_END: gradient

    /// Changes its copy of the parameters. `sum` is the sum of what all devices found; its last number, the loss of the whole batch, is returned.
    // ANCHOR: update
    pub fn update(&mut self, mut sum: &[f32]) -> Outcome<f32> {
        for name in ["layer1/W", "layer1/b", "layer2/W", "layer2/b"] {
            let mut parameter = self.state.get(name)?.clone();
            let (own, rest) = sum.split_at(parameter.len());
            parameter.iter_mut().zip(own).for_each(|(parameter, gradient)| *parameter -= RATE * gradient);
            self.state.set(name, &parameter)?;
            sum = rest;
        }
        Ok(sum[0])
    }
    // ANCHOR_END: update

    /// All numbers of its copy.
    pub fn parameters(&self) -> Vec<f32> {
        let parameters = self.state.arrays().filter(|(name, _)| name.contains('/'));
        parameters.flat_map(|(_, array)| array.iter().copied()).collect()
    }

    /// A whole training of this device. `all_reduce` is handed what it found, and returns the sum over all devices: that is all they know of each other.
    // ANCHOR: train
    pub fn train(mut self, data: &Rows, mut all_reduce: impl FnMut(Vec<f32>) -> Outcome<Vec<f32>>) -> Outcome<Trained> {
        let mut losses = Vec::new();
        for batch in 0..self.plan.steps {
            let sum = all_reduce(self.gradient(data, batch)?)?;
            losses.push(self.update(&sum)?);
        }
        Ok(Trained { losses, parameters: self.parameters() })
    }
    // ANCHOR_END: train
}
