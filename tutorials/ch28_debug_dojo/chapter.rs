//! Chapter 28. Twelve programs that learn. Their loss curves say one thing, their checks another.

pub mod cards;
mod digits;
mod game;
pub mod judge;
pub mod probes;
mod small;
mod suspect;
pub mod table;

use cards::{CARDS, Card, Verdict};
use frame::Origin::Ours;
use frame::{Chapter, Panels, Result, Run};
use game::Answer;
use gradus::draw::DrawOptions;
use gradus::prelude::*;
use probes::Probe;
use serde_json::{Value, json};
use table::Table;

pub const CHAPTER: Chapter = Chapter {
    slug: "28_debug_dojo",
    title: "The debug dojo",
    sources: frame::sources![
        "chapter.rs",
        "cards.rs",
        "digits.rs",
        "game.rs",
        "probes.rs",
        "small.rs",
        "suspect.rs",
        "table.rs"
    ],
    question: "Twelve programs, eleven of them with a mistake. You see the loss curve of each. For how many curves do you judge \
               correctly whether the program is all right? And if you can buy five kinds of checks, for how many can you say \
               where the fault is?",
    time: "5 s",
    answer: "from {right_by_curve} of the 12 curves. With the checks, for {right_by_checks} of the 12 programs.",
    epochs: 0,
    full_epochs: 0,
    options: &[],
    fooled: "The curve, eleven times of twelve. A wrong gradient can still point downhill, a wrong loss is still a number that can be made \
             small, and the one flat curve belongs to the one program without a mistake. And each check alone can fool you, too: a mean of \
             differences hides a small factor, a check at the start misses what shows only in a bent net, and a gradient can be the right \
             gradient of the wrong loss. Ask where a check would have to look to see the mistake that you fear.",
    exercise: "tutorials/ch28_debug_dojo/exercise.rs: be the inspector. Say of each card where its fault is, for at most 60 coins in all. Then: \
               cargo run --release -- exercises watch ch28",
    next: "cargo run --release -- ch29",
};

/// An inspector who buys everything and then reasons from what the checks have found, not from what is printed on the card.
// ANCHOR: inspect
fn inspect(table: &mut Table) -> Verdict {
    let [step, mean, checker, known, elsewhere] = Probe::ALL.map(|probe| table.buy(probe));
    match () {
        _ if mean || checker || elsewhere => Verdict::Gradient,
        _ if step => Verdict::Step,
        _ if known => Verdict::Loss,
        _ => Verdict::Nothing,
    }
}
// ANCHOR_END: inspect

pub fn run(run: &mut Run) -> Result {
    let (train, _) = run.mnist(digits::DIGITS, 0)?;
    let mut tables: Vec<Table> = CARDS.iter().map(|card| Table::deal(card, &train, run.seed())).collect();

    if run.has_a_reader() {
        let mut answers = Vec::new();
        for (number, table) in (1..).zip(&mut tables) {
            answers.push(game::ask(run, number, table)?);
        }
        your_score(run, &tables, &answers);
    } else {
        run.say("(There is no terminal to play on: this is a demonstration.)");
    }
    twelve_curves(run, &tables)?;
    let verdicts: Vec<Verdict> = tables.iter_mut().map(inspect).collect();
    what_the_checks_found(run, &tables);
    scoreboard(run, &tables, &verdicts);
    backs(run);
    draw(run)
}

/// What one sees first, and what one would say.
fn twelve_curves(run: &mut Run, tables: &[Table]) -> Result {
    run.heading("Twelve loss curves");
    run.say("        loss at first, at last   the curve says");
    let mut panels = Panels::new(3);
    for (number, table) in (1..).zip(tables) {
        let [first, .., last] = table.curve[..] else { continue };
        let says = if table.falls() { "it learns" } else { "it is broken" };
        run.say(format!("  {number:>2}    {first:>13.4}  {last:>7.4}   {says:12}   {}", table.card.front));
        panels = panels.panel(game::curve(table).title(&format!("card {number}")));
    }
    run.plot("curves", &panels)
}

