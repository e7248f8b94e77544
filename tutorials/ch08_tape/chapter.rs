//! Chapter 8. The reverse pass, and the one thing it must get right: what fans out adds up, and only then moves on.

pub mod judge;
mod mini;
mod walks;

use frame::Origin::Theory;
use frame::{Chapter, Result, Run};
use gradus::draw::DrawOptions;
use gradus::prelude::*;
use mini::MiniTape;
use serde_json::json;
use walks::{Walker, last_recorded_first, once_as_found, path_by_path, picture, whenever_something_arrives};

pub const CHAPTER: Chapter = Chapter {
    slug: "08_tape",
    title: "The tape",
    sources: frame::sources!["chapter.rs", "mini.rs", "walks.rs"],
    question: "Let b = a + a and c = b + b. How fast does c grow with a? Guess. Now imagine you walk back from c, handing \
               each node's gradient to its operands: what can go wrong at b, which is used twice?",
    time: "1 s",
    answer: "c grows {gradient} times as fast as a. If b hands its gradient on before all of it is there, and again later, \
             {wrong_gradient} comes out.",
    epochs: 0,
    full_epochs: 0,
    options: &[],
    fooled: "A reverse pass that hands on too early is right on every chain, and on every graph where each \
             result is used once: on all the examples that you would try first. It goes wrong where something \
             fans out. Another wrong pass shows only where a short way and a long way meet. Both are wrong by \
             a factor, and a learning rate can hide that. Following every path is right, but it never ends.",
    exercise: "tutorials/ch08_tape/exercise.rs: write the reverse pass of a tape yourself, in a dozen lines. Then: cargo run \
               --release -- exercises watch ch08",
    next: "cargo run --release -- ch09",
};

pub fn run(run: &mut Run) -> Result {
    one_neuron_and_its_loss(run)?;
    fan_out(run)?;
    four_walks(run)?;
    paths_and_nodes(run);
    a_long_chain(run);
    Ok(())
}

/// h = σ(w1 x + b1), y = w2 h + b2, L = (y - t)² / 2, with single numbers.
fn one_neuron_and_its_loss(run: &mut Run) -> Result {
    // ANCHOR: neuron
    let tape = Tape::<f64>::new();
    let (x, t) = (tape.input(1.5).named("x"), tape.input(1.0).named("t"));
    let (w1, b1) = (tape.var(0.8).named("w1"), tape.var(-0.2).named("b1"));
    let (w2, b2) = (tape.var(-1.2).named("w2"), tape.var(0.5).named("b2"));
    let z = (w1 * x + b1).named("z");
    let h = z.sigmoid().named("h");
    let y = (w2 * h + b2).named("y");
    let loss = ((y - t).pow(2.0) * 0.5).named("L");
    // ANCHOR_END: neuron

    run.heading("A neuron and its loss");
    run.explain(
        "Forward, every operation leaves a node. Backward, the nodes are visited from the last to the first, and what each hands on is \
         recorded too:\n",
    );
    let gradients = loss.backward();
    run.say(tape.listing());
    run.heading("By the chain rule");
    run.say("node    value   gradient of L   by the chain rule");
    let slope = h.item() * (1.0 - h.item());
    let error = y.item() - t.item();
    let by_hand = [
        ("L", loss, 1.0, "1"),
        ("y", y, error, "y - t"),
        ("w2", w2, error * h.item(), "(y - t) h"),
        ("h", h, error * w2.item(), "(y - t) w2"),
        ("z", z, error * w2.item() * slope, "(y - t) w2 h (1 - h)"),
        ("b1", b1, error * w2.item() * slope, "the same: b1 is added to z"),
        ("w1", w1, error * w2.item() * slope * x.item(), "(y - t) w2 h (1 - h) x"),
    ];
    let mut largest_difference = 0.0_f64;
    for (name, node, by_hand, formula) in by_hand {
        let gradient = gradients.wrt(node).item();
        largest_difference = largest_difference.max((gradient - by_hand).abs());
        run.say(format!("{name:4} {:>8.4} {gradient:>15.4}   {formula}", node.item()));
    }
    run.result("largest_difference_by_hand", largest_difference);
    run.compare("tape against chain rule, largest difference", largest_difference, Theory, "0", 0.0, 1e-15);
    run.draw("neuron", &tape, &DrawOptions::new().title("A neuron and its loss"))
}

