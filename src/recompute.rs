//! Memory for time: parts of a program whose intermediate results are not kept, but computed again when gradients flow back. The one idea to know: a part
//! runs **on a tape of its own**, which is given up when its result is known. On the tape of the program it is one op of its inputs and of the parameters
//! that it reads.

use crate::input::Input;
use crate::leaf::Leaf;
use crate::op::{Cotangents, Local, Op, says};
use crate::param::Param;
use crate::scalar::Scalar;
use crate::shape::Shape;
use crate::storage::Replay;
use crate::tape::{Tape, Var};
use crate::view::{View, ViewMut};
use smallvec::SmallVec;
use std::cell::RefCell;
use std::rc::Rc;

type Function<F> = dyn for<'s> Fn(&[Var<'s, F>]) -> Var<'s, F>;

/// A part of a program.
struct Segment<F: Scalar> {
    compute: Box<Function<F>>,
    inputs: usize,
    /// The parameters that it reads and that get gradients.
    params: Vec<Param<F>>,
    /// What entered it besides.
    notes: Rc<[Rc<[F]>]>,
    shape: Shape,
    /// Whether it was computed inside [`eval`](Tape::eval).
    evaluating: bool,
    /// Its result, until the kernel takes it.
    result: RefCell<Option<Vec<F>>>,
}

impl<F: Scalar> Tape<F> {
    /// What `segment` computes of `inputs`, without the numbers in between: they are given up at once, and computed again when gradients flow back through
    /// the result. PyTorch's `torch.utils.checkpoint`. (What a training keeps in a file is another checkpoint: `gradus::io::Checkpoint`.)
    ///
    /// ```
    /// use gradus::nn::{Activation, Mlp, Module};
    /// use gradus::prelude::*;
    /// use std::sync::Arc;
    /// let deep = Arc::new(Mlp::<f32>::new(&[10; 20], Activation::Tanh, &mut seeded(7)));
    /// let tape = Tape::new();
    /// let x = tape.input([[0.5; 10]]);
    /// let layers = deep.clone();
    /// let y = tape.checkpoint([x], move |[x]| layers.forward(x));
    /// assert_eq!(tape.len(), 1 + 38 + 1); // x, the parameters, y: nothing in between
    /// let gradients = y.sum().backward();
    /// assert!(deep.params().iter().all(|param| gradients.param(param).is_some()));
    /// # use gradus::nn::Parameters;
    /// ```
    ///
    /// **What it costs:** the segment runs a second time in the backward pass. In memory remain the inputs and the result, the gradients (three times, since
    /// they come from the segment's tape together), what enters the segment by [`input`](Tape::input) (the factors of
    /// [`Dropout`](crate::nn::Dropout) among it), and the numbers of one segment at a time. A segment is never equal to that of the round before, so a
    /// [`rewind`](Tape::rewind) does not use what follows it again. In a net of 48 layers with a segment for every four, a step took 0.6 of the memory, and
    /// 1.6 times as long. The larger the segments and the batch, the more is saved.
    ///
    /// **What it computes** is the same, to the last bit, unless a parameter or an input is used inside and outside: then gradients are added in another
    /// order. Parameters inside get their gradients; `Dropout` draws the same factors, and [`BatchNorm`](crate::nn::BatchNorm) notes a batch once. Gradients of
    /// gradients are right, but to them the segment is recorded on this tape, with all in between.
    ///
    /// `segment` outlives this call, so it owns what it uses: give it clones of parameters, or an `Arc` of a model, and everything else by `inputs`. It must
    /// compute the same each time.
    ///
    /// # Panics
    /// Where the segment panics. If it makes another shape or asks for other inputs when it is computed again.
    #[track_caller]
    pub fn checkpoint<'t, const N: usize>(
        &'t self,
        inputs: [Var<'t, F>; N],
        segment: impl for<'s> Fn([Var<'s, F>; N]) -> Var<'s, F> + 'static,
    ) -> Var<'t, F> {
        assert!(N > 0, "checkpoint: a segment has at least one input");
        for input in inputs {
            input.expect_on(self, "checkpoint");
        }
        let compute = erased(move |inputs| segment(std::array::from_fn(|place| inputs[place])));
        let (tape, evaluating) = (Tape::new(), !self.is_training());
        tape.evaluating.set(evaluating);
        tape.replay.replace(self.replay.borrow().of_part());
        let copies: SmallVec<[Var<F>; 4]> = inputs.iter().map(|input| input.with_value(|x| tape.var(x))).collect();
        let y = compute(&copies);
        let (shape, result) = (y.shape(), y.with_value(|y| y.iter().copied().collect()));
        let params = tape.graph.borrow().params_read();
        let notes = self.replay.borrow_mut().end_part(tape.replay.take());
        let mut operands: SmallVec<[Var<F>; 8]> = inputs.iter().copied().collect();
        operands.extend(params.iter().map(|param| self.param(param)));
        let result = RefCell::new(Some(result));
        let segment = Segment { compute, inputs: N, params, notes, shape, evaluating, result };
        self.record(Checkpoint(Rc::new(segment)), &operands)
    }
}

