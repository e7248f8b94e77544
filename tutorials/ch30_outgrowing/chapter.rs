//! Chapter 30. Outgrowing the machine: what a step is once it is a graph, the same training on one device, on four and in two processes, and what stops
//! more devices from helping.

mod device;
mod graph;
pub mod judge;
mod paper;
mod processes;
mod ring;
mod threads;

use device::{Device, Rows, record};
use frame::Origin::Theory;
use frame::{Chapter, Error, Opt, Result, Run};
use gradus::data::Digits;
use gradus::draw::DrawOptions;
use gradus::nn::{Activation, Mlp};
use gradus::prelude::*;
use graph::{Graph, PARTS};
use ndarray::Array1;
use std::time::{Duration, Instant};

pub const CHAPTER: Chapter = Chapter {
    slug: "30_outgrowing",
    title: "Outgrowing the machine",
    sources: frame::sources![
        "chapter.rs",
        "device.rs",
        "graph.rs",
        "paper.rs",
        "processes.rs",
        "ring.rs",
        "threads.rs"
    ],
    question: "Four devices train one net. Each has a quarter of every batch and finds the gradient of its part; then they agree on one gradient for \
               all. How far from the losses of one device will theirs be? And a thousand devices that share batches of 1,024 digits: how many times \
               as fast as one will they be?",
    time: "10 s",
    answer: "the largest difference of the losses of four devices is {apart}: that of rounding. A thousand devices are, on paper, {thousand:2} times as \
             fast as one, and {best_devices} are {best:1} times as fast.",
    epochs: 0,
    full_epochs: 0,
    options: &[Opt {
        name: "rank",
        value: "N",
        default: "0",
        allowed: &["0", "1"],
        help: "Which of two processes this is; the program starts the second one itself, and talks to it through its input and output",
    }],
    fooled: "Losses that fall. They also fall if each device trains on its own rows alone and never hears of the others, or if the gradients are added \
             where the loss of each part was a mean already. Only numbers held against those of one device show it. And a speed-up with a batch that \
             grows with the devices: it counts digits in a second, and a batch sixteen times as large does not need a sixteenth of the steps.",
    exercise: "tutorials/ch30_outgrowing/exercise.rs: add up gradients of devices that have different numbers of rows. Then: cargo run --release -- \
               exercises watch ch30",
    next: "cargo run --release -- list",
};

/// A step, a process or a file can fail, each in its own way.
type Outcome<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// The number of digits of a step, and of steps, in the trainings that are held against each other.
const BATCH: usize = 64;
const STEPS: usize = 100;
/// Largest difference of two losses that is rounding.
const TOLERANCE: f32 = 1e-5;

/// How a training is shared.
#[derive(Clone, Copy)]
struct Plan {
    devices: usize,
    batch: usize,
    steps: usize,
}

/// What a training leaves.
struct Trained {
    losses: Vec<f32>,
    parameters: Vec<f32>,
}

pub fn run(run: &mut Run) -> Result {
    let _alone = one_core();
    let (train, test) = run.mnist(STEPS * BATCH, 1_000)?;
    story(run, &train, &test.first(1_000)).map_err(|error| Error::new(error.to_string()))
}

/// A device is one core here: a pool of this thread alone shares nothing out, while it is there.
fn one_core() -> Option<rayon::ThreadPool> {
    rayon::ThreadPoolBuilder::new().num_threads(1).use_current_thread().build().ok()
}

fn story(run: &mut Run, train: &Digits, test: &Digits) -> Outcome<()> {
    let seed = run.seed();
    let net = || Mlp::<f32>::new(&[784, 32, 10], Activation::Relu, &mut seeded(seed)).logits();
    let data = Rows::of(&train.first(STEPS * BATCH));
    if run.option("rank") == "1" {
        return processes::second(&net(), &data);
    }
    a_step_is_a_graph(run, &net())?;
    one_loop(run)?;
    let alone = one_device(&net(), &data)?;
    why_a_sum(run, &net(), &data)?;
    several(run, &net(), &data, &alone)?;
    what_stops(run, &net(), &data, alone.parameters.len())?;
    larger_batches(run, net, train, test)
}

fn a_step_is_a_graph(run: &mut Run, net: &Mlp) -> Outcome<()> {
    run.heading("A step is a graph");
    let step = record(net, BATCH, BATCH)?;
    let graph = Graph::of(&step)?;
    run.say("              nodes   of them elementwise");
    for (part, name) in PARTS.iter().enumerate() {
        let of_it = || graph.computed().filter(|node| node.part == part);
        let elementwise = of_it().filter(|node| node.is_elementwise).count();
        run.say(format!("  {name:10}  {:>5}   {elementwise:>19}", of_it().count()));
    }
    let (nodes, loops) = (graph.computed().count(), graph.loops());
    run.say(format!(
        "{nodes} nodes, one after the other; with fusion {} pieces of work. Those of several nodes:",
        loops.len()
    ));
    for nodes in loops.iter().filter(|nodes| nodes.len() > 1) {
        let ops: Vec<&str> = nodes.iter().map(|node| node.info.op).collect();
        run.say(format!("  {:10} {}", nodes[0].info.shape.to_string(), ops.join(", ")));
    }
    run.result("nodes", nodes);
    run.result("pieces", loops.len());
    let options = DrawOptions::new().title("A step: forward, backward and update");
    Ok(run.draw("step", graph.tape(), &options).map_err(|error| error.to_string())?)
}