/// What comes back to a node that is used twice.
fn fan_out(run: &mut Run) -> Result {
    run.heading("b = a + a, c = b + b");
    let tape = Tape::<f64>::new();
    let a = tape.var(1.0).named("a");
    let b = (a + a).named("b");
    let c = (b + b).named("c");
    let right = c.backward().wrt(a).item();
    run.say(tape.listing());
    run.say(format!("c is 4a, so dc/da is 4. The tape says {right}: %4 sums what comes back to b, and only then %5 what comes back to a."));
    run.result("gradient", right);
    run.compare("dc/da by the tape", right, Theory, "4", 4.0, 4.0);
    run.draw("fan_out", &tape, &DrawOptions::new().title("What fans out adds up, then moves on"))
}

/// The same on a tape of a few lines, walked back in four orders.
fn four_walks(run: &mut Run) -> Result {
    run.heading("Four ways to walk back");
    let mut tape = MiniTape::default();
    let a = tape.leaf(1.0);
    let b = tape.add(a, a);
    let c = tape.add(b, b);
    let d = tape.mul(b, c);
    run.say("Let also d = b c. At a = 1, c = 4a has the slope 4, and d = 8a² has the slope 16.\n");
    run.say("  order                          dc/da   dd/da");
    let walkers: [(&str, &str, Walker); 4] = [
        ("last recorded first", "right", last_recorded_first),
        ("whenever something arrives", "twice", whenever_something_arrives),
        ("each once, as soon as found", "too_early", once_as_found),
        ("path by path", "paths", path_by_path),
    ];
    for (name, key, walker) in walkers {
        let (to_c, to_d) = (walker(&tape, c), walker(&tape, d));
        run.say(format!("  {name:28} {:>7} {:>7}", to_c.gradients[a], to_d.gradients[a]));
        run.result(key, json!({ "c": to_c.gradients[a], "d": to_d.gradients[a] }));
        let walk = picture(name, &["a", "b", "c", "d"], &tape, &to_d);
        run.draw_picture(&format!("walk_{key}"), &walk, &DrawOptions::new())?;
    }
    let wrong = whenever_something_arrives(&tape, c);
    run.say("\nThe second, for c, in its own words:");
    for (from, to, amount) in &wrong.handed_on {
        run.say(format!("  {} hands {amount} to {}", ["a", "b", "c"][*from], ["a", "b", "c"][*to]));
    }
    run.say("b stood in the queue twice, and handed on all it had, twice.");
    run.result("wrong_gradient", wrong.gradients[a]);
    run.compare("dc/da, whenever something arrives", wrong.gradients[a], Theory, "8, the mistake: 4 x 2", 8.0, 8.0);
    Ok(())
}

/// Walking paths instead of nodes is exponential.
fn paths_and_nodes(run: &mut Run) {
    run.heading("Nodes, not paths");
    let tape = Tape::<f64>::new();
    let x = tape.var(1.0);
    let mut y = x;
    for _ in 0..60 {
        y = (y + y) * 0.5;
    }
    let nodes = tape.len();
    let gradient = y.backward().wrt(x).item();
    run.say(format!(
        "Sixty times y <- (y + y) / 2: {nodes} nodes, but 2^60 = {} paths from the end back to x.",
        1_u64 << 60
    ));
    run.say(format!(
        "Visiting each node once gives dy/dx = {gradient} at once; a recursion along every path would take decades."
    ));
    run.compare("dy/dx through 2^60 paths", gradient, Theory, "1", 1.0, 1.0);
}

fn a_long_chain(run: &mut Run) {
    run.heading("A million links");
    let tape = Tape::<f64>::new();
    let x = tape.var(1.0);
    let mut y = x;
    for _ in 0..1_000_000 {
        y += x;
    }
    let gradient = y.backward().wrt(x).item();
    run.say(format!(
        "x added to itself a million times: dy/dx = {gradient}, with a loop and no recursion, so no stack overflows."
    ));
    run.compare("dy/dx of a million links", gradient, Theory, "1,000,001", 1_000_001.0, 1_000_001.0);
}
