//! What tapes and steps are in StableHLO. (That XLA computes the same with it is tried by `.ci/stablehlo`.)

use crate::programs::Cube;
use gradus::optim::Sgd;
use gradus::prelude::*;
use gradus::step::Step;
use gradus::table::Row;
use gradus::{Conv, Cotangents, Local, Op, View, ViewMut};
use ndarray::{arr0, arr1, arr2};

/// Each row of the table with its gradients, as text.
fn rows<F: Scalar>() -> Vec<(&'static str, String)> {
    let mut rng = seeded(3);
    let row = |row: &Row<F>| {
        let tape = Tape::<F>::new();
        let leaf = |operand: &gradus::table::Operand, numbers| {
            if operand.is_differentiable() { tape.var(&numbers) } else { tape.input(&numbers) }
        };
        let operands = row.operands.iter().map(|operand| (operand, operand.sample(&mut rng).mapv(F::from_f64)));
        let operands: Vec<Var<F>> = operands.map(|(operand, numbers)| leaf(operand, numbers)).collect();
        let y = (row.program)(&operands);
        let gradients = (y * y).sum().backward();
        let results: Vec<Var<F>> =
            std::iter::once(y).chain(operands.iter().filter_map(|&x| gradients.get(x))).collect();
        (row.op, tape.to_stablehlo(&operands, &results).expect(row.op))
    };
    Row::<F>::ALL.iter().map(row).collect()
}

#[test]
fn every_op_of_the_table_has_lines_and_so_has_its_gradient() {
    for (op, text) in rows::<f32>().into_iter().chain(rows::<f64>()) {
        assert!(text.contains("return %") && !text.contains("chlo."), "{op}: {text}");
        let balance = |open: char, close: char| text.matches(open).count() == text.matches(close).count();
        assert!(balance('(', ')') && balance('{', '}') && balance('[', ']'), "{op}: {text}");
    }
}

#[test]
fn a_step_reads_as_its_listing_and_hands_its_memory_on() {
    let w = vec![Param::new("layer 1/w", arr2(&[[1.0_f32], [2.0]]))];
    let line = line!() + 1;
    let step = Step::record(&w, &Sgd::new(0.5), |tape| {
        let x = tape.input([[1.0, 2.0]]).named("x");
        x.matmul(tape.param(&w[0])).named("y").sum()
    });
    let text = step.expect("a step").to_stablehlo().expect("lines").replace("tests/", "");
    let place = |name: &str, after: u32| format!("loc(\"{name}\"(\"stablehlo.rs\":{}:1))", line + after);
    let expected = format!(
        r#"// Written by gradus: a training step of 11 nodes. %n7 is node 7 of its listing; `loc` has its name and the line that recorded it.
module @gradus {{
  func.func public @main(%layer.1.w: tensor<2x1xf32> {{tf.aliasing_output = 0 : i32}}, %learning_rate: tensor<f32> {{tf.aliasing_output = 1 : i32}}, %x: tensor<1x2xf32>) -> (tensor<2x1xf32> {{jax.result_info = "layer 1/w"}}, tensor<f32> {{jax.result_info = "learning_rate"}}, tensor<f32> {{jax.result_info = "loss"}}) {{
    // %n2 matmul, y, stablehlo.rs:{two}
    %n2 = stablehlo.dot_general %x, %layer.1.w, contracting_dims = [1] x [0], precision = [HIGHEST, HIGHEST] : (tensor<1x2xf32>, tensor<2x1xf32>) -> tensor<1x1xf32> {y}
    // %n3 sum, all axes, stablehlo.rs:{two}
    %c0 = stablehlo.constant dense<0.0> : tensor<f32>
    %n3 = stablehlo.reduce(%n2 init: %c0) applies stablehlo.add across dimensions = [0, 1] : (tensor<1x1xf32>, tensor<f32>) -> tensor<f32> {sum}
"#,
        two = line + 2,
        y = place("y", 2),
        sum = place("sum", 2),
    );
    assert!(text.starts_with(&expected), "{text}\nis expected to begin with\n{expected}");
    let updated = format!("// %n10 update/sub, stablehlo.rs:{line}");
    assert!(text.contains("return %n10, %learning_rate, %n3 : ") && text.contains(&updated), "{text}");
}

#[test]
fn an_op_of_the_programs_own_that_is_given_by_a_formula_has_lines() {
    let tape = Tape::<f64>::new();
    let x = tape.var([1.0, 2.0]).named("x");
    let y = x.map(Cube);
    let text = tape.to_stablehlo(&[x], &[y, y.sum().backward().wrt(x)]).expect("lines");
    assert!(text.contains("%n1.0 = stablehlo.multiply %x, %x : tensor<2xf64>"), "{text}");
    assert!(text.contains("cube'"), "{text}");
}

#[derive(PartialEq)]
pub struct Opaque;

impl<F: Scalar> Op<F> for Opaque {
    fn name(&self) -> &'static str {
        "opaque"
    }
    fn formula(&self) -> &'static str {
        "y = x"
    }
    fn shape(&self, x: &[Shape]) -> Result<Shape, String> {
        Ok(x[0])
    }
    fn forward(&self, x: &[View<F>], y: ViewMut<F>) {
        y.data.copy_from_slice(x[0].data);
    }
    fn vjp<'t>(&self, at: &Local<'t, F>) -> Cotangents<'t, F> {
        [at.to(0, || at.cotangent())].into()
    }
}

