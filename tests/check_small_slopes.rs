//! Slopes that drown in rounding. The checker may say that it cannot tell. It must not say that they are right, unless there is other evidence: dual
//! numbers, each op alone, or larger slopes of the same input, beside which they are negligible.
use gradus::check::sabotage::{Sabotage, sabotage};
use gradus::check::{self, Check, Doubt, Verdict};
use gradus::prelude::*;
use ndarray::{Array2, ArrayD};

/// Beside the 1 the slope is lost in rounding.
fn tiny(x: &[ArrayD<f64>]) -> f64 {
    1.0 + 1e-20 * x[0].mapv(f64::sin).sum()
}

fn tiny_on_a_tape<'t, F: Scalar>(x: Var<'t, F>) -> Var<'t, F> {
    x.sin() * 1e-20 + 1.0
}

#[test]
fn a_claim_larger_than_what_rounding_can_hide_is_wrong_though_nothing_is_measured() {
    let report = Check::new().by_hand(tiny, &[[0.5]], &[[1e-3]]);
    assert!(report.wrong(), "{report}");
}

#[test]
fn a_claim_that_rounding_can_hide_is_neither_right_nor_wrong() {
    for claimed in [1e-20 * 0.5_f64.cos(), -1e-20, 1e-15] {
        let report = Check::new().by_hand(tiny, &[[0.5]], &[[claimed]]);
        assert!(report.undecided() && !report.passed(), "{claimed}: {report}");
        assert_eq!(report.entries[0].doubt, Some(Doubt::TooSmall), "{report}");
        assert!(report.headline().contains("too small to be told from rounding"), "{report}");
    }
}

#[test]
fn by_hand_a_slope_of_0_may_be_claimed_where_coarse_nudges_change_nothing_either() {
    let report = Check::new().by_hand(tiny, &[[0.5]], &[[0.0]]);
    assert!(report.passed(), "{report}");
    // A huge constant hides the slope from a nudge.
    let steps = |x: &[ArrayD<f64>]| 1e14 + x[0].sum();
    let report = Check::new().by_hand(steps, &[[0.5]], &[[0.0]]);
    assert!(!report.passed(), "{report}");
}

#[test]
fn dual_numbers_settle_what_rounding_hides() {
    let report = check::gradients_with_duals(|x| tiny_on_a_tape(x[0]), |x| tiny_on_a_tape(x[0]), &[[0.5, -1.2]]);
    assert!(report.passed(), "{report}");
    let entry = &report.entries[0];
    assert_eq!((entry.by_duals, entry.by_nudging), (Some(Verdict::Right), Verdict::CannotTell), "{report}");
}

#[test]
fn each_op_alone_settles_what_rounding_hides() {
    let report = check::gradients(|x| tiny_on_a_tape(x[0]), &[[0.5, -1.2]]);
    assert!(report.passed(), "{report}");
    assert_eq!(report.entries[0].by_ops, 2, "{report}");
    assert!(report.headline().contains("2 of them op by op"), "{report}");
    for how in [Sabotage::Sign, Sabotage::Factor(1.5), Sabotage::Zero, Sabotage::Dropped] {
        let broken = |x: &[Var<'_, f64>]| sabotage(x[0].tape(), "sin", how);
        let report = check::gradients(
            |x| {
                let y = tiny_on_a_tape(x[0]);
                broken(x);
                y
            },
            &[[0.5, -1.2]],
        );
        assert!(report.wrong(), "{how:?}: {report}");
        assert_eq!(report.diagnosis.unwrap().fault.unwrap().op, "sin");
    }
}

#[test]
fn far_out_where_a_slope_is_0_to_all_digits_a_right_gradient_passes() {
    let report = check::gradients(|x| x[0].tanh(), &[[19.2, -20.0, 25.0, 700.0]]);
    assert!(report.passed(), "{report}");
}

#[test]
fn a_sample_of_a_large_network_is_settled_by_a_sample_of_each_op() {
    // A complete check of each op would take minutes.
    let (w, v) = (Param::new("w", Array2::zeros((700, 2000))), Param::new("v", Array2::from_elem((2000, 2), 1.0)));
    let images = Array2::from_elem((3, 700), 0.0);
    let report = Check::new().sample(1).parameters(&[&w, &v], |tape| {
        (tape.input(&images).matmul(tape.param(&w)).tanh().matmul(tape.param(&v)) + 1.0).sum()
    });
    assert!(report.passed() && report.entries.iter().all(|entry| entry.by_ops == 1), "{report}");
}

#[test]
fn numbers_that_leave_the_tape_are_not_excused_by_ops_that_are_right() {
    let report = check::gradients(|x| x[0].detach().sin() * 1e-20 + x[0] * 0.0 + 1.0, &[[0.5]]);
    assert!(report.undecided(), "{report}");
}

#[test]
fn a_broken_op_that_does_no_harm_convicts_nobody() {
    // The slope of x is 0 whatever the vjp of sin says, and 1 beside it.
    for slope in [0.0, 1.0] {
        let report = check::gradients(
            |x| {
                let y = x[0].sin() * 0.0 + x[0] * slope + 1.0;
                sabotage(y.tape(), "sin", Sabotage::Sign);
                y
            },
            &[[0.5, -1.2]],
        );
        assert!(!report.wrong(), "{report}");
        assert_eq!(report.passed(), slope == 1.0, "{report}");
    }
}

#[test]
fn what_is_next_to_nothing_beside_the_other_slopes_of_an_input_is_right() {
    let weights = [1.0, 1e-20, 0.0];
    let report = check::gradients(|x| (x[0] * x[0].tape().input(weights)).sum() + 1.0, &[[0.5, -1.2, 2.0]]);
    assert!(report.passed(), "{report}");
    assert_eq!((report.entries[0].too_small, report.entries[0].by_ops), (2, 0), "{report}");
}
