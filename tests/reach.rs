//! The elements of an operand from which an element of the result is computed, as each op gives them, compared with nudging: each element of each
//! operand is changed, and exactly those elements of the result must change that the op named.

use gradus::table::{Operand, Program, TABLE};
use gradus::{Tape, Var};
use ndarray::ArrayD;
use petgraph::graph::NodeIndex;
use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;
use std::collections::{BTreeSet, HashMap};

/// For each element of the result the elements of an operand it depends on.
type Dependence = Vec<BTreeSet<usize>>;

fn run(program: Program<f64>, x: &[ArrayD<f64>]) -> ArrayD<f64> {
    let tape = Tape::new();
    let vars: Vec<_> = x.iter().map(|x| tape.input(x)).collect();
    program(&vars).value()
}

/// What changes when an element of an operand takes other values: larger and smaller ones, and those of the other operands, so that kinks are
/// crossed and comparisons turn.
fn by_nudging(program: Program<f64>, x: &[ArrayD<f64>], slot: usize, found: &mut Dependence) {
    let before = run(program, x);
    let others: Vec<f64> = x.iter().flatten().copied().filter(|&x| x > 0.0).take(12).collect();
    for element in 0..x[slot].len() {
        let mut nudged = x.to_vec();
        let old = x[slot].iter().nth(element).copied().expect("it has so many");
        for new in [old + 7.0, old - 7.0, old * 1.01, -old].into_iter().chain(others.iter().copied()) {
            *nudged[slot].iter_mut().nth(element).expect("it has so many") = new;
            for (place, (a, b)) in before.iter().zip(&run(program, &nudged)).enumerate() {
                // Powers of negative numbers are none.
                if a != b && !(a.is_nan() && b.is_nan()) {
                    found[place].insert(element);
                }
            }
        }
    }
}

/// What the ops say, from the result of the program back to its operands, through whatever it recorded in between.
fn by_reach(program: Program<f64>, x: &[ArrayD<f64>]) -> Vec<Dependence> {
    let tape = Tape::new();
    let vars: Vec<_> = x.iter().map(|x| tape.input(x)).collect();
    let result = program(&vars);
    let needed: Vec<_> = (0..result.shape().size()).map(|place| needed_for(&tape, result.index(), place)).collect();
    let of_operand =
        |var: &Var<f64>| needed.iter().map(|one| one.get(&var.index()).cloned().unwrap_or_default()).collect();
    vars.iter().map(of_operand).collect()
}

/// For each node, which of its elements an element of a later node needs.
fn needed_for(tape: &Tape<f64>, result: NodeIndex, place: usize) -> HashMap<NodeIndex, BTreeSet<usize>> {
    let nodes = tape.nodes();
    let mut needed: HashMap<NodeIndex, BTreeSet<usize>> = [(result, [place].into())].into();
    for node in nodes.iter().rev() {
        let Some(elements) = needed.get(&node.index).cloned() else { continue };
        for (reach, &operand) in tape.reach(node.index).iter().zip(&node.operands) {
            let shape = nodes[operand.index()].shape;
            let cells = elements.iter().flat_map(|&element| reach.cells(element, shape, node.shape));
            needed.entry(operand).or_default().extend(cells);
        }
    }
    needed
}

#[test]
fn every_op_says_exactly_which_elements_it_computes_from() {
    for example in TABLE {
        let mut nudged: Option<Vec<Dependence>> = None;
        let mut said = None;
        for seed in 0..6 {
            let mut rng = ChaCha8Rng::seed_from_u64(seed);
            let x: Vec<ArrayD<f64>> = example.operands.iter().map(|operand| operand.sample(&mut rng)).collect();
            let depends = by_reach(example.f64, &x);
            // Where numbers choose rows, what is needed differs from point to point.
            let chooses_rows = matches!(example.op, "gather_rows" | "scatter_add_rows" | "gather" | "scatter_add");
            if chooses_rows {
                nudged = None;
            }
            let found =
                nudged.get_or_insert_with(|| depends.iter().map(|one| vec![BTreeSet::new(); one.len()]).collect());
            for (slot, operand) in example.operands.iter().enumerate() {
                if !matches!(operand, Operand::Labels(..)) {
                    by_nudging(example.f64, &x, slot, &mut found[slot]);
                }
            }
            if chooses_rows {
                assert_eq!(found[0], depends[0], "{}", example.op);
            }
            said = Some(depends);
        }
        for (slot, operand) in example.operands.iter().enumerate() {
            if !matches!(operand, Operand::Labels(..)) {
                let (found, said) =
                    (&nudged.as_ref().expect("six points")[slot], &said.as_ref().expect("six points")[slot]);
                // What meets the padding, or stands outside of a triangle, is multiplied by 0: it is computed with, and changes nothing. And a gradient goes only to what is the largest at
                // one of the six points.
                let may_change_nothing = match example.op {
                    "conv2d" | "conv_transpose2d" => slot == 1,
                    "tril" | "triu" | "conv2d_weight" | "max_pool2d'" | "max_pool2d''" => true,
                    _ => false,
                };
                if may_change_nothing {
                    assert!(found.iter().zip(said).all(|(found, said)| found.is_subset(said)));
                    continue;
                }
                assert_eq!(found, said, "{}, operand {}", example.op, slot + 1);
            }
        }
    }
}
