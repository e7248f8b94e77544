//! Points of a plane in classes: small data sets whose decision boundary can be drawn. The one idea to know: a set is a formula, then a shuffle, then
//! noise, all from one source of random numbers, so the same seed gives the same points.
//!
//! Each function returns points, `[n, 2]`, and the class of each, from 0 on. Formulas and names are those of scikit-learn
//! (`sklearn/datasets/_samples_generator.py`: `make_blobs`, `make_circles`, `make_moons`) unless stated otherwise.

use super::shuffled;
use crate::Scalar;
use ndarray::Array2;
use rand::{Rng, RngExt};
use rand_distr::StandardNormal;
use std::f64::consts::{PI, TAU};

/// A point and its class.
type Labelled = ([f64; 2], usize);

/// Clouds of points, one around each center, normally distributed with the standard deviation `std` along both axes. Each class has as many points as
/// any other; if `n` is no multiple of their number, the first ones have one more.
///
/// # Panics
/// If there is no center, if `std` is negative or not finite, or if there is not enough memory.
#[track_caller]
pub fn blobs<F: Scalar>(
    n: usize,
    centers: &[[f64; 2]],
    std: f64,
    rng: &mut (impl Rng + ?Sized),
) -> (Array2<F>, Vec<usize>) {
    assert!(!centers.is_empty(), "blobs have at least one center");
    scattered(n, std, rng, |i| (centers[i % centers.len()], i % centers.len()))
}

/// Two circles around the origin, with evenly spaced points: the outer one, of radius 1, is class 0, the inner one, of radius `factor`, is class 1.
/// Half of the points, rounded down, are outside. `noise` is the standard deviation of what is added to both coordinates.
///
/// ```
/// use gradus::data::circles;
/// use gradus::prelude::*;
/// let (points, labels) = circles::<f32>(100, 0.0, 0.5, &mut seeded(7));
/// for (point, &label) in points.rows().into_iter().zip(&labels) {
///     let radius = point[0].hypot(point[1]);
///     assert!((radius - [1.0, 0.5][label]).abs() < 1e-6);
/// }
/// ```
///
/// # Panics
/// If `noise` is negative or not finite, if `factor` is not at least 0 and below 1, or if there is not enough memory.
#[track_caller]
pub fn circles<F: Scalar>(n: usize, noise: f64, factor: f64, rng: &mut (impl Rng + ?Sized)) -> (Array2<F>, Vec<usize>) {
    assert!((0.0..1.0).contains(&factor), "factor {factor} must be at least 0 and below 1");
    let outside = n / 2;
    scattered(n, noise, rng, |i| match i.checked_sub(outside) {
        None => (on_circle(TAU * i as f64 / outside as f64, 1.0), 0),
        Some(i) => (on_circle(TAU * i as f64 / (n - outside) as f64, factor), 1),
    })
}

/// Two half circles of radius 1 that reach into each other: the upper one, around `[0, 0]`, is class 0, the lower one, around `[1, 0.5]`, is class 1.
/// Half of the points, rounded down, are above. `noise` is the standard deviation of what is added to both coordinates.
///
/// # Panics
/// If `noise` is negative or not finite, or if there is not enough memory.
#[track_caller]
pub fn moons<F: Scalar>(n: usize, noise: f64, rng: &mut (impl Rng + ?Sized)) -> (Array2<F>, Vec<usize>) {
    let above = n / 2;
    scattered(n, noise, rng, |i| match i.checked_sub(above) {
        None => (on_circle(PI * evenly(i, above), 1.0), 0),
        Some(i) => {
            let [x, y] = on_circle(PI * evenly(i, n - above), 1.0);
            ([1.0 - x, 1.0 - y - 0.5], 1)
        }
    })
}