fn one_loop(run: &mut Run) -> Outcome<()> {
    run.heading("One loop instead of eight");
    let x = Array1::from_iter((0..1 << 20).map(|i| (i % 1000) as f32 / 1000.0));
    let mut tape = Tape::new();
    let nodes = tape.no_grad(|| graph::by_nodes(&tape, &x));
    let different = nodes.iter().zip(&graph::in_one_loop(&x)).filter(|(a, b)| a != b).count();
    let by_nodes = shortest(|| {
        tape.rewind();
        std::hint::black_box(tape.no_grad(|| graph::by_nodes(&tape, &x)));
    });
    let in_one_loop = shortest(|| {
        std::hint::black_box(graph::in_one_loop(std::hint::black_box(&x)));
    });
    run.say("y = y x + x, four times, for a million numbers:");
    run.say(format!("  eight nodes, each with a loop of its own  {:>6.2} ms", by_nodes.as_secs_f64() * 1e3));
    run.say(format!("  one loop                                  {:>6.2} ms", in_one_loop.as_secs_f64() * 1e3));
    run.say(format!("  {different} numbers differ"));
    run.compare("fused or not: numbers that differ", different as f64, Theory, "0", 0.0, 0.0);
    Ok(())
}

/// The shortest time of twenty runs. What disturbs a run only ever makes it longer.
fn shortest(mut work: impl FnMut()) -> Duration {
    let time = |_| {
        let begin = Instant::now();
        work();
        begin.elapsed()
    };
    (0..20).map(time).min().unwrap_or_default()
}

/// The whole step is one graph: gradients and update are nodes of it.
fn one_device(net: &Mlp, data: &Rows) -> Outcome<Trained> {
    let step = record(net, BATCH, BATCH)?;
    let (mut runner, mut state, mut losses) = (step.runner()?, step.start()?, Vec::new());
    for batch in 0..STEPS {
        losses.push(runner.run(&mut state, &data.part(batch * BATCH..(batch + 1) * BATCH))?);
    }
    let parameters = state.arrays().filter(|(name, _)| name.contains('/'));
    Ok(Trained { losses, parameters: parameters.flat_map(|(_, array)| array.iter().copied()).collect() })
}

/// The first batch: the gradient of all its rows, and those of its quarters.
fn why_a_sum(run: &mut Run, net: &Mlp, data: &Rows) -> Outcome<()> {
    run.heading("Why a sum");
    let plan = |devices| Plan { devices, batch: BATCH, steps: 1 };
    let whole = Device::new(net, 0, plan(1))?.gradient(data, 0)?;
    let parts = (0..4).map(|rank| Device::new(net, rank, plan(4))?.gradient(data, 0));
    let parts = parts.collect::<Outcome<Vec<_>>>()?;
    let at = (0..whole.len() - 1).max_by(|&a, &b| whole[a].abs().total_cmp(&whole[b].abs())).unwrap_or(0);
    run.say("                  the loss   one slope, the steepest");
    for (rank, part) in parts.iter().enumerate() {
        run.say(format!("  quarter {}     {:>9.6}   {:>23.6}", rank + 1, part[whole.len() - 1], part[at]));
    }
    let sum = |place: usize| parts.iter().map(|part| part[place]).sum::<f32>();
    run.say(format!("  their sum     {:>9.6}   {:>23.6}", sum(whole.len() - 1), sum(at)));
    run.say(format!("  all 64 rows   {:>9.6}   {:>23.6}", whole[whole.len() - 1], whole[at]));
    let size = whole[at].abs();
    let wrong = (0..whole.len()).filter(|&place| (sum(place) - whole[place]).abs() > TOLERANCE * size).count();
    run.compare("slopes that the sum has not", wrong as f64, Theory, "0", 0.0, 0.0);
    Ok(())
}

