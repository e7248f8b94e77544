//! What an operator that is read sees of its model: its inputs, its attributes, and how much may still be computed.

use super::messages::{Attribute, Node};
use super::whole::Whole;
use crate::formula::{Map, Zip};
use crate::ops::labels::Labelled;
use crate::scalar::Scalar;
use crate::shape::Shape;
use crate::tape::{Tape, Var};
use crate::{Binary, Op, Unary};
use ndarray::ArrayD;

/// What a name of the graph stands for.
#[derive(Clone)]
pub(super) enum Value<'t, F: Scalar> {
    /// Numbers on the tape.
    Numbers(Var<'t, F>),
    /// What is known before the model runs.
    Whole(Whole),
}

impl Whole {
    /// The same as numbers on a tape.
    pub(super) fn on<'t, F: Scalar>(&self, tape: &'t Tape<F>) -> Var<'t, F> {
        let numbers: Vec<F> = self.numbers.iter().map(|&x| F::from_f64(x as f64)).collect();
        tape.input(ArrayD::from_shape_vec(&self.shape[..], numbers).expect("as many numbers as the shape has"))
    }
}

/// What an operator makes, or the reason why it cannot.
pub(super) type Made<'t, F> = Result<Vec<Value<'t, F>>, String>;

/// A node whose operator is being recorded.
pub(super) struct Call<'a, 't, F: Scalar> {
    pub(super) tape: &'t Tape<F>,
    pub(super) node: &'a Node,
    /// `None` where one was left out.
    pub(super) inputs: Vec<Option<Value<'t, F>>>,
    /// How much work and how many numbers are left.
    pub(super) left: &'a mut (u64, usize),
}

impl<'t, F: Scalar> Call<'_, 't, F> {
    /// Records an op, if its operands fit and enough work is left.
    pub(super) fn put<O: Op<F> + PartialEq>(&mut self, op: O, operands: &[Var<'t, F>]) -> Result<Var<'t, F>, String> {
        let shapes: Vec<Shape> = operands.iter().map(|operand| operand.shape()).collect();
        self.charge(op.shape(&shapes)?)?;
        crate::program::record(op, operands, &mut self.left.0, |_, _| Ok(()))
    }

    /// The same for an op whose second operand holds labels.
    pub(super) fn put_labelled<O: Op<F> + PartialEq + Labelled>(
        &mut self,
        op: O,
        operands: &[Var<'t, F>],
    ) -> Result<Var<'t, F>, String> {
        let shapes: Vec<Shape> = operands.iter().map(|operand| operand.shape()).collect();
        self.charge(op.shape(&shapes)?)?;
        crate::program::record(op, operands, &mut self.left.0, Labelled::check_views)
    }

    /// Takes the numbers of an array from those that are left, before it is made.
    pub(super) fn charge(&mut self, shape: Shape) -> Result<(), String> {
        let left = self.left.1.checked_sub(shape.size());
        self.left.1 = left.ok_or("the model makes more numbers than are read here")?;
        Ok(())
    }

    pub(super) fn put_map<U: Unary>(&mut self, function: U, x: Var<'t, F>) -> Result<Var<'t, F>, String> {
        self.put(Map(function), &[x])
    }

    pub(super) fn put_zip<B: Binary>(
        &mut self,
        function: B,
        a: Var<'t, F>,
        b: Var<'t, F>,
    ) -> Result<Var<'t, F>, String> {
        self.put(Zip(function), &[a, b])
    }

    // inputs

    pub(super) fn given(&self, place: usize) -> Option<&Value<'t, F>> {
        self.inputs.get(place).and_then(Option::as_ref)
    }

    pub(super) fn needed(&self, place: usize) -> Result<&Value<'t, F>, String> {
        self.given(place).ok_or_else(|| format!("it has no input {place}"))
    }

    /// An input as numbers on the tape.
    pub(super) fn x(&self, place: usize) -> Result<Var<'t, F>, String> {
        match self.needed(place)? {
            Value::Numbers(x) => Ok(*x),
            Value::Whole(whole) => Ok(whole.on(self.tape)),
        }
    }

    /// An input that must be known before the model runs, such as a shape.
    pub(super) fn whole(&self, place: usize) -> Result<&Whole, String> {
        match self.needed(place)? {
            Value::Whole(whole) => Ok(whole),
            Value::Numbers(_) => {
                Err(format!("its input {place} depends on the model's inputs, and must be known before"))
            }
        }
    }

    /// The same for one that may be left out.
    pub(super) fn whole_or(&self, place: usize, otherwise: &[i64]) -> Result<Vec<i64>, String> {
        if self.given(place).is_some() { Ok(self.whole(place)?.numbers.clone()) } else { Ok(otherwise.to_vec()) }
    }

    /// The number of an input that is a single constant, such as an exponent.
    pub(super) fn number(&self, place: usize) -> Result<Option<f64>, String> {
        Ok(match self.given(place) {
            Some(Value::Numbers(x)) if x.shape().size() == 1 && self.tape.graph.borrow().is_leaf(x.index()) => {
                Some(x.value().iter().next().map_or(0.0, |x| x.to_f64()))
            }
            Some(Value::Whole(Whole { numbers, .. })) if numbers.len() == 1 => Some(numbers[0] as f64),
            _ => None,
        })
    }

    // attributes

    pub(super) fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.node.attribute.iter().find(|attribute| attribute.name == name)
    }

    pub(super) fn int(&self, name: &str, otherwise: i64) -> i64 {
        self.attribute(name).and_then(|attribute| attribute.i).unwrap_or(otherwise)
    }

    pub(super) fn ints(&self, name: &str) -> Option<&[i64]> {
        self.attribute(name).map(|attribute| &attribute.ints[..])
    }

    pub(super) fn float(&self, name: &str, otherwise: f64) -> f64 {
        // 0.1 of a file is the f32 next to 0.1: the f64 next to 0.1 is meant.
        let exact = |x: f32| x.to_string().parse().unwrap_or(f64::from(x));
        self.attribute(name).and_then(|attribute| attribute.f).map_or(otherwise, exact)
    }

    pub(super) fn text(&self, name: &str) -> Option<String> {
        self.attribute(name)?.s.as_ref().map(|bytes| String::from_utf8_lossy(bytes).into_owned())
    }

    /// Whether an attribute has the one value that is read here.
    pub(super) fn only(&self, name: &str, value: i64) -> Result<(), String> {
        match self.int(name, value) {
            found if found == value => Ok(()),
            found => Err(format!("{name} = {found}, and only {value} is read")),
        }
    }

    /// An axis, counted from either end, of an array of this rank.
    pub(super) fn axis(axis: i64, rank: usize) -> Result<usize, String> {
        let counted = if axis < 0 { axis + rank as i64 } else { axis };
        let whole = usize::try_from(counted).ok().filter(|&axis| axis < rank);
        whole.ok_or_else(|| format!("there is no axis {axis} among {rank}"))
    }
}

/// One value as what an operator makes.
pub(super) fn one<F: Scalar>(value: Result<Var<'_, F>, String>) -> Made<'_, F> {
    value.map(|value| vec![Value::Numbers(value)])
}
