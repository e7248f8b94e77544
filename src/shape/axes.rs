//! The axes that a method is given, counted from either end of a shape. The one idea to know: a method turns them into numbers from 0 on as soon as it
//! knows the shape (`Var::axis`, `Var::axes`), so ops see no others.

use super::{MAX_RANK, Shape};
use std::fmt;

/// An axis of an array: `0` is the first one and `-1` the last, as in NumPy. Methods take any integer in its place.
///
/// ```
/// # use gradus::prelude::*;
/// let tape = Tape::<f64>::new();
/// let x = tape.full([2, 3], 1.0);
/// assert_eq!(x.softmax(-1).value(), x.softmax(1).value());
/// assert_eq!(x.sum_axes([0, -1]).shape(), Shape::scalar());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Axis(isize);

impl Axis {
    /// This axis among `rank` axes, counted from the first one; `None` if there is no such axis.
    pub fn among(self, rank: usize) -> Option<usize> {
        let from_start = if self.0 < 0 { rank.checked_add_signed(self.0) } else { Some(self.0.unsigned_abs()) };
        from_start.filter(|&axis| axis < rank)
    }

    /// The same, with the reason if an array of this shape has no such axis.
    pub(crate) fn of(self, shape: Shape) -> Result<usize, String> {
        self.among(shape.rank()).ok_or_else(|| no_axis(shape, self.0))
    }
}

fn no_axis(shape: Shape, axis: isize) -> String {
    format!("{shape} has no axis {axis}")
}

impl fmt::Display for Axis {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// A set of axes to reduce over: `0`, `-1`, `[0, 2]`, or [`Axes::ALL`]. Negative ones count from the last axis, as in NumPy.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Axes {
    /// Bit k stands for axis k.
    from_start: u8,
    /// Bit k stands for axis -1 - k. An op has none of these.
    from_end: u8,
}

impl Axes {
    /// Every axis an array has.
    pub const ALL: Axes = Axes { from_start: u8::MAX, from_end: 0 };

    const NONE: Axes = Axes { from_start: 0, from_end: 0 };

    /// Whether `axis`, counted from the first one, is one of them.
    pub fn contains(self, axis: usize) -> bool {
        self == Axes::ALL || self.from_start & (1 << axis) != 0
    }

    #[track_caller]
    fn with(mut self, axis: Axis) -> Axes {
        let (bits, place) = match axis.0 {
            place @ 0.. => (&mut self.from_start, place.unsigned_abs()),
            place => (&mut self.from_end, (-1 - place).unsigned_abs()),
        };
        assert!(place < MAX_RANK, "axis {axis} does not exist: an array on a tape has at most {MAX_RANK} axes");
        *bits |= 1 << place;
        self
    }

    fn each(self) -> impl Iterator<Item = isize> {
        let is_in = |bits: u8, place: &isize| bits & (1 << place) != 0;
        let places = 0..MAX_RANK as isize;
        let from_start = places.clone().filter(move |place| is_in(self.from_start, place));
        from_start.chain(places.filter(move |place| is_in(self.from_end, place)).map(|place| -1 - place))
    }

    /// The same axes of an array of this shape, all counted from the first one; or the reason why it does not have them.
    pub(crate) fn of(self, shape: Shape) -> Result<Axes, String> {
        if self == Axes::ALL {
            return Ok(self);
        }
        let mut set = Axes::NONE;
        for axis in self.each() {
            set.from_start |= 1 << Axis(axis).of(shape)?;
        }
        Ok(set)
    }

    /// An axis of the set that an array of this rank does not have, if there is one.
    pub fn beyond(self, rank: usize) -> Option<usize> {
        (rank..MAX_RANK).find(|&axis| self != Axes::ALL && self.contains(axis))
    }
}

impl fmt::Debug for Axes {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        if *self == Axes::ALL {
            return f.write_str("all axes");
        }
        let axes: Vec<isize> = self.each().collect();
        match axes[..] {
            [axis] => write!(f, "axis {axis}"),
            _ => write!(f, "axes {axes:?}"),
        }
    }
}

macro_rules! counted_by {
    ($($integer:ty),*) => {$(
        impl From<$integer> for Axis {
            fn from(axis: $integer) -> Self {
                Axis(isize::try_from(axis).unwrap_or(isize::MAX))
            }
        }

        impl From<&$integer> for Axis {
            fn from(&axis: &$integer) -> Self {
                Axis::from(axis)
            }
        }

        impl From<$integer> for Axes {
            #[track_caller]
            fn from(axis: $integer) -> Self {
                Axes::NONE.with(axis.into())
            }
        }

        impl<const N: usize> From<[$integer; N]> for Axes {
            #[track_caller]
            fn from(axes: [$integer; N]) -> Self {
                Axes::from(&axes[..])
            }
        }

        impl From<&[$integer]> for Axes {
            #[track_caller]
            fn from(axes: &[$integer]) -> Self {
                let mut set = Axes::NONE;
                for axis in axes {
                    set = set.with(axis.into());
                }
                set
            }
        }
    )*};
}

// An integer literal without a type is an i32.
counted_by!(usize, isize, i32);

impl FromIterator<usize> for Axes {
    fn from_iter<I: IntoIterator<Item = usize>>(axes: I) -> Self {
        axes.into_iter().fold(Axes::NONE, |set, axis| set.with(axis.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn axes_count_from_either_end() {
        let shape = Shape::new(&[2, 3, 4]);
        let found = [0, 2, -1, -3, 3, -4].map(|axis| Axis::from(axis).among(3));
        assert_eq!(found, [Some(0), Some(2), Some(2), Some(0), None, None]);
        assert_eq!(Axes::from([0, -1]).of(shape), Ok(Axes::from([0, 2])));
        assert_eq!(Axes::ALL.of(shape), Ok(Axes::ALL));
        assert_eq!(Axes::from(-4).of(shape), Err("[2, 3, 4] has no axis -4".to_owned()));
        assert_eq!(Axis::from(usize::MAX).among(3), None);
    }
}
