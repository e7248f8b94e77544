//! Chapter 14: book and tape agree.

use crate::support::{number, results};

#[test]
fn the_four_equations_are_nodes_of_the_tape() {
    let results = results(env!("CARGO_BIN_EXE_ch14_four_equations"), &[]);
    for name in ["bp1", "bp2", "bp3", "bp4", "mean_of_single"] {
        let apart = number(&results[name]);
        assert!((0.0..1e-12).contains(&apart), "{name}: {apart:e}");
    }
    assert_eq!(results["matrix_products"], serde_json::json!({ "forward": 3, "backward": 5 }));
}
