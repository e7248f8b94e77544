//! Where descent on the surface comes to rest, without noise and with it.

use super::figures;
use super::walk::{descend, height, surface};
use frame::Origin::Theory;
use frame::{Result, Run};
use gradus::derivatives::{hessian, jacobian_by_rows};
use serde_json::json;

const START: [f64; 2] = [1.2, 1.2];
const RATE: f64 = 0.1;
const NOISE: f64 = 0.25;

/// M8: noise-free descent comes to rest on a saddle.
pub fn the_lowest_point(run: &mut Run) -> Result {
    run.heading("The lowest point");
    let path = descend(START, RATE, 0.0, run.epochs(), &mut run.rng());
    let end = path[path.len() - 1];
    let shown = end.map(|w| (w * 1e4).round() / 1e4 + 0.0);
    run.say(format!("From (1.2, 1.2), {} steps without noise: ({}, {}).", path.len() - 1, shown[0], shown[1]));
    let h = hessian(surface, &end);
    let (middle, apart) = ((h[[0, 0]] + h[[1, 1]]) / 2.0, ((h[[0, 0]] - h[[1, 1]]) / 2.0).hypot(h[[0, 1]]));
    let [low, high] = [middle - apart, middle + apart];
    run.say(format!("The check: the curvature there is {high:.1} along one diagonal and {low:.1} along the other."));
    run.say(format!("A step to the side of it, to (0.1, -0.1): L = {:.4}. That is lower.", height([0.1, -0.1])));
    run.result("rest", json!({ "at": end, "curvatures": [low, high] }));
    if run.is_full() {
        run.compare("where descent rests, w1", end[0], Theory, "0, by symmetry", -1e-3, 1e-3);
        run.compare("smallest curvature there", low, Theory, "2 - 2.7 = -0.7: a saddle", -0.701, -0.699);
        run.compare("largest curvature there", high, Theory, "2 + 2.7 = 4.7", 4.699, 4.701);
    }
    let noisy = descend(START, RATE, NOISE, run.epochs(), &mut run.rng());
    run.plot("surface_tempting", &figures::surface_tempting(&noisy))?;
    run.plot("surface", &figures::surface_mended(&noisy, &path))
}

/// A thousand noisy walks. Each is followed by descent without noise, to see which hollow it is in.
pub fn stumbling(run: &mut Run) {
    run.heading("A thousand noisy walks");
    let mut rng = run.rng();
    let (mut right, mut left, mut stayed, mut lowest) = (0, 0, 0, [0.0; 2]);
    for _ in 0..1000 {
        let path = descend(START, RATE, NOISE, run.epochs(), &mut rng);
        let quiet = descend(path[path.len() - 1], RATE, 0.0, 150, &mut rng);
        let end = quiet[quiet.len() - 1];
        match end[0] {
            w1 if w1 > 0.1 => (right, lowest) = (right + 1, end),
            w1 if w1 < -0.1 => left += 1,
            _ => stayed += 1,
        }
    }
    let [w1, w2] = lowest;
    run.say(format!("  {right} come to ({w1:.3}, {w2:.3}), where L = {:.4}", height(lowest)));
    run.say(format!("  {left} come to its mirror image, ({w2:.3}, {w1:.3})"));
    run.say(format!("  {stayed} are still on the saddle"));
    run.result(
        "noisy",
        json!({ "right": right, "left": left, "stayed": stayed, "minimum": lowest, "value": height(lowest) }),
    );
    if run.is_full() {
        let slopes = jacobian_by_rows(surface, &lowest);
        let steepest = slopes.iter().map(|slope| slope.abs()).max_by(f64::total_cmp).unwrap_or(f64::NAN);
        run.compare(
            "share of noisy walks to one side",
            f64::from(right) / 1000.0,
            Theory,
            "1/2, by symmetry",
            0.45,
            0.55,
        );
        run.compare("minimum, w1", w1, Theory, "0.217, where the gradient is 0", 0.2165, 0.2175);
        run.compare("minimum, w2", w2, Theory, "-0.217", -0.2175, -0.2165);
        run.compare("minimum, L", height(lowest), Theory, "-0.0160", -0.01605, -0.01595);
        run.compare("steepest slope there", steepest, Theory, "0", 0.0, 1e-9);
    }
}
