//! Solution 30. The loss of the batch is (1 / n) times the sum over all n rows. A device whose gradient is a mean over its r rows has divided by r where the
//! batch divides by n, so its part of the whole is r / n times its gradient: the parts, so weighed, are simply added up. With equal parts every weight is
//! 1 / N, and the sum looks like the mean over devices; that is why the slip survives every test with a batch that divides. A device without rows adds
//! nothing, and must be left out rather than weighed with 0, because 0 times NaN is NaN. In this chapter's program each device has the weight in its own
//! loss, and then no more than a sum is left for the network to do.

use chapters::ch30::judge::{self, Found};
use ndarray::Array1;

fn all_reduce(devices: &[Found]) -> Array1<f64> {
    let whole: usize = devices.iter().map(|found| found.rows).sum();
    let mut sum = Array1::zeros(devices[0].gradient.len());
    for found in devices.iter().filter(|found| found.rows > 0) {
        sum += &(&found.gradient * (found.rows as f64 / whole as f64));
    }
    sum
}

pub fn main() -> frame::Judgement {
    judge::judge(all_reduce)
}
