//! Named arrays: what is written to files, and what is read from them.

use super::kind::{Kind, Storable};
use super::{IoError, Layout, npz, safetensors};
use crate::nn::Parameters;
use ndarray::{ArrayBase, ArrayD, Data, Dimension, IxDyn};
use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

/// An array as a file holds it.
#[derive(Clone, PartialEq)]
pub(super) struct Stored {
    pub(super) kind: Kind,
    pub(super) shape: Vec<usize>,
    /// Its numbers, row-major, each with the least significant byte first.
    pub(super) bytes: Vec<u8>,
}

impl Stored {
    /// The array with its axes in reverse order: a matrix transposed.
    pub(super) fn reversed(&self) -> Stored {
        let numbers = Vec::from_iter(0..self.shape.iter().product());
        let places = ArrayD::from_shape_vec(IxDyn(&self.shape), numbers).expect("as many places as numbers");
        let size = self.kind.size();
        let places = places.reversed_axes();
        let bytes = places.iter().flat_map(|place| &self.bytes[place * size..][..size]).copied();
        Stored { kind: self.kind, shape: self.shape.iter().rev().copied().collect(), bytes: bytes.collect() }
    }
}

/// Arrays by name, in memory: copied from a model, or read from a file. In between they can be looked at, renamed, and added to.
///
/// ```
/// use gradus::io::{Arrays, Layout};
/// use gradus::nn::{Activation, Mlp};
/// use gradus::prelude::*;
/// let net = Mlp::<f32>::new(&[4, 3, 2], Activation::Tanh, &mut seeded(7));
/// let arrays = Arrays::of(&net, Layout::PyTorch)?;
/// assert_eq!(arrays.names().collect::<Vec<_>>(), ["layer1.bias", "layer1.weight", "layer2.bias", "layer2.weight"]);
/// assert_eq!(arrays.get::<f32>("layer1.weight").unwrap().shape(), [3, 4]); // [out, in], as PyTorch has it
///
/// let other = Mlp::<f32>::new(&[4, 3, 2], Activation::Tanh, &mut seeded(8));
/// arrays.restore(&other, Layout::PyTorch)?;
/// assert_eq!(other.layers().next().unwrap().weights.value(), net.layers().next().unwrap().weights.value());
/// # Ok::<(), gradus::io::IoError>(())
/// ```
#[derive(Clone, Default, PartialEq)]
#[must_use = "arrays do nothing before they are saved or restored"]
pub struct Arrays {
    /// By name, so that a file's bytes do not depend on the order in which arrays were added.
    pub(super) arrays: BTreeMap<String, Stored>,
    /// The file that they are from.
    pub(super) path: Option<PathBuf>,
}

impl Arrays {
    /// No arrays yet.
    pub fn new() -> Self {
        Arrays::default()
    }

    /// A copy of all parameters and buffers of a model, under the names and in the shapes of `layout`. One that several layers share comes once.
    ///
    /// # Errors
    /// [`IoError::Name`], if two parameters have the same name.
    pub fn of<F: Storable>(model: &(impl Parameters<F> + ?Sized), layout: Layout) -> Result<Self, IoError> {
        let mut arrays = Arrays::new();
        for param in super::model::state(model)? {
            let bytes = param.with(F::to_bytes);
            let stored = Stored { kind: F::KIND, shape: param.shape().to_vec(), bytes };
            arrays.add(layout.name(param.name()), layout.turn(param.name(), stored))?;
        }
        Ok(arrays)
    }

    /// Adds an array, with any memory layout.
    ///
    /// # Errors
    /// [`IoError::Name`], if there is one of this name already.
    pub fn insert<F: Storable, S: Data<Elem = F>, D: Dimension>(
        &mut self,
        name: &str,
        array: &ArrayBase<S, D>,
    ) -> Result<(), IoError> {
        let numbers = Vec::from_iter(array.iter().copied());
        self.add(name.into(), Stored { kind: F::KIND, shape: array.shape().to_vec(), bytes: F::to_bytes(&numbers) })
    }

    pub(super) fn add(&mut self, name: String, stored: Stored) -> Result<(), IoError> {
        let found = match () {
            _ if self.arrays.contains_key(&name) => "two of this name",
            _ if name == safetensors::METADATA => "the name that a safetensors file has for something else",
            _ => {
                self.arrays.insert(name, stored);
                return Ok(());
            }
        };
        Err(IoError::Name { name, found })
    }

    /// An array. `None` if there is none of this name, or if its numbers would have to be rounded.
    pub fn get<F: Storable>(&self, name: &str) -> Option<ArrayD<F>> {
        let Stored { kind, shape, bytes } = self.arrays.get(name)?;
        let numbers = F::from_bytes(*kind, bytes)?;
        Some(ArrayD::from_shape_vec(IxDyn(shape), numbers).expect("as many numbers as the shape has"))
    }

