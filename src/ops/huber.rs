//! Huber's loss: squared near the target, straight far from it, so that an outlier pulls no harder than δ.

use super::comparisons::{maximum, minimum};
use super::loss_shape;
use crate::kernel::sum::{mean, sum_of_pairs};
use crate::op::says;
use crate::{Cotangents, Local, Op, Scalar, Shape, Var, View, ViewMut};

/// L = Σ ρ(a - y) / N with ρ(r) = r²/2 where |r| ≤ δ, else δ (|r| - δ/2)
#[derive(Debug, PartialEq)]
pub struct Huber {
    /// δ: the difference at which the loss turns from squared to straight.
    pub delta: f64,
}

impl<F: Scalar> Op<F> for Huber {
    says!(
        "huber",
        "L = Σ ρ(a - y) / N, ρ(r) = r²/2 where |r| ≤ δ, else δ (|r| - δ/2)",
        ["da = g/N (a - y), no larger than δ g/N either way", "dy = -da"]
    );
    fn attributes(&self) -> String {
        format!("δ = {}", self.delta)
    }
    fn shape(&self, operands: &[Shape]) -> Result<Shape, String> {
        loss_shape(operands)
    }
    fn forward(&self, x: &[View<F>], loss: ViewMut<F>) {
        let (delta, half) = (F::from_f64(self.delta), F::from_f64(0.5));
        let sum = sum_of_pairs(x[0].data, x[1].data, move |a, y| {
            let (r, pull) = ((a - y).abs(), || minimum(maximum(a - y, -delta), delta));
            let loss = if r <= delta { half * r * r } else { delta * (r - half * delta) };
            loss.with_slopes(|| [(a, pull()), (y, -pull())])
        });
        loss.data[0] = mean(sum, x[0].data.len());
    }
    fn vjp<'t>(&self, at: &Local<'t, F>) -> Cotangents<'t, F> {
        let (g, [a, y]) = (at.cotangent(), at.operands());
        let share = || g / a.shape().size() as f64;
        let pull = |r: Var<'t, F>| share().through(r.clamp(-self.delta, self.delta));
        [at.to(0, || pull(a - y)), at.to(1, || pull(y - a))].into()
    }
}

impl<'t, F: Scalar> Var<'t, F> {
    /// Huber's loss, averaged over all elements: r²/2 for a difference r of up to `delta`, beyond it a straight line of
    /// slope `delta`. The `targets` must have the same shape.
    ///
    /// # Panics
    /// If `delta` is not above 0, or the shapes differ.
    #[track_caller]
    pub fn huber(self, targets: Self, delta: f64) -> Self {
        assert!(delta > 0.0, "huber: delta is where the loss turns straight, a number above 0, got {delta}");
        self.tape.record(Huber { delta }, &[self, targets])
    }
}
