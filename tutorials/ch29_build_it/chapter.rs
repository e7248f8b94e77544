//! Chapter 29. An engine in five stages: what each is for, and what is still right without it.

pub mod engine;
pub mod judge;
mod script;

use engine::{Built, Engine, SLIPS, Slip};
use frame::Origin::Theory;
use frame::{Chapter, Result, Run};
use gradus::draw::DrawOptions;
use gradus::prelude::*;
use ndarray::{arr0, arr1, arr2};
use script::{Kind::*, Script, agree};
use serde_json::json;

pub const CHAPTER: Chapter = Chapter {
    slug: "29_build_it",
    title: "Build it yourself",
    sources: frame::sources!["chapter.rs", "engine.rs", "script.rs"],
    question: "Five pieces make an engine: recording, the walk back, the sum where a result is used twice, the sum over the copies that \
               broadcasting makes, and rewinding. Build it without the last three: on how many of 200 random programs are the gradients \
               still right? And with the third, but without the fourth?",
    time: "1 s",
    answer: "with recording and the walk alone {right.2} of 200 come out right, with the sum where a result is used twice {right.3}, and with the sum \
             over copies {right.4}.",
    epochs: 0,
    full_epochs: 0,
    options: &[],
    fooled: "An engine that is nearly right. Most of these slips leave the gradients of many programs as they should be, and some show only in \
             a program that is recorded a second time. Random programs, compared with an engine that is known to be right, find most of them \
             in a moment. That is how gradus itself is compared with its own plain engine.",
    exercise: "tutorials/ch29_build_it/exercise.rs: build an engine, in five stages. Then: cargo run --release -- exercises watch ch29",
    next: "cargo run --release -- ch30",
};

pub fn run(run: &mut Run) -> Result {
    what_each_stage_is_for(run)?;
    let programs = random_programs(run.seed());
    how_far_each_stage_gets(run, &programs);
    where_a_slip_shows(run, &programs);
    Ok(())
}

/// The pieces that an engine lacks if it has only the earlier stages.
// ANCHOR: missing
const WITHOUT: [&[Slip]; 4] = [
    &[Slip::Overwrites, Slip::NotSummed, Slip::CursorStays], // stages 1 and 2 alone
    &[Slip::NotSummed, Slip::CursorStays],                   // and 3
    &[Slip::CursorStays],                                    // and 4
    &[],                                                     // and 5
];
// ANCHOR_END: missing

fn what_each_stage_is_for(run: &mut Run) -> Result {
    run.heading("What each stage is for");
    let [without_sums, without_copies, without_cursor, _] = WITHOUT;
    let number = |x: f64| arr0(x).into_dyn();

    let fan_out = Script::new([number(1.0)], [(Add, &[0, 0]), (Add, &[1, 1])]);
    let slope = |slips| fan_out.gradients(&mut Built::with(slips))[0].as_ref().map_or(0.0, |gradient| gradient.sum());
    run.say("2 walk back           b = a + a, c = b + b: how fast does c grow with a?");
    run.say(format!("3 sum what fans out     without it {}, with it {}", slope(without_sums), slope(without_copies)));

    let x = arr2(&[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]).into_dyn();
    let bias = Script::new([x, arr1(&[0.1, 0.2, 0.3]).into_dyn()], [(Add, &[0, 1]), (Sum, &[2])]);
    let shape =
        |slips| bias.gradients(&mut Built::with(slips))[1].as_ref().map(|g| g.shape().to_vec()).unwrap_or_default();
    run.say("                      a bias [3] is added to two rows, [2, 3]: what shape has its gradient?");
    run.say(format!(
        "4 broadcast             without it {:?}, with it {:?}",
        shape(without_copies),
        shape(without_cursor)
    ));

    let nodes = |slips| {
        let mut engine = Built::with(slips);
        for _ in 0..10 {
            bias.record(&mut engine);
            engine.rewind();
        }
        engine.count()
    };
    run.say("                      ten steps of that: how many nodes are there?");
    run.say(format!("5 rewind                without it {}, with it {}", nodes(without_cursor), nodes(&[])));
    run.compare("dc/da by the engine of all stages", slope(&[]), Theory, "4", 4.0, 4.0);

    // What gradus records of the second program: the sum over copies is a node like any other.
    let tape = Tape::new();
    let x = tape.var([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]).named("x");
    let bias = tape.var([0.1, 0.2, 0.3]).named("bias");
    (x + bias).sum().backward();
    run.draw("bias", &tape, &DrawOptions::new().title("A bias added to two rows, and what flows back to it"))
}

/// 100 random programs, each followed by the same on other numbers.
fn random_programs(seed: u64) -> Vec<Script> {
    let mut rng = seeded(seed);
    let both = |_| {
        let script = Script::random(&mut rng, 4);
        let again = script.with_other_numbers(&mut rng);
        [script, again]
    };
    (0..100).flat_map(both).collect()
}

/// The number of programs with the gradients of gradus, one after the other on one engine, rewound after each; and its nodes in the end.
// ANCHOR: right
fn right(programs: &[Script], slips: &[Slip]) -> (usize, usize) {
    let mut engine = Built::with(slips);
    let mut right = 0;
    for program in programs {
        right += usize::from(agree(&program.gradients(&mut engine), &program.gradients_by_gradus()));
        engine.rewind();
    }
    (right, engine.count())
}
// ANCHOR_END: right

fn how_far_each_stage_gets(run: &mut Run, programs: &[Script]) {
    run.heading("How far each stage gets");
    run.say(format!("{} random programs, one after the other on one engine, rewound after each:\n", programs.len()));
    run.say("  stages      gradients right   nodes in the end");
    let mut results = serde_json::Map::new();
    for (stage, slips) in (2..).zip(WITHOUT) {
        let (right, nodes) = right(programs, slips);
        let stages: Vec<String> = (1..=stage).map(|stage| stage.to_string()).collect();
        run.say(format!("  {:10}  {right:>15}   {nodes:>16}", stages.join(" ")));
        results.insert(stage.to_string(), json!(right));
        if stage == 5 {
            run.compare("programs that come out as by gradus", right as f64, Theory, "200", 200.0, 200.0);
        }
    }
    run.result("right", results);
}

fn where_a_slip_shows(run: &mut Run, programs: &[Script]) {
    run.heading("Where a slip shows");
    run.say(format!("An engine with one slip, on the same {} programs:\n", programs.len()));
    run.say("                                                        gradients wrong   nodes in the end");
    let mut results = serde_json::Map::new();
    for (stage, slips) in (1..).zip(SLIPS).skip(1) {
        for &slip in slips {
            let (right, nodes) = right(programs, &[slip]);
            run.say(format!("  {stage}  {:50} {:>15}   {nodes:>16}", slip.name(), programs.len() - right));
            results.insert(format!("{slip:?}"), json!(programs.len() - right));
        }
    }
    run.result("wrong", results);
}
