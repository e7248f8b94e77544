//! Chapter 9: the hand-written gradient is wrong where the source's is, and learns nevertheless.

use crate::support::{number, results};

#[test]
fn the_first_layer_is_wrong_the_second_is_exact_and_xor_is_learnt() {
    let results = results(env!("CARGO_BIN_EXE_ch09_xor_by_hand"), &[]);
    let errors = &results["relative_error"];
    for first_layer in ["W1", "b1"] {
        let error = number(&errors[first_layer]);
        assert!((0.01..0.9).contains(&error), "{first_layer}: {error}");
    }
    for second_layer in ["W2", "b2"] {
        assert!(number(&errors[second_layer]) < 1e-8, "{second_layer}: {}", errors[second_layer]);
    }
    assert_eq!((&results["solved"], &results["checker"]), (&true.into(), &"fail".into()));
    assert!(number(&results["solved_starts"]) >= 0.99);
    assert_eq!(results["wrong_signs"], 0);
    let cause = results["cause"].as_str().expect("the checker guesses");
    assert!(cause.contains("f is applied twice"), "{cause}");
}