    /// The names, in alphabetical order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.arrays.keys().map(String::as_str)
    }

    /// The number of arrays.
    pub fn len(&self) -> usize {
        self.arrays.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.arrays.is_empty()
    }

    /// The same arrays under other names; those for which `name` returns `None` are left out. For a network of PyTorch's `nn.Sequential`:
    ///
    /// ```
    /// # use gradus::io::Arrays;
    /// let mut arrays = Arrays::new();
    /// arrays.insert("0.weight", &ndarray::arr2(&[[1.0, 2.0]]))?;
    /// arrays.insert("0.steps", &ndarray::arr0(7.0))?;
    /// let arrays = arrays.renamed(|name| Some(name.strip_suffix("weight")?.replace("0.", "layer1.") + "weight"))?;
    /// assert_eq!(arrays.names().collect::<Vec<_>>(), ["layer1.weight"]);
    /// # Ok::<(), gradus::io::IoError>(())
    /// ```
    ///
    /// # Errors
    /// [`IoError::Name`], if two of them get the same name.
    pub fn renamed(self, name: impl Fn(&str) -> Option<String>) -> Result<Self, IoError> {
        let mut renamed = Arrays { path: self.path, ..Arrays::new() };
        for (old, stored) in self.arrays {
            if let Some(new) = name(&old) {
                renamed.add(new, stored)?;
            }
        }
        Ok(renamed)
    }

    /// The same arrays with all f64 rounded to f32. (NumPy's arrays are f64 unless something else is asked for.)
    pub fn to_f32(mut self) -> Self {
        for stored in self.arrays.values_mut().filter(|stored| stored.kind == Kind::F64) {
            let rounded = super::kind::each(&stored.bytes, |x| f64::from_le_bytes(x) as f32);
            *stored = Stored { kind: Kind::F32, shape: stored.shape.clone(), bytes: f32::to_bytes(&rounded) };
        }
        self
    }

    /// Gives a model these arrays: each of its parameters and buffers the one that `layout` names for it. The kinds of numbers must agree, but f64 may
    /// be read from f32, which loses nothing. (To round f64 to f32, see [`to_f32`](Arrays::to_f32).) Frozen parameters are restored, too.
    ///
    /// # Errors
    /// [`IoError::Differences`], with everything that is missing, left over, or of another shape or kind; then the model is unchanged.
    /// [`IoError::Name`], if two parameters of the model have the same name.
    pub fn restore<F: Storable>(&self, model: &(impl Parameters<F> + ?Sized), layout: Layout) -> Result<(), IoError> {
        let mut differences = Vec::new();
        let fitted = super::model::fit(self, "", model, layout, &mut differences)?;
        self.refuse(differences)?;
        fitted.apply();
        Ok(())
    }

    pub(super) fn refuse(&self, differences: Vec<super::Difference>) -> Result<(), IoError> {
        if differences.is_empty() { Ok(()) } else { Err(IoError::Differences { path: self.path.clone(), differences }) }
    }

    /// Writes a safetensors file, and replaces an existing one only when all is written. The same arrays give the same bytes.
    ///
    /// # Errors
    /// [`IoError::Unwritable`].
    pub fn save_safetensors(&self, path: impl AsRef<Path>) -> Result<(), IoError> {
        safetensors::write(path.as_ref(), self, "")
    }

    /// Reads a safetensors file: arrays of f32 and f64, half-precision numbers (as f32, exactly), and whole numbers of 8 bytes.
    ///
    /// A file that gradus wrote has a checksum, so damage anywhere in it is noticed. Other programs write none.
    ///
    /// # Errors
    /// If the file cannot be read, is of another kind, damaged, or holds other kinds of numbers.
    pub fn load_safetensors(path: impl AsRef<Path>) -> Result<Self, IoError> {
        Ok(safetensors::read(path.as_ref())?.0)
    }

    /// Writes NumPy's archive of arrays, as `numpy.savez` does: `numpy.load(path)["layer1/W"]`. As
    /// [`save_safetensors`](Arrays::save_safetensors) otherwise.
    ///
    /// # Errors
    /// [`IoError::Unwritable`], or [`IoError::Unsupported`] from 4 GiB.
    pub fn save_npz(&self, path: impl AsRef<Path>) -> Result<(), IoError> {
        npz::write(path.as_ref(), self)
    }

    /// Reads NumPy's archive of arrays, as `numpy.savez` and `numpy.savez_compressed` write it, in either memory order: the kinds of numbers of
    /// [`load_safetensors`](Arrays::load_safetensors). All parts have checksums.
    ///
    /// # Errors
    /// If the file cannot be read, is of another kind, damaged, or holds other kinds of numbers.
    pub fn load_npz(path: impl AsRef<Path>) -> Result<Self, IoError> {
        npz::read(path.as_ref())
    }
}

impl fmt::Debug for Arrays {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let line = |(name, Stored { kind, shape, .. }): (_, &Stored)| format!("{name:?}: {kind} {shape:?}");
        write!(f, "Arrays({})", self.arrays.iter().map(line).collect::<Vec<_>>().join(", "))
    }
}