/// (A cast tells the compiler that the function takes any lifetime.)
fn erased<F: Scalar>(compute: impl for<'s> Fn(&[Var<'s, F>]) -> Var<'s, F> + 'static) -> Box<Function<F>> {
    Box::new(compute)
}

impl<F: Scalar> Tape<F> {
    /// Writes the numbers of a leaf. An input of a segment that is computed again is what it was at first.
    pub(crate) fn fill(&self, leaf: Leaf, buffer: &mut [F], x: &impl Input<F>) {
        if leaf != Leaf::Input {
            return x.write(buffer);
        }
        let noted = self.replay.borrow_mut().next();
        match noted {
            Some(noted) => {
                let (now, first) = (buffer.len(), noted.len());
                assert!(
                    now == first,
                    "checkpoint: an input of the segment had {first} numbers at first, and has {now} now"
                );
                buffer.copy_from_slice(&noted);
            }
            None => {
                x.write(buffer);
                self.replay.borrow_mut().note(buffer);
            }
        }
    }

    /// Whether a segment is computed that was computed before, so that a layer has noted what it wanted to.
    pub(crate) fn is_computing_again(&self) -> bool {
        self.replay.borrow().is_again()
    }
}

impl<F: Scalar> Segment<F> {
    /// Computes it again, on any tape.
    fn again<'t>(&self, inputs: &[Var<'t, F>]) -> Var<'t, F> {
        let tape = inputs[0].tape();
        let notes = Replay::Again { notes: self.notes.clone(), next: 0 };
        let _around = Around { tape, replay: tape.replay.replace(notes) };
        let y = if self.evaluating { tape.eval(|| (self.compute)(inputs)) } else { (self.compute)(inputs) };
        assert!(y.shape() == self.shape, "checkpoint: the segment made {} at first, and now {}", self.shape, y.shape());
        y
    }
}

/// What a tape did before a segment was computed again on it, and does afterwards, even if the segment panics.
struct Around<'t, F: Scalar> {
    tape: &'t Tape<F>,
    replay: Replay<F>,
}

impl<F: Scalar> Drop for Around<'_, F> {
    fn drop(&mut self) {
        self.tape.replay.replace(std::mem::take(&mut self.replay));
    }
}

/// y = f(x, parameters)
struct Checkpoint<F: Scalar>(Rc<Segment<F>>);

impl<F: Scalar> PartialEq for Checkpoint<F> {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl<F: Scalar> Op<F> for Checkpoint<F> {
    says!("checkpoint", "y = f(x), computed again for its gradient");
    fn shape(&self, _: &[Shape]) -> Result<Shape, String> {
        Ok(self.0.shape)
    }
    fn forward(&self, x: &[View<F>], y: ViewMut<F>) {
        let result = self.0.result.take().unwrap_or_else(|| {
            let tape = Tape::new();
            let inputs: Vec<Var<F>> = x[..self.0.inputs].iter().map(|x| tape.var(x.array())).collect();
            self.0.again(&inputs).value().into_iter().collect()
        });
        y.data.copy_from_slice(&result);
    }
    fn vjp<'t>(&self, at: &Local<'t, F>) -> Cotangents<'t, F> {
        let g = at.cotangent();
        let mut operands: Vec<Var<F>> = (0..at.operand_count()).map(|slot| at.operand(slot)).collect();
        let wanted: Vec<bool> = at.operands.iter().map(|(_, gets_gradients)| *gets_gradients).collect();
        operands.push(g);
        let all = g.tape().record(CheckpointGrad { segment: self.0.clone(), wanted }, &operands);
        let mut start = 0;
        let part = |slot: usize| {
            let shape = at.operand(slot).shape();
            at.to(slot, || {
                start += shape.size();
                all.slice(&[(start - shape.size(), start)]).reshape(shape)
            })
        };
        (0..at.operand_count()).map(part).collect()
    }
}