fn what_the_checks_found(run: &Run, tables: &[Table]) {
    run.heading("What the checks found");
    for (number, table) in (1..).zip(tables) {
        run.say(format!("  {number:>2}  {}", table.card.front));
        for (probe, finding) in &table.bought {
            let sign = if finding.wrong { "WRONG" } else { "ok   " };
            let text = finding.text.lines().next().unwrap_or_default();
            run.say(format!("        {sign}  {:7}  {text}", probe.name()));
        }
    }
}

/// What each check says of each program, and what an inspector makes of it. The judgement from a curve is right if it falls for a program
/// without a mistake, or does not for one with a mistake.
fn scoreboard(run: &mut Run, tables: &[Table], verdicts: &[Verdict]) {
    run.heading("The scoreboard");
    let names: String = Probe::ALL.map(|probe| format!("{:9}", probe.name())).concat();
    run.say(format!("       mistake  fault in       curve    {names}together"));
    let mark = |wrong: bool| if wrong { "WRONG" } else { "." };
    let (mut by_curve, mut by_checks) = (0, 0);
    for ((number, table), &verdict) in (1..).zip(tables).zip(verdicts) {
        let Card { id, fault, .. } = *table.card;
        by_curve += usize::from(table.falls() == (fault == Verdict::Nothing));
        by_checks += usize::from(verdict == fault);
        let found = Probe::ALL.map(|probe| format!("{:9}", mark(table.found(probe) == Some(true)))).concat();
        let (fault, curve) = (fault.name(), mark(!table.falls()));
        run.say(format!("  {number:>2}   {id:7}  {fault:13}  {curve:7}  {found}{}", verdict.name()));
    }
    run.say(format!("  from the curve {by_curve} of 12 right, from the checks {by_checks} of 12"));
    run.result("right_by_curve", by_curve);
    run.result("right_by_checks", by_checks);
    run.result(
        "cards",
        tables.iter().zip(verdicts).map(|(table, verdict)| as_json(table, *verdict)).collect::<Value>(),
    );
    run.compare("right from the curve, of 12", by_curve as f64, Ours, "few", 0.0, 3.0);
    run.compare("right from the checks, of 12", by_checks as f64, Ours, "12", 12.0, 12.0);
}

fn as_json(table: &Table, verdict: Verdict) -> Value {
    let found: Vec<&str> = table.bought.iter().filter(|(_, f)| f.wrong).map(|(probe, _)| probe.name()).collect();
    json!({ "id": table.card.id, "falls": table.falls(), "fault": table.card.fault.name(), "verdict": verdict.name(), "found_by": found })
}

fn your_score(run: &mut Run, tables: &[Table], answers: &[Answer]) {
    let both = || tables.iter().map(|table| table.card.fault).zip(answers);
    let curve = both().filter(|(fault, answer)| answer.from_the_curve == (*fault == Verdict::Nothing)).count();
    let checks = both().filter(|(fault, answer)| answer.verdict == *fault).count();
    let coins: u32 = tables.iter().map(Table::spent).sum();
    run.heading("Your score");
    run.say(format!(
        "  from the curve {curve} of 12, with checks {checks} of 12, {coins} coins spent (everything costs 108)"
    ));
    run.result("yours", json!({ "right_by_curve": curve, "right_by_checks": checks, "coins": coins }));
}

fn backs(run: &Run) {
    run.heading("The backs of the cards");
    for (number, card) in (1..).zip(&CARDS) {
        run.explain(&format!("{number}, {}: {}", card.id, card.back));
    }
}

/// The layer that is used twice, as the tape has it: two blue lines arrive at W, and they add up.
fn draw(run: &mut Run) -> Result {
    let tape = Tape::<f64>::new();
    let (x, w) = (tape.input([[1.0, -0.5]]).named("x"), tape.var([[0.5, -0.3], [0.8, 0.2]]).named("W"));
    x.matmul(w).tanh().matmul(w).tanh().sum().named("y").backward();
    run.draw("twice", &tape, &DrawOptions::new().title("A layer used twice: two gradients arrive at W"))
}