#[test]
fn another_op_of_the_programs_own_is_refused_with_its_name_and_its_line() {
    let tape = Tape::<f64>::new();
    let x = tape.var([1.0, 2.0]);
    let line = line!() + 1;
    let y = tape.record(Opaque, &[x]);
    let message = tape.to_stablehlo(&[x], &[y]).expect_err("no lines").to_string();
    assert!(message.contains("opaque") && message.contains(&format!("stablehlo.rs:{line}")), "{message}");
    tape.to_stablehlo(&[x], &[x + x]).expect("what is not needed is not written");
}

#[test]
fn names_of_any_kind_become_names_of_the_language_and_stay_apart() {
    let tape = Tape::<f32>::new();
    let names = ["é", "e", "n7", "\"", "a/b", "a b", ""];
    let all: Vec<Var<f32>> = names.iter().map(|name| tape.input(1.0).named(name)).collect();
    let sum = all.iter().copied().reduce(|a, b| a + b).expect("a sum");
    let text = tape.to_stablehlo(&all, &[sum]).expect("lines");
    let signature = text.lines().find(|line| line.contains("@main")).expect("a function");
    let arguments: Vec<&str> = signature.split('%').skip(1).map(|rest| rest.split(':').next().unwrap()).collect();
    assert_eq!(arguments, ["x..", "e", "x.n7", "x...2", "a.b", "a.b.2", "x6"]);
}

#[test]
fn a_parameter_that_is_read_twice_is_one_argument() {
    let w = vec![Param::new("w", arr1(&[1.0_f64, 2.0]))];
    let step = Step::record(&w, &Sgd::new(0.5), |tape| (tape.param(&w[0]) * tape.param(&w[0]).exp()).sum());
    let text = step.expect("a step").to_stablehlo().expect("lines");
    assert!(text.contains("stablehlo.exponential %w"), "{text}");
}

#[test]
fn numbers_of_the_program_become_constants() {
    let tape = Tape::<f64>::new();
    let x = tape.var(arr0(1.0)).named("x");
    let text = tape.to_stablehlo(&[x], &[x * tape.input(ndarray::array![0.5, -1.5])]).expect("lines");
    assert!(text.contains("stablehlo.constant dense<[0.5, -1.5]> : tensor<2xf64>"), "{text}");
}

/// A step with a prediction that has a name, of batches of four.
fn step_of_four() -> Step {
    let w = vec![Param::new("w", arr2(&[[1.0_f32], [2.0]]))];
    let step = Step::record(&w, &Sgd::new(0.5), |tape| {
        let x = tape.input([[1.0, 2.0]; 4]).named("x");
        (x.matmul(tape.param(&w[0])).named("y") * tape.input(2.0).named("scale")).sum()
    });
    step.expect("a step")
}

