//! Exercise 28. Be the inspector: say where each program's fault is, and spend little. This one looks at the loss curve, like everybody.
//! `cargo run --release -- exercises watch ch28`

use chapters::ch28::cards::Verdict;
use chapters::ch28::judge;
#[allow(unused_imports)] // you will
use chapters::ch28::probes::Probe;
use chapters::ch28::table::Table;

/// Where the fault of the program on the table is: `Verdict::Gradient`, `Step`, `Loss` or `Nothing`. `table.buy(Probe::Step)` buys a check and
/// says whether it found something wrong. Prices: `Step` 1 and `Mean` 1, `Checker` 2 and `Known` 2, `Elsewhere` 3. You have 60 coins for
/// twelve cards, and buying all five for each would cost 108. Do not look at the name on the card.
fn inspect(table: &mut Table) -> Verdict {
    if table.falls() { Verdict::Nothing } else { Verdict::Gradient }
}

pub fn main() -> frame::Judgement {
    judge::judge(inspect)
}
