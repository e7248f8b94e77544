//! What the page shows of a training between two steps. The one idea to know: all of it belongs to one moment: the weights as they are, and the batch
//! that the next step takes.

use crate::Session;
use crate::curve::CurvePoint;
use crate::points::Feature;
use crate::session::{NextStep, Score, plane};
use crate::settings::Activation;
use gradus::nn::Linear;
use ndarray::{ArrayD, ArrayView1, Axis};
use serde::Serialize;

/// Gradients are sorted by their size into classes half a decade wide: from 10⁻⁶ to 10, with one below and one above.
const DECADES: [f64; 2] = [-6.0, 1.0];
/// A unit whose slope is below this share of the steepest one, at all points, is asleep.
const ASLEEP: f64 = 0.01;

/// What the page shows.
#[derive(Debug, Serialize)]
pub struct Frame<'a> {
    step: usize,
    /// How often each point was in a batch.
    epoch: f64,
    training: Option<Shown>,
    validation: Option<Shown>,
    /// The points of the next batch, and their loss.
    batch: Option<(usize, f64)>,
    /// The loss with what is added for large weights is one of infinity or NaN.
    is_lost: bool,
    pub(crate) layers: Vec<LayerFrame>,
    /// Steps, and the losses of training and validation after them.
    curve: &'a [CurvePoint],
}

#[derive(Debug, Serialize)]
struct Shown {
    loss: f64,
    accuracy: f64,
    points: usize,
}

/// A linear layer, and the units behind it.
#[derive(Debug, Serialize)]
pub(crate) struct LayerFrame {
    /// By input, then by unit, as are their gradients. Without a point to train on there are no gradients.
    weights: Vec<Vec<f64>>,
    biases: Vec<f64>,
    weight_gradients: Option<Vec<Vec<f64>>>,
    bias_gradients: Option<Vec<f64>>,
    /// Hidden units that stay flat: a small change of their weighted sum changes next to nothing, at any point that the network is trained on.
    pub(crate) asleep: Vec<bool>,
    /// How many gradients of weights are of each size: below 10⁻⁶ or 0, in each half decade from there to 10, above.
    sizes: Vec<usize>,
}

impl Session {
    /// What the page shows now.
    pub fn frame(&self) -> Frame<'_> {
        let (training, validation, next) = (self.training(), self.validation(), self.next_step());
        let shown =
            |score: Option<Score>, points| score.map(|Score { loss, accuracy }| Shown { loss, accuracy, points });
        let numbers = self.net.layers().flat_map(|layer| layer.weights.value());
        Frame {
            step: self.settings().steps,
            epoch: self.settings().steps as f64 / self.training.len().div_ceil(self.settings().batch).max(1) as f64,
            batch: next.as_ref().map(|next| (next.points, next.loss)),
            is_lost: numbers.chain(training.map(|score| score.loss)).any(|number| !number.is_finite()),
            training: shown(training, self.training.len()),
            validation: shown(validation, self.validation.len()),
            layers: self.layers(next.as_ref()),
            curve: self.curve.points(),
        }
    }

    /// All layers, with the gradients of the next step.
    fn layers(&self, next: Option<&NextStep>) -> Vec<LayerFrame> {
        let features = self.training.features().into_dimensionality().expect("[points, features]");
        let outputs = self.outputs(&features);
        let hidden = outputs.len() - 1;
        let layer = |(i, layer): (usize, &Linear<f64>)| {
            let gradients = next.map(|next| (&next.gradients[2 * i], &next.gradients[2 * i + 1]));
            let asleep = |unit: ArrayView1<f64>| i < hidden && self.is_asleep(unit);
            LayerFrame {
                weights: rows(&layer.weights.value()),
                biases: layer.biases.value().into_iter().collect(),
                weight_gradients: gradients.map(|(weights, _)| rows(weights)),
                bias_gradients: gradients.map(|(_, biases)| biases.iter().copied().collect()),
                asleep: outputs[i].columns().into_iter().map(asleep).collect(),
                sizes: gradients.map(|(weights, _)| sizes(weights)).unwrap_or_default(),
            }
        };
        self.net.layers().enumerate().map(layer).collect()
    }

    /// What each hidden unit and the output is at each place of the plane, as bytes: hidden units from least (0) over 0 (128) to greatest (255), the output
    /// from class 0 (0) to class 1 (255). [`SIDE`](crate::session::SIDE) times as many bytes for each, in the order of the layers.
    pub fn surfaces(&self) -> Vec<u8> {
        let outputs = self.outputs(self.places());
        let (output, hidden) = outputs.split_last().expect("a network has an output");
        let units = hidden.iter().flat_map(|layer| layer.columns());
        units.flat_map(signed_bytes).chain(output.iter().map(|&p| byte(p))).collect()
    }

    fn is_asleep(&self, outputs: ArrayView1<f64>) -> bool {
        // As shares of the steepest slope that the function has.
        let slope = |a: f64| match self.settings().activation {
            Activation::Tanh => 1.0 - a * a,
            Activation::Relu => f64::from(a > 0.0),
            Activation::Sigmoid => 4.0 * a * (1.0 - a),
            Activation::Linear => 1.0,
        };
        !outputs.is_empty() && outputs.iter().all(|&a| slope(a) < ASLEEP)
    }
}

impl LayerFrame {
    /// The class of [`sizes`](Self::sizes) in which the median is.
    pub(crate) fn median_size(&self) -> usize {
        let half = self.sizes.iter().sum::<usize>().div_ceil(2);
        let sums = self.sizes.iter().scan(0, |sum, count| {
            *sum += count;
            Some(*sum)
        });
        sums.take_while(|&sum| sum < half).count()
    }
}

/// What each feature is at each place of the plane, as bytes, in the order of [`Feature::ALL`].
pub fn feature_surfaces() -> Vec<u8> {
    let features = Feature::of_all(Feature::ALL, &plane());
    features.columns().into_iter().flat_map(signed_bytes).collect()
}

/// From least (0) over 0 (128) to greatest (255).
fn signed_bytes(numbers: ArrayView1<f64>) -> Vec<u8> {
    let largest = numbers.iter().fold(f64::MIN_POSITIVE, |largest, x| largest.max(x.abs()));
    numbers.iter().map(|x| byte(0.5 + 0.5 * x / largest)).collect()
}

/// From 0 to 255.
fn byte(share: f64) -> u8 {
    (share.clamp(0.0, 1.0) * 255.0).round() as u8
}

fn rows(matrix: &ArrayD<f64>) -> Vec<Vec<f64>> {
    matrix.axis_iter(Axis(0)).map(|row| row.iter().copied().collect()).collect()
}

fn sizes(gradients: &ArrayD<f64>) -> Vec<usize> {
    let [from, to] = DECADES;
    let mut counts = vec![0; (2.0 * (to - from)) as usize + 2];
    let last = counts.len() - 1;
    for gradient in gradients {
        // Of 0 the logarithm is -∞, which becomes 0.
        let class = (2.0 * (gradient.abs().log10() - from)).floor() + 1.0;
        counts[(class as usize).min(last)] += 1;
    }
    counts
}
