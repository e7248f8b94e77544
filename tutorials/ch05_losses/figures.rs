//! What a prediction costs and how hard it is pulled; the source's "class 0" beside the real one; a cost and an accuracy side by side.

use super::{Loss, SQUARED_AND_CROSS};
use frame::{Chart, Panels};
use gradus::prelude::*;

/// Predictions from 0.01 to 0.99.
fn predictions() -> impl Iterator<Item = f64> {
    (1..100).map(|i| f64::from(i) / 100.0)
}

/// The loss of a prediction whose truth is 1, and its slope.
fn loss_and_slope(loss: Loss, p: f64) -> (f64, f64) {
    let tape = Tape::new();
    let p = tape.var([p]);
    let cost = loss(p, tape.input([1.0]));
    (cost.item(), cost.backward().wrt(p).item())
}

/// Both losses against the prediction, and their slopes.
pub fn losses() -> Panels<'static> {
    let panel = |title| Chart::new("prediction p, where the truth is 1", "").title(title).size(400.0, 300.0);
    let mut panels = [panel("loss").y_range(0.0, 5.0), panel("slope").y_range(-20.0, 0.0)];
    for (name, loss) in SQUARED_AND_CROSS {
        let (losses, slopes): (Vec<_>, Vec<_>) = predictions()
            .map(|p| (p, loss_and_slope(loss, p)))
            .map(|(p, (loss, slope))| ((p, loss), (p, slope)))
            .unzip();
        panels = [panels[0].clone().line(name, &losses), panels[1].clone().line(name, &slopes)];
    }
    let [losses, slopes] = panels;
    Panels::new(2).panel(losses).panel(slopes)
}

/// Two curves that are called "class 0".
pub fn class_0(source: fn(f64) -> f64, mended: fn(f64) -> f64) -> Chart<'static> {
    let curve = |of: fn(f64) -> f64| predictions().map(|p| (p, of(p))).collect::<Vec<_>>();
    Chart::new("share p that the net gives to class 0", "cross-entropy")
        .y_range(0.0, 5.0)
        .line("the source's: a mean over the truths 0, 1 and 2", &curve(source))
        .line("class 0: the truth is 0", &curve(mended))
        .mark((1.0 / 3.0, source(1.0 / 3.0)), "lowest at 1/3", frame::Side::Below)
}

/// The cost and the share of digits misread, while one weight moves: (weight, cost, misread).
pub fn stairs(walk: &[(f64, f64, f64)]) -> Panels<'static> {
    let panel = |title| Chart::new("a weight", "").title(title).size(400.0, 280.0);
    let costs: Vec<_> = walk.iter().map(|&(weight, cost, _)| (weight, cost)).collect();
    let misread: Vec<_> = walk.iter().map(|&(weight, _, misread)| (weight, 100.0 * misread)).collect();
    Panels::new(2).panel(panel("cost").line("", &costs)).panel(panel("misread (%)").line("", &misread))
}
