//! Chapter 23: counting is what a softmax layer learns, and no net sees what it is to predict, but for one that is built so.

use crate::support::{number, results};
use chapters::ch23::names::{Batch, Names};
use chapters::ch23::net::{Gpt, LastLetters, Recurrent, Size};
use gradus::Tape;
use gradus::data::seeded;
use gradus::io::{Arrays, Layout};
use gradus::nn::{Module, Parameters};
use std::path::Path;

const SMALL: Size = Size { symbols: 27, places: 12, width: 8, heads: 2, blocks: 2, dropout: 0.1 };

#[test]
fn a_layer_learns_to_count_and_every_net_that_sees_more_is_surprised_less() {
    let results = results(env!("CARGO_BIN_EXE_ch23_words_and_attention"), &["--epochs", "200"]);
    assert!((number(&results["first_loss"]) - 27_f64.ln()).abs() < 1e-6, "{results}");
    assert!((-1e-6..1e-3).contains(&number(&results["above_counting"])), "{results}");
    assert!(number(&results["counted_and_one_by_one_apart"]) < 1e-5, "{results}");
    assert!(number(&results["head_apart"]) < 1e-12, "{results}");
    let [counting, last_letters, recurrent, gpt] =
        ["counting", "last_letters", "recurrent", "gpt"].map(|net| number(&results["held_out"][net]));
    assert!(last_letters < counting && recurrent < counting && gpt < counting, "after 200 steps: {results}");
}

#[test]
fn only_a_gpt_without_a_mask_sees_what_stands_behind_a_place() {
    let mut rng = seeded(7);
    let nets: [(Box<dyn Module<f32>>, bool); 4] = [
        (Box::new(LastLetters::new(27, 4, 8, &mut rng)), false),
        (Box::new(Recurrent::new(27, 8, &mut rng)), false),
        (Box::new(Gpt::new(SMALL, 7)), false),
        (Box::new(Gpt::without_mask(SMALL, 7)), true),
    ];
    for (number, (net, sees)) in nets.into_iter().enumerate() {
        let tape = Tape::new();
        // Two names that differ in their last letter: at the places before it nothing may differ.
        let batch = Batch::of(&[vec![1, 14, 14, 1], vec![1, 14, 14, 5]]);
        let scores = tape.no_grad(|| net.forward(tape.input(&batch.symbols)).value());
        let differs = |place: usize| (0..27).any(|symbol| scores[[0, place, symbol]] != scores[[1, place, symbol]]);
        assert!(differs(4), "net {number} does not see the last letter where it stands");
        assert_eq!((0..4).any(differs), sees, "net {number}");
    }
}

#[test]
fn the_filling_behind_a_name_counts_for_nothing() {
    let names = Names::split();
    assert_eq!([&names.train, &names.validation, &names.held_out].map(Vec::len), [4_163, 500, 500]);
    let batch = Batch::of(&[vec![1, 2], vec![3, 4, 5, 6]]);
    assert_eq!(batch.symbols.row(0).to_vec(), [0.0, 1.0, 2.0, 0.0, 0.0]);
    assert_eq!((batch.counted, batch.next), (vec![0, 1, 2, 5, 6, 7, 8, 9], vec![1, 2, 0, 3, 4, 5, 6, 0]));
}

#[test]
fn the_parts_of_the_gpt_are_called_as_in_nano_gpt() {
    let names: Vec<String> = Gpt::new(SMALL, 7).params().iter().map(|param| param.name().to_owned()).collect();
    let mut expected = vec!["wte/table".to_owned(), "wpe/table".to_owned()];
    for block in ["h/0/", "h/1/"] {
        let parts =
            ["ln_1/gain", "ln_1/bias", "attn/in_proj/W", "attn/in_proj/b", "attn/out_proj/W", "attn/out_proj/b"];
        let more = ["ln_2/gain", "ln_2/bias", "mlp/c_fc/W", "mlp/c_fc/b", "mlp/c_proj/W", "mlp/c_proj/b"];
        expected.extend(parts.iter().chain(&more).map(|part| format!("{block}{part}")));
    }
    expected.extend(["ln_f/gain", "ln_f/bias", "lm_head/W", "lm_head/b"].map(str::to_owned));
    assert_eq!(names, expected);
}

/// A file that `gpt.py` made with PyTorch.
fn of_pytorch(name: &str) -> Arrays {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/gpt");
    Arrays::load_safetensors(folder.join(name)).expect("read")
}

#[test]
fn pytorch_and_the_gpt_read_each_others_nets_and_compute_the_same_scores() {
    let (net, told) = (of_pytorch("torch_gpt.safetensors"), of_pytorch("torch_gpt_scores.safetensors"));
    let gpt = Gpt::new(Size { symbols: 27, places: 6, width: 8, heads: 4, blocks: 2, dropout: 0.1 }, 7);
    net.restore(&gpt, Layout::PyTorch).expect("it fits");
    let get = |name: &str| told.get::<f32>(name).expect("an array");
    let tape = Tape::new();
    let scores = tape.no_grad(|| gpt.forward(tape.input(get("symbols"))).value());
    let apart = (scores - get("scores")).mapv(f32::abs).into_iter().fold(0.0, f32::max);
    assert!(apart < 1e-5, "{apart}");
    // What is written here has the names, the shapes and the bits of what PyTorch wrote, so PyTorch reads it.
    let back = Arrays::of(&gpt, Layout::PyTorch).expect("names");
    assert_eq!(back.names().collect::<Vec<_>>(), net.names().collect::<Vec<_>>());
    assert!(back.names().all(|name| back.get::<f32>(name) == net.get(name)));
}