/// The gradients for the operands that get them, one after the other, given the operands and g.
struct CheckpointGrad<F: Scalar> {
    segment: Rc<Segment<F>>,
    /// Which operands get gradients.
    wanted: Vec<bool>,
}

impl<F: Scalar> PartialEq for CheckpointGrad<F> {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.segment, &other.segment) && self.wanted == other.wanted
    }
}

impl<F: Scalar> Op<F> for CheckpointGrad<F> {
    says!("checkpoint'", "dx = g f'(x), f computed again");
    fn shape(&self, operands: &[Shape]) -> Result<Shape, String> {
        let wanted = operands.iter().zip(&self.wanted).filter(|(_, wanted)| **wanted);
        Ok(Shape::new(&[wanted.map(|(shape, _)| shape.size()).sum()]))
    }
    fn forward(&self, x: &[View<F>], dx: ViewMut<F>) {
        let (operands, g) = x.split_at(self.wanted.len());
        let tape = Tape::new();
        let input = |(x, &wanted): (&View<F>, &bool)| if wanted { tape.var(x.array()) } else { tape.input(x.array()) };
        let inputs: Vec<Var<F>> = operands[..self.segment.inputs].iter().zip(&self.wanted).map(input).collect();
        let y = self.segment.again(&inputs);
        let params = self.segment.params.iter().map(|param| tape.param(param));
        let operands: Vec<Var<F>> = inputs.iter().copied().chain(params).collect();
        let gradients = y.gets_gradients().then(|| y.backward_with(tape.input(g[0].array())));
        let mut rest = dx.data;
        for (operand, _) in operands.iter().zip(&self.wanted).filter(|(_, wanted)| **wanted) {
            let (part, others) = rest.split_at_mut(operand.shape().size());
            rest = others;
            match gradients.and_then(|gradients| gradients.get(*operand)) {
                Some(gradient) => gradient.with_value(|dx| part.iter_mut().zip(dx).for_each(|(to, &dx)| *to = dx)),
                None => part.fill(F::ZERO),
            }
        }
    }
    // Recorded on this tape, gradients can be differentiated as any others.
    fn vjp<'t>(&self, at: &Local<'t, F>) -> Cotangents<'t, F> {
        let operands: Vec<Var<F>> = (0..self.wanted.len()).map(|slot| at.operand(slot)).collect();
        let y = self.segment.again(&operands[..self.segment.inputs]);
        let gradients = y.gets_gradients().then(|| y.backward_with(at.operand(self.wanted.len())));
        let wanted = operands.iter().zip(&self.wanted).filter(|(_, wanted)| **wanted);
        let parts: Vec<Var<F>> = wanted
            .map(|(operand, _)| {
                let size = operand.shape().size();
                let gradient = gradients.and_then(|gradients| gradients.get(*operand));
                gradient.map_or_else(|| y.tape().full([size], 0.0), |gradient| gradient.reshape([size]))
            })
            .collect();
        let all = Var::concat(&parts, 0);
        let second = all.gets_gradients().then(|| all.backward_with(at.cotangent()));
        let flow = |slot| match second.and_then(|second| second.get(at.operand(slot))) {
            Some(flow) => at.to(slot, || flow),
            None => at.no_gradient(),
        };
        (0..at.operand_count()).map(flow).collect()
    }
}

impl<F: Scalar> Var<'_, F> {
    fn gets_gradients(self) -> bool {
        self.tape.graph.borrow().dag[self.index].needs_grad()
    }
}