/// Arms that wind around the origin, 4 radians each, one per class. `noise` is the standard deviation of the angle, in radians, so that the arms are
/// as distinct near the origin as at their ends.
///
/// Source: the course CS231n (`cs231n.github.io/neural-networks-case-study`), which has three arms and noise of 0.2. There the arms start 4 radians
/// apart; here they are spread evenly, whatever their number.
///
/// # Panics
/// If there is no class, if `noise` is negative or not finite, or if there is not enough memory.
#[track_caller]
pub fn spiral<F: Scalar>(
    n: usize,
    classes: usize,
    noise: f64,
    rng: &mut (impl Rng + ?Sized),
) -> (Array2<F>, Vec<usize>) {
    assert!(classes > 0, "a spiral has at least one arm");
    expect_deviation(noise);
    let arm = |i: usize, rng: &mut _| {
        let (class, place) = (i % classes, i / classes);
        let along = evenly(place, n / classes + usize::from(class < n % classes));
        let angle = TAU * class as f64 / classes as f64 + 4.0 * along + noise * normal(rng);
        let [x, y] = on_circle(angle, along);
        ([y, x], class)
    };
    let order = shuffled(n, rng);
    as_arrays(order.into_iter().map(|i| arm(i, rng)).collect())
}

/// Points spread evenly over the square from -1 to 1: class 1 where the signs of the coordinates differ, class 0 elsewhere. No straight line
/// separates them ([`TruthTable::xor`](super::TruthTable::xor) has the four corners). The class is that of the point before `noise`, the standard
/// deviation of what is added to both coordinates.
///
/// # Panics
/// If `noise` is negative or not finite, or if there is not enough memory.
#[track_caller]
pub fn xor<F: Scalar>(n: usize, noise: f64, rng: &mut (impl Rng + ?Sized)) -> (Array2<F>, Vec<usize>) {
    expect_deviation(noise);
    expect_memory(n);
    let point = |_| {
        let [x, y]: [f64; 2] = [rng.random_range(-1.0..1.0), rng.random_range(-1.0..1.0)];
        ([x + noise * normal(rng), y + noise * normal(rng)], usize::from((x < 0.0) != (y < 0.0)))
    };
    as_arrays((0..n).map(point).collect())
}

/// `exact(0)` to `exact(n - 1)` in random order, and noise added to both coordinates.
#[track_caller]
fn scattered<F: Scalar>(
    n: usize,
    noise: f64,
    rng: &mut (impl Rng + ?Sized),
    exact: impl Fn(usize) -> Labelled,
) -> (Array2<F>, Vec<usize>) {
    expect_deviation(noise);
    let order = shuffled(n, rng);
    let moved = |i| {
        let ([x, y], class) = exact(i);
        ([x + noise * normal(rng), y + noise * normal(rng)], class)
    };
    as_arrays(order.into_iter().map(moved).collect())
}

#[track_caller]
fn expect_deviation(noise: f64) {
    assert!(noise.is_finite() && noise >= 0.0, "a standard deviation is finite, and 0 or above: it is {noise}");
}

#[track_caller]
fn expect_memory(n: usize) {
    assert!(Vec::<Labelled>::new().try_reserve_exact(n).is_ok(), "there is no memory for {n} points");
}

fn normal(rng: &mut (impl Rng + ?Sized)) -> f64 {
    rng.sample(StandardNormal)
}

/// The point of a circle around the origin. (Scalar's functions have the same bits on every machine.)
fn on_circle(angle: f64, radius: f64) -> [f64; 2] {
    [radius * Scalar::cos(angle), radius * Scalar::sin(angle)]
}

/// The place of the i-th of `count` numbers that are spread evenly from 0 to 1, both included; NumPy's `linspace`.
fn evenly(i: usize, count: usize) -> f64 {
    i as f64 / (count.max(2) - 1) as f64
}

fn as_arrays<F: Scalar>(points: Vec<Labelled>) -> (Array2<F>, Vec<usize>) {
    let array = Array2::from_shape_fn((points.len(), 2), |(row, axis)| F::from_f64(points[row].0[axis]));
    (array, points.into_iter().map(|(_, class)| class).collect())
}
