//! Every size in a flag or a file is compared with a limit before memory is allocated for it: the program ends with exit status 2 and a sentence,
//! never with a panic, and never takes all memory or runs for ever. If valid data is too small, the message says how much is needed.

use crate::support::run;
use gradus::data::seeded;
use rand::RngExt;
use std::path::Path;
use std::process::Output;
use tempfile::TempDir;

const GRADUS: &str = env!("CARGO_BIN_EXE_gradus");

/// A folder with a data set of this many digits to train and to test on.
fn digits(train: u32, test: u32) -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (part, count) in [("train", train), ("t10k", test)] {
        let pixels = (0..784 * count).map(|i| ((i % 251).pow(2) % 251) as u8).collect();
        let labels = (0..count).map(|i| (i % 10) as u8).collect();
        for (name, dims, elements) in
            [("images-idx3", vec![count, 28, 28], pixels), ("labels-idx1", vec![count], labels)]
        {
            let header = [0, 0, 8, dims.len() as u8].into_iter().chain(dims.into_iter().flat_map(u32::to_be_bytes));
            let elements: Vec<u8> = elements;
            let path = folder.path().join(format!("{part}-{name}-ubyte"));
            std::fs::write(path, header.chain(elements).collect::<Vec<u8>>()).expect("the file is written");
        }
    }
    folder
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Runs gradus in a folder of its own, and expects that it ends by itself, without a panic. Returns its exit status and its complaint.
fn gradus(arguments: &[&str]) -> (i32, String) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let output = run(GRADUS, arguments, folder.path());
    let (status, complaint) = (output.status.code(), said(&output));
    let status = status.unwrap_or_else(|| panic!("{arguments:?} was ended by a signal: {complaint}"));
    assert!([0, 1, 2].contains(&status) && !complaint.contains("panicked"), "{arguments:?}: {status} {complaint}");
    (status, complaint)
}

/// The same, and expects that it is refused in a few words.
fn refused(arguments: &[&str]) -> String {
    let (status, complaint) = gradus(arguments);
    assert_eq!(status, 2, "{arguments:?}: {complaint}");
    assert!(complaint.starts_with("error: ") && complaint.len() < 1000, "{arguments:?}: {complaint}");
    complaint
}

/// The chapters that read digits: those that need more than a hundred, and (below) those for which a hundred are enough.
const NEED_MORE: [&str; 12] =
    ["tour", "ch05", "ch07", "ch15", "ch16", "ch17", "ch18", "ch21", "ch22", "ch24", "ch27", "ch30"];
const NEED_FEW: [&str; 7] = ["ch11", "ch12", "ch13", "ch14", "ch19", "ch20", "ch28"];
/// The chapters without epochs.
const TRAIN_NOTHING: [&str; 3] = ["ch13", "ch14", "ch28"];
/// The chapters that compute for long, whatever the number of digits; their own tests run them.
const TAKE_LONG: [&str; 2] = ["ch13", "ch20"];

#[test]
fn a_chapter_that_needs_more_digits_says_how_many() {
    let folder = digits(100, 20);
    let data = folder.path().to_str().expect("UTF-8");
    for chapter in NEED_MORE {
        for flags in [&[][..], &["--full"], &["--quiet"], &["--epochs", "1"]] {
            let complaint = refused(&[&[chapter, "--data", data, "--out", "."], flags].concat());
            // A chapter without training has no such flag.
            if !flags.is_empty() && complaint.contains("unexpected argument") {
                continue;
            }
            for words in ["too few digits", "expected: at least", "found:    100 and 20", "try: "] {
                assert!(complaint.contains(words), "{chapter} {flags:?}: {complaint}");
            }
        }
    }
}

#[test]
fn every_chapter_that_reads_digits_is_tried_with_few() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut readers: Vec<String> = Vec::new();
    for entry in std::fs::read_dir(folder).expect("the folder").map(|entry| entry.expect("an entry").path()) {
        let name = entry.file_name().expect("a name").to_string_lossy().into_owned();
        let Some(chapter) = name.split('_').next().filter(|name| name.starts_with("ch")) else { continue };
        let sources = std::fs::read_dir(&entry).expect("a chapter").map(|file| file.expect("an entry").path());
        let sources = sources.filter(|path| path.extension().is_some_and(|end| end == "rs"));
        if sources.map(|path| std::fs::read_to_string(path).expect("text")).any(|text| text.contains("run.mnist(")) {
            readers.push(chapter.to_owned());
        }
    }
    readers.push("tour".to_owned());
    readers.sort();
    let mut tried = [&NEED_MORE[..], &NEED_FEW].concat();
    tried.sort_unstable();
    assert_eq!(readers, tried);
}

#[test]
fn a_hundred_digits_are_enough_for_a_chapter_that_needs_no_more() {
    let (hundred, one) = (digits(100, 20), digits(1, 1));
    let [hundred, one] = [&hundred, &one].map(|folder| folder.path().to_str().expect("UTF-8"));
    for chapter in NEED_FEW {
        let short = if TRAIN_NOTHING.contains(&chapter) { &[][..] } else { &["--epochs", "1"] };
        let complaint = refused(&[&[chapter, "--quiet", "--data", one, "--out", "."], short].concat());
        assert!(complaint.contains("too few digits"), "{chapter}: {complaint}");
        if TAKE_LONG.contains(&chapter) {
            continue;
        }
        let (status, complaint) = gradus(&[&[chapter, "--quiet", "--data", hundred, "--out", "."], short].concat());
        assert!(status < 2, "{chapter}: {complaint}");
    }
    assert_eq!(gradus(&["check", "--elements", "1", "--samples", "1", "--data", one]).0, 0);
    assert!(refused(&["check", "--data", one]).contains("there are 1 to 1 digits"));
}

