//! Parameters: named arrays that live outside the tape and outlive it. A tape's leaf reads them in place.
//!
//! The one idea to know: **a reader takes a share and waits for nobody.** The array is reference-counted (`Arc`): a reader takes a share of it and
//! reads it without holding a lock. A writer works in place if nobody else has a share, and on a copy otherwise. A tape's leaf holds a share while
//! the recording lasts, but gives it back before an update through [`Gradients`](crate::Gradients), so that optimizers work in place. Threads that
//! read several parameters, in any order, cannot block each other.

mod turns;
mod updates;

use crate::scalar::Scalar;
use crate::shape::Shape;
use ndarray::{ArrayBase, ArrayD, Data, Dimension, IxDyn};
use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockWriteGuard, TryLockError};
use turns::{Turn, Writer};
pub(crate) use updates::{Update, Updates};

/// A trainable array with a name. Cloning makes another handle to the same parameter.
///
/// ```
/// use gradus::prelude::*;
/// let w = Param::new("w", ndarray::arr1(&[1.0, 2.0]));
/// let tape = Tape::new();
/// let loss = (tape.param(&w) * 3.0).sum();
/// assert_eq!(loss.backward().param(&w).unwrap().value(), ndarray::arr1(&[3.0, 3.0]).into_dyn());
/// ```
///
/// Threads may share it. Reading never waits for another reader, and a value that was read stays as it was, even if the parameter is changed
/// meanwhile.
#[derive(Clone)]
pub struct Param<F: Scalar> {
    inner: Arc<Inner<F>>,
}

/// A value of a parameter, and the number of its version.
pub(crate) type Version<F> = (Arc<Vec<F>>, u64);

struct Inner<F> {
    name: String,
    shape: Shape,
    value: RwLock<Arc<Vec<F>>>,
    /// How often the value was changed. It is raised only while the value is locked for writing.
    version: AtomicU64,
    frozen: AtomicBool,
    /// Whether it is a buffer, which stays frozen.
    buffer: bool,
    /// The thread that is changing the value.
    writer: Writer,
}

impl<F: Scalar> Param<F> {
    /// A parameter that starts as `value`, with any memory layout.
    ///
    /// # Panics
    /// If `value` has more than [`crate::MAX_RANK`] axes.
    #[track_caller]
    pub fn new<S: Data<Elem = F>, D: Dimension>(name: impl Into<String>, value: ArrayBase<S, D>) -> Self {
        Param::made(name.into(), value, false)
    }

    /// A buffer: numbers that belong to a model and are kept with it, but are not trained, such as the running averages of
    /// [`BatchNorm`](crate::nn::BatchNorm). It is a parameter that is [frozen](Param::freeze) for good.
    ///
    /// # Panics
    /// As [`new`](Param::new).
    #[track_caller]
    pub fn buffer<S: Data<Elem = F>, D: Dimension>(name: impl Into<String>, value: ArrayBase<S, D>) -> Self {
        Param::made(name.into(), value, true)
    }

    #[track_caller]
    fn made<S: Data<Elem = F>, D: Dimension>(name: String, value: ArrayBase<S, D>, buffer: bool) -> Self {
        let (shape, value) = (Shape::new(value.shape()), Arc::new(value.iter().copied().collect()));
        let inner = Inner {
            name,
            shape,
            value: RwLock::new(value),
            version: AtomicU64::new(0),
            frozen: AtomicBool::new(buffer),
            buffer,
            writer: Writer::default(),
        };
        Param { inner: Arc::new(inner) }
    }

    /// Its name, such as `"layer1/W"`.
    pub fn name(&self) -> &str {
        &self.inner.name
    }

    /// Its shape, which never changes.
    pub fn shape(&self) -> Shape {
        self.inner.shape
    }

    /// A copy of its current value.
    ///
    /// # Panics
    /// Inside its own [`update`](Param::update).
    #[track_caller]
    pub fn value(&self) -> ArrayD<F> {
        ArrayD::from_shape_vec(IxDyn(&self.shape()), self.read().0.to_vec())
            .expect("a parameter's buffer has the size of its shape")
    }

    /// How often the value was changed. A tape notes the version when it reads the parameter, and refuses to compute a gradient for a value that has
    /// changed since.
    pub fn version(&self) -> u64 {
        self.inner.version.load(Ordering::Acquire)
    }

    /// Replaces the value.
    ///
    /// # Panics
    /// If `value` has another shape, or inside its own [`update`](Param::update).
    #[track_caller]
    pub fn set<S: Data<Elem = F>, D: Dimension>(&self, value: &ArrayBase<S, D>) {
        assert_eq!(&self.shape()[..], value.shape(), "the new value of {:?} must keep its shape", self.name());
        self.write().iter_mut().zip(value).for_each(|(old, &new)| *old = new);
    }

    /// Changes the elements (row-major) in place. Other threads that read or change the parameter wait until it is done. If `change` panics, the
    /// parameter keeps what `change` has written so far, and counts as changed.
    ///
    /// ```
    /// # use gradus::prelude::*;
    /// let w = Param::new("w", ndarray::arr1(&[1.0, 2.0]));
    /// w.update(|w| w[0] += w[1]);
    /// assert_eq!(w.value(), ndarray::arr1(&[3.0, 2.0]).into_dyn());
    /// ```
    ///
    /// # Panics
    /// If `change` reads or changes the same parameter other than through its argument.
    #[track_caller]
    pub fn update<R>(&self, change: impl FnOnce(&mut [F]) -> R) -> R {
        change(&mut self.write())
    }

