//! Chapter 29: what it prints, and its judge on engines that are wrong in typical ways. They are written here as a learner writes them, independently
//! of the ones with which the judge recognises them.

use crate::support::{number, results};
use chapters::ch29::engine::{Engine, Value};
use chapters::ch29::judge::judge;
use gradus::plain::Op;
use ndarray::Axis;

#[test]
fn each_stage_brings_more_programs_right_and_a_slip_leaves_many_as_they_were() {
    let results = results(env!("CARGO_BIN_EXE_ch29_build_it"), &[]);
    let right: Vec<f64> = ["2", "3", "4", "5"].iter().map(|stage| number(&results["right"][stage])).collect();
    assert!(0.0 < right[0] && right[0] < right[1] && right[1] < right[2], "{right:?}");
    assert_eq!(right[2..], [200.0, 200.0]);
    let wrong = |slip: &str| number(&results["wrong"][slip]);
    for slip in
        ["Forwards", "SlopesAlone", "Overwrites", "PathByPath", "TooEarly", "NotSummed", "FrontOnly", "StaleValue"]
    {
        assert!(wrong(slip) > 0.0, "{slip}");
    }
    // Mistakes that no gradient shows.
    assert_eq!([wrong("Cleared"), wrong("CursorStays"), wrong("NotTruncated")], [0.0; 3]);
}

#[derive(Default)]
struct Node {
    op: Option<Op>,
    operands: Vec<usize>,
    value: Value,
    gradient: Option<Value>,
}

/// A learner's engine, with the mistake `W`.
#[derive(Default)]
struct Mine<const W: usize> {
    nodes: Vec<Node>,
    cursor: usize,
}

macro_rules! wrong_engines {
    ($($test:ident $wrong:ident $told:literal;)+) => {
        #[allow(non_camel_case_types, clippy::upper_case_acronyms)]
        enum Wrong { NOTHING, $($wrong),+ }
        $(
            const $wrong: usize = Wrong::$wrong as usize;
            #[test]
            fn $test() {
                let judgement = judge(Mine::<$wrong>::default);
                assert!(!judgement.solved());
                let told = judgement.diagnosis().unwrap_or_default();
                assert!(told.contains($told), "expected {:?} in the diagnosis of\n{}", $told, judgement.failure());
            }
        )+
        #[test]
        fn an_engine_without_a_slip_is_right_in_all_five_stages() {
            let judgement = judge(Mine::<{ Wrong::NOTHING as usize }>::default);
            assert!(judgement.solved(), "{}\n{}", judgement.verdict(), judgement.failure());
        }
    };
}

wrong_engines! {
    operands_in_reverse REVERSED "the operands are kept in reverse";
    an_operand_used_twice_that_is_kept_once ONCE "x * x has two edges from x";
    the_place_after_the_new_node AFTER "count the nodes before it goes in";
    a_walk_that_goes_forwards FORWARDS "the walk goes forwards";
    slopes_without_what_arrived SLOPES "must be multiplied by the gradient that arrived";
    a_walk_that_begins_with_nothing UNSEEDED "the loss grows with itself at rate 1";
    shares_that_overwrite OVERWRITING "keeps only the last";
    a_recursion_along_paths RECURSIVE "the walk follows paths";
    nodes_that_hand_on_too_early EARLY "what arrives later is never handed on";
    gradients_that_pile_up_from_pass_to_pass PILED "this pass adds to them";
    shares_in_the_shape_of_the_result UNSUMMED "gets the sum over its copies, in its own shape";
    a_sum_over_the_last_axis LAST "the sum goes over the wrong axis";
    axes_of_length_1_that_are_not_summed FRONT "only axes in front are summed";
    axes_of_length_1_that_go GONE "axes of length 1 are gone";
    a_mean_over_copies AVERAGED "this is the mean over the copies";
    a_rewind_that_clears CLEARED "rewinding throws the nodes away";
    a_cursor_that_stays STAYING "the cursor is not back at 0";
    values_of_the_last_time OLD_VALUE "the value is that of the last recording";
    gradients_of_the_last_pass OLD_GRADIENT "the gradient is that of the last pass";
    a_rest_that_stays REST "the rest of the old program is still there";
    a_node_that_is_the_same_by_its_op_alone SAME_OP "its operands must be the same too";
}

impl<const W: usize> Engine for Mine<W> {
    fn leaf(&mut self, value: Value) -> usize {
        self.put(Node { value, ..Node::default() })
    }

