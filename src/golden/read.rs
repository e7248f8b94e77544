//! Golden files as data. If something is wrong with one, the error says in which case and where.

use super::dispatch::{OPS, Operation};
use super::{GoldenError, MAX_NUMBERS};
use crate::json::{Place, Strict, Unfit};
use crate::shape::{Axes, MAX_RANK, Shape};
use ndarray::{ArrayD, IxDyn};
use serde_json::{Map, Value};
use std::cell::RefCell;
use std::collections::BTreeSet;

/// A case of a golden file.
pub(super) struct Case {
    pub(super) number: usize,
    pub(super) op: String,
    pub(super) operation: &'static Operation,
    pub(super) attributes: Attributes,
    pub(super) inputs: Vec<ArrayD<f64>>,
    pub(super) output: ArrayD<f64>,
    pub(super) cotangent: ArrayD<f64>,
    pub(super) gradients: Vec<ArrayD<f64>>,
    pub(super) second: Option<Second>,
}

/// The derivative of the derivative.
pub(super) struct Second {
    pub(super) directions: Vec<ArrayD<f64>>,
    pub(super) gradients: Vec<ArrayD<f64>>,
    pub(super) cotangent_gradient: ArrayD<f64>,
}

pub(super) fn cases(json: &str) -> Result<Vec<Case>, GoldenError> {
    let Strict(file) = serde_json::from_str(json)?;
    match file {
        Value::Array(cases) if !cases.is_empty() => {
            cases.iter().enumerate().map(|(i, case)| read_case(i + 1, case)).collect()
        }
        _ => Err(GoldenError::NoCases),
    }
}

fn read_case(number: usize, value: &Value) -> Result<Case, GoldenError> {
    let case = Place::whole_of(value);
    case.only(&["op", "attrs", "inputs", "output", "cotangent", "grads", "second", "note"]).of_case(number)?;
    case.at("second").only(&["directions", "grads", "cotangent_grad"]).of_case(number)?;
    let op = case.at("op").text().of_case(number)?;
    let Some(operation) = OPS.iter().find(|known| known.op == op) else {
        return Err(GoldenError::UnknownOp { case: number, op });
    };
    let arrays = |field: &str, count: Option<usize>| {
        let arrays = case.at(field).list("a list of arrays").of_case(number)?;
        let arrays: Vec<_> = arrays.map(|place| read_array(number, &place)).collect::<Result<_, _>>()?;
        match count.map_or(!arrays.is_empty(), |count| count == arrays.len()) {
            true => Ok(arrays),
            false => {
                let expected = count.map_or("one or more".to_owned(), |count| count.to_string());
                let (op, field, found) = (op.clone(), field.to_owned(), arrays.len());
                Err(GoldenError::Count { case: number, op, field, expected, found })
            }
        }
    };
    let inputs = arrays("inputs", operation.operands)?;
    let one_each = Some(inputs.len());
    let second = || -> Result<Second, GoldenError> {
        Ok(Second {
            directions: arrays("second.directions", one_each)?,
            gradients: arrays("second.grads", one_each)?,
            cotangent_gradient: read_array(number, &case.at("second.cotangent_grad"))?,
        })
    };
    let attributes = match case.at("attrs").value {
        Value::Object(attributes) => attributes.clone(),
        Value::Null => Map::new(),
        _ => return Err(case.at("attrs").expected("an object")).of_case(number),
    };
    Ok(Case {
        number,
        operation,
        attributes: Attributes { case: number, values: attributes.into(), read: RefCell::default() },
        output: read_array(number, &case.at("output"))?,
        cotangent: read_array(number, &case.at("cotangent"))?,
        gradients: arrays("grads", one_each)?,
        second: if case.at("second").is_empty() { None } else { Some(second()?) },
        inputs,
        op,
    })
}

/// What distinguishes one use of an op from another: its axis, its stride, its labels.
#[derive(Debug)]
pub struct Attributes {
    case: usize,
    values: Value,
    /// The names that the op has read.
    read: RefCell<BTreeSet<String>>,
}

impl Attributes {
    /// An error if there is a name that the op has not read.
    pub(super) fn all_read(&self) -> Result<(), GoldenError> {
        let read = self.read.borrow();
        let known: Vec<&str> = read.iter().map(String::as_str).collect();
        self.place().only(&known).of_case(self.case)
    }

