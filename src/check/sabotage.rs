//! Vjps broken on purpose. The one idea to know: a checker that was never seen to fail proves nothing. So its tests break every op in every
//! way known here, and require the checker to say that it is wrong, where, and why.

use super::one_op::Seen;
use crate::op::{Cotangent, Cotangents, Local, Op, Slope, Worked};
use crate::reach::Reach;
use crate::scalar::Scalar;
use crate::shape::Shape;
use crate::tape::{Tape, Var};
use crate::view::{View, ViewMut};
use ndarray::{ArrayD, IxDyn};
use std::rc::Rc;

/// A way to break a vjp.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Sabotage {
    /// Every gradient with the wrong sign.
    Sign,
    /// Every gradient times this factor.
    Factor(f64),
    /// Zeros to the first operand.
    Zero,
    /// Nothing to the first operand.
    Dropped,
    /// The first operand's gradient with the last two axes exchanged.
    Transposed,
    /// Not divided by the length of the first operand's first axis.
    NoBatchMean,
    /// For operands that were broadcast, only the first copy counts.
    OneCopy,
    /// A cotangent of ones instead of the one that arrives.
    CotangentIgnored,
    /// The last element of the first operand's gradient is 0.
    LastElementZero,
    /// For an op of one operand: a derivative written in x is given y = f(x), or one written in y is given f(y).
    Twice,
    /// What flows to the other operands is 0 where this operand is not above 0: a ReLU has overwritten the array that they share.
    MaskedBy(usize),
    /// Reads one value where it should read another.
    WrongValue {
        /// The value that it reads.
        used: Seen,
        /// The value that it should read.
        meant: Seen,
    },
}

/// Breaks the vjp of every node on the tape that was recorded by the op of this name. Returns how many there are.
pub fn sabotage(tape: &Tape<f64>, op: &str, how: Sabotage) -> usize {
    tape.graph.borrow_mut().change_ops(|known| {
        (known.name() == op).then(|| Rc::new(Sabotaged { op: known.clone(), how }) as Rc<dyn Op<f64>>)
    });
    tape.nodes().iter().filter(|node| node.op == op).count()
}

/// Breaks the vjp of the node that was recorded last, until the tape is rewound.
#[cfg(any(feature = "html", feature = "onnx"))] // a reader of a live page breaks it, and so does what judges gradients of others
pub(crate) fn sabotage_last<F: Scalar>(node: Var<F>, how: Sabotage) {
    node.tape().graph.borrow_mut().change_op(node.index(), |op| Rc::new(Sabotaged { op, how }));
}

/// An op whose vjp is broken.
struct Sabotaged<F: Scalar> {
    op: Rc<dyn Op<F>>,
    how: Sabotage,
}

