//! Chapter 27. What a training step costs, shown by counting: memory asked for, nodes made, bytes moved, numbers multiplied.

pub mod judge;
mod load;
mod plots;
mod roof;
mod ways;

use frame::Origin::Ours;
use frame::{Chapter, Error, Result, Run, count_allocations};
use gradus::Profile;
use gradus::data::Digits;
use gradus::draw::DrawOptions;
use gradus::optim::Sgd;
use gradus::prelude::*;
use load::Load;
use roof::{Roof, fastest};
use serde_json::json;
use std::time::Duration;
use ways::{WAYS, Walk, network, train, walk};

pub const CHAPTER: Chapter = Chapter {
    slug: "27_rewind",
    title: "Rewind",
    sources: frame::sources!["chapter.rs", "load.rs", "plots.rs", "roof.rs", "ways.rs"],
    question: "A training step records a few dozen nodes, walks back over them, and then no longer needs them; the next step records the same \
               nodes again. Count how often a step asks for memory. Take a new tape for each step, go back to the start of the old one, or do \
               neither and let it grow: which is fastest, which is slowest, and by how much?",
    time: "6 s",
    answer: "a new tape asks {new.asked:0} times in a step, one that grows {growing.asked:0} times, one that is rewound \
             {rewound.asked:0} times. The table above shows how long each takes.",
    epochs: 200,
    full_epochs: 1000,
    options: &[],
    fooled: "The count, taken alone. The tape that is never rewound asks for memory half as often as one that is freed and made anew, but it is \
             the slowest by far, because it always gets memory that nobody has used yet. And after a batch of another size the tape is built \
             anew, node by node, in memory that it already has: the allocator hardly notices. A good program asks for no memory in a step. But \
             only the number of new nodes proves that nodes are reused. Count both, and then measure the time.",
    exercise: "tutorials/ch27_rewind/exercise.rs: a training step that still asks for memory once. Remove the last one. Then: cargo run \
               --release -- exercises watch ch27",
    next: "cargo run --release -- ch28",
};

pub fn run(run: &mut Run) -> Result {
    // What is counted here, and the roof above it, belong to one core: a pool of this thread alone shares nothing out.
    let _alone = rayon::ThreadPoolBuilder::new().num_threads(1).use_current_thread().build();
    let longest = STEPS_PROFILED + SETTLED;
    let (digits, _) = run.mnist(ways::BATCH_SIZE * longest.max(run.epochs()), 0)?;
    let walks = four_ways(run, &digits)?;
    timed(run, &walks);
    another_size(run, &digits)?;
    what_a_node_costs(run);
    let profile = what_a_step_does(run, &digits)?;
    under_the_roofs(run, &profile, &walks)
}

/// Number of first steps, in which everything that happens only once has happened.
const SETTLED: usize = 20;
/// Number of steps that are profiled after that.
const STEPS_PROFILED: usize = 200;

fn four_ways(run: &mut Run, digits: &Digits) -> Result<Vec<Walk>> {
    run.heading("Four ways from a step to the next");
    let (seed, count) = (run.seed(), run.epochs());
    if count < 2 {
        return Err(Error::new("--epochs 1: a first step is compared with later ones, so there are at least 2"));
    }
    walk(&WAYS[0], digits, seed, 1)?; // what a thread does once in its life happens here
    let mut walks: Vec<Walk> = WAYS.iter().map(|way| walk(way, digits, seed, count)).collect::<Result<_>>()?;
    run.say("784-100-20-10, ten digits a step. What happens to the tape, and what memory a step then asks for:");
    run.say("");
    run.say("                               step 1   step 2    a later step     of it   nodes made");
    run.say("                                times    times   times    bytes     kept");
    for Walk { way, steps } in &walks {
        let settled = &steps[SETTLED.min(steps.len() - 1)..];
        let mean = |count: fn(&ways::Step) -> f64| settled.iter().map(count).sum::<f64>() / settled.len() as f64;
        let (times, nodes_made) = (mean(|step| step.asked.count as f64), mean(|step| step.nodes_made as f64));
        run.say(format!(
            "  {:27}  {:>7}  {:>7}  {times:>6.1}  {:>7.0}  {:>7.0}  {nodes_made:>11.0}",
            way.name,
            steps[0].asked.count,
            steps[1].asked.count,
            mean(|step| step.asked.bytes as f64),
            mean(|step| step.asked.kept as f64),
        ));
        run.result(way.key, json!({ "asked": times, "nodes_made": nodes_made, "first": steps[0].asked.count }));
    }
    let steady = &walks[0].steps[1..];
    let worst = |count: fn(&ways::Step) -> u64| steady.iter().map(count).max().unwrap_or(0) as f64;
    run.compare("tape rewound: times a step asks for memory", worst(|step| step.asked.count), Ours, "0", 0.0, 0.0);
    run.compare("tape rewound: nodes a step makes", worst(|step| step.nodes_made), Ours, "0", 0.0, 0.0);
    // Other work of the machine makes a step longer, never shorter: the shortest of several rounds counts.
    for _ in 0..4 {
        for first in &mut walks {
            first.shorten(&walk(first.way, digits, seed, count)?);
        }
    }
    Ok(walks)
}

