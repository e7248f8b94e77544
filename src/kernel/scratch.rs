//! Buffers to work in. The one idea to know: each thread keeps those that it has used, so that a steady training step allocates none.

use crate::scalar::Scalar;
use std::any::Any;
use std::cell::RefCell;

thread_local! {
    /// For each kind of number a list of buffers that are free, as `Vec<Vec<F>>`.
    static FREE: RefCell<Vec<Box<dyn Any>>> = const { RefCell::new(Vec::new()) };
}

/// Lends a buffer of `size` numbers, which still holds what was last written to it. Inside of `work` more may be borrowed.
pub fn with_scratch<F: Scalar, R>(size: usize, work: impl FnOnce(&mut [F]) -> R) -> R {
    let mut buffer = with_free(|free| free.pop().unwrap_or_default());
    if buffer.len() < size {
        buffer.resize(size, F::ZERO);
    }
    let result = work(&mut buffer[..size]);
    with_free(|free| free.push(buffer));
    result
}

/// The free buffers of this kind of number.
fn with_free<F: Scalar, R>(work: impl FnOnce(&mut Vec<Vec<F>>) -> R) -> R {
    FREE.with_borrow_mut(|lists| {
        let of_kind = |list: &Box<dyn Any>| list.is::<Vec<Vec<F>>>();
        let place = lists.iter().position(of_kind).unwrap_or_else(|| {
            lists.push(Box::new(Vec::<Vec<F>>::new()));
            lists.len() - 1
        });
        work(lists[place].downcast_mut().expect("the list of this kind"))
    })
}
