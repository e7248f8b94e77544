//! Chapter 21: what a net knows of digits that it has seen and of others, and what choosing does to a test.

use crate::support::{number, results};

#[test]
fn what_is_chosen_by_looking_seems_better_than_it_is_and_wrong_labels_are_learnt_by_heart() {
    let results = results(env!("CARGO_BIN_EXE_ch21_overfitting"), &["--epochs", "4"]);
    let looked_at = results["looked_at"].as_array().expect("rows");
    for row in looked_at {
        let [tried, seen, unseen] = [0, 2, 3].map(|place| number(&row[place]));
        match tried as usize {
            1 => assert!((seen - unseen).abs() < 0.005, "{row}"),
            _ => assert!(seen > unseen + 0.001, "{row}"),
        }
    }
    let [seen, unseen, theory] = [0, 1, 2].map(|place| number(&results["guessers"][place]));
    assert!((seen - theory).abs() < 0.01 && (unseen - 0.1).abs() < 0.01, "{seen}, {unseen}, {theory}");
    let accuracy = |remedy: &str| number(&results["test_accuracy"][remedy]);
    assert!(accuracy("nothing") > 0.6, "{results}");
    let [at_the_end, anywhere] = [0, 1].map(|place| number(&results["from_the_end"][place]));
    assert!(at_the_end > anywhere, "{results}");
    let learnt = number(&results["learnt"]);
    let stuck: f64 = results["stuck"].as_array().expect("places").iter().map(|place| number(&place[0])).sum();
    assert_eq!(learnt + stuck, 100.0);
}
