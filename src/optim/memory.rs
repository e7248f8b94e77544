//! The memory of an optimizer, such as momenta. The one idea to know: **it belongs to the parameter, not to the step**. A parameter that joins late
//! starts with an empty memory, and a parameter that is left out of a few steps continues with its own.

use super::state::ParamState;
use super::update::GradientOf;
use crate::{Param, Scalar};
use std::collections::HashMap;
use std::fmt;

/// The memory of an optimizer that keeps `N` arrays per parameter. `D` is what a step needs of each parameter: its gradient.
pub(super) struct Memory<F: Scalar, const N: usize, D = GradientOf> {
    entries: Vec<Entry<F, N, D>>,
    /// The place of each parameter in `entries`, by its address.
    places: HashMap<usize, usize>,
    /// The entries that this step changes, in order.
    due: Vec<usize>,
    /// The number of steps that the optimizer has begun.
    round: u64,
}

struct Entry<F: Scalar, const N: usize, D> {
    param: Param<F>,
    /// The last round in which it was due, and its `D` for that step.
    due: Option<(u64, D)>,
    kept: Kept<F, N>,
}

/// The memory of one parameter.
pub(super) struct Kept<F: Scalar, const N: usize> {
    /// How often the parameter was stepped, this step included.
    pub(super) steps: i32,
    size: usize,
    arrays: [Vec<F>; N],
}

impl<F: Scalar, const N: usize, D> Memory<F, N, D> {
    pub(super) fn new() -> Self {
        Memory { entries: Vec::new(), places: HashMap::new(), due: Vec::new(), round: 0 }
    }

    /// Begins a step.
    pub(super) fn begin(&mut self) {
        self.round += 1;
        self.due.clear();
    }

    /// Notes that this step is to change `param`: once, even if a model shares it or lists it twice.
    pub(super) fn expect(&mut self, param: &Param<F>, by: D) {
        // Usually the parameters come in the same order as in the last step, and nothing has to be looked up.
        let next = self.due.last().map_or(0, |last| last + 1);
        let place = match self.entries.get(next) {
            Some(entry) if entry.param.is(param) => next,
            _ => self.find(param),
        };
        let due = &mut self.entries[place].due;
        if due.as_ref().is_none_or(|(round, _)| *round != self.round) {
            *due = Some((self.round, by));
            self.due.push(place);
        }
    }

    /// Whether this step changes no parameter.
    pub(super) fn is_idle(&self) -> bool {
        self.due.is_empty()
    }

    /// Steps every parameter that is due.
    pub(super) fn step_all(&mut self, mut step: impl FnMut(&Param<F>, &D, &mut Kept<F, N>)) {
        for &place in &self.due {
            let Entry { param, due, kept } = &mut self.entries[place];
            if let Some((_, by)) = due {
                kept.steps = kept.steps.saturating_add(1);
                step(param, by, kept);
            }
        }
    }

    /// A copy of what is remembered of each parameter that was stepped.
    pub(super) fn state(&self) -> Vec<ParamState<F>> {
        let stepped = self.entries.iter().filter(|entry| entry.kept.steps > 0);
        let copy = |Entry { param, kept, .. }: &Entry<F, N, D>| {
            let is_used = kept.arrays.iter().any(|array| !array.is_empty());
            let arrays = if is_used { kept.arrays.to_vec() } else { Vec::new() };
            ParamState { param: param.clone(), steps: kept.steps, arrays }
        };
        stepped.map(copy).collect()
    }

    /// Forgets everything, and remembers this instead.
    #[track_caller]
    pub(super) fn set_state(&mut self, state: Vec<ParamState<F>>) {
        *self = Memory::new();
        for ParamState { param, steps, arrays } in state {
            let (size, count) = (param.shape().size(), arrays.len());
            assert!(count == 0 || count == N, "{:?}: {count} arrays where the optimizer keeps {N}", param.name());
            let fits = arrays.iter().all(|array| array.len() == size);
            assert!(fits, "{:?}: what is remembered must have as many numbers as the parameter, {size}", param.name());
            let mut arrays = arrays.into_iter();
            let place = self.find(&param);
            let arrays = std::array::from_fn(|_| arrays.next().unwrap_or_default());
            self.entries[place].kept = Kept { steps, size, arrays };
        }
    }

    /// The place of a parameter; adds an entry if there is none. The entry keeps the parameter alive, so no other parameter gets its
    /// address.
    fn find(&mut self, param: &Param<F>) -> usize {
        *self.places.entry(param.address()).or_insert_with(|| {
            let kept = Kept { steps: 0, size: param.shape().size(), arrays: std::array::from_fn(|_| Vec::new()) };
            self.entries.push(Entry { param: param.clone(), due: None, kept });
            self.entries.len() - 1
        })
    }
}

impl<F: Scalar, const N: usize, D> fmt::Debug for Memory<F, N, D> {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "Memory({} arrays of each of {} parameters)", N, self.entries.len())
    }
}

impl<F: Scalar, const N: usize> Kept<F, N> {
    /// The arrays that are kept for the parameter. They have its size and start at 0.
    pub(super) fn arrays(&mut self) -> &mut [Vec<F>; N] {
        self.arrays.iter_mut().for_each(|array| array.resize(self.size, F::ZERO));
        &mut self.arrays
    }
}

#[cfg(test)]
impl<F: Scalar, const N: usize> Memory<F, N> {
    pub(super) fn arrays_of(&mut self, param: &Param<F>) -> &mut [Vec<F>; N] {
        let place = self.find(param);
        self.entries[place].kept.arrays()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::{Duration, Instant};

    #[test]
    fn a_hundred_thousand_parameters_are_found_in_any_order() {
        let params: Vec<_> = (0..100_000).map(|i| Param::new(format!("w{i}"), ndarray::arr0(0.0_f32))).collect();
        let mut memory = Memory::<f32, 1, usize>::new();
        let started = Instant::now();
        for step in 1..=4 {
            memory.begin();
            let order: Vec<_> = if step % 2 == 0 { params.iter().collect() } else { params.iter().rev().collect() };
            for param in order.iter().chain(&order) {
                memory.expect(param, step as usize);
            }
            let mut stepped = 0;
            memory.step_all(|_, &due, kept| {
                assert_eq!((due, kept.steps), (step as usize, step));
                stepped += 1;
            });
            assert_eq!(stepped, params.len(), "each is stepped once");
        }
        assert!(started.elapsed() < Duration::from_secs(5), "a search from end to end takes minutes");
    }
}
