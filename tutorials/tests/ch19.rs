//! Chapter 19: which optimizer's path depends on the units and on the axes.

use crate::support::{number, results};
use serde_json::Value;

#[test]
fn descent_knows_the_unit_and_rmsprop_the_axes() {
    let results = results(env!("CARGO_BIN_EXE_ch19_optimizers"), &["--epochs", "60"]);
    let ways = results["ravine"].as_array().expect("a row for each way");
    let [descent, momentum, nesterov, rmsprop, adam] = &ways[..] else { panic!("{ways:?}") };
    for way in [descent, momentum, nesterov] {
        assert_eq!(way["along"], way["turned"], "turning changes nothing: {way}");
        assert_eq!(way["thousandths"], Value::Null, "a loss in thousandths: {way}");
    }
    for way in [rmsprop, adam] {
        assert_eq!(way["along"], way["thousandths"], "the unit changes nothing: {way}");
        assert_ne!(way["along"], way["turned"], "turning does: {way}");
    }
    assert!(number(&momentum["along"]) < number(&descent["along"]), "momentum is for ravines");
    let accuracy = |way: usize, rate: usize| number(&results["digits"]["accuracy"][way][rate]);
    assert!(accuracy(0, 0) < 0.5 && accuracy(4, 2) > 0.8, "{}", results["digits"]);
}
