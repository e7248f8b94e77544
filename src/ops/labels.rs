//! Class labels and row numbers travel on the tape as numbers. Here they become indices again, or a message that says which is wrong.

use crate::{Scalar, Var};

/// What the whole numbers in a list stand for, in the words of error messages.
pub(super) struct Labels {
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

    /// Checks all numbers before an op is recorded, so that the panic is at the learner's line.
    #[track_caller]
    pub(super) fn check<F: Scalar>(&self, numbers: Var<F>, count: usize) {
        let mistake = numbers.tape.graph.borrow().with_views(&[numbers.index], |views| {
            let mut places = views[0].data.iter().enumerate();
            places.find_map(|(place, &number)| self.read(place, number, count).err())
        });
        if let Some(mistake) = mistake {
            panic!("{mistake}");
        }
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
