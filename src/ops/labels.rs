//! Class labels and row numbers travel on the tape as numbers. Here they become indices again, or a message that says which is wrong.

#[cfg(feature = "json")]
use crate::View;
use crate::{Op, Scalar, Shape, Tape, Var};
use smallvec::SmallVec;

/// What the whole numbers in a list stand for, in the words of error messages.
pub(crate) struct Labels {
    pub(super) op: &'static str,
    /// What one of them is called: `"label of row"`.
    pub(super) one: &'static str,
    /// What they count: `"classes"`.
    pub(super) count: &'static str,
}

impl Labels {
    /// The number at a place, as an index below `count`.
    ///
    /// # Panics
    /// If it is no such index. Going on with another class would give a wrong gradient.
    pub(super) fn index<F: Scalar>(&self, place: usize, number: F, count: usize) -> usize {
        self.read(place, number, count).unwrap_or_else(|mistake| panic!("{mistake}"))
    }

    /// Checks all numbers of a node, for a panic at the learner's line.
    #[track_caller]
    pub(super) fn check<F: Scalar>(&self, numbers: Var<F>, count: usize) {
        if let Err(mistake) = self.read_node(numbers, count) {
            panic!("{mistake}");
        }
    }

    fn read_node<F: Scalar>(&self, numbers: Var<F>, count: usize) -> Result<(), String> {
        let graph = numbers.tape.graph.borrow();
        graph.with_views(&[numbers.index], |views| self.read_all(views[0].data, count))
    }

    fn read_all<F: Scalar>(&self, numbers: &[F], count: usize) -> Result<(), String> {
        let mut places = numbers.iter().enumerate();
        places.try_for_each(|(place, &number)| self.read(place, number, count).map(drop))
    }

    fn read<F: Scalar>(&self, place: usize, number: F, count: usize) -> Result<usize, String> {
        let (number, Labels { op, one, count: counted }) = (number.to_f64(), self);
        let mistake = match () {
            () if number.fract() != 0.0 => "which is not a whole number".to_owned(),
            () if (0.0..count as f64).contains(&number) => return Ok(number as usize),
            () => format!("but there are {count} {counted}, numbered from 0"),
        };
        Err(format!("{op}: the {one} {place} is {number}, {mistake}"))
    }
}

/// An op whose second operand holds labels. They are read before it is recorded: a kernel that meets a number which is no label can only panic.
pub(crate) trait Labelled {
    /// What the labels stand for, and how many of those there are for operands of these shapes, which fit.
    fn labels(&self, operands: &[Shape]) -> (Labels, usize);

    /// The first number that is no label, as a message.
    fn check<F: Scalar>(&self, operands: &[Var<F>]) -> Result<(), String> {
        let shapes: SmallVec<[Shape; 3]> = operands.iter().map(|operand| operand.shape()).collect();
        let (labels, count) = self.labels(&shapes);
        labels.read_node(operands[1], count)
    }

    /// The same, given the operands' numbers.
    #[cfg(feature = "json")]
    fn check_views<F: Scalar>(&self, operands: &[View<F>]) -> Result<(), String> {
        let shapes: SmallVec<[Shape; 3]> = operands.iter().map(|operand| operand.shape).collect();
        let (labels, count) = self.labels(&shapes);
        labels.read_all(operands[1].data, count)
    }
}

impl<F: Scalar> Tape<F> {
    /// Records an op that reads labels.
    #[track_caller]
    pub(super) fn record_labelled<'t, O>(&'t self, op: O, operands: &[Var<'t, F>; 2]) -> Var<'t, F>
    where
        O: Op<F> + Labelled + PartialEq,
    {
        // What does not fit is told by `record`.
        let fits = op.shape(&operands.map(|operand| operand.shape())).is_ok();
        if let Some(mistake) = fits.then(|| op.check(operands).err()).flatten() {
            panic!("{mistake}");
        }
        self.record(op, operands)
    }
}
