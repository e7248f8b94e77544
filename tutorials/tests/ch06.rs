//! Chapter 6: the order of both differences, and their errors in other kinds of numbers.

use crate::support::{number, results};

#[test]
fn a_central_difference_errs_by_the_square_of_its_step_and_has_a_sweet_spot() {
    let results = results(env!("CARGO_BIN_EXE_ch06_nudging"), &[]);
    let (one, both) = (&results["one_side_f64"], &results["both_sides_f64"]);
    assert!((9.0..11.0).contains(&number(&one["order"])), "{one}");
    assert!((95.0..105.0).contains(&number(&both["order"])), "{both}");
    assert!((1e-9..1e-7).contains(&number(&one["best_step"])), "{one}");
    assert!((1e-6..1e-4).contains(&number(&both["best_step"])), "{both}");
    assert!((1e-3..1e-1).contains(&number(&results["both_sides_f32"]["best_step"])), "{results}");
    assert_eq!(results["forward_passes"], 161_460);
    let single = results["slopes_f32"].as_array().expect("a list");
    assert!((number(&single[0]) - 5.989).abs() < 1e-3 && (number(&single[1]) - 8.001).abs() < 1e-3, "{single:?}");
    assert_eq!(results["slope_of_relu_at_0"]["both_sides"], 0.5);
}