#[test]
fn several_devices_have_a_part_of_the_batch_each_and_all_of_the_rest() {
    let (step, whole) = (step_of_four(), "[{}, {}]");
    let text = step.to_stablehlo_on(2).expect("lines");
    let place = |axes: &str| format!("sdy.sharding = #sdy.sharding<@mesh, {axes}>");
    assert!(
        text.contains("mhlo.num_partitions = 2 : i32") && text.contains(r#"sdy.mesh @mesh = <["data"=2]>"#),
        "{text}"
    );
    assert!(
        text.contains(&format!("%w: tensor<2x1xf32> {{{}, tf.aliasing_output = 0 : i32}}", place(whole))),
        "{text}"
    );
    assert!(text.contains(&format!("%x: tensor<4x2xf32> {{{}}}", place(r#"[{"data"}, {}]"#))), "{text}");
    assert!(text.contains(&format!("%scale: tensor<f32> {{{}}}", place("[]"))), "{text}");
    assert!(text.contains(&format!("tensor<f32> {{{}, jax.result_info = \"loss\"}}", place("[]"))), "{text}");
    assert_eq!(step.to_stablehlo_on(1).unwrap(), step.to_stablehlo().unwrap());
    let message = step.to_stablehlo_on(3).expect_err("four rows for three devices").to_string();
    assert!(message.contains("among 3 devices") && message.contains("x [4, 2], scale []"), "{message}");
}

#[test]
fn a_value_that_has_a_name_is_a_function_of_its_own() {
    let step = step_of_four();
    let text = step.value_to_stablehlo("y", 1).expect("lines");
    assert!(text.contains("-> (tensor<4x1xf32> {jax.result_info = \"y\"})"), "{text}");
    assert!(!text.contains("tf.aliasing_output") && !text.contains("stablehlo.reduce"), "{text}");
    let message = step.value_to_stablehlo("x", 1).expect_err("an input").to_string();
    assert_eq!(message, r#"the step holds no "x"; it holds "y""#);
}

#[test]
fn a_step_from_a_file_with_a_role_that_does_not_fit_is_refused() {
    let json = step_of_four().to_json().replacen(r#""name":"learning_rate""#, r#""name":"learning_rate","next":0"#, 1);
    let message = Step::from_json(&json).expect("a step").to_stablehlo().expect_err("a role").to_string();
    assert!(message.contains(r#"the next value of "learning_rate", which has the shape []"#), "{message}");
}

#[test]
fn images_keep_their_channels_last_from_one_convolution_to_the_next() {
    let tape = Tape::<f32>::new();
    let image = |shape: [usize; 4]| ndarray::Array4::<f32>::ones(shape);
    let (x, w, v) = (tape.input(image([5, 2, 8, 6])), tape.var(image([3, 2, 3, 3])), tape.var(image([4, 3, 1, 1])));
    let pooled = x.conv2d_with(w, None, Conv::new().padding(1)).gelu().max_pool2d(2, 2);
    let y = pooled.conv2d_with(v, None, Conv::new()).relu();
    let g = tape.input(image([5, 4, 4, 3]));
    let gradients = y.backward_with(g);
    let results = [y, gradients.wrt(w), gradients.wrt(v)];
    let text = tape.to_stablehlo(&[x, w, v, g], &results).expect("lines");
    // Only what comes in and what goes out is turned.
    let turned: Vec<&str> = text.lines().filter_map(|line| line.split_once("transpose ")).map(|(_, of)| of).collect();
    let x = "%x0, dims = [0, 2, 3, 1] : (tensor<5x2x8x6xf32>) -> tensor<5x8x6x2xf32>";
    let g = "dims = [0, 2, 3, 1] : (tensor<5x4x4x3xf32>) -> tensor<5x4x3x4xf32>";
    let y = "dims = [0, 3, 1, 2] : (tensor<5x4x3x4xf32>) -> tensor<5x4x4x3xf32>";
    let [first, second, third] = turned[..] else { panic!("{turned:#?}") };
    assert!(first == x && second.ends_with(g) && third.ends_with(y), "{turned:#?}");
    // A function that the lines call has their shape, and only the one that is called is there.
    assert!(text.contains("@normal_cdf_5x8x6x3(") && !text.contains("@normal_cdf_5x3x8x6("), "{text}");
    // Without convolutions and poolings nothing is turned.
    let z = tape.input(image([5, 2, 8, 6]));
    assert!(!tape.to_stablehlo(&[z], &[z.gelu()]).expect("lines").contains("transpose"));
}
