//! What distinguishes one use of an op from another, as JSON: an axis, a shape, a stride.

use crate::json::{Place, Unfit};
use crate::kernel::windows::Windows;
use crate::ops::conv2d::Conv;
use crate::ops::slice::{Margins, PerAxis, Range};
use crate::shape::{Axes, MAX_RANK, Shape};
use serde_json::{Value, json};

/// A value that an op has as a field.
pub(super) trait Field: Sized {
    fn write(&self) -> Value;
    fn read(place: &Place) -> Result<Self, Unfit>;
}

impl Field for usize {
    fn write(&self) -> Value {
        json!(self)
    }
    fn read(place: &Place) -> Result<Self, Unfit> {
        place.whole()
    }
}

impl Field for bool {
    fn write(&self) -> Value {
        json!(self)
    }
    fn read(place: &Place) -> Result<Self, Unfit> {
        place.flag()
    }
}

impl Field for f64 {
    fn write(&self) -> Value {
        json!(self)
    }
    fn read(place: &Place) -> Result<Self, Unfit> {
        place.number()
    }
}

impl Field for Shape {
    fn write(&self) -> Value {
        json!(self[..])
    }
    fn read(place: &Place) -> Result<Self, Unfit> {
        place.shape()
    }
}

/// Two numbers, for the height and for the width.
impl Field for [usize; 2] {
    fn write(&self) -> Value {
        json!(self)
    }
    fn read(place: &Place) -> Result<Self, Unfit> {
        let numbers = place.each(|place| place.whole(), "two whole numbers")?;
        numbers.try_into().map_err(|_| place.expected("two whole numbers"))
    }
}

/// A list of axes, or `"all"`.
impl Field for Axes {
    fn write(&self) -> Value {
        let listed = (0..MAX_RANK).filter(|&axis| self.contains(axis)).collect::<Vec<_>>();
        if *self == Axes::ALL { json!("all") } else { json!(listed) }
    }
    fn read(place: &Place) -> Result<Self, Unfit> {
        if place.value == "all" {
            return Ok(Axes::ALL);
        }
        let axis = |place: Place| {
            let axis = place.whole()?;
            if axis < MAX_RANK { Ok(axis) } else { Err(place.expected("an axis, less than 6")) }
        };
        Ok(Axes::from(&place.each(axis, "a list of axes, or \"all\"")?[..]))
    }
}

impl Field for Windows {
    fn write(&self) -> Value {
        json!({"kernel": self.kernel, "stride": self.stride, "padding": self.padding, "dilation": self.dilation})
    }
    fn read(place: &Place) -> Result<Self, Unfit> {
        place.only(&["kernel", "stride", "padding", "dilation"])?;
        let [kernel, stride, padding, dilation] =
            ["kernel", "stride", "padding", "dilation"].map(|key| <[usize; 2]>::read(&place.at(key)));
        Ok(Windows::new(kernel?).stride(stride?).padding(padding?).dilation(dilation?))
    }
}

impl Field for Conv {
    fn write(&self) -> Value {
        json!({"stride": self.stride, "padding": self.padding, "dilation": self.dilation, "groups": self.groups})
    }
    fn read(place: &Place) -> Result<Self, Unfit> {
        place.only(&["stride", "padding", "dilation", "groups"])?;
        let [stride, padding, dilation] =
            ["stride", "padding", "dilation"].map(|key| <[usize; 2]>::read(&place.at(key)));
        let groups = place.at("groups").whole()?;
        Ok(Conv::new().stride(stride?).padding(padding?).dilation(dilation?).groups(groups))
    }
}

/// `[from, to, step]` for each axis.
impl Field for PerAxis<Range> {
    fn write(&self) -> Value {
        json!(self.iter().map(|range| json!([range.from, range.to, range.step])).collect::<Vec<_>>())
    }
    fn read(place: &Place) -> Result<Self, Unfit> {
        per_axis(place, "a list of ranges [from, to, step]", |from, to, step| Range { from, to, step })
    }
}

/// `[before, after, step]` for each axis.
impl Field for PerAxis<Margins> {
    fn write(&self) -> Value {
        json!(self.iter().map(|margins| json!([margins.before, margins.after, margins.step])).collect::<Vec<_>>())
    }
    fn read(place: &Place) -> Result<Self, Unfit> {
        per_axis(place, "a list of margins [before, after, step]", |before, after, step| Margins {
            before,
            after,
            step,
        })
    }
}

fn per_axis<T>(
    place: &Place,
    expected: &'static str,
    made: impl Fn(usize, usize, isize) -> T,
) -> Result<PerAxis<T>, Unfit> {
    let entry = |entry: Place| match &entry.list(expected)?.collect::<Vec<_>>()[..] {
        [first, second, step] => Ok(made(first.whole()?, second.whole()?, step.integer()?)),
        _ => Err(entry.expected("three whole numbers")),
    };
    let entries = place.list(expected)?;
    if entries.len() > MAX_RANK {
        return Err(place.expected("at most six entries, one for each axis"));
    }
    entries.map(entry).collect()
}
