//! The sum of any number of arrays of one shape. The reverse pass records it where a node was used several times.

use crate::kernel::elementwise::accumulate;
use crate::{Cotangents, Local, Op, Scalar, Shape, Slope, View, ViewMut};

/// y = x₁ + x₂ + ... + xₙ
#[derive(PartialEq)]
pub struct AddN;

impl<F: Scalar> Op<F> for AddN {
    fn name(&self) -> &'static str {
        "add_n"
    }
    fn formula(&self) -> &'static str {
        "y = x₁ + x₂ + ... + xₙ"
    }
    fn shape(&self, operands: &[Shape]) -> Result<Shape, String> {
        let first = *operands.first().ok_or("there is nothing to add")?;
        match operands.iter().find(|&&shape| shape != first) {
            Some(other) => Err(format!("all terms must have one shape, but there are {first} and {other}")),
            None => Ok(first),
        }
    }
    fn forward(&self, x: &[View<F>], y: ViewMut<F>) {
        y.data.copy_from_slice(x[0].data);
        x[1..].iter().for_each(|term| add_to(y.data, term.data));
    }
    fn slopes(&self) -> &'static [Slope] {
        &[Slope::Each("1", "dxᵢ = g")]
    }
    fn vjp<'t>(&self, at: &Local<'t, F>) -> Cotangents<'t, F> {
        (0..at.operand_count()).map(|slot| at.to(slot, || at.cotangent())).collect()
    }
}

/// `y ← y + x`
pub(crate) fn add_to<F: Scalar>(y: &mut [F], x: &[F]) {
    accumulate(y, x, |y, x| y + x);
}
