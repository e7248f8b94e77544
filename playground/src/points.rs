//! The points of each set, and what a network sees of them. The one idea to know: all sets fit the same plane, from -[`REACH`] to [`REACH`] along both axes,
//! and `program.rs` writes the same calls as text.

use crate::Settings;
use crate::choices::choices;
use gradus::Scalar;
use gradus::data::{blobs, circles, moons, spiral, xor};
use ndarray::{Array2, array};
use rand::Rng;
use std::f64::consts::PI;
use std::fmt;

/// The plane reaches from minus this to this, along both axes.
pub const REACH: f64 = 1.5;

/// The centers of the clouds of [`Set::Blobs`].
pub(crate) const CENTERS: [[f64; 2]; 2] = [[-0.7, -0.7], [0.7, 0.7]];
/// Added to the noise of [`Set::Blobs`]: without any, a cloud would be a point.
pub(crate) const CLOUD: f64 = 0.1;
/// The radius of the inner circle of [`Set::Circles`].
pub(crate) const INNER: f64 = 0.4;
/// The middle of [`Set::Moons`], which is moved to that of the plane.
pub(crate) const MIDDLE: [f64; 2] = [0.5, 0.25];

choices! {
    /// A set of points in two classes.
    Set {
        /// Two clouds.
        Blobs = "blobs",
        /// A circle around another.
        Circles = "circles",
        /// Two half circles that reach into each other.
        Moons = "moons",
        /// Two arms around the middle.
        Spiral = "spiral",
        /// Four squares like a chessboard's.
        Xor = "xor",
        /// Points that the reader drew.
        Drawn = "drawn",
    }
}

choices! {
    /// What a network sees of a point.
    Feature {
        /// x₁
        X1 = "x1",
        /// x₂
        X2 = "x2",
        /// x₁²
        X1Squared = "x1x1",
        /// x₂²
        X2Squared = "x2x2",
        /// x₁ x₂
        Product = "x1x2",
        /// sin π x₁
        SinX1 = "sin1",
        /// sin π x₂
        SinX2 = "sin2",
    }
}

impl Feature {
    /// Of a point.
    pub fn at(self, [x1, x2]: [f64; 2]) -> f64 {
        match self {
            Feature::X1 => x1,
            Feature::X2 => x2,
            Feature::X1Squared => x1 * x1,
            Feature::X2Squared => x2 * x2,
            Feature::Product => x1 * x2,
            Feature::SinX1 => Scalar::sin(PI * x1),
            Feature::SinX2 => Scalar::sin(PI * x2),
        }
    }

    /// The features of all points, one row each.
    pub fn of_all(features: &[Feature], points: &Array2<f64>) -> Array2<f64> {
        let at = |row: usize| [points[[row, 0]], points[[row, 1]]];
        Array2::from_shape_fn((points.nrows(), features.len()), |(row, column)| features[column].at(at(row)))
    }
}

/// A point that was drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Point {
    /// Where it is, in hundredths.
    pub at: [i32; 2],
    /// 0 or 1.
    pub class: usize,
}

impl Point {
    /// From `x1,x2,class`.
    pub(crate) fn of(text: &str) -> Option<Point> {
        let numbers: Vec<i32> = text.split(',').map(|number| number.parse().ok()).collect::<Option<_>>()?;
        let most = (100.0 * REACH) as i32;
        match numbers[..] {
            [x1, x2, class @ 0..=1] if x1.abs() <= most && x2.abs() <= most => {
                Some(Point { at: [x1, x2], class: class as usize })
            }
            _ => None,
        }
    }

    /// Its coordinates.
    pub(crate) fn coordinates(self) -> [f64; 2] {
        self.at.map(|hundredths| f64::from(hundredths) / 100.0)
    }
}

impl fmt::Display for Point {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{},{},{}", self.at[0], self.at[1], self.class)
    }
}

/// The points of these settings, `[n, 2]`, and the class of each.
pub fn points(settings: &Settings, rng: &mut impl Rng) -> (Array2<f64>, Vec<usize>) {
    let (n, noise) = (settings.points, settings.noise);
    match settings.set {
        Set::Blobs => blobs(n, &CENTERS, CLOUD + noise, rng),
        Set::Circles => circles(n, noise, INNER, rng),
        Set::Moons => {
            let (points, labels) = moons::<f64>(n, noise, rng);
            (points - array![MIDDLE[0], MIDDLE[1]], labels)
        }
        Set::Spiral => spiral(n, 2, noise, rng),
        Set::Xor => xor(n, noise, rng),
        Set::Drawn => {
            let at: Vec<[f64; 2]> = settings.drawn.iter().map(|point| point.coordinates()).collect();
            let points = Array2::from_shape_fn((at.len(), 2), |(row, axis)| at[row][axis]);
            (points, settings.drawn.iter().map(|point| point.class).collect())
        }
    }
}
