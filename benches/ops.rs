//! The cost of single ops, by size, without the tape: `cargo bench --bench ops`, or `cargo bench --bench ops -- softmax` for those whose
//! names contain that word. The last column is numbers per second. A regression in one kernel shows here before it shows in a training
//! step.

use divan::counter::ItemsCount;
use divan::{Bencher, black_box, black_box_drop};
use gradus::ops::{
    Back, Loss, LossBack, Map, Zip,
    add_n::AddN,
    arithmetic::Add,
    functions::{Exp, Relu, Softplus, Tanh},
    losses::{BinaryCrossEntropyWithLogits, Huber, QuadraticCost},
    matmul::MatMul,
    reductions::{Max, Sum},
    reshape::SumTo,
    sigmoid, softmax_cross_entropy as ce,
};
use gradus::{Axes, Op, Scalar, Shape, View, ViewMut};

fn main() {
    divan::main();
}

const SIZES: [usize; 4] = [1, 16, 1000, 100_000];

/// Measures the forward kernel of `op` on operands of these shapes.
fn forward<F: Scalar, const N: usize>(bencher: Bencher, op: impl Op<F>, shapes: [&[usize]; N]) {
    let shapes = shapes.map(Shape::from);
    let number = |i: usize| F::from_f64(((i * 37 % 101) as f64 - 50.0) / 12.0);
    let operands = shapes.map(|shape| (0..shape.size()).map(number).collect());
    forward_of(bencher, op, shapes, operands);
}

fn forward_of<F: Scalar, const N: usize>(bencher: Bencher, op: impl Op<F>, shapes: [Shape; N], operands: [Vec<F>; N]) {
    let shape = op.shape(&shapes).expect("the shapes fit");
    let mut y = vec![F::ZERO; shape.size()];
    let largest = shapes.iter().map(|shape| shape.size()).max().unwrap_or(0);
    bencher.counter(ItemsCount::new(largest)).bench_local(|| {
        let views: [View<F>; N] = std::array::from_fn(|i| View { data: black_box(&operands[i]), shape: shapes[i] });
        op.forward(&views, ViewMut { data: black_box(&mut y), shape });
        black_box_drop(&y);
    });
}

mod elementwise {
    use super::*;

    #[divan::bench(types = [f32, f64], args = SIZES)]
    fn exp<F: Scalar>(bencher: Bencher, size: usize) {
        forward::<F, 1>(bencher, Map(Exp), [&[size]]);
    }

    #[divan::bench(types = [f32, f64], args = SIZES)]
    fn tanh<F: Scalar>(bencher: Bencher, size: usize) {
        forward::<F, 1>(bencher, Map(Tanh), [&[size]]);
    }

    #[divan::bench(types = [f32, f64], args = SIZES)]
    fn sigmoid<F: Scalar>(bencher: Bencher, size: usize) {
        forward::<F, 1>(bencher, Map(sigmoid::Sigmoid), [&[size]]);
    }

    #[divan::bench(types = [f32, f64], args = SIZES)]
    fn sigmoid_backward<F: Scalar>(bencher: Bencher, size: usize) {
        forward::<F, 2>(bencher, Back(sigmoid::Sigmoid), [&[size], &[size]]);
    }

    #[divan::bench(types = [f32, f64], args = SIZES)]
    fn softplus<F: Scalar>(bencher: Bencher, size: usize) {
        forward::<F, 1>(bencher, Map(Softplus), [&[size]]);
    }

    #[divan::bench(types = [f32, f64], args = SIZES)]
    fn relu<F: Scalar>(bencher: Bencher, size: usize) {
        forward::<F, 1>(bencher, Map(Relu), [&[size]]);
    }

    #[divan::bench(types = [f32, f64], args = SIZES)]
    fn relu_backward<F: Scalar>(bencher: Bencher, size: usize) {
        forward::<F, 2>(bencher, Back(Relu), [&[size], &[size]]);
    }

    #[divan::bench(types = [f32, f64], args = SIZES)]
    fn add<F: Scalar>(bencher: Bencher, size: usize) {
        forward::<F, 2>(bencher, Zip(Add), [&[size], &[size]]);
    }

    #[divan::bench(types = [f32, f64], args = SIZES)]
    fn add_three<F: Scalar>(bencher: Bencher, size: usize) {
        forward::<F, 3>(bencher, AddN, [&[size], &[size], &[size]]);
    }

    /// Rows of outputs and a bias.
    #[divan::bench(types = [f32, f64], args = [[1, 1], [10, 100], [64, 256], [64, 10]])]
    fn add_a_row<F: Scalar>(bencher: Bencher, [rows, columns]: [usize; 2]) {
        forward::<F, 2>(bencher, Zip(Add), [&[rows, columns], &[columns]]);
    }
}

mod reductions {
    use super::*;

    #[divan::bench(types = [f32, f64], args = SIZES)]
    fn sum<F: Scalar>(bencher: Bencher, size: usize) {
        forward::<F, 1>(bencher, Sum { axes: Axes::ALL, keepdims: false }, [&[size]]);
    }

    #[divan::bench(types = [f32, f64], args = [[100, 784], [64, 10]])]
    fn sum_of_columns<F: Scalar>(bencher: Bencher, [rows, columns]: [usize; 2]) {
        forward::<F, 1>(bencher, SumTo(Shape::from([columns])), [&[rows, columns]]);
    }