fn timed(run: &Run, walks: &[Walk]) {
    run.heading("The same steps, timed");
    for Walk { way, steps } in walks {
        let micros: Vec<f64> = steps.iter().map(|step| step.time.as_secs_f64() * 1e6).collect();
        let settled = median(&micros[SETTLED.min(micros.len() - 1)..]);
        run.say(format!("  {:27}  first step {:>5.0} µs   a later one {settled:>6.1} µs", way.name, micros[0]));
    }
}

fn median(numbers: &[f64]) -> f64 {
    let mut sorted = numbers.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[sorted.len() / 2]
}

/// Sixteen batches of 1,000 digits: the last one holds 40.
fn another_size(run: &mut Run, digits: &Digits) -> Result {
    run.heading("A batch of another size");
    run.say(
        "1,000 digits in batches of 64: the 16th batch holds the 40 that are left. The tape is rewound after each.",
    );
    let (net, mut sgd, mut tape) = (network(run.seed()), Sgd::new(0.1), Tape::new());
    let mut made_in_all = Vec::new();
    for epoch in 1..=3 {
        let (mut made, mut asked) = (String::new(), String::new());
        for batch in digits.first(1000).batches_in_order(64) {
            let before = tape.nodes_made();
            let (trained, allocations) = count_allocations(|| train(&tape, &net, &mut sgd, &batch));
            trained?;
            made += &format!("{:>4}", tape.nodes_made() - before);
            asked += &format!("{:>4}", allocations.count);
            tape.rewind();
        }
        run.say(format!("  epoch {epoch}   nodes made        {made}"));
        run.say(format!("            memory asked for  {asked}"));
        made_in_all.push(tape.nodes_made());
    }
    run.result("made_with_another_size", made_in_all);
    Ok(())
}

/// On a chain of single numbers there is hardly anything but recording.
fn what_a_node_costs(run: &mut Run) {
    run.heading("What a node costs");
    run.say("x = tanh(x a + b), a thousand times, forward and back, on single numbers. For each node:");
    for way in &WAYS {
        let (mut tape, mut nodes) = (Tape::new(), 0);
        let seconds = fastest(Duration::from_millis(60), || {
            nodes = chain(&tape);
            tape = (way.next)(std::mem::take(&mut tape));
        });
        run.say(format!("  {:27}  {:>5.1} ns", way.name, seconds / nodes as f64 * 1e9));
    }
}

/// Records the chain and its gradient, and returns how many nodes that took.
fn chain(tape: &Tape) -> usize {
    let before = tape.len();
    let (start, a, b) = (tape.var(0.5), tape.var(0.9), tape.var(0.1));
    let mut x = start;
    for _ in 0..1000 {
        x = (x * a + b).tanh();
    }
    x.backward();
    tape.len() - before
}

