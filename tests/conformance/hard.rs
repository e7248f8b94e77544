//! Every op at its hard places: at kinks and ties, at zeros, at infinities, far out in the tails. There the derivative is a limit or a convention,
//! and all ways of differentiating must follow the same one: the reverse pass and dual numbers, in all combinations to second order. The slopes on
//! either side, measured by nudging, must lie around it.

use super::witness::Trial;
use gradus::table::{Example, HARD, Hard, TABLE};
use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;

#[test]
fn every_op_has_a_row_of_hard_places() {
    for example in TABLE {
        Hard::of(example.op);
    }
    for op in HARD.iter().flat_map(|row| row.ops) {
        assert!(TABLE.iter().any(|example| example.op == *op), "{op} is no op of the table");
    }
}

/// The op at its hard places.
fn trials(example: &'static Example) -> Vec<Trial> {
    let mut rng = ChaCha8Rng::seed_from_u64(51);
    let conditions = Hard::of(example.op).places(example.operands, &mut rng);
    conditions.into_iter().map(|x| Trial::at_one_direction(example, x, &mut rng)).collect()
}

#[test]
fn at_hard_places_all_ways_of_differentiating_keep_one_convention() {
    let (mut conditions, mut derivatives, mut faults) = (0, 0, Vec::new());
    for example in TABLE {
        for trial in trials(example) {
            let (compared, wrong) = trial.check_at_a_hard_place(Hard::of(example.op));
            conditions += 1;
            derivatives += compared;
            faults.extend(wrong);
        }
    }
    println!("{} rows, {conditions} conditions, {derivatives} derivatives", TABLE.len());
    let few: Vec<&str> = faults.iter().take(20).map(String::as_str).collect();
    assert!(faults.is_empty(), "{} of them differ:\n{}", faults.len(), few.join("\n"));
}
