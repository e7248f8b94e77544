//! The memory that reading, batching and checkpoints take, measured by a counting allocator of this program.

mod made_up_digits;

use gradus::data::{DataError, Dataset, PIXELS};
use gradus::nn::{Activation, Mlp};
use gradus::prelude::*;
use made_up_digits::{DIGITS, TEST, TRAIN, folder};
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::io::Write;
use std::sync::Arc;

/// The system's allocator, counting what each thread does.
struct Counting;

thread_local! {
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
    static BYTES: Cell<isize> = const { Cell::new(0) };
    static PEAK: Cell<isize> = const { Cell::new(0) };
}

fn count(bytes: isize) {
    BYTES.set(BYTES.get() + bytes);
    PEAK.set(PEAK.get().max(BYTES.get()));
    ALLOCATIONS.set(ALLOCATIONS.get() + usize::from(bytes > 0));
}

// The only unsafe code of these tests: an allocator cannot be written without. It passes everything on.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as isize);
        unsafe { System.alloc(layout) }
    }
    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        count(-(layout.size() as isize));
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// The most bytes that were in use at once while `run` ran, beyond those in use before.
fn peak(run: impl FnOnce()) -> isize {
    let before = BYTES.get();
    PEAK.set(before);
    run();
    PEAK.get() - before
}

fn allocations(run: impl FnOnce()) -> usize {
    let before = ALLOCATIONS.get();
    run();
    ALLOCATIONS.get() - before
}

/// The header of a file of 4,294,967,295 images, with hardly any data after it.
fn boastful() -> Vec<u8> {
    let mut bytes = vec![0, 0, 8, 3, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 28, 0, 0, 0, 28];
    bytes.extend([7; 1000]);
    bytes
}

#[test]
fn a_header_that_claims_four_billion_images_takes_no_memory() {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(&boastful()).unwrap();
    for (name, bytes) in [("plain", boastful()), ("packed", encoder.finish().unwrap())] {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(&file, bytes).unwrap();
        let peak = peak(|| {
            let error = gradus::data::idx::read(&file, 3).unwrap_err();
            let DataError::TruncatedData { dims, expected, found, .. } = error else { panic!("{error}") };
            assert_eq!((&dims[..], expected, found), (&[u32::MAX, 28, 28][..], 16 + 784 * u64::from(u32::MAX), 1016));
        });
        assert!(peak < 1 << 20, "{name}: {peak} bytes");
    }
}

/// Twenty members of 16 MiB of zeros after a header, packed into 330 kB.
fn bomb(images: u32) -> Vec<u8> {
    let pack = |bytes: &[u8]| {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    };
    let header = [&[0, 0, 8, 3][..], &images.to_be_bytes(), &[0, 0, 0, 28, 0, 0, 0, 28]].concat();
    [pack(&header), pack(&vec![0; 1 << 24]).repeat(20)].concat()
}

#[test]
fn a_small_file_that_unpacks_to_much_takes_no_memory_before_its_header_is_believed() {
    let unpacked = 20 << 24;
    for images in [u32::MAX, 500_000] {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(&file, bomb(images)).unwrap();
        let peak = peak(|| {
            let error = gradus::data::idx::read(&file, 3).unwrap_err();
            let DataError::TruncatedData { found, .. } = error else { panic!("{error}") };
            assert_eq!(found, 16 + unpacked);
        });
        assert!(peak < 1 << 20, "{images} images: {peak} bytes");
    }
    // Here the header is right, but more data follows: only as much as the header claims is kept.
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(&file, bomb(1000)).unwrap();
    let peak = peak(|| assert!(matches!(gradus::data::idx::read(&file, 3), Err(DataError::TrailingBytes { .. }))));
    assert!(peak < 3 << 20, "{peak} bytes");
}

#[test]
fn images_of_another_size_are_refused_before_they_are_read() {
    let folder = tempfile::tempdir().unwrap();
    for (name, dims) in [("train-images-idx3-ubyte", [1_u32, 6000, 6000]), ("t10k-images-idx3-ubyte", [1, 28, 28])] {
        let header = [&[0, 0, 8, 3][..], &dims.map(u32::to_be_bytes).concat()].concat();
        let elements = dims.iter().product::<u32>() as usize;
        std::fs::write(folder.path().join(name), [header, vec![0; elements]].concat()).unwrap();
        let labels = [0, 0, 8, 1, 0, 0, 0, 1, 5];
        std::fs::write(folder.path().join(name.replace("images-idx3", "labels-idx1")), labels).unwrap();
    }
    let peak = peak(|| {
        assert!(matches!(Mnist::open(folder.path()), Err(DataError::WrongImageSize { rows: 6000, columns: 6000, .. })));
    });
    assert!(peak < 1 << 20, "{peak} bytes");
}

#[test]
fn making_batches_and_recording_them_allocates_nothing() {
    let digits = DIGITS.test();
    let mut batches = digits.batches(10, &mut seeded(1));
    let mut tape = Tape::<f32>::new();
    let mut step = || {
        let batch = batches.next().unwrap();
        let _ = tape.input(&batch.images);
        let _ = tape.input(&batch.one_hot);
        let _ = tape.input(&batch.labels);
        tape.rewind();
    };
    step();
    assert_eq!(allocations(|| (0..100).for_each(|_| step())), 0);
}

