//! Judges an inspector: all cards with several starts, in any order, and what was spent.

use super::cards::{CARDS, Card, Verdict};
use super::table::Table;
use frame::{Judge, Judgement};
use gradus::data::shuffled;
use rand::RngExt;

/// What an inspector may spend on twelve cards.
pub const PURSE: u32 = 60;

pub fn judge(inspect: fn(&mut Table) -> Verdict) -> Judgement {
    Judge::examine("28_debug_dojo", |judge| {
        let digits = match frame::mnist(None) {
            Ok(mnist) => mnist.train(),
            Err(error) => return judge.unable(error),
        };
        for round in 1..=2 {
            let (seed, mut spent) = (judge.rng().random_range(0..1000), 0);
            for place in shuffled(CARDS.len(), judge.rng()) {
                let card: &Card = &CARDS[place];
                let mut table = Table::deal(card, &digits, seed);
                let (first, last) = (table.curve[0], table.curve[table.curve.len() - 1]);
                judge.given(format!(
                    "{}; weights from seed {seed}; the loss goes from {first:.4} to {last:.4}",
                    card.front
                ));
                let verdict = inspect(&mut table);
                spent += table.spent();
                let bought: Vec<String> =
                    table.bought.iter().map(|(probe, found)| bought(probe.name(), found.wrong)).collect();
                let bought = if bought.is_empty() { "nothing".to_owned() } else { bought.join(", ") };
                judge.holds(
                    "where the fault is",
                    format!("{}. {}", card.fault.name(), card.back),
                    format!("{} (bought: {bought})", verdict.name()),
                    verdict == card.fault,
                );
            }
            judge.given(format!("all twelve cards, round {round}"));
            judge.holds("the coins spent", format!("at most {PURSE}"), spent, spent <= PURSE);
        }
    })
}

fn bought(name: &str, wrong: bool) -> String {
    format!("{name}: {}", if wrong { "wrong" } else { "ok" })
}
