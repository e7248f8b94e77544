//! einsum: random equations beside loops over all indices, and what it records.

use gradus::derivatives::grad;
use gradus::prelude::*;
use ndarray::{ArrayD, IxDyn, arr1, arr2};
use proptest::prelude::*;
use rand::RngExt;
use std::collections::BTreeMap;
use std::panic::catch_unwind;

/// An equation, the lengths of its indices, and a number to draw the operands from.
#[derive(Clone, Debug)]
struct Case {
    operands: Vec<String>,
    result: String,
    is_implicit: bool,
    lengths: BTreeMap<char, usize>,
    seed: u64,
}

impl Case {
    fn equation(&self) -> String {
        let left = self.operands.join(",");
        if self.is_implicit { left } else { format!("{left}->{}", self.result) }
    }

    fn shape(&self, indices: &str) -> Vec<usize> {
        indices.chars().map(|index| self.lengths[&index]).collect()
    }

    fn draw(&self, indices: &str, seed: u64) -> ArrayD<f64> {
        let mut rng = seeded(seed);
        ArrayD::from_shape_simple_fn(self.shape(indices), || rng.random_range(-1.0..1.0))
    }

    /// The sum over all values of all indices, one after the other.
    fn by_loops(&self, x: &[ArrayD<f64>]) -> ArrayD<f64> {
        let mut sum = ArrayD::zeros(self.shape(&self.result));
        let names: Vec<char> = self.lengths.keys().copied().collect();
        let lengths: Vec<usize> = self.lengths.values().copied().collect();
        for values in ndarray::indices(&lengths[..]) {
            let place = |indices: &str| -> Vec<usize> {
                indices.chars().map(|index| values[names.iter().position(|&name| name == index).unwrap()]).collect()
            };
            let factors = x.iter().zip(&self.operands).map(|(x, indices)| x[IxDyn(&place(indices))]);
            sum[IxDyn(&place(&self.result))] += factors.product::<f64>();
        }
        sum
    }
}

fn cases() -> impl Strategy<Value = Case> {
    let operand = prop::collection::vec(prop::sample::select(vec!['i', 'j', 'k', 'l', 'B']), 0..4);
    let operands = prop::collection::vec(operand, 1..4);
    let lengths = prop::collection::vec(1..4_usize, 5);
    (operands, lengths, any::<u64>(), any::<bool>(), any::<u64>()).prop_map(
        |(operands, lengths, order, is_implicit, seed)| {
            let operands: Vec<String> = operands.into_iter().map(String::from_iter).collect();
            let every: String = operands.concat();
            let count = |index: char| every.chars().filter(|&other| other == index).count();
            let lengths: BTreeMap<char, usize> =
                "Bijkl".chars().zip(lengths).filter(|&(index, _)| count(index) > 0).collect();
            let mut result: Vec<char> = match is_implicit {
                true => lengths.keys().copied().filter(|&index| count(index) == 1).collect(),
                false => lengths
                    .keys()
                    .copied()
                    .enumerate()
                    .filter(|(place, _)| order >> place & 1 == 1)
                    .map(|(_, index)| index)
                    .collect(),
            };
            if !is_implicit && !result.is_empty() {
                let turn = (order >> 8) as usize % result.len();
                result.rotate_left(turn);
            }
            Case { operands, result: result.into_iter().collect(), is_implicit, lengths, seed }
        },
    )
}

fn near(a: &ArrayD<f64>, b: &ArrayD<f64>) -> bool {
    a.shape() == b.shape() && a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-10)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn any_equation_gives_what_loops_over_all_indices_give_and_so_do_its_gradients(case in cases()) {
        let seed = case.seed >> 8;
        let x: Vec<ArrayD<f64>> = case.operands.iter().zip(seed..).map(|(indices, seed)| case.draw(indices, seed)).collect();
        let tape = Tape::new();
        let vars: Vec<Var<f64>> = x.iter().map(|x| tape.var(x)).collect();
        let y = Var::einsum(&case.equation(), &vars);
        prop_assert!(near(&y.value(), &case.by_loops(&x)), "{}", case.equation());
        let c = case.draw(&case.result, seed + 100);
        let flows = grad((y * tape.input(&c)).sum(), &vars);
        for (slot, flow) in flows.iter().enumerate() {
            // The result is linear in each operand: along a direction it changes by its value with the direction in the operand's place.
            let mut turned = x.clone();
            turned[slot] = case.draw(&case.operands[slot], seed + 200);
            let slope = (&flow.value() * &turned[slot]).sum();
            let want = (&case.by_loops(&turned) * &c).sum();
            prop_assert!((slope - want).abs() < 1e-9, "{}, operand {}: {slope} is not {want}", case.equation(), slot + 1);
        }
    }
}

/// The ops that an einsum records.
fn recorded(equation: &str, shapes: &[&[usize]]) -> Vec<&'static str> {
    let tape = Tape::<f64>::new();
    let operands: Vec<Var<f64>> = shapes.iter().map(|&shape| tape.full(shape, 1.0)).collect();
    let _ = Var::einsum(equation, &operands);
    tape.nodes()[shapes.len()..].iter().map(|node| node.op).collect()
}

