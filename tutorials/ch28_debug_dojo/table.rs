//! A card on the table: its program, trained and waiting, and what has been bought for it.

use super::cards::Card;
use super::probes::{Finding, Probe};
use super::suspect::{Arrays, Suspect};
use gradus::data::Digits;

pub struct Table<'c> {
    pub(super) card: &'c Card,
    /// The loss before each step and after the last.
    pub(super) curve: Vec<f64>,
    /// What was bought, in order.
    pub(super) bought: Vec<(Probe, Finding)>,
    suspect: Suspect,
    trained: Arrays,
    seed: u64,
}

impl<'c> Table<'c> {
    pub fn deal(card: &'c Card, digits: &Digits, seed: u64) -> Self {
        let suspect = (card.deal)(digits, seed);
        let (curve, trained) = suspect.train();
        Table { card, curve, bought: Vec::new(), suspect, trained, seed }
    }

    // ANCHOR: falls
    /// What one sees on a loss curve: does it come down to less than half?
    pub fn falls(&self) -> bool {
        let [first, .., last] = self.curve[..] else { return false };
        last < first / 2.0
    }
    // ANCHOR_END: falls

    /// Buys a check. Returns whether it found something wrong; asking again costs nothing.
    pub fn buy(&mut self, probe: Probe) -> bool {
        if let Some(wrong) = self.found(probe) {
            return wrong;
        }
        let finding = probe.look(&self.suspect, &self.trained, self.seed);
        let wrong = finding.wrong;
        self.bought.push((probe, finding));
        wrong
    }

    /// What a check that was bought has found.
    pub fn found(&self, probe: Probe) -> Option<bool> {
        self.bought.iter().find(|(bought, _)| *bought == probe).map(|(_, finding)| finding.wrong)
    }

    /// The coins that were spent.
    pub fn spent(&self) -> u32 {
        self.bought.iter().map(|(probe, _)| probe.price()).sum()
    }
}