    #[divan::bench(types = [f32, f64], args = [[100, 784], [64, 10]])]
    fn sum_of_rows<F: Scalar>(bencher: Bencher, [rows, columns]: [usize; 2]) {
        forward::<F, 1>(bencher, Sum { axes: Axes::from(1), keepdims: false }, [&[rows, columns]]);
    }

    #[divan::bench(types = [f32, f64], args = [[100, 784], [64, 10]])]
    fn max_of_rows<F: Scalar>(bencher: Bencher, [rows, columns]: [usize; 2]) {
        forward::<F, 1>(bencher, Max { axes: Axes::from(1), keepdims: false }, [&[rows, columns]]);
    }
}

mod losses {
    use super::*;

    const LOGITS: [[usize; 2]; 3] = [[64, 10], [100, 10], [64, 1000]];

    fn with_labels<F: Scalar, const N: usize>(bencher: Bencher, op: impl Op<F>, [rows, classes]: [usize; 2]) {
        let shapes: [Shape; 3] = [Shape::from([rows, classes]), Shape::from([rows]), Shape::scalar()];
        let logits = (0..rows * classes).map(|i| F::from_f64((i * 37 % 101) as f64 / 12.0)).collect();
        let labels = (0..rows).map(|row| F::from_f64((row * 7 % classes) as f64)).collect();
        let mut operands = [logits, labels, vec![F::ONE]].into_iter();
        let operands = std::array::from_fn(|_| operands.next().unwrap_or_default());
        forward_of::<F, N>(bencher, op, std::array::from_fn(|i| shapes[i]), operands);
    }

    #[divan::bench(types = [f32, f64], args = LOGITS)]
    fn softmax_cross_entropy<F: Scalar>(bencher: Bencher, logits: [usize; 2]) {
        with_labels::<F, 2>(bencher, ce::SoftmaxCrossEntropy, logits);
    }

    #[divan::bench(types = [f32, f64], args = LOGITS)]
    fn softmax_cross_entropy_backward<F: Scalar>(bencher: Bencher, logits: [usize; 2]) {
        with_labels::<F, 3>(bencher, ce::SoftmaxCrossEntropyGrad, logits);
    }

    #[divan::bench(types = [f32, f64], args = LOGITS)]
    fn softmax_cross_entropy_with<F: Scalar>(bencher: Bencher, [rows, classes]: [usize; 2]) {
        forward::<F, 2>(bencher, ce::SoftmaxCrossEntropyWith, [&[rows, classes], &[rows, classes]]);
    }

    #[divan::bench(types = [f32, f64], args = LOGITS)]
    fn quadratic_cost<F: Scalar>(bencher: Bencher, [rows, classes]: [usize; 2]) {
        forward::<F, 2>(bencher, Loss(QuadraticCost), [&[rows, classes], &[rows, classes]]);
    }

    #[divan::bench(types = [f32, f64], args = LOGITS)]
    fn quadratic_cost_backward<F: Scalar>(bencher: Bencher, [rows, classes]: [usize; 2]) {
        forward::<F, 3>(bencher, LossBack(QuadraticCost), [&[rows, classes], &[rows, classes], &[]]);
    }

    #[divan::bench(types = [f32, f64], args = LOGITS)]
    fn huber<F: Scalar>(bencher: Bencher, [rows, classes]: [usize; 2]) {
        forward::<F, 2>(bencher, Loss(Huber { delta: 1.0 }), [&[rows, classes], &[rows, classes]]);
    }

    #[divan::bench(types = [f32, f64], args = LOGITS)]
    fn binary_cross_entropy<F: Scalar>(bencher: Bencher, [rows, classes]: [usize; 2]) {
        forward::<F, 2>(bencher, Loss(BinaryCrossEntropyWithLogits), [&[rows, classes], &[rows, classes]]);
    }

    #[divan::bench(types = [f32, f64], args = LOGITS)]
    fn binary_cross_entropy_backward<F: Scalar>(bencher: Bencher, [rows, classes]: [usize; 2]) {
        let back = LossBack(BinaryCrossEntropyWithLogits);
        forward::<F, 3>(bencher, back, [&[rows, classes], &[rows, classes], &[]]);
    }
}

/// The shapes of the course's networks: batch, inputs, outputs.
mod matrix_products {
    use super::*;

    const LAYERS: [[usize; 3]; 5] = [[1, 2, 3], [10, 784, 100], [10, 100, 20], [100, 784, 50], [64, 784, 256]];

    /// Outputs, X W.
    #[divan::bench(types = [f32, f64], args = LAYERS)]
    fn outputs<F: Scalar>(bencher: Bencher, [batch, inputs, outputs]: [usize; 3]) {
        forward::<F, 2>(bencher, MatMul::NN, [&[batch, inputs], &[inputs, outputs]]);
    }

    /// The gradient of the weights, Xᵀ G.
    #[divan::bench(types = [f32, f64], args = LAYERS)]
    fn gradient_of_weights<F: Scalar>(bencher: Bencher, [batch, inputs, outputs]: [usize; 3]) {
        forward::<F, 2>(bencher, MatMul::TN, [&[batch, inputs], &[batch, outputs]]);
    }
}
