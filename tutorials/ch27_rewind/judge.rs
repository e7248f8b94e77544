//! Judges how a batch gets onto a tape: its numbers, then what ten steps of training ask of the allocator.

use frame::{Judge, Judgement, count_allocations};
use gradus::nn::{Activation, Mlp};
use gradus::optim::{Optimizer, Sgd};
use gradus::prelude::*;
use gradus::{Input, Shape};
use ndarray::{Array2, ArrayView2};
use rand::RngExt;

type Gather = fn(ArrayView2<u8>, &[usize], &mut [f32]);

/// The answer, as a tape takes it.
struct Gathered<'a> {
    gather: Gather,
    pictures: ArrayView2<'a, u8>,
    rows: &'a [usize],
}

impl Input<f32> for Gathered<'_> {
    fn shape(&self) -> Shape {
        Shape::new(&[self.rows.len(), self.pictures.ncols()])
    }
    fn write(&self, buffer: &mut [f32]) {
        (self.gather)(self.pictures, self.rows, buffer);
    }
}

pub fn judge(gather: Gather) -> Judgement {
    Judge::examine("27_rewind", |judge| {
        for (count, pixels) in judge.shapes() {
            let pictures = Array2::from_shape_simple_fn((count, pixels), || judge.rng().random::<u8>());
            let rows: Vec<usize> = (0..2 * count).map(|_| judge.rng().random_range(0..count)).collect();
            judge.given(format!("rows {rows:?} of {count} picture(s) of {pixels} pixel(s)"));
            let in_order = |value: fn(u8) -> f64| {
                Array2::from_shape_fn((rows.len(), pixels), |(i, j)| value(pictures[[rows[i], j]]))
            };
            let mut buffer = Array2::from_elem((rows.len(), pixels), f32::NAN);
            gather(pictures.view(), &rows, buffer.as_slice_mut().expect("a buffer"));
            let expected = in_order(|pixel| f64::from(pixel) / 255.0);
            judge
                .equal_within(1e-6, "the buffer, row by row", &expected, buffer.mapv(f64::from))
                .slip("the pixels are bytes, 0 to 255, and were not scaled to 0 to 1", || in_order(f64::from));
        }
        for (batch_size, sizes) in [(10, [784, 16, 10]), (64, [784, 8, 10]), (1, [2, 3, 1])] {
            count(judge, gather, batch_size, sizes);
        }
    })
}

/// Trains for ten steps after two to warm up, and counts.
fn count(judge: &mut Judge, gather: Gather, batch_size: usize, sizes: [usize; 3]) {
    let [inputs, hidden, outputs] = sizes;
    let pictures = Array2::from_shape_simple_fn((100, inputs), || judge.rng().random::<u8>());
    let targets = Array2::from_elem((batch_size, outputs), 0.5_f32);
    let rows: Vec<usize> = (0..batch_size).map(|_| judge.rng().random_range(0..100)).collect();
    let net = Mlp::<f32>::new(&sizes, Activation::Sigmoid, judge.rng());
    let (mut sgd, mut tape) = (Sgd::new(0.1), Tape::new());
    judge
        .given(format!("training {inputs}-{hidden}-{outputs}, batches of {batch_size}: the third step to the twelfth"));
    let mut asked = Vec::new();
    for step in 0..12 {
        let ((), step_asked) = count_allocations(|| {
            let x = tape.input(Gathered { gather, pictures: pictures.view(), rows: &rows });
            let loss = net.forward(x).quadratic_cost(tape.input(&targets));
            sgd.step(&net, &loss.backward()).expect("every parameter has a gradient");
            tape.rewind();
        });
        if step >= 2 {
            asked.push(step_asked);
        }
    }
    let counts: Vec<f64> = asked.iter().map(|asked| asked.count as f64).collect();
    let (each, batch) = (asked.last().map_or(0, |asked| asked.bytes), 4 * (batch_size * inputs) as u64);
    let what_for = match each == batch {
        true => format!(
            "{batch_size} x {inputs} numbers of four bytes: the batch stands somewhere else before it is copied"
        ),
        false => "what is as large as that?".to_owned(),
    };
    let once = format!("each step asks once, for {each} bytes; {what_for}");
    let what = "how often each step asks for memory";
    judge.equal(what, vec![0.0; counts.len()], counts).slip(&once, || vec![1.0; 10]);
}