fn several(run: &mut Run, net: &Mlp, data: &Rows, alone: &Trained) -> Outcome<()> {
    run.heading("One device, four, two processes");
    let plan = Plan { devices: 4, batch: BATCH, steps: STEPS };
    let devices =
        if threads::ARE_HERE { threads::train(net, data, plan)?.0 } else { threads::take_turns(net, data, plan)? };
    let four = &devices[0];
    let others = |device: &Trained| device.parameters.iter().zip(&four.parameters).filter(|(a, b)| a != b).count();
    let copies = devices.iter().map(others).sum();
    let apart = |losses: &[f32]| losses.iter().zip(&alone.losses).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    let row = |what: &str, losses: &[f32], copies: usize| {
        let [first, tenth, last] = [0, 9, STEPS - 1].map(|step| losses[step]);
        run.say(format!(
            "  {what:14}  {first:>8.5}  {tenth:>8.5}  {last:>8.5}   {:>16}   {copies:>14}",
            small(apart(losses))
        ));
    };
    run.say("                            loss of step           apart from   numbers in which");
    run.say("                         1        10       100     one device     copies differ");
    row("one device", &alone.losses, 0);
    row("four devices", &four.losses, copies);
    let mut farthest = apart(&four.losses);
    match processes::first(run, net, data) {
        Ok(both) => {
            row("two processes", &both.trained.losses, both.different);
            run.say(format!("each process sent {} bytes in a step: {} numbers", both.sent, both.sent / 4));
            farthest = farthest.max(apart(&both.trained.losses));
            run.result("processes", 2);
        }
        Err(error) => run.say(format!("  two processes: not here ({error})")),
    }
    run.result("apart", small(farthest));
    run.result("copies", copies);
    let is_far = |(a, b): (&f32, &f32)| usize::from((a - b).abs() > TOLERANCE);
    let far: usize = four.losses.iter().zip(&alone.losses).map(is_far).sum();
    run.compare("four devices: losses further than 1e-5 from one", far as f64, Theory, "0", 0.0, 0.0);
    run.compare("four devices: numbers in which copies differ", copies as f64, Theory, "0", 0.0, 0.0);
    match farthest <= TOLERANCE {
        true => Ok(()),
        false => {
            Err(format!("the losses are {farthest} apart, expected at most {TOLERANCE}: the all-reduce is wrong")
                .into())
        }
    }
}

/// A difference, with the digits that mean something.
fn small(difference: f32) -> String {
    if difference == 0.0 { "0".to_owned() } else { format!("{difference:.1e}") }
}

fn what_stops(run: &mut Run, net: &Mlp, data: &Rows, numbers: usize) -> Outcome<()> {
    run.heading("What stops it");
    let measured = paper::Measured::of(net, data)?;
    run.say("  digits   a step of one device    for each digit");
    for (rows, seconds) in measured.rows() {
        run.say(format!("  {rows:>6}   {:>17.0} µs   {:>11.2} µs", seconds * 1e6, seconds * 1e6 / *rows as f64));
    }
    two_devices(run, net, data)?;
    run.heading("On paper, to a thousand devices");
    let rows = paper::model(&measured, numbers + 1);
    paper::say(run, &rows)?;
    let shared = |row: &paper::Scaled| row.speed_up[0];
    let best = rows.iter().max_by(|a, b| shared(a).total_cmp(&shared(b))).ok_or("no rows")?;
    run.result("thousand", rows.last().map(shared));
    run.result("best", shared(best));
    run.result("best_devices", best.devices);
    let off = rows.iter().map(|row| (row.sent[0] - row.sent[1]).abs() / row.sent[1].max(1.0)).fold(0.0, f64::max);
    run.compare("bytes in the ring: at most off paper by a share of", off, Theory, "0", 0.0, 0.05);
    Ok(())
}

/// The same on two threads of this machine: nothing here is assumed.
fn two_devices(run: &Run, net: &Mlp, data: &Rows) -> Outcome<()> {
    run.heading("Two devices, measured");
    if !threads::ARE_HERE {
        run.say("  not here: a web page has no threads. In a terminal this part measures one device against two.");
        return Ok(());
    }
    run.say("  digits   a step of one device   of two that share it   speed-up");
    for batch in [16, 64, 256, 1024] {
        let steps = STEPS;
        let time =
            |devices| threads::train(net, data, Plan { devices, batch, steps }).map(|(_, time)| time.as_secs_f64());
        let (one, two) = (time(1)?, time(2)?);
        run.say(format!("  {batch:>6}   {:>17.0} µs   {:>17.0} µs   {:>8.2}", one * 1e6, two * 1e6, one / two));
    }
    Ok(())
}

fn larger_batches(run: &mut Run, net: impl Fn() -> Mlp, train: &Digits, test: &Digits) -> Outcome<()> {
    run.heading("What a larger batch is worth");
    let reached = paper::steps_to_goal(net, train, test, &mut run.rng())?;
    run.say(format!(
        "steps until the loss on 1,000 other digits is below {}, with the best of four rates:",
        paper::GOAL
    ));
    run.say("  batch   rate   steps   digits seen");
    for paper::Reached { batch, steps, rate } in &reached {
        run.say(format!("  {batch:>5}   {rate:>4}   {steps:>5}   {:>11}", batch * steps));
    }
    run.result("steps", reached.iter().map(|reached| reached.steps).collect::<Vec<_>>());
    Ok(())
}
