//! Chapter 7: the saddle, the minima, a path that climbs, and what a component says.

use crate::support::{number, results};

#[test]
fn quiet_descent_rests_on_a_saddle_and_noise_leaves_it() {
    let results = results(env!("CARGO_BIN_EXE_ch07_descent"), &[]);
    let rest = &results["rest"];
    assert!(number(&rest["at"][0]).abs() < 1e-3 && number(&rest["at"][1]).abs() < 1e-3, "{rest}");
    assert!((number(&rest["curvatures"][0]) + 0.7).abs() < 1e-3 && (number(&rest["curvatures"][1]) - 4.7).abs() < 1e-3);
    let noisy = &results["noisy"];
    assert!((450.0..=550.0).contains(&number(&noisy["right"])) && number(&noisy["stayed"]) == 0.0, "{noisy}");
    let minimum = [0, 1].map(|i| number(&noisy["minimum"][i]));
    assert!((minimum[0] - 0.217).abs() < 5e-4 && (minimum[1] + 0.217).abs() < 5e-4, "{minimum:?}");
    assert!((number(&noisy["value"]) + 0.0160).abs() < 5e-5);
}

#[test]
fn the_path_drawn_by_hand_climbs_and_the_slope_knows() {
    let results = results(env!("CARGO_BIN_EXE_ch07_descent"), &[]);
    let curve = &results["curve"];
    for (place, height) in [-0.242, -0.249, 0.058, 0.302].into_iter().enumerate() {
        assert!((number(&curve["drawn"][place]) - height).abs() < 1e-3, "{curve}");
    }
    assert_eq!(curve["wrong_steps"], 2);
    assert!((number(&curve["minimum"]) + 0.358).abs() < 1e-3 && (number(&curve["value"]) + 0.311).abs() < 1e-3);
    let components = &results["components"];
    assert!((number(&components["ratio"]) - 32.0).abs() < 1e-9, "{components}");
    assert!(number(&components["does"][0]) < number(&components["does"][1]), "the larger component does less");
    assert!(number(&results["batches"]["apart"]) < 1e-12);
}
