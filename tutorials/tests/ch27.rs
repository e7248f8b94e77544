//! Chapter 27: the memory that a step asks for. No times are measured here.

use crate::support::{number, results};

#[test]
fn a_rewound_tape_asks_for_no_memory_and_makes_no_node() {
    for seed in ["1", "7"] {
        let results = results(env!("CARGO_BIN_EXE_ch27_rewind"), &["--epochs", "40", "--seed", seed]);
        let way = |name: &str, what: &str| number(&results[name][what]);
        assert_eq!((way("rewound", "asked"), way("rewound", "nodes_made")), (0.0, 0.0));
        let nodes = number(&results["nodes"]);
        for other in ["new", "freed", "growing"] {
            assert_eq!(way(other, "nodes_made"), nodes, "a tape that is not rewound makes every node: {other}");
            assert!(way(other, "asked") > 0.0, "{other}");
        }
        // The trap: the slowest way asks less often than the one that frees everything.
        assert!(way("growing", "asked") < way("freed", "asked"), "{results}");
        // A batch of 40 among batches of 64: two recordings in each epoch, but for the first.
        let made: Vec<f64> = results["made_with_another_size"].as_array().expect("a list").iter().map(number).collect();
        assert_eq!(made, [2.0 * nodes, 4.0 * nodes, 6.0 * nodes]);
    }
}