    fn place(&self) -> Place<'_> {
        Place { path: "attrs".into(), value: &self.values }
    }

    fn get(&self, name: &str) -> Place<'_> {
        self.read.borrow_mut().insert(name.to_owned());
        self.place().at(name)
    }

    pub(super) fn number(&self, name: &str) -> Result<f64, GoldenError> {
        self.get(name).number().of_case(self.case)
    }

    pub(super) fn whole(&self, name: &str) -> Result<usize, GoldenError> {
        self.get(name).whole().of_case(self.case)
    }

    pub(super) fn text(&self, name: &str) -> Result<String, GoldenError> {
        self.get(name).text().of_case(self.case)
    }

    /// A whole number of either sign.
    pub(super) fn integer(&self, name: &str) -> Result<isize, GoldenError> {
        self.get(name).integer().of_case(self.case)
    }

    /// The same, or this number if the attribute is left out.
    pub(super) fn whole_or(&self, name: &str, otherwise: usize) -> Result<usize, GoldenError> {
        if self.get(name).is_empty() { Ok(otherwise) } else { self.whole(name) }
    }

    /// A number, or this one if the attribute is left out.
    pub(super) fn number_or(&self, name: &str, otherwise: f64) -> Result<f64, GoldenError> {
        if self.get(name).is_empty() { Ok(otherwise) } else { self.number(name) }
    }

    pub(super) fn flag(&self, name: &str) -> Result<bool, GoldenError> {
        self.get(name).flag().of_case(self.case)
    }

    pub(super) fn wholes(&self, name: &str) -> Result<Vec<usize>, GoldenError> {
        self.get(name).each(|place| place.whole(), "a list of whole numbers").of_case(self.case)
    }

    /// An axis, or all of them if it is null.
    pub(super) fn axes(&self, name: &str) -> Result<Axes, GoldenError> {
        match self.get(name).value {
            Value::Null => Ok(Axes::ALL),
            _ => match self.whole(name)? {
                axis if axis < MAX_RANK => Ok(axis.into()),
                _ => Err(self.get(name).expected("an axis of the input")).of_case(self.case),
            },
        }
    }

    pub(super) fn shape(&self, name: &str) -> Result<Shape, GoldenError> {
        read_shape(self.case, &self.get(name))
    }

    /// A number that must be 2.
    pub(super) fn two(&self, name: &str) -> Result<(), GoldenError> {
        match self.whole(name)? {
            2 => Ok(()),
            _ => Err(self.get(name).expected("2")).of_case(self.case),
        }
    }

    /// Whether there is a text of this name; then it must be the one that is known.
    pub(super) fn says(&self, name: &str, known: &'static str) -> Result<bool, GoldenError> {
        match self.get(name) {
            place if place.is_empty() => Ok(false),
            place if place.value == known => Ok(true),
            place => Err(place.expected(known)).of_case(self.case),
        }
    }

    pub(super) fn ranges(&self, name: &str) -> Result<Vec<(usize, usize)>, GoldenError> {
        let range = |place: Place| match place.each(|place| place.whole(), "a range [from, to]")?[..] {
            [from, to] => Ok((from, to)),
            _ => Err(place.expected("a range [from, to]")),
        };
        self.get(name).each(range, "a list of ranges").of_case(self.case)
    }

    /// A list of strings.
    pub(super) fn texts(&self, name: &str) -> Result<Vec<String>, GoldenError> {
        self.get(name).each(|place| place.text(), "a list of strings").of_case(self.case)
    }

    /// An array with its shape, as the inputs have them.
    pub(super) fn array(&self, name: &str) -> Result<ArrayD<f64>, GoldenError> {
        read_array(self.case, &self.get(name))
    }

    /// A list of rows of numbers.
    pub(super) fn matrix(&self, name: &str) -> Result<ArrayD<f64>, GoldenError> {
        let row = |place: Place| place.each(|place| place.number(), "a row of numbers");
        let rows = self.get(name).each(row, "a list of rows").of_case(self.case)?;
        let shape = [rows.len(), rows.first().map_or(0, Vec::len)];
        let mistake = || self.get(name).expected("a list of rows of one length, with at least one number");
        match shape[1] > 0 && rows.iter().all(|row| row.len() == shape[1]) {
            true => ArrayD::from_shape_vec(IxDyn(&shape), rows.concat()).map_err(|_| mistake()).of_case(self.case),
            false => Err(mistake()).of_case(self.case),
        }
    }
}

/// Whose case a mistake is.
trait InCase<T> {
    fn of_case(self, case: usize) -> Result<T, GoldenError>;
}

impl<T> InCase<T> for Result<T, Unfit> {
    fn of_case(self, case: usize) -> Result<T, GoldenError> {
        self.map_err(|unfit| match unfit {
            Unfit::Value { path: field, expected, .. } => GoldenError::Field { case, field, expected },
            Unfit::Key { path: field, known } => GoldenError::UnknownKey { case, field, known },
        })
    }
}

/// A shape of no more numbers than a case may make.
fn read_shape(case: usize, place: &Place) -> Result<Shape, GoldenError> {
    let shape = place.shape().of_case(case)?;
    let size = shape.iter().try_fold(1_usize, |size, &length| size.checked_mul(length));
    match size {
        Some(size) if size <= MAX_NUMBERS => Ok(shape),
        _ => Err(GoldenError::TooLarge { case, field: place.path.clone(), shape: shape.to_vec() }),
    }
}

fn read_array(case: usize, place: &Place) -> Result<ArrayD<f64>, GoldenError> {
    place.only(&["shape", "data"]).of_case(case)?;
    let shape = read_shape(case, &place.at("shape"))?;
    let data = place.at("data").each(|place| place.number(), "a list of numbers").of_case(case)?;
    let found = data.len();
    if found == 0 {
        let nothing = place.at("data").expected("at least one number, since an empty array compares nothing");
        return Err(nothing).of_case(case);
    }
    let (field, lengths) = (place.path.clone(), shape.to_vec());
    ArrayD::from_shape_vec(IxDyn(&shape), data).map_err(|_| GoldenError::Data { case, field, shape: lengths, found })
}
