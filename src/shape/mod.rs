//! Shapes, and NumPy's broadcasting rule. A shape is `Copy`, so an op can pass it about like a number.

mod axes;

pub use axes::{Axes, Axis};

use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Deref;

/// Maximum number of axes of an array on a tape.
pub const MAX_RANK: usize = 6;

/// Maximum count of numbers of an array on a tape, and of all arrays of a tape together.
pub(crate) const MAX_NUMBERS: usize = u32::MAX as usize;

/// The lengths of an array's axes, outermost first (row-major). `[]` is a single number.
#[derive(Clone, Copy, Eq, Default)]
pub struct Shape {
    dims: [usize; MAX_RANK],
    rank: u8,
}

/// The number of elements without the axes of length 0, if it can be counted. ndarray has no array, not even an empty one, for which it cannot: the steps
/// from element to element must be countable.
pub(crate) fn steps(lengths: &[usize]) -> Option<usize> {
    let steps =
        lengths.iter().filter(|&&length| length > 0).try_fold(1_usize, |size, &length| size.checked_mul(length));
    steps.filter(|&steps| steps <= isize::MAX as usize)
}

impl Shape {
    /// The shape with these axis lengths.
    ///
    /// # Panics
    /// If there are more than [`MAX_RANK`] axes.
    #[track_caller]
    pub fn new(dims: &[usize]) -> Self {
        assert!(dims.len() <= MAX_RANK, "an array on a tape has at most {MAX_RANK} axes, got {dims:?}");
        let mut shape = Shape { dims: [0; MAX_RANK], rank: dims.len() as u8 };
        shape.dims[..dims.len()].copy_from_slice(dims);
        shape
    }

    /// The shape of a single number, `[]`.
    pub const fn scalar() -> Self {
        Shape { dims: [0; MAX_RANK], rank: 0 }
    }

    /// The number of axes.
    #[inline]
    pub fn rank(&self) -> usize {
        self.rank as usize
    }

    /// The number of elements: the product of the axis lengths, 1 for `[]`. [`usize::MAX`] if there are more than `usize` can count; a tape refuses
    /// such a shape.
    pub fn size(&self) -> usize {
        self.iter().fold(1, |size, &length| size.saturating_mul(length))
    }

    /// The number of elements times `factor`: how much is to be computed, where each takes as much. [`u64::MAX`] if that is more than `u64` can count.
    pub(crate) fn size_times(&self, factor: u64) -> u64 {
        (self.size() as u64).saturating_mul(factor)
    }

    /// The number of elements; or why an array of this shape and of numbers of kind `F`, called `kind`, cannot exist, with the bytes that it
    /// would take.
    pub(crate) fn room<F>(self, kind: &str) -> Result<usize, String> {
        match steps(&self) {
            Some(steps) if steps <= MAX_NUMBERS => Ok(self.size()),
            _ => Err(self.refused::<F>(kind, &format!("an array on a tape has up to {MAX_NUMBERS} elements"))),
        }
    }

    /// The message that an array of this shape cannot be had, with its size and the reason.
    pub(crate) fn refused<F>(self, kind: &str, reason: &str) -> String {
        let elements = self.iter().try_fold(1_u128, |size, &length| size.checked_mul(length as u128));
        let bytes = elements.and_then(|elements| elements.checked_mul(size_of::<F>() as u128));
        let bytes = bytes.map_or("more than 10^38".to_owned(), |bytes| bytes.to_string());
        format!("an array of shape {self} would take {bytes} bytes of {kind}; {reason}")
    }

    /// This shape with `axes` reduced to length 1 (`keepdims`) or taken away.
    pub fn reduced(&self, axes: Axes, keepdims: bool) -> Shape {
        let mut out = Shape::scalar();
        for (axis, &length) in self.iter().enumerate() {
            match (axes.contains(axis), keepdims) {
                (false, _) => out.push(length),
                (true, true) => out.push(1),
                (true, false) => {}
            }
        }
        out
    }

    /// Seen from `axis`: (product of the axes before it, its length, product of the axes after it).
    pub fn around(&self, axis: usize) -> (usize, usize, usize) {
        (self[..axis].iter().product(), self[axis], self[axis + 1..].iter().product())
    }

