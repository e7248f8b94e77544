//! Points of a plane in classes: how many, where, and the same again from the same seed.

use gradus::data::{blobs, circles, moons, spiral, xor};
use gradus::prelude::*;
use ndarray::{Array2, Axis};

type Labelled = (Array2<f64>, Vec<usize>);

/// One set of each kind, with noise.
fn sets(n: usize, noise: f64, seed: u64) -> [Labelled; 5] {
    let rng = &mut seeded(seed);
    [
        blobs(n, &[[-5.0, 0.0], [5.0, 0.0], [0.0, 5.0]], noise, rng),
        circles(n, noise, 0.5, rng),
        moons(n, noise, rng),
        spiral(n, 3, noise, rng),
        xor(n, noise, rng),
    ]
}

fn counts(labels: &[usize]) -> Vec<usize> {
    let classes = labels.iter().max().map_or(0, |last| last + 1);
    (0..classes).map(|class| labels.iter().filter(|&&label| label == class).count()).collect()
}

#[test]
fn the_same_seed_gives_the_same_points() {
    assert_eq!(sets(50, 0.1, 7), sets(50, 0.1, 7));
    for (one, other) in sets(50, 0.1, 7).into_iter().zip(sets(50, 0.1, 8)) {
        assert_ne!(one, other);
    }
}

#[test]
fn classes_are_equally_large_and_in_random_order() {
    let [blobs, circles, moons, spiral, _] = sets(100, 0.1, 7).map(|(_, labels)| labels);
    assert_eq!(counts(&blobs), [34, 33, 33]);
    assert_eq!(counts(&circles), [50, 50]);
    assert_eq!(counts(&moons), [50, 50]);
    assert_eq!(counts(&spiral), [34, 33, 33]);
    for labels in [blobs, circles, moons, spiral] {
        assert!(labels.windows(2).filter(|pair| pair[0] != pair[1]).count() > 30, "{labels:?}");
    }
}

#[test]
fn few_points_and_none_are_sets_too() {
    for n in [0, 1, 2, 3] {
        for (points, labels) in sets(n, 0.0, 7) {
            assert_eq!((points.dim(), labels.len()), ((n, 2), n));
            assert!(points.iter().all(|x| x.is_finite()), "{points}");
        }
    }
}

/// Sorted by class, then by place, rounded to a millionth: what `shuffle=False, noise=None` gives in another order.
fn sorted((points, labels): Labelled) -> Vec<(usize, i64, i64)> {
    let round = |x: f64| (x * 1e6).round() as i64;
    let rows = points.rows().into_iter().zip(labels);
    let mut sorted: Vec<_> = rows.map(|(point, label)| (label, round(point[0]), round(point[1]))).collect();
    sorted.sort_unstable();
    sorted
}

#[test]
fn moons_and_circles_without_noise_are_scikit_learns() {
    // sklearn.datasets.make_moons(5, shuffle=False) and make_circles(5, shuffle=False, factor=0.5): linspace written out.
    let moons = sorted(moons(5, 0.0, &mut seeded(7)));
    let expected =
        [(0, -1_000_000, 0), (0, 1_000_000, 0), (1, 0, 500_000), (1, 1_000_000, -500_000), (1, 2_000_000, 500_000)];
    assert_eq!(moons, expected);
    let circles = sorted(circles(5, 0.0, 0.5, &mut seeded(7)));
    let expected =
        [(0, -1_000_000, 0), (0, 1_000_000, 0), (1, -250_000, -433_013), (1, -250_000, 433_013), (1, 500_000, 0)];
    assert_eq!(circles, expected);
}

#[test]
fn noise_is_the_standard_deviation() {
    let (points, _) = blobs::<f64>(20_000, &[[3.0, -1.0]], 0.5, &mut seeded(7));
    let (mean, std) = (points.mean_axis(Axis(0)).expect("points"), points.std_axis(Axis(0), 1.0));
    assert!((mean[0] - 3.0).abs() < 0.02 && (mean[1] + 1.0).abs() < 0.02, "{mean}");
    assert!(std.iter().all(|std| (std - 0.5).abs() < 0.02), "{std}");
}

#[test]
fn the_classes_of_xor_are_the_quadrants() {
    let (points, labels) = xor::<f64>(200, 0.0, &mut seeded(7));
    for (point, label) in points.rows().into_iter().zip(labels) {
        assert_eq!(label, usize::from(point[0] * point[1] < 0.0), "{point}");
    }
}

#[test]
fn the_arms_of_a_spiral_are_turned_copies_of_each_other() {
    let (points, labels) = spiral::<f64>(200, 2, 0.0, &mut seeded(7));
    // Half a turn takes each point of an arm to one of the other.
    let arm = |class: usize, sign: f64| {
        let rows = points.rows().into_iter().zip(&labels).filter(|&(_, &label)| label == class);
        let mut arm: Vec<[i64; 2]> =
            rows.map(|(point, _)| [point[0], point[1]].map(|x| (sign * x * 1e6).round() as i64)).collect();
        arm.sort_unstable();
        arm
    };
    assert_eq!(arm(0, 1.0), arm(1, -1.0));
}
