//! Compares the arrays of a file with those of a model. The one idea to know: **everything is compared before the first number changes**, so a model
//! is never half restored, and one error lists all that differs.

use super::arrays::{Arrays, Stored};
use super::kind::Storable;
use super::{Difference, IoError, Layout};
use crate::nn::Parameters;
use crate::{Param, Scalar};
use std::collections::{HashMap, HashSet};

/// All that a model must be given to be the same again: its parameters and buffers, in order. One that several layers share comes once.
pub(super) fn state<F: Scalar>(model: &(impl Parameters<F> + ?Sized)) -> Result<Vec<Param<F>>, IoError> {
    let (mut state, mut by_name, mut twin) = (Vec::new(), HashMap::new(), None);
    model.each_param(&mut |param| match by_name.get(param.name()) {
        None => {
            by_name.insert(param.name().to_owned(), param.clone());
            state.push(param.clone());
        }
        Some(other) if param.is(other) => {}
        Some(_) => twin = Some(param.name().to_owned()),
    });
    match twin {
        Some(name) => Err(IoError::Name { name, found: "two parameters of the model of this name" }),
        None => Ok(state),
    }
}

/// The parameters of a model, each with its new numbers.
pub(super) struct Fitted<F: Scalar>(Vec<(Param<F>, Vec<F>)>);

impl<F: Scalar> Fitted<F> {
    pub(super) fn apply(self) {
        for (param, numbers) in self.0 {
            param.update(|old| old.copy_from_slice(&numbers));
        }
    }
}

/// Finds the array of each parameter of a model among those whose names begin with `prefix`, and notes what differs.
pub(super) fn fit<F: Storable>(
    arrays: &Arrays,
    prefix: &str,
    model: &(impl Parameters<F> + ?Sized),
    layout: Layout,
    differences: &mut Vec<Difference>,
) -> Result<Fitted<F>, IoError> {
    let (mut fitted, mut used) = (Vec::new(), HashSet::new());
    for param in state(model)? {
        let name = format!("{prefix}{}", layout.name(param.name()));
        let mut shape = param.shape().to_vec();
        if layout.turns(param.name(), shape.len()) {
            shape.reverse();
        }
        let turn = |stored: &Stored| F::from_bytes(stored.kind, &layout.turn(param.name(), stored.clone()).bytes);
        if let Some(numbers) = numbers_of::<F>(arrays, &name, &shape, turn, differences) {
            fitted.push((param, numbers));
        }
        if let Some(name) = used.replace(name) {
            return Err(IoError::Name { name, found: "two parameters of the model that this is the name of" });
        }
    }
    note_unexpected(arrays, prefix, |name| used.contains(name) || layout.ignores(name), differences);
    Ok(Fitted(fitted))
}

/// The numbers of an array of a given shape, or a note of what differs.
pub(super) fn numbers_of<F: Storable>(
    arrays: &Arrays,
    name: &str,
    shape: &[usize],
    read: impl Fn(&Stored) -> Option<Vec<F>>,
    differences: &mut Vec<Difference>,
) -> Option<Vec<F>> {
    let Some(stored) = arrays.arrays.get(name) else {
        differences.push(Difference::Missing { name: name.into(), shape: shape.into() });
        return None;
    };
    let has_shape = stored.shape == shape;
    if !has_shape {
        let (expected, found) = (shape.into(), stored.shape.clone());
        differences.push(Difference::Shape { name: name.into(), expected, found });
    }
    let numbers = read(stored);
    if numbers.is_none() {
        differences.push(Difference::Kind { name: name.into(), expected: F::KIND, found: stored.kind });
    }
    numbers.filter(|_| has_shape)
}

/// Notes the arrays under `prefix` that nobody asked for.
pub(super) fn note_unexpected(
    arrays: &Arrays,
    prefix: &str,
    is_used: impl Fn(&str) -> bool,
    differences: &mut Vec<Difference>,
) {
    for (name, stored) in arrays.arrays.iter().filter(|(name, _)| name.starts_with(prefix) && !is_used(name)) {
        differences.push(Difference::Unexpected { name: name.clone(), shape: stored.shape.clone() });
    }
}