fn what_a_step_does(run: &mut Run, digits: &Digits) -> Result<Profile> {
    run.heading("What a step moves and computes");
    let (net, mut sgd, mut tape) = (network(run.seed()), Sgd::new(0.1), Tape::new());
    for (done, batch) in digits.batches_in_order(ways::BATCH_SIZE).take(STEPS_PROFILED + SETTLED).enumerate() {
        if done == SETTLED {
            tape.start_profile();
        }
        tape.rewind();
        train(&tape, &net, &mut sgd, &batch)?;
    }
    let profile = tape.profile().expect("it was started");
    run.draw("step", &tape, &DrawOptions::new().title("One step: forward, and back"))?;
    let per_step = |total: u64| total as f64 / STEPS_PROFILED as f64;
    let mut rows = profile.rows().to_vec();
    rows.sort_by_key(|row| (row.phase, std::cmp::Reverse(row.bytes), row.op));
    run.say("                                  calls       kB   kFLOP");
    for row in &rows {
        run.say(format!(
            "  {:9} {:21} {:>5}  {:>7.1}  {:>6.1}  {:>6.2} µs",
            row.phase,
            row.op,
            row.calls / STEPS_PROFILED as u64,
            per_step(row.bytes) / 1e3,
            per_step(row.flops) / 1e3,
            row.time.as_secs_f64() * 1e6 / STEPS_PROFILED as f64,
        ));
    }
    let total = |count: fn(&gradus::ProfileRow) -> u64| per_step(rows.iter().map(count).sum()) / 1e3;
    let rest = profile.outside_of_kernels().as_secs_f64() * 1e6 / STEPS_PROFILED as f64;
    run.say(format!("  outside of the kernels, the clock itself included         {rest:>6.2} µs"));
    run.say(format!(
        "{} nodes, {:.0} kB, {:.0} kFLOP in a step",
        tape.len(),
        total(|row| row.bytes),
        total(|row| row.flops)
    ));
    run.result("nodes", tape.len());
    Ok(profile)
}

/// Networks of the course, as (chapter, layer sizes, batch size).
const NETWORKS: [(&str, &[usize], usize); 5] = [
    ("10", &[2, 3, 1], 1),
    ("17", &[784, 16, 16, 10], 32),
    ("15", &[784, 100, 20, 10], 10),
    ("16", &[784, 50, 10], 100),
    ("18", &[784, 256, 10], 64),
];

fn under_the_roofs(run: &mut Run, profile: &Profile, walks: &[Walk]) -> Result {
    run.heading("Two roofs");
    let roof = Roof::measure();
    run.say(format!("  multiplied and added, in a product of matrices   {:>6.1} GFLOP/s", roof.flops / 1e9));
    for (bytes, bandwidth) in &roof.copies {
        let micros = *bytes as f64 / bandwidth * 1e6;
        run.say(format!(
            "  moved in a copy, {:>7} kB in {micros:>9.1} µs      {:>6.1} GB/s",
            bytes >> 10,
            bandwidth / 1e9
        ));
    }
    let kept = walks[3].steps.iter().map(|step| step.asked.kept as f64).sum::<f64>() / walks[3].steps.len() as f64;
    run.say(format!(
        "  written to new memory, {:>3.0} kB in {:>9.1} µs       {:>6.1} GB/s",
        kept / 1024.0,
        kept / roof.first_touch * 1e6,
        roof.first_touch / 1e9
    ));
    run.heading("Networks under the roofs");
    run.say("  chapter  network         batch   nodes    kFLOP       kB   FLOP/byte");
    let mut networks = Vec::new();
    for (chapter, sizes, batch_size) in NETWORKS {
        let load = Load::measure(sizes, batch_size, Duration::from_millis(100));
        let name = sizes.iter().map(usize::to_string).collect::<Vec<_>>().join("-");
        let speed = load.flops() / load.seconds;
        run.say(format!(
            "  {chapter:7}  {name:14}  {batch_size:>5}  {:>6}  {:>7.0}  {:>7.0}  {:>10.2}  {:>8.1} µs  {:>6.2} GFLOP/s, {:>3.0}%",
            load.nodes,
            load.flops() / 1e3,
            load.bytes() / 1e3,
            load.flops() / load.bytes(),
            load.seconds * 1e6,
            speed / 1e9,
            100.0 * speed / roof.flops,
        ));
        networks.push((name, load.flops() / load.bytes(), speed / 1e9));
    }
    run.plot("steps", &plots::steps(walks))?;
    run.plot("roofline", &plots::roofline(&roof, profile, &networks))
}
