//! The kinds of numbers that files hold, and their bytes, the least significant first.

use crate::Scalar;
use std::fmt;

/// A kind of number in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// Floating point, 4 bytes.
    F32,
    /// Floating point, 8 bytes.
    F64,
    /// Whole numbers, 8 bytes.
    I64,
}

impl Kind {
    /// The number of bytes of one number.
    pub fn size(self) -> usize {
        match self {
            Kind::F32 => 4,
            Kind::F64 | Kind::I64 => 8,
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(match self {
            Kind::F32 => "f32",
            Kind::F64 => "f64",
            Kind::I64 => "i64",
        })
    }
}

/// The kinds of numbers of which a model can be kept in a file: f32 and f64.
pub trait Storable: Scalar {
    /// Their kind in a file.
    const KIND: Kind;

    /// The bytes of these numbers.
    fn to_bytes(numbers: &[Self]) -> Vec<u8>;

    /// The numbers of these bytes; `None` if numbers of this kind would have to be rounded.
    fn from_bytes(kind: Kind, bytes: &[u8]) -> Option<Vec<Self>>;
}

/// Numbers of `N` bytes each, read one by one.
pub(super) fn each<const N: usize, T>(bytes: &[u8], read: impl Fn([u8; N]) -> T) -> Vec<T> {
    bytes.chunks_exact(N).map(|chunk| read(chunk.try_into().expect("chunks have this size"))).collect()
}

fn bytes_of<const N: usize, T: Copy>(numbers: &[T], write: impl Fn(T) -> [u8; N]) -> Vec<u8> {
    let mut bytes = vec![0; N * numbers.len()];
    bytes.chunks_exact_mut(N).zip(numbers).for_each(|(to, &number)| to.copy_from_slice(&write(number)));
    bytes
}

impl Storable for f32 {
    const KIND: Kind = Kind::F32;

    fn to_bytes(numbers: &[f32]) -> Vec<u8> {
        bytes_of(numbers, f32::to_le_bytes)
    }
    fn from_bytes(kind: Kind, bytes: &[u8]) -> Option<Vec<f32>> {
        (kind == Kind::F32).then(|| each(bytes, f32::from_le_bytes))
    }
}

impl Storable for f64 {
    const KIND: Kind = Kind::F64;

    fn to_bytes(numbers: &[f64]) -> Vec<u8> {
        bytes_of(numbers, f64::to_le_bytes)
    }
    fn from_bytes(kind: Kind, bytes: &[u8]) -> Option<Vec<f64>> {
        match kind {
            Kind::F64 => Some(each(bytes, f64::from_le_bytes)),
            Kind::F32 => Some(each(bytes, |x| f32::from_le_bytes(x).into())),
            Kind::I64 => None,
        }
    }
}

/// A half-precision number (IEEE 754, 5 bits of exponent) as f32, which holds all of them.
pub(super) fn from_half(bits: u16) -> f32 {
    let (exponent, digits) = (i32::from(bits >> 10 & 0x1f), f32::from(bits & 0x3ff));
    let size = match exponent {
        0 => digits * 2.0_f32.powi(-24),
        0x1f if digits == 0.0 => f32::INFINITY,
        0x1f => f32::NAN,
        _ => (1024.0 + digits) * 2.0_f32.powi(exponent - 25),
    };
    if bits >> 15 == 1 { -size } else { size }
}

/// A bfloat16 as f32: its upper half.
pub(super) fn from_bfloat16(bits: u16) -> f32 {
    f32::from_bits(u32::from(bits) << 16)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_precision_numbers_are_what_numpy_says() {
        let pairs = [
            (0x0000, 0.0),
            (0x3c00, 1.0),
            (0xc000, -2.0),
            (0x7bff, 65504.0),
            (0x0001, 5.960_464_5e-8),
            (0x0400, 6.103_515_6e-5),
            (0x03ff, 6.097_555e-5),
            (0x3555, 0.333_251_95),
            (0x7c00, f32::INFINITY),
            (0xfc00, f32::NEG_INFINITY),
        ];
        for (bits, number) in pairs {
            assert_eq!(from_half(bits), number, "{bits:#06x}");
        }
        assert!(from_half(0x7e00).is_nan() && from_half(0x8000).is_sign_negative());
        assert_eq!((from_bfloat16(0x3f80), from_bfloat16(0xc2f7)), (1.0, -123.5));
    }
}
