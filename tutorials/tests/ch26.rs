//! Chapter 26: second and higher derivatives.

use crate::support::{number, results};

#[test]
fn the_saddle_the_minima_and_six_derivatives_are_right() {
    let results = results(env!("CARGO_BIN_EXE_ch26_higher_order"), &[]);
    for (place, expected) in [-0.7, 4.7].into_iter().enumerate() {
        let eigenvalue = number(&results["eigenvalues"][place]);
        assert!((eigenvalue - expected).abs() < 1e-12, "{eigenvalue}");
    }
    for (minimum, sign) in results["minima"].as_array().expect("two points").iter().zip([1.0, -1.0]) {
        assert!((number(&minimum[0]) - sign * 0.217).abs() < 5e-4, "{minimum}");
        assert!((number(&minimum[1]) + sign * 0.217).abs() < 5e-4, "{minimum}");
    }
    assert!((number(&results["minimum"]) + 0.0160).abs() < 5e-5);
    for name in ["tanh_max_error", "sin_max_error", "hessian_vector_difference"] {
        assert!(number(&results[name]) < 1e-12, "{name}");
    }
    assert!(number(&results["rosenbrock_steps"]) <= 10.0);
}
