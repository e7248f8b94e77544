//! Golden files as data. If something is wrong with one, the error says in which case and where.

use super::dispatch::{OPS, Operation};
use super::strict::Strict;
use super::{GoldenError, MAX_NUMBERS};
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
    let case = Place { case: number, path: String::new(), value };
    case.only(&["op", "attrs", "inputs", "output", "cotangent", "grads", "second", "note"])?;
    case.at("second").only(&["directions", "grads", "cotangent_grad"])?;
    let op = case.at("op").text()?;
    let Some(operation) = OPS.iter().find(|known| known.op == op) else {
        return Err(GoldenError::UnknownOp { case: number, op });
    };
    let arrays = |field: &str, count: Option<usize>| {
        let arrays = case.at(field).each(Place::array, "a list of arrays")?;
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
            cotangent_gradient: case.at("second.cotangent_grad").array()?,
        })
    };
    let attributes = match case.at("attrs").value {
        Value::Object(attributes) => attributes.clone(),
        Value::Null => Map::new(),
        _ => return Err(case.at("attrs").expected("an object")),
    };
    Ok(Case {
        number,
        operation,
        attributes: Attributes { case: number, values: attributes.into(), read: RefCell::default() },
        output: case.at("output").array()?,
        cotangent: case.at("cotangent").array()?,
        gradients: arrays("grads", one_each)?,
        second: if case.at("second").value.is_null() { None } else { Some(second()?) },
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
        Place { case: self.case, path: "attrs".into(), value: &self.values }.only(&known)
    }

    fn get(&self, name: &str) -> Place<'_> {
        self.read.borrow_mut().insert(name.to_owned());
        Place { case: self.case, path: "attrs".into(), value: &self.values }.at(name)
    }

    pub(super) fn number(&self, name: &str) -> Result<f64, GoldenError> {
        self.get(name).number()
    }

    pub(super) fn whole(&self, name: &str) -> Result<usize, GoldenError> {
        self.get(name).whole()
    }

    pub(super) fn text(&self, name: &str) -> Result<String, GoldenError> {
        self.get(name).text()
    }

    /// A whole number of either sign.
    pub(super) fn integer(&self, name: &str) -> Result<isize, GoldenError> {
        let place = self.get(name);
        let integer = place.value.as_i64().and_then(|integer| isize::try_from(integer).ok());
        integer.ok_or_else(|| place.expected("a whole number"))
    }

    /// The same, or this number if the attribute is left out.
    pub(super) fn whole_or(&self, name: &str, otherwise: usize) -> Result<usize, GoldenError> {
        if self.get(name).value.is_null() { Ok(otherwise) } else { self.whole(name) }
    }

    /// A number, or this one if the attribute is left out.
    pub(super) fn number_or(&self, name: &str, otherwise: f64) -> Result<f64, GoldenError> {
        if self.get(name).value.is_null() { Ok(otherwise) } else { self.number(name) }
    }

    pub(super) fn flag(&self, name: &str) -> Result<bool, GoldenError> {
        let place = self.get(name);
        place.value.as_bool().ok_or_else(|| place.expected("true or false"))
    }

    pub(super) fn wholes(&self, name: &str) -> Result<Vec<usize>, GoldenError> {
        self.get(name).each(|place| place.whole(), "a list of whole numbers")
    }

    /// An axis, or all of them if it is null.
    pub(super) fn axes(&self, name: &str) -> Result<Axes, GoldenError> {
        match self.get(name).value {
            Value::Null => Ok(Axes::ALL),
            _ => match self.whole(name)? {
                axis if axis < MAX_RANK => Ok(axis.into()),
                _ => Err(self.get(name).expected("an axis of the input")),
            },
        }
    }

    pub(super) fn shape(&self, name: &str) -> Result<Shape, GoldenError> {
        self.get(name).shape()
    }

    /// A number that must be 2.
    pub(super) fn two(&self, name: &str) -> Result<(), GoldenError> {
        match self.whole(name)? {
            2 => Ok(()),
            _ => Err(self.get(name).expected("2")),
        }
    }

    /// Whether there is a text of this name; then it must be the one that is known.
    pub(super) fn says(&self, name: &str, known: &'static str) -> Result<bool, GoldenError> {
        match self.get(name) {
            place if place.value.is_null() => Ok(false),
            place if place.text()? == known => Ok(true),
            place => Err(place.expected(known)),
        }
    }

    pub(super) fn ranges(&self, name: &str) -> Result<Vec<(usize, usize)>, GoldenError> {
        let range = |place: Place| match place.clone().each(|place| place.whole(), "a range [from, to]")?[..] {
            [from, to] => Ok((from, to)),
            _ => Err(place.expected("a range [from, to]")),
        };
        self.get(name).each(range, "a list of ranges")
    }

    /// A list of strings.
    pub(super) fn texts(&self, name: &str) -> Result<Vec<String>, GoldenError> {
        self.get(name).each(|place| place.text(), "a list of strings")
    }

    /// An array with its shape, as the inputs have them.
    pub(super) fn array(&self, name: &str) -> Result<ArrayD<f64>, GoldenError> {
        self.get(name).array()
    }

    /// A list of rows of numbers.
    pub(super) fn matrix(&self, name: &str) -> Result<ArrayD<f64>, GoldenError> {
        let row = |place: Place| place.each(|place| place.number(), "a row of numbers");
        let rows = self.get(name).each(row, "a list of rows")?;
        let shape = [rows.len(), rows.first().map_or(0, Vec::len)];
        let mistake = || self.get(name).expected("a list of rows of one length, with at least one number");
        match shape[1] > 0 && rows.iter().all(|row| row.len() == shape[1]) {
            true => ArrayD::from_shape_vec(IxDyn(&shape), rows.concat()).map_err(|_| mistake()),
            false => Err(mistake()),
        }
    }
}

