//! Judges a sum_to: on shapes that a layer meets, then on random ones; and against what a copy does, number by number.

use frame::{Judge, Judgement};
use ndarray::{ArrayD, Axis, Dimension, IxDyn};
use rand::RngExt;

type SumTo = fn(&ArrayD<f64>, &[usize]) -> ArrayD<f64>;

pub fn judge(sum_to: SumTo) -> Judgement {
    Judge::examine("11_broadcasting", |judge| {
        let plain: [(&[usize], &[usize]); 10] = [
            (&[2, 3], &[3]),
            (&[2, 3], &[2, 1]),
            (&[2, 3], &[]),
            (&[2, 3], &[1, 3]),
            (&[2, 3], &[2, 3]),
            (&[1, 3], &[1, 1]),
            (&[4, 1], &[1]),
            (&[2, 3, 4], &[3, 1]),
            (&[2, 1, 4], &[1, 4]),
            (&[3, 2, 2, 5], &[1, 2, 1]),
        ];
        for (from, to) in plain {
            one_case(judge, sum_to, from, to, 1.0);
        }
        for size in [1.0, 1e6] {
            for _ in 0..6 {
                let (from, to) = draw_shapes(judge);
                one_case(judge, sum_to, &from, &to, size);
            }
        }
    })
}

/// A shape of up to four axes, and one that broadcasts to it.
fn draw_shapes(judge: &mut Judge) -> (Vec<usize>, Vec<usize>) {
    let rng = judge.rng();
    let from: Vec<usize> = (0..rng.random_range(1..5)).map(|_| rng.random_range(1..5)).collect();
    let kept = rng.random_range(0..=from.len());
    let to = from[kept..].iter().map(|&length| if rng.random() { length } else { 1 }).collect();
    (from, to)
}

fn one_case(judge: &mut Judge, sum_to: SumTo, from: &[usize], to: &[usize], size: f64) {
    let g: ArrayD<f64> = judge.draw(IxDyn(from), size);
    judge.given(format!("g of shape {from:?}, numbers up to {size}; the array had the shape {to:?}"));
    let right = collected(&g, to);
    let copies = g.len() as f64 / right.len() as f64;
    judge
        .equal("what comes back to it", &right, sum_to(&g, to))
        .slip("this is the mean over the copies; each moved the result by itself, so they add up", || &right / copies)
        .slip("only one of the copies is in it", || &right - &collected(&without_first(&g, to), to))
        .slip("axes in front are summed; those of length 1 were repeated too, and must be", || front_only(&g, to.len()))
        .slip("the numbers are right, but axes of length 1 have gone; an array gets back its own shape", || {
            let ones: Vec<usize> = (0..to.len()).filter(|&axis| to[axis] == 1).collect();
            ones.into_iter().rev().fold(right.clone(), |sum, axis| sum.index_axis_move(Axis(axis), 0))
        });
}

/// The definition: every number of g goes to the element whose copy stood there.
fn collected(g: &ArrayD<f64>, to: &[usize]) -> ArrayD<f64> {
    let mut sums = ArrayD::zeros(IxDyn(to));
    for (place, &number) in g.indexed_iter() {
        sums[&origin(place.slice(), to)[..]] += number;
    }
    sums
}

/// The element whose copy is at a place.
fn origin(place: &[usize], to: &[usize]) -> Vec<usize> {
    let behind = &place[place.len() - to.len()..];
    behind.iter().zip(to).map(|(&place, &length)| if length == 1 { 0 } else { place }).collect()
}

/// g with a 0 where the first copy of an element stood.
fn without_first(g: &ArrayD<f64>, to: &[usize]) -> ArrayD<f64> {
    let (mut rest, mut seen) = (g.clone(), ArrayD::from_elem(IxDyn(to), false));
    for (place, number) in rest.indexed_iter_mut() {
        let first = !std::mem::replace(&mut seen[&origin(place.slice(), to)[..]], true);
        if first {
            *number = 0.0;
        }
    }
    rest
}

/// Summed over the axes in front alone.
fn front_only(g: &ArrayD<f64>, rank: usize) -> ArrayD<f64> {
    (rank..g.ndim()).fold(g.clone(), |sum, _| sum.sum_axis(Axis(0)))
}
