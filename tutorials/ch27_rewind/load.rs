//! What a training step of some network does: operations, bytes, nodes, seconds.

use super::roof::{Roof, fastest};
use gradus::ProfileRow;
use gradus::nn::{Activation, Init, Mlp};
use gradus::optim::{Optimizer, Sgd};
use gradus::prelude::*;
use std::time::Duration;

/// One step: ReLUs, cross-entropy and plain descent on a batch of random rows.
pub struct Load {
    /// What its kernels did, by op.
    pub rows: Vec<ProfileRow>,
    pub seconds: f64,
    /// How many nodes it records.
    pub nodes: usize,
    /// How many bytes it touches, each counted once.
    pub working_set: f64,
}

impl Load {
    /// Counts and times steps of a network with these layer sizes.
    pub fn measure(sizes: &[usize], batch_size: usize, budget: Duration) -> Load {
        let mut rng = seeded(7);
        let net = Mlp::<f32>::new(sizes, Activation::Relu, &mut rng).logits();
        let (inputs, classes) = (sizes[0], sizes[sizes.len() - 1]);
        let x = Init::Normal(1.0).draw::<f32, _>((batch_size, inputs), inputs, classes, &mut rng);
        let labels: Vec<usize> = (0..batch_size).map(|row| row % classes).collect();
        let (mut tape, mut sgd) = (Tape::new(), Sgd::new(0.01));
        let mut step = |tape: &Tape| {
            let loss = net.forward(tape.input(&x)).softmax_cross_entropy(tape.labels(&labels));
            sgd.step(&net, &loss.backward()).expect("every parameter has a gradient");
        };
        step(&tape);
        let nodes = tape.nodes();
        let numbers: usize = nodes.iter().map(|node| node.shape.size()).sum();
        tape.rewind();
        let seconds = fastest(budget, || {
            step(&tape);
            tape.rewind();
        });
        tape.start_profile();
        step(&tape);
        let rows = tape.profile().expect("it was started").rows().to_vec();
        Load { rows, seconds, nodes: nodes.len(), working_set: (numbers * size_of::<f32>()) as f64 }
    }

    /// Additions and multiplications.
    pub fn flops(&self) -> f64 {
        self.rows.iter().map(|row| row.flops as f64).sum()
    }

    /// Bytes read and written.
    pub fn bytes(&self) -> f64 {
        self.rows.iter().map(|row| row.bytes as f64).sum()
    }

    /// The seconds that it takes if each op is as fast as one of the two roofs lets it be, and a node costs what it costs.
    #[allow(dead_code)] // the bench asks for it, the chapter does not
    pub fn under(&self, roof: &Roof, seconds_per_node: f64) -> f64 {
        let bandwidth = roof.bandwidth(self.working_set);
        let least = |row: &ProfileRow| (row.flops as f64 / roof.flops).max(row.bytes as f64 / bandwidth);
        self.rows.iter().map(least).sum::<f64>() + self.nodes as f64 * seconds_per_node
    }
}
