//! The messages for operands that do not fit.

use gradus::Tape;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// The message of the panic that `program` ends in.
fn told(program: impl Fn(&Tape<f64>)) -> String {
    let tape = Tape::new();
    let panic = catch_unwind(AssertUnwindSafe(|| program(&tape))).expect_err("a mistake was not noticed");
    match panic.downcast::<String>() {
        Ok(message) => *message,
        Err(panic) => panic.downcast_ref::<&str>().expect("panics speak").to_string(),
    }
}

#[test]
fn a_mistake_is_answered_by_what_was_expected_and_what_was_found() {
    let messages = [
        // A column of outputs against a row of targets must not become a matrix of differences.
        told(|tape| _ = tape.full([3], 1.0).named("outputs").mean_squared_error(tape.full([3, 1], 1.0))),
        told(|tape| _ = tape.full([2, 3], 1.0).quadratic_cost(tape.full([3], 1.0))),
        told(|tape| _ = tape.full([2, 3], 1.0).softmax_cross_entropy(tape.labels(&[1, 3]))),
        told(|tape| _ = tape.full([2, 3], 1.0).softmax_cross_entropy(tape.input([1.0, 0.5]))),
        told(|tape| _ = tape.full([2, 3], 1.0).softmax_cross_entropy(tape.labels(&[1]))),
        told(|tape| _ = tape.full([2, 3], 1.0).softmax_cross_entropy(tape.full([2, 3], 1.0))),
        told(|tape| _ = tape.full([4, 3], 1.0).gather_rows(tape.labels(&[0, 4]))),
        told(|tape| _ = tape.full([2, 3], 1.0).max_axes(2)),
        told(|tape| _ = tape.full([2, 0], 1.0).max()),
        told(|tape| _ = tape.full([2, 3], 1.0).softmax(2)),
        told(|tape| _ = tape.full([2, 3], 1.0).slice(&[(0, 2)])),
        told(|tape| _ = tape.full([2, 3], 1.0).slice(&[(0, 2), (1, 4)])),
        told(|tape| _ = gradus::Var::concat(&[tape.full([2, 3], 1.0), tape.full([3, 2], 1.0)], 0)),
        told(|tape| _ = tape.full([3], 1.0).transpose()),
        told(|tape| _ = tape.full([2, 3], 1.0).permute(&[0, 0])),
        told(|tape| _ = tape.full([2, 2, 3], 1.0).matmul(tape.full([3, 3, 2], 1.0))),
        told(|tape| _ = tape.full([1, 1, 2, 2], 1.0).max_pool2d(3, 1)),
        told(|tape| {
            let (weight, bias) = (tape.full([4, 3, 2, 2], 1.0), tape.full([4], 1.0));
            let _ = tape.full([1, 1, 5, 5], 1.0).conv2d(weight, bias, 1, 0);
        }),
        told(|tape| _ = tape.var(1.0).layer_norm(tape.var(1.0), tape.var(0.0), 1e-5)),
    ];
    insta::with_settings!({ omit_expression => true, filters => vec![(r"\.rs:\d+", ".rs:LINE")] }, {
        insta::assert_snapshot!(messages.join("\n"));
    });
}
