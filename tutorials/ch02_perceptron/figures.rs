//! The boundary of the neuron after each round, over the plane of both inputs.

use super::Perceptron;
use frame::{Chart, Panels};

/// A panel for each round: blue where the neuron fires; the round mark is the row that should, the square ones should not.
pub fn rounds(after_rounds: &[(Perceptron, usize)]) -> Panels<'_> {
    let panel = |(round, (neuron, mistakes)): (usize, &'_ (Perceptron, usize))| {
        let neuron = neuron.clone();
        Chart::new("x1", "x2")
            .title(&format!("round {round}: {mistakes} wrong"))
            .size(300.0, 300.0)
            .equal_axes()
            .x_range(-0.5, 1.5)
            .y_range(-0.5, 1.5)
            .boundary(0.0, move |x1, x2| neuron.z([x1, x2]))
            .points("", &[(1.0, 1.0)])
            .points("", &[(0.0, 0.0), (0.0, 1.0), (1.0, 0.0)])
    };
    (1..).zip(after_rounds).map(panel).fold(Panels::new(3), |panels, panel| panels.panel(panel))
}
