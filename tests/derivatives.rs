//! Derivatives of whole programs, forward, reverse and combined.

use gradus::derivatives::*;
use gradus::prelude::*;
use ndarray::{arr1, arr2};

/// Rosenbrock's valley: (1 - x)² + 100 (y - x²)²
fn rosenbrock<'t, F: Scalar>(x: &[Var<'t, F>]) -> Var<'t, F> {
    (1.0 - x[0]).pow(2.0) + 100.0 * (x[1] - x[0] * x[0]).pow(2.0)
}

/// A small network with a loss: matrix products, an activation, a softmax.
fn network<'t, F: Scalar>(x: &[Var<'t, F>]) -> Var<'t, F> {
    let labels = x[0].tape().labels(&[1, 0]);
    x[0].matmul(x[1]).tanh().matmul(x[2]).softmax_cross_entropy(labels)
}

fn network_inputs() -> [ndarray::ArrayD<f64>; 3] {
    [
        arr2(&[[0.5, -1.0], [0.3, 0.8]]).into_dyn(),
        arr2(&[[0.1, 0.4, -0.7], [0.9, -0.2, 0.6]]).into_dyn(),
        arr2(&[[1.0, 0.2], [-0.3, 0.5], [0.7, -1.1]]).into_dyn(),
    ]
}

#[test]
fn the_jacobian_is_the_same_by_rows_and_by_columns() {
    fn program<'t, F: Scalar>(x: &[Var<'t, F>]) -> Var<'t, F> {
        (x[0].matmul(x[1]).sigmoid() * x[2]).softmax(1)
    }
    let inputs =
        [arr2(&[[0.5, -1.0]]).into_dyn(), arr2(&[[0.1, 0.4], [0.9, -0.2]]).into_dyn(), arr1(&[2.0, -1.0]).into_dyn()];
    let (rows, columns) = (jacobian_by_rows(program, &inputs), jacobian_by_columns(program, &inputs));
    assert_eq!(rows.shape(), [2, 8]);
    assert!((&rows - &columns).iter().all(|difference| difference.abs() < 1e-14), "{rows}\n{columns}");
    assert!(rows.iter().all(|slope| slope.abs() > 1e-6), "each input has an effect");
}

#[test]
fn the_hessian_of_rosenbrocks_valley_is_the_textbooks() {
    let (x, y) = (-0.5_f64, 2.0);
    let by_hand = arr2(&[[2.0 - 400.0 * (y - 3.0 * x * x), -400.0 * x], [-400.0 * x, 200.0]]);
    assert_eq!(hessian(rosenbrock, &[x, y]), by_hand);
}

#[test]
fn a_hessian_vector_product_is_the_same_reverse_over_reverse_and_forward_over_reverse() {
    let inputs = network_inputs();
    let direction = inputs.clone().map(|x| x.mapv(|x| (7.0 * x).sin()));
    let by_reverse = hessian_vector_product(network, &inputs, &direction);
    let by_duals = hessian_vector_product_by_duals(network, &inputs, &direction);
    let flat: Vec<f64> = direction.iter().flatten().copied().collect();
    let by_hessian = hessian(network, &inputs).dot(&arr1(&flat));
    let mut row = by_hessian.iter();
    for (reverse, dual) in by_reverse.iter().zip(&by_duals) {
        for (reverse, dual) in reverse.iter().zip(dual) {
            let hessian = row.next().unwrap();
            assert!((reverse - dual).abs() < 1e-14 && (reverse - hessian).abs() < 1e-14, "{reverse} {dual} {hessian}");
            assert!(reverse.abs() > 1e-9);
        }
    }
}

#[test]
fn a_hessian_is_symmetric() {
    let hessian = hessian(network, &network_inputs());
    assert!((&hessian - &hessian.t()).iter().all(|difference| difference.abs() < 1e-14));
}

#[test]
fn derivatives_of_any_order_follow_one_another() {
    let tape = Tape::<f64>::new();
    let x = tape.var(0.3);
    let mut derivative = x.sin();
    let cycle = [0.3_f64.cos(), -0.3_f64.sin(), -0.3_f64.cos(), 0.3_f64.sin()];
    for expected in cycle.iter().cycle().take(8) {
        derivative = grad(derivative, &[x])[0];
        assert!((derivative.item() - expected).abs() < 1e-14);
    }
}

#[test]
fn the_first_six_derivatives_of_tanh_are_the_textbooks() {
    let tape = Tape::<f64>::new();
    for at in [-2.0, -0.4, 0.0, 0.3, 1.7] {
        let x = tape.var(at);
        // Each is a polynomial in t = tanh x, because dt/dx = 1 - t².
        let t = at.tanh();
        let [t2, t3, t4, t5, t6, t7] = [2, 3, 4, 5, 6, 7].map(|power| t.powi(power));
        let closed_forms = [
            1.0 - t2,
            -2.0 * t + 2.0 * t3,
            -2.0 + 8.0 * t2 - 6.0 * t4,
            16.0 * t - 40.0 * t3 + 24.0 * t5,
            16.0 - 136.0 * t2 + 240.0 * t4 - 120.0 * t6,
            -272.0 * t + 1232.0 * t3 - 1680.0 * t5 + 720.0 * t7,
        ];
        let mut derivative = x.tanh();
        for (order, expected) in closed_forms.into_iter().enumerate() {
            derivative = grad(derivative, &[x])[0];
            let difference = (derivative.item() - expected).abs();
            assert!(difference < 1e-9, "order {}: {} for {expected}", order + 1, derivative.item());
        }
    }
}

#[test]
fn the_derivatives_of_a_polynomial_end_in_zero() {
    let tape = Tape::<f64>::new();
    let x = tape.var(2.0);
    let mut derivative = x.pow(3.0);
    let mut values = Vec::new();
    for _ in 0..5 {
        derivative = grad(derivative, &[x])[0];
        values.push(derivative.item());
    }
    assert_eq!(values, [12.0, 12.0, 6.0, 0.0, 0.0]);
}

#[test]
fn what_a_program_does_not_depend_on_has_derivative_zero() {
    assert_eq!(hessian(|x| x[0] + 3.0 * x[1], &[1.0, 2.0]), arr2(&[[0.0, 0.0], [0.0, 0.0]]));
    let tape = Tape::new();
    let (x, unused) = (tape.var(1.0), tape.var([1.0, 2.0]));
    assert_eq!(grad(x * x, &[unused])[0].value(), arr1(&[0.0, 0.0]).into_dyn());
}

#[test]
#[should_panic(expected = "a direction has the shapes of the inputs")]
fn a_direction_of_another_shape_is_refused() {
    jvp(|x| x[0] * 2.0, &[[1.0, 2.0]], &[[1.0, 2.0, 3.0]]);
}

#[test]
fn newtons_method_finds_the_valley_floor_in_a_few_steps() {
    let (mut x, mut y) = (-0.5, 2.0);
    for _ in 0..6 {
        let slopes = jacobian_by_rows(rosenbrock, &[x, y]);
        let h = hessian(rosenbrock, &[x, y]);
        let determinant = h[[0, 0]] * h[[1, 1]] - h[[0, 1]] * h[[1, 0]];
        x -= (h[[1, 1]] * slopes[[0, 0]] - h[[0, 1]] * slopes[[0, 1]]) / determinant;
        y -= (h[[0, 0]] * slopes[[0, 1]] - h[[1, 0]] * slopes[[0, 0]]) / determinant;
    }
    assert!((x - 1.0).abs() < 1e-9 && (y - 1.0).abs() < 1e-9, "({x}, {y})");
}
