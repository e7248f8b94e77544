//! Settings that are known to work. The one idea to know: each says how many steps it takes, and `tests/learning.rs` takes them.

/// Settings under a name.
#[derive(Clone, Copy, Debug)]
pub struct Preset {
    /// What the reader chooses.
    pub name: &'static str,
    /// The settings that differ from the default.
    pub line: &'static str,
    /// After this many steps ...
    pub steps: usize,
    /// ... this share of all points is on the right side, at least.
    pub accuracy: f64,
}

/// All presets; the page opens with the first.
pub const PRESETS: &[Preset] = &[
    Preset { name: "Circles", line: "data=circles&noise=0.05&layers=4,2", steps: 500, accuracy: 0.99 },
    Preset { name: "XOR", line: "data=xor&noise=0&layers=4,2", steps: 1000, accuracy: 0.99 },
    Preset { name: "Spiral", line: "data=spiral&layers=8,8&seed=2", steps: 1000, accuracy: 0.99 },
];
