//! Chapter 12: blocks that pass alone and fail in a network, and networks that learn nevertheless.

use crate::support::{number, results};

#[test]
fn blocks_with_mistakes_pass_alone_and_fail_in_company() {
    let results = results(env!("CARGO_BIN_EXE_ch12_layers"), &["--epochs", "40"]);
    assert_eq!(number(&results["blocks_that_pass_alone"]), 6.0);
    assert!(number(&results["batch_minus_mean"]) < 1e-13);
    // W1, b1, W2, b2, W3, b3
    let off = |key: &str| (0..6).map(|place| number(&results[format!("off_{key}")][place])).collect::<Vec<_>>();
    assert!(off("right").iter().all(|&off| off < 1e-12), "{:?}", off("right"));
    assert!(off("renames").iter().all(|&off| off < 1e-12), "its slopes are right: {:?}", off("renames"));
    // The slopes after the last block with a mistake are still right.
    let [overwrites, assigns] = [off("overwrites"), off("assigns")];
    assert!(
        overwrites[..4].iter().all(|&off| off > 0.01) && overwrites[4..].iter().all(|&off| off < 1e-12),
        "{overwrites:?}"
    );
    assert!(assigns[2..4].iter().all(|&off| off > 0.01), "{assigns:?}");
    assert!([0, 1, 4, 5].iter().all(|&place| assigns[place] < 1e-12), "{assigns:?}");
    let accuracy = |key: &str| number(&results[format!("learnt_{key}")]["accuracy"]);
    assert!(accuracy("right") > 0.7 && accuracy("overwrites") > 0.6 && accuracy("assigns") > 0.6);
    assert!(accuracy("renames") < 0.4, "layers that keep the old weights learn nothing");
}
