//! Solution 28. The check that looks in the most places comes first: the checker where training has ended sees what the one at the start sees, and the
//! net is bent there (M2). A wrong gradient is the end of the search, so seven cards cost 3 coins each. If the gradient is right, the step is the
//! cheapest thing to look at, and only then a loss that is known beforehand: it must come last, since a loss of 1e-7 too little also shows there
//! (M3), and the fault then is that gradient and loss do not belong together. 3 · 7 + 4 + 6 · 4 = 49 coins. The mean of absolute differences is
//! never worth its coin: whatever it finds, the checker finds too, and it forgives M5.

use chapters::ch28::cards::Verdict;
use chapters::ch28::judge;
use chapters::ch28::probes::Probe;
use chapters::ch28::table::Table;

fn inspect(table: &mut Table) -> Verdict {
    if table.buy(Probe::Elsewhere) {
        Verdict::Gradient
    } else if table.buy(Probe::Step) {
        Verdict::Step
    } else if table.buy(Probe::Known) {
        Verdict::Loss
    } else {
        Verdict::Nothing
    }
}

pub fn main() -> frame::Judgement {
    judge::judge(inspect)
}
