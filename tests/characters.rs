//! Text as numbers: what is encoded is decoded to the same, and windows and words are the samples that one would write by hand.

use gradus::data::{Dataset, TextError, Vocabulary};
use gradus::prelude::*;
use ndarray::Axis;

#[test]
fn what_is_encoded_is_decoded_to_the_same() {
    for text in ["to be, or not to be", "Übung macht 🐢\nund 🐇", ""] {
        let vocabulary = Vocabulary::of(text);
        let numbers = vocabulary.encode(text).expect("its own text");
        assert_eq!((vocabulary.decode(&numbers), vocabulary.is_empty()), (text.to_owned(), text.is_empty()));
        assert!(vocabulary.characters().is_sorted());
    }
}

#[test]
fn unknown_characters_are_all_named_with_the_place_of_the_first() {
    let error = Vocabulary::of("abc").encode("añbzz?").expect_err("unknown");
    assert_eq!(error, TextError::UnknownCharacters { unknown: vec!['?', 'z', 'ñ'], place: 1, known: 3 });
    assert!(error.to_string().contains("['?', 'z', 'ñ'], the first one at place 1"), "{error}");
}

#[test]
fn a_target_is_the_character_that_follows() {
    let text = "the quick brown fox";
    let vocabulary = Vocabulary::of(text);
    let windows = Dataset::<f32>::of_text(&vocabulary.encode(text).expect("its own text"), 5);
    assert_eq!((windows.len(), windows.labels()), (text.len() - 5, None));
    let tape = Tape::new();
    let batch = windows.batches(4, &mut seeded(7)).next().expect("a batch");
    let read = |rows: Var<'_, f32>, row: usize| {
        let numbers: Vec<usize> = rows.value().index_axis(Axis(0), row).iter().map(|&number| number as usize).collect();
        vocabulary.decode(&numbers)
    };
    let (features, targets) = (tape.input(&batch.features), tape.input(&batch.targets));
    assert_eq!((features.shape(), targets.shape()), (Shape::new(&[4, 5]), Shape::new(&[4, 5])));
    for (row, &start) in batch.indices().iter().enumerate() {
        assert_eq!(read(features, row), text[start..start + 5]);
        assert_eq!(read(targets, row), text[start + 1..start + 6]);
    }
}

#[test]
fn words_are_the_samples_of_makemore() {
    let words = ["emma", "", "a"];
    let vocabulary = Vocabulary::of_words(&words, '.').expect("no word has a dot");
    assert_eq!((vocabulary.characters(), vocabulary.mark()), (&['.', 'a', 'e', 'm'][..], Some('.')));
    let samples = Dataset::<f64>::of_words(&words, &vocabulary, 3).expect("known");
    let labels = samples.labels().expect("labels");
    let lines: Vec<String> = samples
        .features()
        .axis_iter(Axis(0))
        .zip(labels)
        .map(|(before, label)| {
            let numbers: Vec<usize> = before.iter().map(|&number| number as usize).collect();
            format!("{} {}", vocabulary.decode(&numbers), vocabulary.decode(&[label]))
        })
        .collect();
    assert_eq!(lines, ["... e", "..e m", ".em m", "emm a", "mma .", "... .", "... a", "..a ."]);
    let (training, validation) = samples.split(0.5, &mut seeded(7));
    assert_eq!((training.len(), validation.len()), (4, 4));
}

#[test]
fn words_that_cannot_be_told_from_their_end_are_refused() {
    let error = Vocabulary::of_words(&["a", "b.c"], '.').expect_err("a dot");
    assert_eq!(error, TextError::MarkInWord { mark: '.', word: "b.c".into() });
    let vocabulary = Vocabulary::of_words(&["a"], '.').expect("no dot");
    let of = |word: &str, vocabulary| Dataset::<f32>::of_words(&[word], vocabulary, 2).expect_err("a fault");
    assert!(matches!(of("a.", &vocabulary), TextError::MarkInWord { .. }));
    assert!(matches!(of("ab", &vocabulary), TextError::UnknownCharacters { place: 1, .. }));
    assert_eq!(of("a", &Vocabulary::of("a")), TextError::NoMark);
}

#[test]
fn no_words_are_no_samples() {
    let none: [&str; 0] = [];
    let vocabulary = Vocabulary::of_words(&none, '.').expect("no dot");
    let samples = Dataset::<f32>::of_words(&none, &vocabulary, 3).expect("nothing unknown");
    assert_eq!(samples.features(), ndarray::Array2::<f32>::zeros((0, 3)).into_dyn());
    assert_eq!(samples.targets(), ndarray::Array1::<f32>::zeros(0).into_dyn());
}
