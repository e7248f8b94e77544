//! The pictures of a training: the growth of the accuracy, the gain of each epoch, and digits that are still misread.

use frame::{Chart, Images};
use gradus::data::Digits;
use gradus::nn::Mlp;

/// The source's accuracies, of 10,000 digits, after each of its thirty epochs.
const SOURCE: [u32; 30] = [
    5377, 7215, 7881, 8238, 8415, 8549, 8633, 8714, 8770, 8843, 8878, 8909, 8952, 8979, 8995, 9031, 9042, 9062, 9070,
    9084, 9115, 9119, 9133, 9150, 9163, 9164, 9171, 9198, 9202, 9217,
];

/// Points over the epochs, of which the first is 1.
fn over_epochs(numbers: impl Iterator<Item = f64>) -> Vec<(f64, f64)> {
    (1..).map(f64::from).zip(numbers).collect()
}

pub fn accuracy(accuracies: &[f64]) -> Chart<'static> {
    let ours = over_epochs(accuracies.iter().map(|share| 100.0 * share));
    let source = over_epochs(SOURCE.into_iter().take(accuracies.len()).map(|right| f64::from(right) / 100.0));
    Chart::new("epoch", "test digits read right (%)")
        .line("ours", &ours)
        .line("the source", &source)
        .level(90.0, "90 %")
}

/// What each epoch after the first added.
pub fn gains(accuracies: &[f64]) -> Chart<'static> {
    let gains = accuracies.windows(2).map(|pair| 100.0 * (pair[1] - pair[0]));
    let gains: Vec<(f64, f64)> = (2..).map(f64::from).zip(gains).collect();
    Chart::new("epoch", "gain over the epoch before (percentage points)").bars("", &gains)
}

/// The first test digits that the network takes for another.
pub fn misread(net: &Mlp, test: &Digits) -> Images {
    let predictions = test.predictions(net);
    let wrong = (0..test.len()).filter(|&i| predictions[i] != usize::from(test.label(i))).take(18);
    wrong.fold(Images::new(6), |images, i| {
        images.image(&format!("{}, read as {}", test.label(i), predictions[i]), test.image::<f64>(i).view())
    })
}
