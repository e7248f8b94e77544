//! Slices with steps, negative axes, and the methods that cut, join and turn arrays, beside what ndarray gives.

use gradus::derivatives::grad;
use gradus::prelude::*;
use ndarray::{ArrayD, Axis, SliceInfo, SliceInfoElem, arr1, arr2, stack};
use proptest::prelude::*;

fn counted(shape: &[usize]) -> ArrayD<f64> {
    let size: usize = shape.iter().product();
    ArrayD::from_shape_vec(shape, (1..=size).map(|x| x as f64).collect()).unwrap()
}

type Part = SliceInfo<Vec<SliceInfoElem>, ndarray::IxDyn, ndarray::IxDyn>;

/// Any part of an axis of this length that ndarray admits.
fn element(length: isize) -> impl Strategy<Value = SliceInfoElem> {
    let step = prop_oneof![1..5_isize, -4..0_isize];
    let range =
        (0..=length, 0..=length, step, any::<bool>(), any::<bool>()).prop_map(move |(a, b, step, end, back)| {
            let (start, last) = (a.min(b), a.max(b));
            let back = isize::from(back && start < length) * length;
            SliceInfoElem::Slice { start: start - back, end: end.then_some(last), step }
        });
    let index = (0..length, any::<bool>()).prop_map(move |(index, back)| index - isize::from(back) * length);
    prop_oneof![4 => range, 1 => index.prop_map(SliceInfoElem::Index)]
}

fn parts() -> impl Strategy<Value = (Vec<usize>, Vec<SliceInfoElem>)> {
    prop::collection::vec(1..6_usize, 1..4).prop_flat_map(|shape| {
        let elements: Vec<_> = shape.iter().map(|&length| element(length as isize)).collect();
        (Just(shape), elements, any::<bool>()).prop_map(|(shape, mut elements, new)| {
            if new {
                elements.insert(elements.len() / 2, SliceInfoElem::NewAxis);
            }
            (shape, elements)
        })
    })
}

proptest! {
    #[test]
    fn any_slice_is_that_of_ndarray_and_its_gradient_goes_to_the_places_it_was_taken_from((shape, elements) in parts()) {
        let x = counted(&shape);
        let part: Part = SliceInfo::try_from(elements).unwrap();
        let want = x.slice(&part).to_owned();
        let tape = Tape::new();
        let x = tape.var(&x);
        let y = x.slice(part.clone());
        prop_assert_eq!(y.value(), want.clone());
        let g = tape.var(want.mapv(|x| x + 0.5));
        let flow = grad((y * g).sum(), &[x])[0];
        let mut places = ArrayD::<f64>::zeros(shape);
        places.slice_mut(&part).assign(&g.value());
        prop_assert_eq!(flow.value(), places);
        // What flows is linear in g, so its own gradient is the slice again.
        let back = grad((flow * x).sum(), &[g])[0];
        prop_assert_eq!(back.value(), want);
    }
}

#[test]
fn an_axis_counts_from_the_end_wherever_one_is_taken() {
    type Pair = for<'t> fn(Var<'t, f64>) -> [Var<'t, f64>; 2];
    let pairs: [Pair; 18] = [
        |x| [x.sum_axes(-1), x.sum_axes(2)],
        |x| [x.mean_axes_keepdims([0, -2]), x.mean_axes_keepdims([0, 1])],
        |x| [x.max_axes(-3), x.max_axes(0)],
        |x| [x.softmax(-2), x.softmax(1)],
        |x| [x.log_softmax(-1), x.log_softmax(2)],
        |x| [x.logsumexp(-1), x.logsumexp(2)],
        |x| [x.standardize(-1, 1e-5), x.standardize(2, 1e-5)],
        |x| [x.permute(&[-1, 0, -2]), x.permute(&[2, 0, 1])],
        |x| [Var::concat(&[x, x], -2), Var::concat(&[x, x], 1)],
        |x| [Var::stack(&[x, x], -1), Var::stack(&[x, x], 3)],
        |x| [x.unsqueeze(-2), x.unsqueeze(2)],
        |x| [x.unsqueeze(-1).squeeze(-1), x],
        |x| [x.flatten(-2), x.flatten(1)],
        |x| [x.split(&[1, 2], -2)[1], x.split(&[1, 2], 1)[1]],
        |x| [x.chunk(2, -1)[0], x.chunk(2, 2)[0]],
        |x| [x.flip(-1), x.flip(2)],
        |x| [x.roll(-1, -1), x.roll(3, 2)],
        |x| [x.cumsum(-3), x.cumsum(0)],
    ];
    for (place, pair) in pairs.iter().enumerate() {
        let tape = Tape::new();
        let [by_end, by_start] = pair(tape.var(counted(&[2, 3, 4])));
        assert_eq!(by_end.value(), by_start.value(), "pair {place}");
    }
}

#[test]
fn arrays_are_stacked_as_ndarray_stacks_them_and_split_again() {
    let tape = Tape::new();
    let (a, b) = (counted(&[2, 3]), counted(&[2, 3]) * -1.0);
    for axis in 0..3 {
        let stacked = Var::stack(&[tape.var(&a), tape.var(&b)], axis);
        assert_eq!(stacked.value(), stack(Axis(axis), &[a.view(), b.view()]).unwrap());
        let parts = stacked.chunk(2, axis);
        assert_eq!(parts[0].squeeze(axis).value(), a);
        assert_eq!(parts[1].squeeze(axis).value(), b);
    }
    let parts = tape.var(&a).split(&[2, 0, 1], 1);
    assert_eq!(parts.iter().map(|part| part.shape()).collect::<Vec<_>>(), [[2, 2], [2, 0], [2, 1]].map(Shape::from));
    assert_eq!(Var::concat(&parts, 1).value(), a);
}