#[test]
fn splitting_a_data_set_copies_no_sample_and_recording_its_batches_allocates_nothing() {
    let data = Dataset::new(ndarray::Array2::<f32>::zeros((1000, 500)), vec![0; 1000]);
    let text = Dataset::of_text(&[0; 1500], 500);
    for data in [data, text] {
        let mut batches = None;
        let peak = peak(|| batches = Some(data.split(0.8, &mut seeded(1)).0.batches(5, &mut seeded(1))));
        assert!(peak < 60_000, "{peak} bytes, of 2,000,000 that the samples have");
        let (mut batches, mut tape) = (batches.expect("batches"), Tape::<f32>::new());
        let mut step = || {
            let batch = batches.next().expect("a batch");
            let _ = tape.input(&batch.features);
            let _ = tape.input(&batch.targets);
            tape.rewind();
        };
        step();
        assert_eq!(allocations(|| (0..100).for_each(|_| step())), 0);
    }
}

#[test]
fn digits_stay_bytes_in_memory() {
    let folder = folder();
    let before = BYTES.get();
    let mut mnist = None;
    let peak = peak(|| mnist = Mnist::open(&folder).ok());
    let kept = BYTES.get() - before;
    assert!(mnist.is_some_and(|mnist| mnist.train().len() == TRAIN));
    let bytes = ((TRAIN + TEST) * (PIXELS + 1)) as isize;
    assert!((bytes..bytes + 50_000).contains(&kept), "{kept} bytes kept: a byte for each pixel and label");
    assert!(peak < 5 * bytes, "{peak} bytes at once while reading");
}

#[test]
fn with_checkpoints_a_deep_net_needs_less_memory() {
    let rng = &mut seeded(7);
    let blocks: Vec<_> = (0..12).map(|_| Arc::new(Mlp::<f32>::new(&[32; 5], Activation::Tanh, rng))).collect();
    let needed = |again: bool| {
        Tape::<f32>::release_spare_memory();
        peak(|| {
            let tape = Tape::new();
            let y = blocks.iter().fold(tape.full([256, 32], 0.5), |x, block| match again {
                true => {
                    let block = block.clone();
                    tape.checkpoint([x], move |[x]| block.forward(x))
                }
                false => block.forward(x),
            });
            y.sum().backward();
        })
    };
    let (plain, again) = (needed(false), needed(true));
    assert!(3 * again < 2 * plain, "{plain} and {again} bytes");
}

#[cfg(feature = "json")]
mod steps {
    use super::{BYTES, allocations, peak};
    use gradus::nn::{Activation, Mlp};
    use gradus::optim::Adam;
    use gradus::prelude::*;
    use gradus::step::{Runner, Step};
    use ndarray::{ArrayD, IxDyn};

    fn zeros(shape: &[usize]) -> ArrayD<f32> {
        ArrayD::zeros(IxDyn(shape))
    }

    /// A net of convolutions and one of wide layers, with Adam, each with its inputs.
    fn steps() -> [(Step, Vec<ArrayD<f32>>); 2] {
        let mlp = Mlp::<f32>::new(&[200, 300, 300, 10], Activation::Relu, &mut seeded(7)).logits();
        let inputs = vec![ArrayD::from_elem(IxDyn(&[500, 200]), 0.3), zeros(&[500])];
        let wide = Step::record(&mlp, &Adam::new(1e-3), |tape| {
            let x = tape.input(&inputs[0]).named("x");
            mlp.forward(x).softmax_cross_entropy(tape.input(&inputs[1]).named("labels"))
        });
        let params: Vec<Param<f32>> = [("kernels", &[8, 1, 3, 3][..]), ("b", &[8]), ("w", &[8 * 14 * 14, 10])]
            .map(|(name, shape)| Param::new(name, ArrayD::from_elem(IxDyn(shape), 0.01)))
            .to_vec();
        let images = vec![ArrayD::from_elem(IxDyn(&[20, 1, 28, 28]), 0.3), zeros(&[20])];
        let convolutional = Step::record(&params, &Adam::new(1e-3), |tape| {
            let [kernels, b, w] = [0, 1, 2].map(|i| tape.param(&params[i]));
            let maps = tape.input(&images[0]).named("images").conv2d(kernels, b, 1, 1).relu().max_pool2d(2, 2);
            maps.reshape([20, 8 * 14 * 14]).matmul(w).softmax_cross_entropy(tape.input(&images[1]).named("labels"))
        });
        [(wide.expect("a step"), inputs), (convolutional.expect("a step"), images)]
    }

    #[test]
    fn a_step_needs_the_memory_that_it_says_and_a_steady_one_allocates_nothing() {
        // Waking another thread allocates.
        let one_thread = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a pool");
        one_thread.install(|| {
            for (step, inputs) in steps() {
                let memory = step.memory().expect("its memory");
                Tape::<f32>::release_spare_memory();
                let before = BYTES.get();
                let mut runner = step.runner::<f32>().expect("a runner");
                Tape::<f32>::release_spare_memory();
                let held = BYTES.get() - before;
                let lists = held - memory.runner as isize;
                let nodes = step.program().nodes().count() as isize;
                assert!((0..1_000 * nodes).contains(&lists), "{held} bytes, of which {} for numbers", memory.runner);
                let mut state = step.start::<f32>().expect("a state");
                let run = |runner: &mut Runner<f32>, state: &mut _| _ = runner.run(state, &inputs).expect("a run");
                // The first runs make the buffers that each thread keeps for its kernels.
                run(&mut runner, &mut state);
                assert_eq!(allocations(|| (0..10).for_each(|_| run(&mut runner, &mut state))), 0);
            }
        });
    }

    #[test]
    fn a_step_is_recorded_in_less_memory_than_a_tape_takes() {
        for (step, _) in steps() {
            let memory = step.memory().expect("its memory");
            Tape::<f32>::release_spare_memory();
            let peak = peak(|| drop(step.runner::<f32>().expect("a runner")));
            assert!(peak < memory.tape as isize, "{peak} bytes, and {} on a tape", memory.tape);
        }
    }
}
