//! The data sets, by example: digits in the format of MNIST, their batches, plain rows, truth tables.
use crate::made_up_digits::{DIGITS, TEST, TRAIN, folder};
use gradus::Input;
use gradus::data::{PIXELS, Rows, TruthTable, idx, shuffled};
use gradus::prelude::*;
use ndarray::{Array2, Axis, array};
use rand::RngExt;
use std::io::Read;

/// The value of an input on a tape, row by row.
fn on_tape<F: Scalar>(x: impl Input<F>) -> Vec<F> {
    Tape::new().input(x).value().into_iter().collect()
}

#[test]
fn a_pixel_counts_for_exactly_one_255th() {
    let digits = DIGITS.train().first(200);
    for index in 0..digits.len() {
        for (&pixel, (&single, &double)) in
            digits.pixels(index).iter().zip(digits.image::<f32>(index).iter().zip(&digits.image::<f64>(index)))
        {
            assert_eq!((single, double), (f32::from(pixel) / 255.0, f64::from(pixel) / 255.0));
        }
    }
}

#[test]
fn packed_and_unpacked_files_give_the_same() {
    let (folder, unpacked) = (folder(), tempfile::tempdir().unwrap());
    for entry in folder.path().read_dir().unwrap() {
        let packed = entry.unwrap().path();
        let mut bytes = Vec::new();
        flate2::read::GzDecoder::new(std::fs::File::open(&packed).unwrap()).read_to_end(&mut bytes).unwrap();
        std::fs::write(unpacked.path().join(packed.file_stem().unwrap()), bytes).unwrap();
    }
    let plain = Mnist::open(unpacked.path()).unwrap();
    assert_eq!((plain.train().len(), plain.test().len()), (TRAIN, TEST));
    for (a, b) in [(DIGITS.train(), plain.train()), (DIGITS.test(), plain.test())] {
        assert_eq!(a.labels(), b.labels());
        assert!((0..a.len()).all(|index| a.pixels(index) == b.pixels(index)));
    }
}

#[test]
fn idx_files_of_any_rank_are_read() {
    let images = idx::read(folder().path().join("t10k-images-idx3-ubyte.gz"), 3).unwrap();
    assert_eq!(images.dims, [TEST, 28, 28]);
    let path = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(&path, [&[0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3][..], &[1, 2, 3, 4, 5, 6]].concat()).unwrap();
    assert_eq!(idx::read(&path, 2).unwrap(), idx::Idx { dims: vec![2, 3], bytes: vec![1, 2, 3, 4, 5, 6] });
}

#[test]
fn parts_of_the_digits_copy_nothing_and_count_from_0() {
    let (train, validation) = DIGITS.train().split_at(2000);
    assert_eq!((train.len(), validation.len()), (2000, TRAIN - 2000));
    assert_eq!(validation.pixels(0).as_ptr(), DIGITS.train().pixels(2000).as_ptr());
    assert_eq!(validation.last(10).label(0), DIGITS.train().label(TRAIN - 10));
    assert_eq!(validation.normalised(0.5, 0.5).first(3).labels(), &DIGITS.train().labels()[2000..2003]);
    assert_eq!(validation.batch(vec![7]).indices(), [7]);
    assert_eq!(on_tape::<f32>(&validation.batch(vec![7]).labels), [f32::from(DIGITS.train().label(2007))]);
}

#[test]
fn an_epoch_has_every_digit_exactly_once_and_a_smaller_last_batch() {
    let digits = DIGITS.train().first(1003);
    let batches = digits.batches(100, &mut seeded(1));
    assert_eq!(batches.len(), 11);
    let mut sizes = Vec::new();
    let mut seen = Vec::new();
    for batch in batches {
        sizes.push(batch.len());
        seen.extend(batch.indices().to_vec());
    }
    assert_eq!(sizes, [100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 3]);
    assert_ne!(seen[..100], Vec::from_iter(0..100));
    seen.sort_unstable();
    assert_eq!(seen, Vec::from_iter(0..1003));
}

#[test]
fn the_same_seed_gives_the_same_order_and_each_epoch_another() {
    let digits = DIGITS.test();
    let order = |rng: &mut _| Vec::from_iter(digits.batches(64, rng).flat_map(|batch| batch.indices().to_vec()));
    let (mut rng, mut same) = (seeded(5), seeded(5));
    let (first, second) = (order(&mut rng), order(&mut rng));
    assert_eq!((&first, &second), (&order(&mut same), &order(&mut same)));
    assert_ne!(first, second);
    // These must never change: a printed result must be reproducible on any machine.
    assert_eq!(shuffled(10, &mut seeded(7)), [0, 7, 5, 2, 9, 1, 6, 8, 3, 4]);
}

