//! What an optimizer remembers of each parameter. The one idea to know: **it belongs to the parameter, not to the step**. A parameter that
//! joins late starts as if the training started, and one that sits out a few steps finds its memory as it left it.

use crate::{Param, Scalar};
use std::collections::HashMap;

/// The memory of an optimizer that keeps `N` arrays of each parameter.
pub(super) struct Memory<F: Scalar, const N: usize> {
    kept: Vec<Kept<F, N>>,
    /// Where each parameter's memory stands in `kept`.
    places: HashMap<usize, usize>,
    /// How many steps the optimizer has begun.
    round: u64,
    /// Where the next parameter's memory stands, if it comes after the last one's as it did before. Then nothing has to be looked up.
    next: usize,
}

/// What is remembered of one parameter.
pub(super) struct Kept<F: Scalar, const N: usize> {
    param: Param<F>,
    /// The round in which it was last stepped.
    round: u64,
    /// How often it was stepped, this step included.
    pub(super) steps: i32,
    arrays: [Vec<F>; N],
}

impl<F: Scalar, const N: usize> Memory<F, N> {
    pub(super) fn new() -> Self {
        Memory { kept: Vec::new(), places: HashMap::new(), round: 0, next: 0 }
    }

    /// Begins a step of every parameter.
    pub(super) fn begin(&mut self) {
        self.round += 1;
        self.next = 0;
    }

    /// What is remembered of `param`, or nothing if this step has had it: whatever a model shares or lists twice is stepped once.
    pub(super) fn enter(&mut self, param: &Param<F>) -> Option<&mut Kept<F, N>> {
        let place = match self.kept.get(self.next) {
            Some(kept) if kept.param.is(param) => self.next,
            _ => self.find(param),
        };
        self.next = place + 1;
        let (round, kept) = (self.round, &mut self.kept[place]);
        let is_first = kept.round != round;
        kept.round = round;
        kept.steps = kept.steps.saturating_add(i32::from(is_first));
        is_first.then_some(kept)
    }

    /// The place of a parameter's memory, which is made if there is none. As long as it is kept, no other parameter gets its address.
    fn find(&mut self, param: &Param<F>) -> usize {
        *self.places.entry(param.address()).or_insert_with(|| {
            self.kept.push(Kept {
                param: param.clone(),
                round: 0,
                steps: 0,
                arrays: std::array::from_fn(|_| Vec::new()),
            });
            self.kept.len() - 1
        })
    }
}

impl<F: Scalar, const N: usize> Kept<F, N> {
    /// The arrays that are kept of the parameter, of its size, at first 0.
    pub(super) fn arrays(&mut self) -> &mut [Vec<F>; N] {
        let size = self.param.shape().size();
        self.arrays.iter_mut().for_each(|array| array.resize(size, F::ZERO));
        &mut self.arrays
    }
}

#[cfg(test)]
impl<F: Scalar, const N: usize> Memory<F, N> {
    pub(super) fn arrays_of(&mut self, param: &Param<F>) -> &mut [Vec<F>; N] {
        let place = self.find(param);
        self.kept[place].arrays()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::{Duration, Instant};

    #[test]
    fn a_hundred_thousand_parameters_are_found_in_any_order() {
        let params: Vec<_> = (0..100_000).map(|i| Param::new(format!("w{i}"), ndarray::arr0(0.0_f32))).collect();
        let mut memory = Memory::<f32, 1>::new();
        let started = Instant::now();
        for step in 1..=4 {
            memory.begin();
            let order: Vec<_> = if step % 2 == 0 { params.iter().collect() } else { params.iter().rev().collect() };
            assert!(order.iter().all(|param| memory.enter(param).is_some_and(|kept| kept.steps == step)));
            assert!(order.iter().all(|param| memory.enter(param).is_none()), "each is entered once");
        }
        assert!(started.elapsed() < Duration::from_secs(5), "a search from end to end takes minutes");
    }
}
