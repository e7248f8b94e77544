//! Exercise 30. The all-reduce of devices that have different numbers of rows. `cargo run --release -- exercises watch ch30`
//!
//! Each device has found the gradient of the mean loss over its own rows: `found.rows` of them, `found.gradient`. A batch of 64 does not divide among five,
//! and at the end of an epoch a device may have no rows at all; its gradient is then 0 / 0, NaN. Compute the gradient of the mean loss over all rows.

use chapters::ch30::judge::{self, Found};
use ndarray::Array1;

fn all_reduce(devices: &[Found]) -> Array1<f64> {
    // This is right if all devices have equally many rows. What if not?
    let mut sum = Array1::zeros(devices[0].gradient.len());
    for found in devices {
        sum += &found.gradient;
    }
    sum / devices.len() as f64
}

pub fn main() -> frame::Judgement {
    judge::judge(all_reduce)
}