/// A place in a file, and the value there; null if there is none.
#[derive(Clone)]
struct Place<'a> {
    case: usize,
    path: String,
    value: &'a Value,
}

impl<'a> Place<'a> {
    /// The place at a path of names below this one: `second.grads`.
    fn at(&self, path: &str) -> Place<'a> {
        let value = path.split('.').try_fold(self.value, |value, name| value.get(name));
        let path = if self.path.is_empty() { path.to_owned() } else { format!("{}.{path}", self.path) };
        Place { case: self.case, path, value: value.unwrap_or(&Value::Null) }
    }

    /// Refuses keys that are not known.
    fn only(&self, known: &[&str]) -> Result<(), GoldenError> {
        let mut keys = self.value.as_object().into_iter().flatten().map(|(key, _)| key);
        let Some(key) = keys.find(|key| !known.contains(&key.as_str())) else { return Ok(()) };
        let field = if self.path.is_empty() { key.clone() } else { format!("{}.{key}", self.path) };
        let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
        Err(GoldenError::UnknownKey { case: self.case, field, known })
    }

    fn expected(&self, expected: &'static str) -> GoldenError {
        GoldenError::Field { case: self.case, field: self.path.clone(), expected }
    }

    fn text(&self) -> Result<String, GoldenError> {
        self.value.as_str().map(str::to_owned).ok_or_else(|| self.expected("a string"))
    }

    fn number(&self) -> Result<f64, GoldenError> {
        self.value.as_f64().ok_or_else(|| self.expected("a number"))
    }

    fn whole(&self) -> Result<usize, GoldenError> {
        let whole = self.value.as_u64().and_then(|whole| usize::try_from(whole).ok());
        whole.ok_or_else(|| self.expected("a whole number, not negative"))
    }

    fn each<T>(
        self,
        read: impl Fn(Place<'a>) -> Result<T, GoldenError>,
        expected: &'static str,
    ) -> Result<Vec<T>, GoldenError> {
        let elements = self.value.as_array().ok_or_else(|| self.expected(expected))?;
        let place = |(i, value)| Place { case: self.case, path: format!("{}[{i}]", self.path), value };
        elements.iter().enumerate().map(|element| read(place(element))).collect()
    }

    fn shape(&self) -> Result<Shape, GoldenError> {
        let lengths = self.clone().each(|place| place.whole(), "a list of axis lengths")?;
        let size = lengths.iter().try_fold(1_usize, |size, &length| size.checked_mul(length));
        match size {
            _ if lengths.len() > MAX_RANK => Err(self.expected("a shape of at most six axes")),
            Some(size) if size <= MAX_NUMBERS => Ok(Shape::new(&lengths)),
            _ => Err(GoldenError::TooLarge { case: self.case, field: self.path.clone(), shape: lengths }),
        }
    }

    fn array(self) -> Result<ArrayD<f64>, GoldenError> {
        self.only(&["shape", "data"])?;
        let shape = self.at("shape").shape()?;
        let data = self.at("data").each(|place| place.number(), "a list of numbers")?;
        let found = data.len();
        if found == 0 {
            return Err(self.at("data").expected("at least one number, since an empty array compares nothing"));
        }
        ArrayD::from_shape_vec(IxDyn(&shape), data).map_err(|_| GoldenError::Data {
            case: self.case,
            field: self.path,
            shape: shape.to_vec(),
            found,
        })
    }
}