    /// The shape that `self` and `other` broadcast to under NumPy's rule: axes are aligned at the right, and a missing
    /// axis or one of length 1 is repeated. `None` if they do not fit.
    ///
    /// ```
    /// use gradus::Shape;
    /// let (rows, bias) = (Shape::new(&[10, 3]), Shape::new(&[3]));
    /// assert_eq!(rows.broadcast(bias), Some(Shape::new(&[10, 3])));
    /// assert_eq!(rows.broadcast(Shape::new(&[10])), None);
    /// ```
    pub fn broadcast(self, other: Shape) -> Option<Shape> {
        if self == other {
            return Some(self);
        }
        let (longer, shorter) = if self.rank >= other.rank { (self, other) } else { (other, self) };
        let mut out = longer;
        let offset = longer.rank() - shorter.rank();
        for (axis, &length) in shorter.iter().enumerate() {
            match (longer[offset + axis], length) {
                (a, b) if a == b => {}
                (1, b) => out.dims[offset + axis] = b,
                (_, 1) => {}
                _ => return None,
            }
        }
        Some(out)
    }

    /// The strides (in elements) to read an array of this shape as if it had shape `target`: a repeated axis has stride
    /// 0.
    pub(crate) fn strides_towards(&self, target: Shape) -> [usize; MAX_RANK] {
        let mut strides = [0; MAX_RANK];
        let offset = target.rank() - self.rank();
        let mut step = 1;
        for axis in (0..self.rank()).rev() {
            if self[axis] != 1 {
                strides[offset + axis] = step;
            }
            step *= self[axis];
        }
        strides
    }

    pub(crate) fn push(&mut self, length: usize) {
        self.dims[self.rank()] = length;
        self.rank += 1;
    }

    /// The same shape with the length of one axis replaced.
    pub fn with_axis(mut self, axis: usize, length: usize) -> Shape {
        self.dims[..self.rank as usize][axis] = length;
        self
    }
}

impl PartialEq for Shape {
    #[inline]
    fn eq(&self, other: &Shape) -> bool {
        self.rank == other.rank && self.iter().zip(other.iter()).all(|(a, b)| a == b)
    }
}

impl Hash for Shape {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self[..].hash(state);
    }
}

impl Deref for Shape {
    type Target = [usize];
    #[inline]
    fn deref(&self) -> &[usize] {
        &self.dims[..self.rank as usize]
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("[")?;
        for (axis, length) in self.iter().enumerate() {
            if axis > 0 {
                f.write_str(", ")?;
            }
            write!(f, "{length}")?;
        }
        f.write_str("]")
    }
}

impl fmt::Debug for Shape {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl<const N: usize> From<[usize; N]> for Shape {
    #[track_caller]
    fn from(dims: [usize; N]) -> Self {
        Shape::new(&dims)
    }
}

impl From<&[usize]> for Shape {
    #[track_caller]
    fn from(dims: &[usize]) -> Self {
        Shape::new(dims)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn broadcasting_follows_numpy() {
        type Case<'a> = (&'a [usize], &'a [usize], Option<&'a [usize]>);
        let cases: [Case; 8] = [
            (&[3, 4], &[4], Some(&[3, 4])),
            (&[3, 1], &[1, 4], Some(&[3, 4])),
            (&[], &[2, 3], Some(&[2, 3])),
            (&[2, 3, 4], &[3, 1], Some(&[2, 3, 4])),
            (&[1], &[5], Some(&[5])),
            (&[0, 3], &[1, 3], Some(&[0, 3])),
            (&[3], &[4], None),
            (&[3, 4], &[3], None),
        ];
        for (a, b, want) in cases {
            assert_eq!(Shape::new(a).broadcast(Shape::new(b)), want.map(Shape::new), "{a:?} with {b:?}");
            assert_eq!(Shape::new(b).broadcast(Shape::new(a)), want.map(Shape::new), "{b:?} with {a:?}");
        }
    }

    #[test]
    fn reducing_keeps_or_drops_axes() {
        let shape = Shape::new(&[2, 3, 4]);
        assert_eq!(shape.reduced(1.into(), true), Shape::new(&[2, 1, 4]));
        assert_eq!(shape.reduced([0, 2].into(), false), Shape::new(&[3]));
        assert_eq!(shape.reduced(Axes::ALL, false), Shape::scalar());
    }
}
