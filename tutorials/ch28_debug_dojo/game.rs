//! The game with a reader: a curve, a first judgement, a shop, a verdict.

use super::cards::Verdict;
use super::probes::Probe;
use super::table::Table;
use frame::{Chart, Error, Figure, Result, Run};

/// What the reader said of a card.
pub struct Answer {
    /// From the curve alone: is the program all right?
    pub from_the_curve: bool,
    pub verdict: Verdict,
}

/// The loss curve of a card.
pub fn curve(table: &Table) -> Chart<'static> {
    let points: Vec<(f64, f64)> = (0..).map(f64::from).zip(table.curve.iter().copied()).collect();
    let highest = table.curve.iter().copied().fold(0.0, f64::max);
    Chart::new("step", "loss").size(300.0, 220.0).y_range(0.0, 1.1 * highest).line("", &points)
}

/// Plays one card with the reader.
///
/// # Errors
/// If the reader leaves.
pub fn ask(run: &Run, number: usize, table: &mut Table) -> Result<Answer> {
    run.heading(&format!("Card {number} of 12: {}", table.card.front));
    run.say(curve(table).text());
    let from_the_curve = choose(run, "The curve alone: is this program all right?", &["y", "n"])? == 0;
    let verdict = loop {
        run.say(format!("\nThe shop ({} coins spent on this card):", table.spent()));
        for (number, probe) in (1..).zip(Probe::ALL) {
            let state = if table.found(probe).is_some() { "bought " } else { "" };
            run.say(format!("  {number}  {state}{} coins  {}", probe.price(), probe.offer()));
        }
        let choice = choose(
            run,
            "Buy a check by its number, or say where the fault is: g gradient, s step, l loss, n nowhere",
            &["1", "2", "3", "4", "5", "g", "s", "l", "n"],
        )?;
        match Probe::ALL.get(choice) {
            Some(&probe) => {
                table.buy(probe);
                let found = table.bought.iter().find(|(bought, _)| *bought == probe);
                found.iter().for_each(|(_, finding)| run.say(format!("  {}", finding.text.replace('\n', "\n  "))));
            }
            None => break Verdict::ALL[choice - Probe::ALL.len()],
        }
    };
    let right = if verdict == table.card.fault { "Right" } else { "No" };
    run.explain(&format!(
        "\n{right}: the fault is in {} ({}). {}",
        table.card.fault.name(),
        table.card.id,
        table.card.back
    ));
    Ok(Answer { from_the_curve, verdict })
}

/// Asks until one of the choices is typed; returns its place.
fn choose(run: &Run, question: &str, choices: &[&str]) -> Result<usize> {
    loop {
        let line = run.ask(&format!("{question} [{}]: ", choices.join("/")))?;
        let line = line.ok_or_else(|| Error::new("the game was left"))?;
        if let Some(place) = choices.iter().position(|choice| line.eq_ignore_ascii_case(choice)) {
            return Ok(place);
        }
    }
}
