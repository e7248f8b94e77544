//! Settings that are worth a look. The one idea to know: each says what is to be seen, after how many steps, and holds the test of it, which
//! `tests/learning.rs` runs.

use crate::Session;
use crate::frame::LayerFrame;

/// Settings under a name.
#[derive(Clone, Copy, Debug)]
pub struct Preset {
    /// What the reader chooses.
    pub name: &'static str,
    /// The settings that differ from the default.
    pub line: &'static str,
    /// What is to be seen.
    pub says: &'static str,
    /// After this many steps ...
    pub steps: usize,
    /// ... this holds.
    pub promise: fn(&Session) -> bool,
}

/// All presets; the page opens with the first.
pub const PRESETS: &[Preset] = &[
    Preset {
        name: "Circles",
        line: "data=circles&noise=0.05&layers=4,2",
        says: "After 500 steps all points of both kinds, those of the training and those held out, are on the right side.",
        steps: 500,
        promise: |session| is_learnt(session, 0.99),
    },
    Preset {
        name: "XOR",
        line: "data=xor&noise=0&layers=4,2",
        says: "After 1000 steps more than 99% are right. Look at the units of layer 1: each has found a line.",
        steps: 1000,
        promise: |session| is_learnt(session, 0.99),
    },
    Preset {
        name: "Spiral",
        line: "data=spiral&layers=8,8&seed=2",
        says: "After 1000 steps more than 99% are right. Two layers of 8 units bend the plane as far as that.",
        steps: 1000,
        promise: |session| is_learnt(session, 0.99),
    },
    Preset {
        name: "XOR with one line",
        line: "data=xor&noise=0&layers=",
        says: "Without a hidden layer there is one straight line, and no line is right for more than about three quarters of the points. Switch on the feature x₁x₂.",
        steps: 1000,
        promise: |session| session.training().is_some_and(|score| score.accuracy < 0.8),
    },
    Preset {
        name: "Vanishing gradients",
        line: "data=circles&layers=8,8,8,8&activation=sigmoid&loss=squared-error&optimizer=sgd&rate=0.1",
        says: "Nothing is learnt, for thousands of steps. Look at the gradients below the network: those of layer 1 are a thousand times smaller than those of the output. Now choose tanh.",
        steps: 2000,
        promise: |session| {
            let layers = session.frame().layers;
            let classes = [layers.first(), layers.last()].map(|layer| layer.map_or(0, LayerFrame::median_size));
            // Six half decades are a factor of a thousand.
            classes[0] + 6 <= classes[1] && !is_learnt(session, 0.6)
        },
    },
    Preset {
        name: "Units fall asleep",
        line: "data=xor&layers=8,8&activation=relu&optimizer=sgd&rate=3",
        says: "The learning rate is so large that ReLU units end where they are 0 for every point. No gradient comes through them any more, so they stay there: the dashed red frames.",
        steps: 300,
        promise: |session| session.frame().layers.iter().flat_map(|layer| &layer.asleep).filter(|&&is| is).count() >= 5,
    },
    Preset {
        name: "Overfitting",
        line: "data=moons&points=60&noise=0.3&layers=8,8,8&validation=0.5",
        says: "The 30 points of the training are learnt by heart, while the loss of the 30 that are held out (the dashed curve) grows. Try more points, fewer units, or L2.",
        steps: 1500,
        promise: |session| match (session.training(), session.validation()) {
            (Some(training), Some(held_out)) => training.accuracy == 1.0 && held_out.loss > 100.0 * training.loss,
            _ => false,
        },
    },
];

/// Whether this share of all points is on the right side, of those that were trained on and of the others.
fn is_learnt(session: &Session, share: f64) -> bool {
    [session.training(), session.validation()].into_iter().flatten().all(|score| score.accuracy >= share)
}
