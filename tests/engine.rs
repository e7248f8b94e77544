//! What the engine promises, by example.
use gradus::prelude::*;

#[test]
fn a_node_used_twice_sums_its_gradients() {
    let tape = Tape::new();
    let x = tape.var(3.0);
    let y = x * x;
    assert_eq!(y.backward().wrt(x).item(), 6.0);

    let a = tape.var(5.0);
    let b = a + a;
    let c = b + b;
    assert_eq!(c.backward().wrt(a).item(), 4.0);
}

#[test]
fn a_chain_of_a_million_links_neither_overflows_nor_slows_down() {
    let tape = Tape::new();
    let x = tape.var(0.5);
    let mut y = x;
    for _ in 0..1_000_000 {
        y = y + x;
    }
    assert_eq!(y.item(), 0.5 * 1_000_001.0);
    assert_eq!(y.backward().wrt(x).item(), 1_000_001.0);
}

#[test]
fn generic() {
    fn f<F: Scalar>() -> f64 {
        let tape = Tape::<F>::new();
        let x = tape.var(F::from_f64(0.5));
        let y = (2.0 * x).sigmoid();
        y.backward().wrt(x).item().to_f64()
    }
    assert!((f::<f32>() - f::<f64>()).abs() < 1e-6);
}
