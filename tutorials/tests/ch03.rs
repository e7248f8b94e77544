//! Chapter 3: four mistakes for ever, fourteen of sixteen, and layers that fold.

use crate::support::{number, results};

#[test]
fn xor_is_a_wall_for_layers_without_a_bend() {
    let results = results(env!("CARGO_BIN_EXE_ch03_xor_wall"), &["--epochs", "500"]);
    assert_eq!(results["mistakes"], 4, "in round 1,000");
    assert_eq!(results["stuck_starts"], 1000, "of 1,000");
    assert_eq!(results["functions_learnt"], 14, "of 16");
    for cost in results["lowest_costs"].as_array().expect("a list") {
        assert!((0.125 - 1e-9..0.13).contains(&number(cost)), "the cost of answering one half: {cost}");
    }
    assert!(number(&results["fold_difference"]) < 1e-12);
    let dead = &results["dead_nudges"];
    assert!(number(&dead["step"]) > 0.99 && number(&dead["ramp"]) > 0.9, "{dead}");
    assert_eq!(number(&dead["sigmoid"]), 0.0);
}
