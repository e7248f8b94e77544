//! Chapter 30: one device, four and two processes train alike, and what they send is what the model on paper says. No times are tested here.

use crate::support::{number, results};

#[test]
fn four_devices_and_two_processes_have_the_losses_of_one() {
    for seed in ["7", "3"] {
        let results = results(env!("CARGO_BIN_EXE_ch30_outgrowing"), &["--seed", seed]);
        assert_eq!(results["processes"], 2, "the second process was not started: {results}");
        assert_eq!(results["copies"], 0, "{results}");
        let apart: f64 = results["apart"].as_str().expect("a text").parse().expect("a number");
        assert!(apart <= 1e-5, "{results}");
        // Fusion leaves fewer pieces of work than nodes.
        assert!(number(&results["pieces"]) < number(&results["nodes"]), "{results}");
        let steps: Vec<f64> = results["steps"].as_array().expect("a list").iter().map(number).collect();
        // Larger batches need fewer steps, but more digits: 2,048 is 256 times 8.
        assert!(steps[0] > steps[4] && steps[4] * 2048.0 > 4.0 * steps[0] * 8.0, "{steps:?}");
    }
}
