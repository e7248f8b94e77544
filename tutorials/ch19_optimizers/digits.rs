//! The race on real digits: one start, one order of the batches, and only the step differs.

use frame::{Result, Run};
use gradus::data::Digits;
use gradus::nn::{Activation, Mlp};
use gradus::optim::{Adam, Optimizer, RmsProp, Sgd};
use gradus::prelude::*;

/// Number of digits per step.
pub const BATCH_SIZE: usize = 100;

/// Every optimizer is tried at each of these.
pub const RATES: [f64; 8] = [0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0];

/// The share of the test digits that is read after a training at this rate.
type Way = fn(&Race, f64) -> Result<f64>;

pub const WAYS: [(&str, Way); 5] = [
    ("descent", |race, rate| race.learn(Sgd::new(rate))),
    ("momentum", |race, rate| race.learn(Sgd::new(rate).momentum(0.9))),
    ("Nesterov", |race, rate| race.learn(Sgd::new(rate).nesterov(0.9))),
    ("RMSProp", |race, rate| race.learn(RmsProp::new(rate))),
    ("Adam", |race, rate| race.learn(Adam::new(rate))),
];

/// Everything that the optimizers share.
pub struct Race {
    train: Digits,
    test: Digits,
    start: Mlp,
    seed: u64,
    steps: usize,
}

impl Race {
    pub fn new(run: &Run) -> Result<Race> {
        let (train, test) = run.mnist(BATCH_SIZE, 1)?;
        let start = Mlp::<f32>::new(&[784, 50, 10], Activation::Relu, &mut run.rng()).logits();
        Ok(Race { train, test, start, seed: run.seed(), steps: run.epochs() })
    }

    /// The accuracy of each way (the rows) at each rate.
    pub fn all(&self, run: &Run) -> Result<Vec<Vec<f64>>> {
        let bar = run.progress(WAYS.len() * RATES.len(), "trainings");
        let rows = WAYS.iter().map(|(_, way)| {
            let row = RATES.iter().map(|&rate| way(self, rate).inspect(|_| bar.inc(1)));
            row.collect::<Result<Vec<f64>>>()
        });
        let rows = rows.collect();
        bar.finish_and_clear();
        rows
    }

    fn learn(&self, mut optimizer: impl Optimizer<f32>) -> Result<f64> {
        let (net, mut tape, mut rng) = (self.start.cast::<f32>(), Tape::new(), seeded(self.seed));
        for _ in 0..self.steps {
            let batch = self.train.sample(BATCH_SIZE, &mut rng);
            let scores = net.forward(tape.input(&batch.images));
            let loss = scores.softmax_cross_entropy(tape.input(&batch.labels));
            optimizer.step(&net, &loss.backward())?;
            tape.rewind();
        }
        Ok(self.test.accuracy(&net))
    }
}