#[test]
fn a_batch_on_a_tape_has_the_rows_of_its_digits() {
    let digits = DIGITS.train().last(500).normalised(0.1307, 0.3081);
    let (images, one_hot): (Array2<f32>, Array2<f32>) = (digits.images(), digits.one_hot());
    assert_eq!((images.dim(), one_hot.dim()), ((500, 784), (500, 10)));
    let mut tape = Tape::<f32>::new();
    for batch in digits.batches(64, &mut seeded(3)) {
        let (x, y, classes) = (tape.input(&batch.images), tape.input(&batch.one_hot), tape.input(&batch.labels));
        let (x, y, classes) = (x.value(), y.value(), classes.value());
        assert_eq!(
            (x.shape(), y.shape(), classes.shape()),
            (&[batch.len(), 784][..], &[batch.len(), 10][..], &[batch.len()][..])
        );
        for (row, &index) in batch.indices().iter().enumerate() {
            assert_eq!(x.index_axis(Axis(0), row), images.row(index).into_dyn());
            assert_eq!(y.index_axis(Axis(0), row), one_hot.row(index).into_dyn());
            assert_eq!(y[[row, usize::from(digits.label(index))]], 1.0);
            assert_eq!(classes[row], f32::from(digits.label(index)));
        }
        assert!(batch.labels.iter().eq(batch.indices().iter().map(|&index| digits.label(index))));
        tape.rewind();
    }
}

#[test]
fn batches_in_order_are_in_order() {
    let digits = DIGITS.test().first(5);
    let indices: Vec<Vec<usize>> = digits.batches_in_order(2).map(|batch| batch.indices().to_vec()).collect();
    assert_eq!(indices, [vec![0, 1], vec![2, 3], vec![4]]);
    assert_eq!(digits.first(0).batches_in_order(2).len(), 0);
}

#[test]
fn a_sample_is_drawn_with_replacement() {
    let digits = DIGITS.test().first(1000);
    let mut rng = seeded(2);
    let mut seen = vec![false; digits.len()];
    for _ in 0..10 {
        let batch = digits.sample(100, &mut rng);
        assert_eq!(batch.len(), 100);
        batch.indices().iter().for_each(|&index| seen[index] = true);
    }
    // 1 - 1/e of them are seen: 632, give or take
    let share = seen.iter().filter(|&&seen| seen).count();
    assert!((600..665).contains(&share), "{share}");
}

#[test]
fn labels_can_be_replaced_and_pixels_permuted() {
    let digits = DIGITS.train().last(20);
    let mut rng = seeded(4);
    let labels: Vec<u8> = (0..20).map(|_| rng.random_range(0..10)).collect();
    let random = digits.with_labels(labels.clone());
    assert_eq!(random.labels(), labels);
    assert_eq!(random.pixels(3).as_ptr(), digits.pixels(3).as_ptr());
    assert_eq!(digits.labels(), &DIGITS.train().labels()[TRAIN - 20..]);

    let permutation = shuffled(PIXELS, &mut rng);
    let permuted = digits.with_pixels_permuted(&permutation);
    assert_eq!(permuted.labels(), digits.labels());
    for (place, &from) in permutation.iter().enumerate() {
        assert_eq!(permuted.pixels(11)[place], digits.pixels(11)[from]);
    }
}

#[test]
fn shuffled_digits_keep_their_labels_and_each_stands_there_once() {
    let digits = DIGITS.train().last(20).normalised(0.5, 0.25);
    let mut rng = seeded(4);
    let mixed = digits.shuffled(&mut rng);
    let pairs = |digits: &gradus::data::Digits| -> Vec<(Vec<u8>, u8)> {
        (0..digits.len()).map(|index| (digits.pixels(index).to_vec(), digits.label(index))).collect()
    };
    let (mut before, mut after) = (pairs(&digits), pairs(&mixed));
    assert_ne!(before, after);
    before.sort_unstable();
    after.sort_unstable();
    assert_eq!(before, after);
    // The scale is kept: a white pixel is 2 standard deviations below the mean.
    assert_eq!(mixed.images::<f64>().iter().copied().fold(f64::INFINITY, f64::min), -2.0);
}

#[test]
#[should_panic(expected = "the first 11 of 10 digits")]
fn more_digits_than_there_are_is_a_mistake() {
    DIGITS.test().first(10).first(11);
}

#[test]
#[should_panic(expected = "12 is not a digit: labels go from 0 to 9")]
fn a_label_that_is_no_digit_is_a_mistake() {
    DIGITS.test().first(2).with_labels(vec![1, 12]);
}

#[test]
#[should_panic(expected = "holds each of 0..784 once")]
fn a_permutation_with_a_pixel_twice_is_a_mistake() {
    DIGITS.test().first(2).with_pixels_permuted(&[0; PIXELS]);
}

#[test]
fn rows_of_any_array_can_be_gathered() {
    let points = array![[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]];
    let rows = Rows { of: points.view(), indices: &[1, 0, 1] };
    assert_eq!(on_tape(rows), [4.0, 5.0, 6.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
    let columns = Rows { of: points.t(), indices: &[2] };
    assert_eq!(on_tape(columns), [3.0, 6.0]);
}

#[test]
fn truth_tables_hold_what_their_names_say() {
    let results: Vec<_> = TruthTable::all()
        .iter()
        .map(|table| (table.name(), table.targets::<f64>().into_raw_vec_and_offset().0))
        .collect();
    assert_eq!(
        results,
        [
            ("AND", vec![0.0, 0.0, 0.0, 1.0]),
            ("OR", vec![0.0, 1.0, 1.0, 1.0]),
            ("NAND", vec![1.0, 1.0, 1.0, 0.0]),
            ("XOR", vec![0.0, 1.0, 1.0, 0.0]),
        ]
    );
}

#[test]
#[should_panic(expected = "there is no row 3 in these 2, which are numbered from 0")]
fn a_row_that_is_not_there_is_a_mistake() {
    let points = array![[1.0, 2.0], [4.0, 5.0]];
    on_tape(Rows { of: points.view(), indices: &[1, 3] });
}
