//! Chapter 28: the curve misleads on nearly every card, the checks on none, for any start.

use crate::support::{number, results};

#[test]
fn a_loss_curve_lies_and_the_checks_do_not() {
    for seed in ["7", "1"] {
        let results = results(env!("CARGO_BIN_EXE_ch28_debug_dojo"), &["--seed", seed]);
        assert!(number(&results["right_by_curve"]) <= 3.0, "{results}");
        assert_eq!(results["right_by_checks"], 12, "{results}");
        let cards = results["cards"].as_array().expect("a list of cards");
        let found_by = |id: &str| -> Vec<&str> {
            let card = cards.iter().find(|card| card["id"] == id).expect("the card is there");
            card["found_by"].as_array().expect("a list").iter().filter_map(|name| name.as_str()).collect()
        };
        // Each of these mistakes is found by one check only.
        assert_eq!(found_by("M2"), ["trained"]);
        assert_eq!(found_by("M4"), ["known"]);
        assert_eq!(found_by("M5"), ["checker", "trained"]);
        assert_eq!(found_by("M14"), ["known"]);
        assert_eq!(found_by("M23"), ["step"]);
        assert!(found_by("own 2").is_empty());
    }
}