#[test]
fn what_leaves_at_one_end_by_a_roll_enters_at_the_other() {
    let tape = Tape::new();
    let x = tape.var([1.0, 2.0, 3.0, 4.0]);
    for (shift, want) in
        [(1, [4.0, 1.0, 2.0, 3.0]), (-1, [2.0, 3.0, 4.0, 1.0]), (6, [3.0, 4.0, 1.0, 2.0]), (-4, [1.0, 2.0, 3.0, 4.0])]
    {
        assert_eq!(x.roll(shift, 0).value(), arr1(&want).into_dyn(), "{shift}");
    }
}

#[test]
fn a_triangle_is_kept_and_nothing_outside_of_it_counts_whatever_it_is() {
    let tape = Tape::new();
    let x = tape.var([[1.0, f64::INFINITY, f64::NAN], [4.0, 5.0, f64::NEG_INFINITY]]);
    assert_eq!(x.tril(0).value(), arr2(&[[1.0, 0.0, 0.0], [4.0, 5.0, 0.0]]).into_dyn());
    assert_eq!(x.tril(-1).value(), arr2(&[[0.0, 0.0, 0.0], [4.0, 0.0, 0.0]]).into_dyn());
    let y = tape.var(counted(&[2, 3]));
    assert_eq!(y.triu(0).value(), arr2(&[[1.0, 2.0, 3.0], [0.0, 5.0, 6.0]]).into_dyn());
    assert_eq!(y.triu(isize::MAX).value().sum(), 0.0);
    assert_eq!((y.tril(0) + y.triu(1)).value(), y.value());
    assert_eq!(grad(x.tril(0).sum(), &[x])[0].value(), arr2(&[[1.0, 0.0, 0.0], [1.0, 1.0, 0.0]]).into_dyn());
}

#[test]
fn elements_are_gathered_along_any_axis_and_their_gradients_added_where_they_are_from() {
    let index = counted(&[2, 2, 2]).mapv(|x| x % 3.0);
    for (axis, shape) in [(-2, [2, 3, 2]), (0, [3, 2, 2]), (2, [2, 2, 3])] {
        let tape = Tape::new();
        let along = shape.iter().position(|&length| length == 3).unwrap();
        let x = tape.var(counted(&shape));
        let y = x.gather(axis, tape.input(&index));
        let mut gradient = ArrayD::<f64>::zeros(&shape[..]);
        for (place, &chosen) in index.indexed_iter() {
            let mut from = [place[0], place[1], place[2]];
            from[along] = chosen as usize;
            assert_eq!(y.value()[place.clone()], x.value()[from]);
            gradient[from] += index[place];
        }
        assert_eq!(grad((y * tape.input(&index)).sum(), &[x])[0].value(), gradient, "axis {axis}");
    }
}

#[test]
fn the_largest_come_first_and_of_equal_ones_the_first_and_what_is_not_a_number_last() {
    let tape = Tape::new();
    let x = tape.var([[2.0, 7.0, 7.0, -1.0], [f64::NEG_INFINITY, 0.0, f64::NAN, 1.0]]);
    let (values, indices) = x.top_k(3);
    assert_eq!(indices.value(), arr2(&[[1.0, 2.0, 0.0], [3.0, 1.0, 0.0]]).into_dyn());
    assert!(x.top_k(4).0.value()[[1, 3]].is_nan());
    let gradient = grad(values.slice(s![0, ..2]).sum(), &[x])[0].value();
    assert_eq!(gradient, arr2(&[[0.0, 1.0, 1.0, 0.0], [0.0; 4]]).into_dyn());
    assert_eq!(x.top_k(0).0.shape(), Shape::from([2, 0]));
}

#[test]
fn a_step_with_the_largest_chooses_anew_after_a_rewind() {
    let mut tape = Tape::new();
    for (x, want) in [([1.0, 9.0], 1.0), ([5.0, 2.0], 0.0)] {
        let (_, indices) = tape.input(x).top_k(1);
        assert_eq!(indices.item(), want);
        tape.rewind();
    }
}

#[test]
fn labels_become_rows_with_a_one_at_their_place() {
    let tape = Tape::<f64>::new();
    let rows = tape.labels(&[2, 0]).one_hot(3);
    assert_eq!(rows.value(), arr2(&[[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]]).into_dyn());
    assert_eq!(tape.full([2, 4], 1.0).one_hot(2).shape(), Shape::from([2, 4, 2]));
}

#[test]
fn cumulative_sums_of_many_small_numbers_lose_no_digits() {
    let tape = Tape::<f32>::new();
    let x = tape.full([1_000_000], 0.1);
    let last = x.cumsum(0).slice(s![-1]).item();
    assert!((f64::from(last) - 1e6 * f64::from(0.1_f32)).abs() < 0.01, "{last}");
}

#[test]
fn what_has_nothing_to_do_records_nothing() {
    let tape = Tape::new();
    let x = tape.var(counted(&[2, 3]));
    let same = [x.roll(0, 0), x.roll(4, 0), x.flatten(1), x.squeeze([0; 0])];
    assert!(same.iter().all(|y| y.index() == x.index()));
}

#[test]
fn the_number_of_axes_of_a_flattened_array_is_that_of_the_axes_kept_and_one() {
    let tape = Tape::new();
    let x = tape.var(counted(&[2, 3, 4]));
    assert_eq!([0, 1, 2].map(|start| x.flatten(start).shape().to_vec()), [vec![24], vec![2, 12], vec![2, 3, 4]]);
    assert_eq!(tape.var(1.0).flatten(0).shape(), Shape::from([1]));
}
