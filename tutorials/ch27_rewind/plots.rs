//! The two figures of the chapter.

use super::roof::Roof;
use super::ways::{Step, Walk};
use frame::{Chart, Panels, Side};
use gradus::{Phase, Profile};

/// How often each of the first steps asks for memory, and how long each step takes.
pub fn steps(walks: &[Walk]) -> Panels<'static> {
    let curve = |walk: &Walk, count: fn(&Step) -> f64| -> Vec<(f64, f64)> {
        (1..).zip(&walk.steps).map(|(number, step)| (f64::from(number), count(step))).collect()
    };
    let asked =
        Chart::new("step", "times a step asks for memory").size(430.0, 320.0).x_range(0.0, 20.0).y_range(0.0, 90.0);
    let time = Chart::new("step", "µs per step").size(430.0, 320.0).log_y().y_range(10.0, 1000.0);
    let (asked, time) = walks.iter().fold((asked, time), |(asked, time), walk| {
        let early = &curve(walk, |step| step.asked.count as f64)[..walk.steps.len().min(20)];
        (asked.path(walk.way.name, early), time.line("", &curve(walk, |step| step.time.as_secs_f64() * 1e6)))
    });
    Panels::new(2).panel(asked).panel(time)
}

/// The roofs, with the ops of one step and whole networks under them.
pub fn roofline(roof: &Roof, profile: &Profile, networks: &[(String, f64, f64)]) -> Chart<'static> {
    let intensities: Vec<f64> = (-20..=30).map(|tenth| 10.0_f64.powf(f64::from(tenth) / 10.0)).collect();
    let under = |bandwidth: f64| -> Vec<(f64, f64)> {
        intensities.iter().map(|&flops| (flops, (flops * bandwidth).min(roof.flops) / 1e9)).collect()
    };
    let bandwidth = |bytes: usize| roof.bandwidth(bytes as f64);
    let chart = Chart::new("additions and multiplications per byte moved", "GFLOP/s")
        .log_x()
        .log_y()
        .x_range(0.01, 1000.0)
        .y_range(0.01, 1000.0)
        .line("bytes from the first cache", &under(bandwidth(16 << 10)))
        .line("from the second", &under(bandwidth(256 << 10)))
        .line("from memory", &under(bandwidth(256 << 20)));
    let computes = profile.rows().iter().filter(|row| row.phase != Phase::Input && row.flops > 0);
    let ops: Vec<(f64, f64)> = computes
        .map(|row| (row.flops as f64 / row.bytes as f64, row.flops as f64 / row.time.as_secs_f64() / 1e9))
        .collect();
    let chart = chart.points("ops of a step", &ops);
    // The larger ones stand close together: their names go to different sides.
    let sides = [Side::Right, Side::Below, Side::Left, Side::Right, Side::Above];
    networks
        .iter()
        .zip(sides)
        .fold(chart, |chart, ((name, intensity, speed), side)| chart.mark((*intensity, *speed), name, side))
}
