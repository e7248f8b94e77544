//! Numbers in JSON, which knows neither NaN nor infinity: they are written as the texts "NaN", "inf" and "-inf".

use serde::{Deserialize, Deserializer, Serialize, Serializer};

#[derive(Debug, Serialize, Deserialize)]
#[serde(untagged)]
enum Written {
    Finite(f64),
    Text(String),
}

impl From<f64> for Written {
    fn from(x: f64) -> Self {
        if x.is_finite() { Written::Finite(x) } else { Written::Text(x.to_string()) }
    }
}

impl Written {
    fn read<E: serde::de::Error>(self) -> Result<f64, E> {
        let number = match &self {
            Written::Finite(x) => Some(*x),
            Written::Text(text) => named(text),
        };
        number.ok_or_else(|| E::custom(format_args!("expected {ANY_NUMBER}, found {self:?}")))
    }
}

/// What a number in JSON is.
pub(super) const ANY_NUMBER: &str = "a number, \"NaN\", \"inf\" or \"-inf\"";

/// The number that a text stands for.
pub(super) fn named(text: &str) -> Option<f64> {
    match text {
        "NaN" => Some(f64::NAN),
        "inf" => Some(f64::INFINITY),
        "-inf" => Some(f64::NEG_INFINITY),
        _ => None,
    }
}

pub(crate) mod number {
    use super::*;

    pub fn serialize<S: Serializer>(x: &f64, to: S) -> Result<S::Ok, S::Error> {
        Written::from(*x).serialize(to)
    }
    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<f64, D::Error> {
        Written::deserialize(from)?.read()
    }
}

pub(crate) mod numbers {
    use super::*;

    pub fn serialize<S: Serializer>(x: &[f64], to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(x.iter().map(|&x| Written::from(x)))
    }
    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<f64>, D::Error> {
        Vec::<Written>::deserialize(from)?.into_iter().map(Written::read).collect()
    }
}

#[cfg(feature = "html")] // the page's
pub(crate) mod maybe_number {
    use super::*;

    pub fn serialize<S: Serializer>(x: &Option<f64>, to: S) -> Result<S::Ok, S::Error> {
        x.map(Written::from).serialize(to)
    }
}

pub(crate) mod maybe_numbers {
    use super::*;

    pub fn serialize<S: Serializer>(x: &Option<Vec<f64>>, to: S) -> Result<S::Ok, S::Error> {
        match x {
            Some(x) => numbers::serialize(x, to),
            None => to.serialize_none(),
        }
    }
    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Vec<f64>>, D::Error> {
        let written = Option::<Vec<Written>>::deserialize(from)?;
        written.map(|x| x.into_iter().map(Written::read).collect()).transpose()
    }
}
