//! A place in a document, and what is wrong there.

use super::floats::{ANY_NUMBER, named};
use crate::shape::{MAX_RANK, Shape};
use serde_json::Value;

/// A place in a document, and the value there; null if there is none.
#[derive(Clone, Debug)]
pub(crate) struct Place<'a> {
    pub(crate) path: String,
    pub(crate) value: &'a Value,
}

/// What is wrong at a place in a document.
#[derive(Debug)]
pub(crate) enum Unfit {
    /// A value of another kind than is expected.
    Value { path: String, expected: &'static str, found: String },
    /// A key that is not known, and those that are.
    Key { path: String, known: String },
}

/// How much of a value is shown.
const SHOWN: usize = 60;

impl<'a> Place<'a> {
    /// The whole document.
    pub(crate) fn whole_of(value: &'a Value) -> Place<'a> {
        Place { path: String::new(), value }
    }

    /// The place at a path of names below this one: `second.grads`.
    pub(crate) fn at(&self, path: &str) -> Place<'a> {
        let value = path.split('.').try_fold(self.value, |value, name| value.get(name));
        Place { path: self.below(path), value: value.unwrap_or(&Value::Null) }
    }

    fn below(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    /// Whether there is nothing here.
    pub(crate) fn is_empty(&self) -> bool {
        self.value.is_null()
    }

    /// Refuses keys that are not known.
    pub(crate) fn only(&self, known: &[&str]) -> Result<(), Unfit> {
        let mut keys = self.value.as_object().into_iter().flatten().map(|(key, _)| key);
        let Some(key) = keys.find(|key| !known.contains(&key.as_str())) else { return Ok(()) };
        let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
        Err(Unfit::Key { path: self.below(key), known })
    }

    /// The error that something else should stand here.
    pub(crate) fn expected(&self, expected: &'static str) -> Unfit {
        let mut found = if self.is_empty() { "nothing".to_owned() } else { self.value.to_string() };
        if let Some((end, _)) = found.char_indices().nth(SHOWN) {
            found.truncate(end);
            found.push('…');
        }
        Unfit::Value { path: self.path.clone(), expected, found }
    }

    pub(crate) fn text(&self) -> Result<String, Unfit> {
        self.value.as_str().map(str::to_owned).ok_or_else(|| self.expected("a string"))
    }

    pub(crate) fn flag(&self) -> Result<bool, Unfit> {
        self.value.as_bool().ok_or_else(|| self.expected("true or false"))
    }

    /// A finite number.
    pub(crate) fn number(&self) -> Result<f64, Unfit> {
        self.value.as_f64().ok_or_else(|| self.expected("a number"))
    }

    /// Any number of floating point.
    pub(crate) fn any_number(&self) -> Result<f64, Unfit> {
        let number = self.value.as_f64().or_else(|| self.value.as_str().and_then(named));
        number.ok_or_else(|| self.expected(ANY_NUMBER))
    }

    pub(crate) fn whole(&self) -> Result<usize, Unfit> {
        let whole = self.value.as_u64().and_then(|whole| usize::try_from(whole).ok());
        whole.ok_or_else(|| self.expected("a whole number, not negative"))
    }

    /// A whole number of either sign.
    pub(crate) fn integer(&self) -> Result<isize, Unfit> {
        let integer = self.value.as_i64().and_then(|integer| isize::try_from(integer).ok());
        integer.ok_or_else(|| self.expected("a whole number"))
    }

    /// The elements of a list.
    pub(crate) fn list(
        &self,
        expected: &'static str,
    ) -> Result<impl ExactSizeIterator<Item = Place<'a>> + use<'a>, Unfit> {
        let elements = self.value.as_array().ok_or_else(|| self.expected(expected))?;
        let path = self.path.clone();
        Ok(elements.iter().enumerate().map(move |(i, value)| Place { path: format!("{path}[{i}]"), value }))
    }

    /// A list, each element of which is read in the same way.
    pub(crate) fn each<T>(
        &self,
        read: impl Fn(Place<'a>) -> Result<T, Unfit>,
        expected: &'static str,
    ) -> Result<Vec<T>, Unfit> {
        self.list(expected)?.map(read).collect()
    }

    /// The lengths of axes of an array that a tape can hold.
    pub(crate) fn shape(&self) -> Result<Shape, Unfit> {
        let lengths = self.each(|place| place.whole(), "a list of axis lengths")?;
        if lengths.len() > MAX_RANK {
            return Err(self.expected("a shape of at most six axes"));
        }
        let shape = Shape::new(&lengths);
        match shape.room::<f64>("f64") {
            Ok(_) => Ok(shape),
            Err(_) => Err(self.expected("a shape with no more elements than an array on a tape has")),
        }
    }
}