    /// [`update`](Param::update), if the parameter still has this version; returns the result with the new value and its version. Otherwise returns
    /// the version that it has now.
    #[track_caller]
    pub(crate) fn update_at<R>(
        &self,
        version: u64,
        change: impl FnOnce(&mut [F]) -> R,
    ) -> Result<(R, Version<F>), u64> {
        let turn = self.turn();
        match self.version() {
            now if now == version => {
                let mut writing = self.writing(turn);
                Ok((change(&mut writing), (Arc::clone(&writing.value), self.version())))
            }
            now => Err(now),
        }
    }

    /// Reads the elements (row-major) in place. The slice that `look` gets does not change, even if the parameter is changed meanwhile.
    ///
    /// # Panics
    /// Inside its own [`update`](Param::update).
    #[track_caller]
    pub fn with<R>(&self, look: impl FnOnce(&[F]) -> R) -> R {
        look(&self.read().0)
    }

    /// Whether both are handles to the same parameter.
    pub fn is(&self, other: &Param<F>) -> bool {
        Arc::ptr_eq(&self.inner, &other.inner)
    }

    /// From now on tapes read it as a constant, so that no gradient is computed for it, and optimizers leave it as it is. (You can still
    /// [`update`](Param::update) it yourself.) Clones are the same parameter, so they are frozen too.
    ///
    /// ```
    /// use gradus::optim::{Optimizer, Sgd};
    /// use gradus::prelude::*;
    /// let params = vec![Param::new("kept", ndarray::arr0(3.0)), Param::new("trained", ndarray::arr0(2.0))];
    /// params[0].freeze();
    /// let tape = Tape::new();
    /// let loss = tape.param(&params[0]) * tape.param(&params[1]);
    /// Sgd::new(0.1).step(&params, &loss.backward())?;
    /// assert_eq!((params[0].value().sum(), params[1].value().sum()), (3.0, 2.0 - 0.1 * 3.0));
    /// # Ok::<(), gradus::optim::OptimError>(())
    /// ```
    pub fn freeze(&self) {
        self.inner.frozen.store(true, Ordering::Release);
    }

    /// Undoes [`freeze`](Param::freeze), for later recordings. A [buffer](Param::buffer) stays frozen.
    pub fn unfreeze(&self) {
        self.inner.frozen.store(self.inner.buffer, Ordering::Release);
    }

    /// Whether it is frozen.
    pub fn is_frozen(&self) -> bool {
        self.inner.frozen.load(Ordering::Acquire)
    }

    /// Whether it is a [buffer](Param::buffer): kept with the model, but not trained.
    pub fn is_buffer(&self) -> bool {
        self.inner.buffer
    }

    /// A new parameter of the same name and value in another kind of number, frozen if this one is, and a buffer if this one is.
    #[track_caller]
    pub fn cast<G: Scalar>(&self) -> Param<G> {
        let value = self.value().mapv(|x| G::from_f64(x.to_f64()));
        let cast = Param::made(self.name().to_owned(), value, self.inner.buffer);
        cast.inner.frozen.store(self.is_frozen(), Ordering::Release);
        cast
    }

    /// An address that is the same for all handles to one parameter, and different for any two parameters that live at the same time.
    pub(crate) fn address(&self) -> usize {
        Arc::as_ptr(&self.inner).addr()
    }

    /// A share of the current value, and its version.
    #[inline]
    #[track_caller]
    pub(crate) fn read(&self) -> Version<F> {
        match self.inner.value.try_read() {
            Ok(value) => (value.clone(), self.version()),
            Err(TryLockError::Poisoned(value)) => (value.into_inner().clone(), self.version()),
            Err(TryLockError::WouldBlock) => self.read_in_turn(),
        }
    }

    #[cold]
    #[track_caller]
    fn read_in_turn(&self) -> Version<F> {
        let waiting = self.inner.writer.wait(self.name());
        let value = self.inner.value.read().unwrap_or_else(PoisonError::into_inner);
        drop(waiting);
        (value.clone(), self.version())
    }

    /// The value, for writing.
    #[track_caller]
    fn write(&self) -> Writing<'_, F> {
        let turn = self.turn();
        self.writing(turn)
    }

    /// Waits until no other thread changes the value.
    #[track_caller]
    fn turn(&self) -> RwLockWriteGuard<'_, Arc<Vec<F>>> {
        match self.inner.value.try_write() {
            Ok(value) => value,
            Err(TryLockError::Poisoned(value)) => value.into_inner(),
            Err(TryLockError::WouldBlock) => {
                let waiting = self.inner.writer.wait(self.name());
                let value = self.inner.value.write().unwrap_or_else(PoisonError::into_inner);
                drop(waiting);
                value
            }
        }
    }

    fn writing<'p>(&'p self, value: RwLockWriteGuard<'p, Arc<Vec<F>>>) -> Writing<'p, F> {
        self.inner.version.store(self.version() + 1, Ordering::Release);
        Writing { _turn: self.inner.writer.begin(), value }
    }
}

/// A parameter that is being changed.
struct Writing<'p, F> {
    /// The first field, so that it is dropped before the lock is released.
    _turn: Turn<'p>,
    value: RwLockWriteGuard<'p, Arc<Vec<F>>>,
}

impl<F> Deref for Writing<'_, F> {
    type Target = [F];
    fn deref(&self) -> &[F] {
        &self.value
    }
}

impl<F: Scalar> DerefMut for Writing<'_, F> {
    fn deref_mut(&mut self) -> &mut [F] {
        Arc::make_mut(&mut *self.value).as_mut_slice()
    }
}

impl<F: Scalar> fmt::Debug for Param<F> {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "Param({:?} {} {})", self.name(), F::NAME, self.shape())
    }
}
