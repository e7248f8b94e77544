//! The sum of any number of arrays of one shape. The reverse pass records it where a node was used several times.

use crate::formula::Blank;
use crate::kernel::elementwise::accumulate;
use crate::kernel::sum;
use crate::op::says;
use crate::{Cotangents, Local, Op, Scalar, Shape, Slope, View, ViewMut, Worked};

/// Most terms that are added straight into the result. More (a node may be used a million times) are added by `sum::add_n`.
const FEW: usize = 8;

/// y = x₁ + x₂ + ... + xₙ
#[derive(Debug, PartialEq)]
pub struct AddN;

impl<F: Scalar> Op<F> for AddN {
    says!("add_n", "y = x₁ + x₂ + ... + xₙ");
    fn shape(&self, operands: &[Shape]) -> Result<Shape, String> {
        let first = *operands.first().ok_or("there is nothing to add")?;
        match operands.iter().find(|&&shape| shape != first) {
            Some(other) => Err(format!("all terms must have one shape, but there are {first} and {other}")),
            None => Ok(first),
        }
    }
    fn flops(&self, operands: &[Shape], result: Shape) -> u64 {
        result.size_times(operands.len() as u64 - 1)
    }
    fn forward(&self, x: &[View<F>], y: ViewMut<F>) {
        add_all(y.data, x.len(), |add| x.iter().for_each(|term| add(term.data)));
    }
    fn slopes(&self) -> &'static [Slope] {
        &[Slope::Each("1", "dxᵢ = g")]
    }
    fn worked(&self, operands: &[Shape], _: Shape) -> Worked {
        // Few terms, each a number of another operand.
        let terms = Blank::terms(0, operands.len()).map(|terms| Blank::sum((0..terms.len()).map(Blank::of)));
        Worked::of(terms, &[])
    }
    fn vjp<'t>(&self, at: &Local<'t, F>) -> Cotangents<'t, F> {
        (0..at.operand_count()).map(|slot| at.to(slot, || at.cotangent())).collect()
    }
}

/// `y = Σ terms`. There are `count` terms, and `each` visits them.
pub(crate) fn add_all<F: Scalar>(y: &mut [F], count: usize, each: impl Fn(&mut dyn FnMut(&[F]))) {
    if count > FEW {
        return sum::add_n(y, each);
    }
    let mut is_first = true;
    each(&mut |term| {
        match is_first {
            true => y.copy_from_slice(term),
            false => accumulate(y, term, |y, x| y + x),
        }
        is_first = false;
    });
}
