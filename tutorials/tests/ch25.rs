//! Chapter 25: both modes agree.

use crate::support::{number, results};

#[test]
fn forward_and_reverse_mode_agree() {
    let results = results(env!("CARGO_BIN_EXE_ch25_forward_mode"), &[]);
    for name in ["jacobian_difference", "gradient_difference", "hessian_vector_product_difference"] {
        assert!(number(&results[name]) < 1e-13, "{name}: {}", results[name]);
    }
    assert_eq!(results["forward_runs"], 67);
    for passes in results["passes"].as_array().expect("a list") {
        assert_eq!((&passes["runs_forward"], &passes["walks_back"]), (&passes["inputs"], &passes["results"]));
    }
}