impl<F: Scalar> Op<F> for Sabotaged<F> {
    fn name(&self) -> &'static str {
        self.op.name()
    }
    fn formula(&self) -> &'static str {
        self.op.formula()
    }
    fn attributes(&self) -> String {
        self.op.attributes()
    }
    fn shape(&self, operands: &[Shape]) -> Result<Shape, String> {
        self.op.shape(operands)
    }
    fn forward(&self, x: &[View<F>], y: ViewMut<F>) {
        self.op.forward(x, y)
    }
    fn slopes(&self) -> &'static [Slope] {
        self.op.slopes()
    }
    fn worked(&self, operands: &[Shape], result: Shape) -> Worked {
        self.op.worked(operands, result)
    }
    fn reach(&self, slot: usize, operands: &[View<F>], result: Shape) -> Reach {
        self.op.reach(slot, operands, result)
    }
    fn vjp<'t>(&self, at: &Local<'t, F>) -> Cotangents<'t, F> {
        let mut shown = Local { operands: at.operands.clone(), ..*at };
        match self.how {
            Sabotage::CotangentIgnored => shown.cotangent = at.tape.full(at.cotangent().shape(), 1.0).index(),
            Sabotage::WrongValue { used, meant } => {
                let used = match used {
                    Seen::Result => at.output,
                    Seen::Operand(slot) => at.operands[slot].0,
                };
                match meant {
                    Seen::Result => shown.output = used,
                    Seen::Operand(slot) => shown.operands[slot].0 = used,
                }
            }
            Sabotage::Twice if at.operands.len() == 1 && at.operand(0).shape() == at.output().shape() => {
                let (shape, y) = (at.output().shape(), at.output().value());
                let mut again = vec![F::ZERO; shape.size()];
                let read: Vec<F> = y.iter().copied().collect();
                self.op.forward(&[View { data: &read, shape }], ViewMut { data: &mut again, shape });
                shown.operands[0].0 = at.output;
                shown.output = at.tape.input(&again[..]).reshape(shape).index();
            }
            _ => {}
        }
        let mut cotangents = Vec::new();
        for (slot, cotangent) in self.op.vjp(&shown).0.into_iter().enumerate() {
            cotangents.push(match (cotangent, self.how) {
                (Cotangent::Stops, _) => Cotangent::Stops,
                (_, Sabotage::OneCopy) => self.with_one_copy(at, slot),
                (Cotangent::Flows(g), Sabotage::MaskedBy(by)) if slot != by && g.shape() == at.operand(by).shape() => {
                    let mask = at.operand(by).value().mapv(|x| if x > F::ZERO { F::ONE } else { F::ZERO });
                    Cotangent::Flows(g * at.tape.input(mask))
                }
                (Cotangent::Flows(g), _) => self.broken(slot, g.sum_to(at.operand(slot).shape())),
            });
        }
        cotangents.into_iter().collect()
    }
}

impl<F: Scalar> Sabotaged<F> {
    fn broken<'t>(&self, slot: usize, g: Var<'t, F>) -> Cotangent<'t, F> {
        let shape = g.shape();
        Cotangent::Flows(match (self.how, slot) {
            (Sabotage::Sign, _) => -g,
            (Sabotage::Factor(factor), _) => factor * g,
            (Sabotage::Zero, 0) => 0.0 * g,
            (Sabotage::Dropped, 0) => return Cotangent::Stops,
            (Sabotage::Transposed, 0) if shape.rank() >= 2 => {
                let mut exchanged = g.value();
                exchanged.swap_axes(shape.rank() - 2, shape.rank() - 1);
                let read: Vec<F> = exchanged.iter().copied().collect();
                g.tape().input(&read[..]).reshape(shape)
            }
            (Sabotage::NoBatchMean, _) if shape.rank() >= 1 => shape[0] as f64 * g,
            (Sabotage::LastElementZero, 0) => {
                let mut mask = vec![F::ONE; shape.size()];
                mask[shape.size() - 1] = F::ZERO;
                g * g.tape().input(&mask[..]).reshape(shape)
            }
            _ => g,
        })
    }

    /// The gradient of an operand, if only the first of its copies receives anything.
    fn with_one_copy<'t>(&self, at: &Local<'t, F>, slot: usize) -> Cotangent<'t, F> {
        let (operand, result) = (at.operand(slot).shape(), at.cotangent().shape());
        let mut mask = ArrayD::<F>::from_elem(IxDyn(&result), F::ONE);
        if operand != result && operand.broadcast(result) == Some(result) {
            let offset = result.rank() - operand.rank();
            let repeated = |axis: usize| axis < offset || (operand[axis - offset] == 1 && result[axis] > 1);
            for (index, kept) in mask.indexed_iter_mut() {
                if (0..result.rank()).any(|axis| repeated(axis) && index[axis] > 0) {
                    *kept = F::ZERO;
                }
            }
        }
        let cotangent = (at.cotangent() * at.tape.input(mask)).index();
        let shown = Local { operands: at.operands.clone(), cotangent, ..*at };
        let flowing = self.op.vjp(&shown).0.into_iter().nth(slot);
        flowing.unwrap_or(Cotangent::Stops)
    }
}
