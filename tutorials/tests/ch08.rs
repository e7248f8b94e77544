//! Chapter 8: four, not eight.

use crate::support::{number, results};
use serde_json::json;

#[test]
fn what_fans_out_adds_up_then_moves_on() {
    let results = results(env!("CARGO_BIN_EXE_ch08_tape"), &[]);
    assert_eq!(number(&results["gradient"]), 4.0);
    assert_eq!(number(&results["wrong_gradient"]), 8.0);
    assert_eq!(results["right"], json!({ "c": 4.0, "d": 16.0 }));
    assert_eq!(results["twice"], json!({ "c": 8.0, "d": 40.0 }));
    assert_eq!(results["too_early"], json!({ "c": 4.0, "d": 8.0 }), "right for c, by luck");
    assert_eq!(results["paths"], results["right"]);
    assert!(number(&results["largest_difference_by_hand"]) < 1e-15);
}
