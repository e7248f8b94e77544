//! Chapter 24: a training that is taken up with all that changes in it ends with the same bits, and one that forgets a part of it does not.

use crate::support::{number, results};

#[test]
fn a_training_that_is_taken_up_whole_ends_with_the_same_bits_and_no_other_does() {
    let results = results(env!("CARGO_BIN_EXE_ch24_keeping_a_model"), &["--epochs", "420"]);
    assert_eq!(results["different_all"], 0, "{results}");
    assert!(number(&results["different"]) > 0.5 * number(&results["parameters"]), "{results}");
    assert!(number(&results["loss_forgetful"]) > number(&results["loss"]), "{results}");
    assert!(number(&results["accuracy_with_a_wrong_bit"]) < 0.9, "{results}");
}
