//! Chapter 13: the source's table, its failure with the 1e-7.

use crate::support::{number, results};

#[test]
fn the_sources_table_is_reproduced_and_its_epsilon_is_found() {
    let results = results(env!("CARGO_BIN_EXE_ch13_gradient_check"), &[]);
    for (name, source) in [("b1", 9.70e-13), ("W2", 8.41e-13), ("b2", 1.19e-10), ("W1", 2.22e-13)] {
        let ours = number(&results["mean_absolute_difference"][name]);
        assert!(ours > source / 2.0 && ours < source * 2.0, "{name}: {ours:e}");
    }
    assert_eq!((&results["verdict"], &results["checker"]), (&"pass".into(), &"pass".into()));
    let b2 = number(&results["with_epsilon"]["b2"]);
    assert!((1.3e-7..1.5e-7).contains(&b2), "{b2:e}");
    assert_eq!((&results["verdict_with_epsilon"], &results["checker_with_epsilon"]), (&"fail".into(), &"fail".into()));
    for spoilt in ["w1_times_1.0001", "w1_one_zeroed"] {
        assert_eq!(
            (&results[spoilt]["verdict"], &results[spoilt]["checker"]),
            (&"pass".into(), &"fail".into()),
            "{spoilt}"
        );
    }
}