#[test]
fn an_equation_that_is_a_product_of_matrices_records_that_alone() {
    assert_eq!(recorded("ij,jk->ik", &[&[2, 3], &[3, 4]]), ["matmul"]);
    assert_eq!(recorded("ij,kj->ik", &[&[2, 3], &[4, 3]]), ["matmul_nt"]);
    assert_eq!(recorded("ji,jk->ik", &[&[3, 2], &[3, 4]]), ["matmul_tn"]);
    assert_eq!(recorded("bij,bjk->bik", &[&[5, 2, 3], &[5, 3, 4]]), ["matmul"]);
    assert_eq!(recorded("bhid,bhjd->bhij", &[&[2, 3, 4, 5], &[2, 3, 6, 5]]), ["matmul_nt"]);
    assert_eq!(recorded("ij,ij->ij", &[&[2, 3], &[2, 3]]), ["mul"]);
    assert_eq!(recorded("i,i->", &[&[3], &[3]]), ["reshape", "reshape", "matmul", "reshape"]);
    assert_eq!(recorded("ij->j", &[&[2, 3]]), ["sum"]);
    assert_eq!(recorded("ij->ji", &[&[2, 3]]), ["permute"]);
    assert_eq!(recorded("ij->ij", &[&[2, 3]]), [""; 0]);
    assert_eq!(recorded("ii->i", &[&[3, 3]]), ["reshape", "slice"]);
}

#[test]
fn a_chain_of_products_starts_where_the_arrays_stay_small() {
    let tape = Tape::<f64>::new();
    let (a, b, v) = (tape.full([50, 50], 1.0), tape.full([50, 50], 1.0), tape.full([50], 1.0));
    let y = Var::einsum("ij,jk,k->i", &[a, b, v]);
    assert_eq!(y.value(), ndarray::ArrayD::from_elem(vec![50], 2500.0));
    assert!(tape.nodes().iter().skip(3).all(|node| node.shape.size() <= 50 || node.op == "reshape"));
}

#[test]
fn an_ellipsis_stands_for_axes_that_are_kept_and_need_not_be_in_each_operand() {
    let tape = Tape::new();
    let x = tape.var([[1.0, 2.0], [3.0, 4.0]]);
    let v = tape.var([1.0, -1.0]);
    assert_eq!(Var::einsum("...i,i->...", &[x, v]).value(), arr1(&[-1.0, -1.0]).into_dyn());
    assert_eq!(Var::einsum("...i,...i", &[x, x]).value(), arr1(&[5.0, 25.0]).into_dyn());
    assert_eq!(Var::einsum("...,...->...", &[x, v]).value(), arr2(&[[1.0, -2.0], [3.0, -4.0]]).into_dyn());
    let batch = tape.full([5, 2, 2], 1.0);
    assert_eq!(Var::einsum("...ij,jk->...ik", &[batch, x]).shape(), Shape::from([5, 2, 2]));
}

/// The message of the panic that an einsum of arrays named x1, x2, ... ends in.
fn told(equation: &str, shapes: &[&[usize]]) -> String {
    let panic = catch_unwind(|| {
        let tape = Tape::<f64>::new();
        let operands = shapes.iter().zip(1..).map(|(&shape, i)| tape.full(shape, 1.0).named(format!("x{i}")));
        let _ = Var::einsum(equation, &operands.collect::<Vec<_>>());
    });
    *panic.expect_err("a mistake was not noticed").downcast::<String>().expect("panics speak")
}

#[test]
fn what_is_wrong_is_said_with_the_index_the_operand_and_its_shape() {
    let messages = [
        told("ij,jk->ik", &[&[2, 3], &[4, 5]]),
        told("ii->i", &[&[2, 3]]),
        told("ij,jk->ik", &[&[2, 3]]),
        told("ij,jk->ik", &[&[2, 3], &[3]]),
        told("ij->ijk", &[&[2, 3]]),
        told("ij->ii", &[&[2, 3]]),
        told("i1->i", &[&[2, 3]]),
        told("i..j->ij", &[&[2, 3]]),
        told("......i", &[&[2, 3]]),
        told("ij->i->j", &[&[2, 3]]),
        told("...i->i", &[&[2, 3]]),
        told("...i,...i->...", &[&[2, 3], &[4, 3]]),
        told("...ij->...", &[&[2]]),
        told("abc,def,gha->bcdefgh", &[&[2, 2, 2], &[2, 2, 2], &[2, 2, 2]]),
    ];
    insta::with_settings!({ omit_expression => true, filters => vec![(r"\.rs:\d+", ".rs:LINE")] }, {
        insta::assert_snapshot!(messages.join("\n"));
    });
}

#[test]
fn a_step_with_an_einsum_reuses_its_nodes() {
    let mut tape = Tape::new();
    let w = Param::new("w", arr2(&[[1.0, 2.0], [3.0, 4.0]]));
    let mut nodes = Vec::new();
    for _ in 0..3 {
        let x = tape.input(ndarray::arr3(&[[[1.0, 2.0]], [[3.0, 4.0]]]));
        let _ = Var::einsum("bti,io->bto", &[x, tape.param(&w)]).sum().backward();
        nodes.push(tape.nodes().len());
        tape.rewind();
    }
    assert_eq!(nodes, [nodes[0]; 3]);
}
