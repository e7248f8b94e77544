//! The failing report in README.md: the derivative of tanh, applied to a value that is already a tanh.
use gradus::check::Check;
use gradus::prelude::*;
use gradus::{Cotangents, Local, Op, View, ViewMut};

/// y = tanh x
#[derive(PartialEq)]
struct MyTanh;

impl<F: Scalar> Op<F> for MyTanh {
    fn name(&self) -> &'static str {
        "my_tanh"
    }
    fn formula(&self) -> &'static str {
        "y = tanh x"
    }
    fn shape(&self, x: &[Shape]) -> Result<Shape, String> {
        Ok(x[0])
    }
    fn forward(&self, x: &[View<F>], y: ViewMut<F>) {
        for (y, &x) in y.data.iter_mut().zip(x[0].data) {
            *y = x.tanh();
        }
    }
    // dx = g (1 - tanh²(x)); but y is already tanh x.
    fn vjp<'t>(&self, at: &Local<'t, F>) -> Cotangents<'t, F> {
        let (g, y) = (at.cotangent(), at.output());
        [at.to(0, || g * (1.0 - y.tanh() * y.tanh()))].into()
    }
}

fn program<'t, F: Scalar>(x: &[Var<'t, F>]) -> Var<'t, F> {
    let hidden = x[0] * 2.0 + x[1];
    let y = hidden.tape().record(MyTanh, &[hidden]);
    (y * y).sum()
}

#[test]
fn the_readme_shows_this_report() {
    let report = Check::new().names(["w", "b"]).run_with_duals(program, program, &[[0.5, -1.0], [0.1, 0.3]]);
    println!("{report}");
    let readme: Vec<&str> = include_str!("../README.md").lines().map(str::trim_end).collect();
    for line in report.to_string().lines() {
        assert!(readme.contains(&line), "README.md should show:\n{report}");
    }
}
