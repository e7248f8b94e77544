//! Parameters: named arrays that live outside the tape and outlast it. A tape's leaf reads them in place.

use crate::scalar::Scalar;
use crate::shape::Shape;
use ndarray::{ArrayBase, ArrayD, Data, Dimension, IxDyn};
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

/// A trainable array with a name. Cloning makes another handle to the same parameter.
///
/// ```
/// use gradus::prelude::*;
/// let w = Param::new("w", ndarray::arr1(&[1.0, 2.0]));
/// let tape = Tape::new();
/// let loss = (tape.param(&w) * 3.0).sum();
/// assert_eq!(loss.backward().param(&w).unwrap().value(), ndarray::arr1(&[3.0, 3.0]).into_dyn());
/// ```
#[derive(Clone)]
pub struct Param<F: Scalar> {
    inner: Arc<Inner<F>>,
}

struct Inner<F> {
    name: String,
    shape: Shape,
    value: RwLock<Vec<F>>,
    /// How often the value was changed. It is raised while the value is locked for writing.
    version: AtomicU64,
}

impl<F: Scalar> Param<F> {
    /// A parameter that starts as `value`, with any memory layout.
    ///
    /// # Panics
    /// If `value` has more than [`crate::MAX_RANK`] axes.
    #[track_caller]
    pub fn new<S: Data<Elem = F>, D: Dimension>(name: impl Into<String>, value: ArrayBase<S, D>) -> Self {
        let (shape, value) = (Shape::new(value.shape()), value.iter().copied().collect());
        let (value, version) = (RwLock::new(value), AtomicU64::new(0));
        Param { inner: Arc::new(Inner { name: name.into(), shape, value, version }) }
    }

    /// Its name, such as `"layer1/W"`.
    pub fn name(&self) -> &str {
        &self.inner.name
    }

    /// Its shape, which never changes.
    pub fn shape(&self) -> Shape {
        self.inner.shape
    }

    /// A copy of its present value.
    pub fn value(&self) -> ArrayD<F> {
        ArrayD::from_shape_vec(IxDyn(&self.shape()), self.read().clone())
            .expect("a parameter's buffer has the size of its shape")
    }

    /// How often the value was changed. A tape notes it when it reads the parameter, so that a gradient is never computed from a value
    /// that is no longer there.
    pub fn version(&self) -> u64 {
        self.inner.version.load(Ordering::Acquire)
    }

    /// Replaces the value.
    ///
    /// # Panics
    /// If `value` has another shape.
    #[track_caller]
    pub fn set<S: Data<Elem = F>, D: Dimension>(&self, value: &ArrayBase<S, D>) {
        assert_eq!(&self.shape()[..], value.shape(), "the new value of {:?} must keep its shape", self.name());
        self.update(|elements| elements.iter_mut().zip(value).for_each(|(old, &new)| *old = new));
    }

    /// Changes the elements (row-major) in place.
    pub fn update<R>(&self, change: impl FnOnce(&mut [F]) -> R) -> R {
        let mut value = self.inner.value.write().unwrap_or_else(PoisonError::into_inner);
        self.inner.version.fetch_add(1, Ordering::AcqRel);
        change(&mut value)
    }

    /// Reads the elements (row-major) in place.
    pub fn with<R>(&self, look: impl FnOnce(&[F]) -> R) -> R {
        look(&self.read())
    }

    /// Whether both are handles to one parameter.
    pub fn is(&self, other: &Param<F>) -> bool {
        Arc::ptr_eq(&self.inner, &other.inner)
    }

    /// A new parameter of the same name and value in another kind of number.
    pub fn cast<G: Scalar>(&self) -> Param<G> {
        Param::new(self.name(), self.value().mapv(|x| G::from_f64(x.to_f64())))
    }

    /// What all handles to one parameter share, and no two parameters that live at the same time.
    pub(crate) fn address(&self) -> usize {
        Arc::as_ptr(&self.inner).addr()
    }

    pub(crate) fn read(&self) -> RwLockReadGuard<'_, Vec<F>> {
        self.inner.value.read().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<F: Scalar> fmt::Debug for Param<F> {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "Param({:?} {} {})", self.name(), F::NAME, self.shape())
    }
}
