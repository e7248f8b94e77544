//! Arrays of whole numbers, and of true and false, that are known before the model runs: shapes, axes, indices. Models compute with them, and so does
//! this file; they never reach the tape.

use super::messages::{BOOL, DOUBLE, FLOAT, INT32, INT64, Tensor};
use crate::shape::{MAX_RANK, Shape, steps};

/// Most elements of an array of a model.
const MOST: usize = 1 << 26;
/// Most elements of an array of whole numbers that is computed.
const MOST_WHOLE: usize = 1 << 20;

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Whole {
    pub(super) shape: Shape,
    pub(super) numbers: Vec<i64>,
}

/// An array of a file.
pub(super) enum Array {
    Numbers(Shape, Vec<f64>),
    Whole(Whole),
}

impl Whole {
    pub(super) fn list(numbers: Vec<i64>) -> Self {
        Whole { shape: [numbers.len()].into(), numbers }
    }

    /// A function of two arrays, with broadcasting.
    pub(super) fn zip(&self, b: &Whole, function: impl Fn(i64, i64) -> Option<i64>) -> Result<Whole, String> {
        let shape = self.shape.broadcast(b.shape);
        let shape = shape.ok_or_else(|| format!("{} and {} do not broadcast", self.shape, b.shape))?;
        let (a, b) = (self.expanded(shape)?, b.expanded(shape)?);
        let both = a.numbers.iter().zip(&b.numbers);
        let numbers = both.map(|(&a, &b)| function(a, b).ok_or("whole numbers that are too large, or a division by 0"));
        Ok(Whole { shape, numbers: numbers.collect::<Result<_, _>>()? })
    }

    /// Copies along new axes and along those of length 1.
    pub(super) fn expanded(&self, shape: Shape) -> Result<Whole, String> {
        if shape.size() > MOST_WHOLE {
            return Err(format!("an array {shape} of whole numbers is larger than is computed here"));
        }
        let missing = shape.rank() - self.shape.rank();
        let number = |mut place: usize| {
            let (mut from, mut step) = (0, 1);
            for axis in (0..shape.rank()).rev() {
                let index = place % shape[axis];
                place /= shape[axis];
                if axis >= missing {
                    let length = self.shape[axis - missing];
                    from += step * if length == 1 { 0 } else { index };
                    step *= length;
                }
            }
            self.numbers[from]
        };
        Ok(Whole { shape, numbers: (0..shape.size()).map(number).collect() })
    }

    /// The same numbers in another shape.
    pub(super) fn reshaped(&self, shape: Shape) -> Result<Whole, String> {
        match shape.size() == self.numbers.len() {
            true => Ok(Whole { shape, numbers: self.numbers.clone() }),
            false => Err(format!("{} numbers do not fill the shape {shape}", self.numbers.len())),
        }
    }
}

/// The shape that a list of lengths is, if it is one that arrays have here.
pub(super) fn shape(lengths: &[i64]) -> Result<Shape, String> {
    if lengths.len() > MAX_RANK {
        return Err(format!("{} axes, and arrays have at most {MAX_RANK} here", lengths.len()));
    }
    let whole = |&length: &i64| usize::try_from(length).map_err(|_| format!("an axis of length {length}"));
    let lengths: Vec<usize> = lengths.iter().map(whole).collect::<Result<_, _>>()?;
    match steps(&lengths) {
        Some(steps) if steps <= MOST => Ok(Shape::new(&lengths)),
        _ => Err(format!(
            "the lengths of a shape {lengths:?}, apart from those that are 0, multiply to more than {MOST}"
        )),
    }
}

impl Tensor {
    /// Its numbers, or what is wrong with them. The sizes that it states count only if the numbers are there.
    pub(super) fn array(&self) -> Result<Array, String> {
        if self.data_location == 1 {
            return Err("its numbers are in another file; export the model with external_data=False".to_owned());
        }
        let shape = shape(&self.dims)?;
        let raw = |bytes: usize| -> Result<&[u8], String> {
            match self.raw_data.len() == shape.size() * bytes {
                true => Ok(&self.raw_data),
                false => Err(format!("{shape} takes {} bytes, found {}", shape.size() * bytes, self.raw_data.len())),
            }
        };
        let listed = |found: usize| match found == shape.size() {
            true => Ok(()),
            false => Err(format!("a shape {shape} has {} numbers, found {found}", shape.size())),
        };
        let whole = |numbers: Vec<i64>| listed(numbers.len()).map(|()| Array::Whole(Whole { shape, numbers }));
        let numbers = |numbers: Vec<f64>| listed(numbers.len()).map(|()| Array::Numbers(shape, numbers));
        match (self.data_type, self.raw_data.is_empty()) {
            (FLOAT, true) => numbers(self.float_data.iter().map(|&x| x.into()).collect()),
            (FLOAT, false) => {
                numbers(raw(4)?.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]]).into()).collect())
            }
            (DOUBLE, true) => numbers(self.double_data.clone()),
            (DOUBLE, false) => numbers(words(raw(8)?).map(f64::from_bits).collect()),
            (INT64, true) => whole(self.int64_data.clone()),
            (INT64, false) => whole(words(raw(8)?).map(|word| word as i64).collect()),
            (INT32 | BOOL, true) => whole(self.int32_data.iter().map(|&x| x.into()).collect()),
            (INT32, false) => {
                whole(raw(4)?.chunks_exact(4).map(|b| i32::from_le_bytes([b[0], b[1], b[2], b[3]]).into()).collect())
            }
            (BOOL, false) => whole(raw(1)?.iter().map(|&b| i64::from(b != 0)).collect()),
            (other, _) => Err(format!(
                "elements of kind {other}; read are f32 (1), i32 (6), i64 (7), true and false (9) and f64 (11)"
            )),
        }
    }
}

fn words(bytes: &[u8]) -> impl Iterator<Item = u64> {
    bytes.chunks_exact(8).map(|b| u64::from_le_bytes([b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7]]))
}

#[cfg(test)]
mod tests {
    use super::shape;

    #[test]
    fn a_shape_without_numbers_whose_steps_cannot_be_counted_is_refused() {
        assert!(shape(&[0, 3]).is_ok());
        assert!(shape(&[0, 1 << 32, 1 << 32]).is_err());
    }
}