    fn record(&mut self, op: Op, operands: &[usize]) -> usize {
        let x: Vec<&Value> = operands.iter().map(|&operand| &self.nodes[operand].value).collect();
        let value = (op.forward)(&x).expect("shapes that fit");
        let operands = match W {
            REVERSED => operands.iter().rev().copied().collect(),
            ONCE if operands.len() == 2 && operands[0] == operands[1] => vec![operands[0]],
            _ => operands.to_vec(),
        };
        let place = self.put(Node { op: Some(op), operands, value, gradient: None });
        if W == AFTER { self.nodes.len() } else { place }
    }

    fn backward(&mut self, loss: usize) {
        if W != PILED {
            self.nodes.iter_mut().for_each(|node| node.gradient = None);
        }
        if W != UNSEEDED {
            self.nodes[loss].gradient = Some(Value::ones(self.nodes[loss].value.shape()));
        }
        match W {
            FORWARDS => (0..=loss).for_each(|node| self.hand_on(node)),
            RECURSIVE => self.follow(loss),
            EARLY => {
                let mut found = vec![loss];
                for turn in 0.. {
                    let Some(&node) = found.get(turn) else { break };
                    self.hand_on(node);
                    let new: Vec<usize> = self.nodes[node].operands.clone();
                    new.into_iter().for_each(|operand| {
                        if !found.contains(&operand) {
                            found.push(operand);
                        }
                    });
                }
            }
            _ => (0..=loss).rev().for_each(|node| self.hand_on(node)),
        }
    }

    fn rewind(&mut self) {
        match W {
            STAYING => {}
            CLEARED => *self = Self::default(),
            _ => self.cursor = 0,
        }
    }

    fn count(&self) -> usize {
        self.nodes.len()
    }

    fn operands(&self, node: usize) -> &[usize] {
        &self.nodes[node].operands
    }

    fn value(&self, node: usize) -> &Value {
        &self.nodes[node].value
    }

    fn gradient(&self, node: usize) -> Option<&Value> {
        self.nodes[node].gradient.as_ref()
    }
}

impl<const W: usize> Mine<W> {
    /// Hands on the gradient of a node, and continues from each operand at once.
    fn follow(&mut self, node: usize) {
        self.hand_on(node);
        self.nodes[node].operands.clone().into_iter().for_each(|operand| self.follow(operand));
    }

    fn hand_on(&mut self, node: usize) {
        let node = &self.nodes[node];
        let (Some(op), Some(g)) = (&node.op, &node.gradient) else { return };
        let x: Vec<&Value> = node.operands.iter().map(|&operand| &self.nodes[operand].value).collect();
        let slopes = (op.vjp)(&x, &node.value, &Value::ones(node.value.shape()));
        let shares = if W == SLOPES { slopes } else { (op.vjp)(&x, &node.value, g) };
        for (operand, share) in node.operands.clone().into_iter().zip(shares) {
            let node = &mut self.nodes[operand];
            let share = Self::summed(share, node.value.shape());
            node.gradient = Some(match node.gradient.take() {
                Some(sum) if W != OVERWRITING => sum + share,
                _ => share,
            });
        }
    }

    fn summed(mut share: Value, shape: &[usize]) -> Value {
        if W == UNSUMMED {
            return share;
        }
        let before = share.len();
        while share.ndim() > shape.len() {
            let axis = if W == LAST { share.ndim() - 1 } else { 0 };
            share = share.sum_axis(Axis(axis));
        }
        for axis in (0..shape.len()).rev().filter(|&axis| shape[axis] == 1 && W != FRONT && W != LAST) {
            let was_copied = share.shape()[axis] > 1;
            share = share.sum_axis(Axis(axis));
            if W != GONE || !was_copied {
                share = share.insert_axis(Axis(axis));
            }
        }
        if W == AVERAGED { &share * (share.len() as f64 / before as f64) } else { share }
    }

    fn put(&mut self, node: Node) -> usize {
        let place = self.cursor;
        self.cursor += 1;
        let name = |node: &Node| node.op.as_ref().map(|op| op.name);
        match self.nodes.get_mut(place) {
            Some(old)
                if name(old) == name(&node)
                    && (W == SAME_OP || old.operands == node.operands)
                    && old.value.shape() == node.value.shape() =>
            {
                if W != OLD_VALUE {
                    old.value = node.value;
                }
                if W != OLD_GRADIENT {
                    old.gradient = None;
                }
            }
            Some(old) if W == REST => *old = node,
            _ => {
                self.nodes.truncate(place);
                self.nodes.push(node);
            }
        }
        place
    }
}