#[test]
fn a_size_in_a_flag_is_held_against_its_limit() {
    let folder = digits(100, 20);
    let data = folder.path().to_str().expect("UTF-8");
    for count in ["0", "-1", "1.5", "NaN", "18446744073709551616", "many", ""] {
        for flag in ["--samples", "--elements", "--sample", "--directions"] {
            refused(&["check", "--data", data, &format!("{flag}={count}")]);
        }
        refused(&["ch15", &format!("--epochs={count}")]);
    }
    for count in ["1000001", "18446744073709551615"] {
        assert!(
            refused(&["check", "--data", data, "--directions", count]).contains("in 1..=1000"),
            "the limit is said"
        );
        assert!(refused(&["ch15", &format!("--epochs={count}")]).contains("1000000"), "the limit is said");
        assert!(refused(&["check", "--data", data, "--samples", count]).contains("most"), "the limit is said");
    }
    for seed in ["-1", "18446744073709551616", "x"] {
        refused(&["ch02", &format!("--seed={seed}")]);
        refused(&["check", "--data", data, &format!("--seed={seed}")]);
        refused(&["reproduce", &format!("--seed={seed}")]);
    }
    assert_eq!(gradus(&["ch02", "--seed", "18446744073709551615", "--quiet"]).0, 0);
    let (status, _) = gradus(&["check", "--data", data, "--elements", "1", "--seed", "18446744073709551615"]);
    assert_eq!(status, 0);
    for eta in ["NaN", "inf", "-inf", "-0.1", "0", "1e999", "fast"] {
        refused(&["ch15", &format!("--eta={eta}")]);
    }
}

/// A text that could be a layer's size.
fn size(rng: &mut impl rand::Rng) -> String {
    const SIZES: [&str; 24] = [
        "0",
        "1",
        "2",
        "10",
        "16",
        "50",
        "784",
        "3000",
        "20000",
        "1000000",
        "4294967295",
        "4294967296",
        "9223372036854775807",
        "9223372036854775808",
        "18446744073709551615",
        "18446744073709551616",
        "1e9",
        "-5",
        "+5",
        "",
        " 5",
        "NaN",
        "five",
        "∞",
    ];
    SIZES[rng.random_range(0..SIZES.len())].to_owned()
}

#[test]
fn a_model_of_any_size_is_checked_or_refused_and_never_aborts() {
    let folder = digits(5, 1);
    let data = folder.path().to_str().expect("UTF-8");
    let mut rng = seeded(13);
    let mut statuses = [0; 3];
    for _ in 0..250 {
        let between = match rng.random_range(0..10) {
            0 => rng.random_range(100..400),
            _ => rng.random_range(0..4),
        };
        let small = rng.random_range(0..3) == 0;
        let mut sizes = vec!["784".to_owned()];
        sizes.extend((0..between).map(|_| if small { "3".to_owned() } else { size(&mut rng) }));
        sizes.push("10".to_owned());
        let model = format!("mlp:{}", sizes.join("-"));
        let samples = ["1", "5", "6", "1000000", "18446744073709551615"][rng.random_range(0..5)];
        let arguments = ["check", "--model", &model, "--samples", samples, "--elements", "1", "--data", data];
        let (status, complaint) = gradus(&arguments);
        assert!(status < 2 || complaint.starts_with("error: ") && complaint.len() < 5000, "{model}: {complaint}");
        statuses[status as usize] += 1;
    }
    assert!(statuses[0] > 10 && statuses[1] == 0 && statuses[2] > 150, "{statuses:?}");
    for (model, says) in [
        ("mlp:784-18446744073709551615-10", "more than can be counted weights and biases, and 10000000 are the most"),
        ("mlp:784-100000-10", "79500010 weights and biases, and 10000000 are the most"),
        (&format!("mlp:784{}-10", "-2".repeat(300)), "301 layers, and 200 are the most"),
    ] {
        let complaint = refused(&["check", "--data", data, "--model", model]);
        assert!(complaint.contains(says), "{complaint}");
    }
}

#[test]
fn a_golden_file_without_an_end_or_with_a_panic_in_it_is_refused_in_one_sentence() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let golden = |text: &str| {
        let path = folder.path().join("golden.json");
        std::fs::write(&path, text).expect("the file is written");
        refused(&["check", "--golden", path.to_str().expect("UTF-8")])
    };
    if cfg!(unix) {
        assert!(refused(&["check", "--golden", "/dev/zero"]).contains("longer than 4194304 bytes"));
    }
    assert!(golden(&" ".repeat(5 << 20)).contains("longer than 4194304 bytes"));
    assert!(golden("").contains("not the JSON that is needed"));
    assert!(golden("[]").contains("at least one case"));
    assert!(golden(&"[".repeat(100_000)).contains("not the JSON that is needed"));
    let add = |shape: &str| {
        let [two, three] = [r#"{"shape": [2], "data": [1, 2]}"#, shape];
        format!(
            r#"[{{"op": "add", "inputs": [{two}, {three}], "output": {two}, "cotangent": {two}, "grads": [{two}, {two}]}}]"#
        )
    };
    let complaint = golden(&add(r#"{"shape": [3], "data": [1, 2, 3]}"#));
    assert!(complaint.contains("add refused its inputs") && !complaint.contains("backtrace"), "{complaint}");
    let complaint = golden(&add(r#"{"shape": [100000, 100000], "data": [1]}"#));
    assert!(complaint.contains("a shape with no more elements than an array on a tape has"), "{complaint}");
    let complaint = golden(&add(r#"{"shape": [50000, 50000], "data": [1]}"#));
    assert!(complaint.contains("a case may make 16777216 numbers"), "{complaint}");
}
