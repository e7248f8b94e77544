//! The figures that chapters draw, each kind once. They stay in the target folder (`tmp/plots`) for inspection.

use frame::{Chart, Corner, Figure, Images, Matrix, Panels, Shades, Side};
use gradus::prelude::*;
use rand::RngExt;
use rand_distr::StandardNormal;
use std::path::Path;

/// Draws a figure twice, keeps it, and returns its SVG.
fn keep(name: &str, figure: &dyn Figure) -> String {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("plots");
    std::fs::create_dir_all(&folder).expect("a folder");
    let (svg, again) = (figure.draw().svg(), figure.draw().svg());
    assert_eq!(svg, again, "{name}: the same figure, the same bytes");
    std::fs::write(folder.join(format!("{name}.svg")), &svg).expect("the SVG");
    std::fs::write(folder.join(format!("{name}.png")), figure.draw().png().expect("a PNG")).expect("the PNG");
    svg
}

fn surface(x: f64, y: f64) -> f64 {
    x * x + y * y + 0.3 * (3.0 * x).sin() * (3.0 * y).sin()
}

/// Noisy descent on the surface, from (1.2, 1.2).
fn descent(seed: u64) -> Vec<(f64, f64)> {
    let mut rng = seeded(seed);
    let mut at = (1.2, 1.2);
    let mut path = vec![at];
    for _ in 0..60 {
        let (x, y) = at;
        let slope = (
            2.0 * x + 0.9 * (3.0 * x).cos() * (3.0 * y).sin() + 0.25 * rng.sample::<f64, _>(StandardNormal),
            2.0 * y + 0.9 * (3.0 * x).sin() * (3.0 * y).cos() + 0.25 * rng.sample::<f64, _>(StandardNormal),
        );
        at = (x - 0.1 * slope.0, y - 0.1 * slope.1);
        path.push(at);
    }
    path
}

#[test]
fn a_surface_with_its_path_and_an_inset_is_a_small_file() {
    let chart = Chart::new("w1", "w2")
        .title("L = w1² + w2² + 0.3 sin(3 w1) sin(3 w2)")
        .size(640.0, 600.0)
        .equal_axes()
        .x_range(-2.4, 1.6)
        .y_range(-2.4, 1.6)
        .contours("L", surface)
        .levels(&[-0.01, 0.0, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 4.0, 8.0])
        .path("60 noisy steps", &descent(7))
        .mark((0.0, 0.0), "saddle", Side::Right)
        .mark((0.2168, -0.2168), "minimum", Side::Below)
        .mark((-0.2168, 0.2168), "minimum", Side::Above)
        .inset(Corner::BottomLeft, (-0.5, 0.5), (-0.5, 0.5));
    let svg = keep("surface", &chart);
    assert!(svg.len() < 150_000, "{} bytes", svg.len());
}

#[test]
fn errors_over_steps_reach_far_below_1e_10() {
    let steps: Vec<f64> = (2..=60).map(|quarter| 10.0_f64.powf(-0.25 * quarter as f64)).collect();
    let error = |h: f64| ((1.0_f64 + h).sin() - 1.0_f64.sin()) / h / 1.0_f64.cos() - 1.0;
    let both = |h: f64| ((1.0_f64 + h).sin() - (1.0 - h).sin()) / (2.0 * h) / 1.0_f64.cos() - 1.0;
    let one: Vec<(f64, f64)> = steps.iter().map(|&h| (h, error(h).abs())).collect();
    let two: Vec<(f64, f64)> = steps.iter().map(|&h| (h, both(h).abs())).collect();
    let chart = Chart::new("step h", "relative error").log_x().log_y().title("The slope of sin at 1");
    let svg = keep("steps", &chart.line("one side", &one).line("both sides", &two));
    assert!(svg.contains("10⁻¹²"), "the axis names the decades below 1e-10");
}

#[test]
fn lines_have_bands_levels_and_a_legend() {
    let epochs = 1..=30;
    let curve = |start: f64, end: f64| -> Vec<(f64, f64)> {
        epochs.clone().map(|e| (e as f64, end - (end - start) * (-0.2 * e as f64).exp())).collect()
    };
    let (plain, scaled) = (curve(45.0, 92.4), curve(85.0, 96.8));
    let band: Vec<_> = plain.iter().map(|&(x, y)| (x, y - 30.0 / x, y + 20.0 / x)).collect();
    let chart = Chart::new("epoch", "test accuracy (%)")
        .line("weights of N(0, 1)", &plain)
        .band(&band)
        .line("weights of N(0, 1/n)", &scaled)
        .level(90.0, "90 %");
    keep("accuracy", &chart);
    let gains: Vec<(f64, f64)> = plain.windows(2).map(|w| (w[1].0, w[1].1 - w[0].1)).collect();
    keep("bars", &Chart::new("epoch", "gain (percentage points)").bars("", &gains));
}

#[test]
fn matrices_have_names_numbers_and_a_bar() {
    let rows = [[0.31, -0.12, 0.0], [-0.9, 0.45, 0.07]];
    let matrix = Matrix::new("difference", &rows).title("By hand minus by tape").numbers(|x| format!("{x:.2}"));
    let matrix = matrix.names(&["x1", "x2"], &["h1", "h2", "h3"]).axes("input", "hidden unit");
    keep("matrix", &matrix);
    let counts: Vec<Vec<usize>> =
        (0..10).map(|t| (0..10).map(|p| if t == p { 950 + t } else { (t * 7 + p * 3) % 11 }).collect()).collect();
    let svg = keep("confusion", &Matrix::confusion(&counts).title("What was taken for what"));
    assert!(svg.contains(">predicted digit<") && svg.contains(">true digit<"));
    let wide: Vec<Vec<f64>> = (0..28).map(|i| (0..28).map(|j| ((i * j) as f64 / 40.0).sin()).collect()).collect();
    keep("heat", &Matrix::new("weight", &wide));
}

#[test]
fn real_digits_and_weights_make_a_grid_of_pictures() {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../data/mnist");
    let digits = Mnist::open(data).expect("the digits").test().first(12);
    let images = digits.images::<f64>();
    let digit = |i: usize| images.row(i).into_shape_with_order((28, 28)).expect("28 x 28").to_owned();
    let grid = (0..12).fold(Images::new(6), |grid, i| grid.image(&format!("digit {i}"), digit(i).view()));
    let svg = keep("digits", &grid.title("The first test digits"));
    assert!(svg.len() < 150_000, "{} bytes", svg.len());
    let mut rng = seeded(1);
    let mut weights = || ndarray::Array2::from_shape_simple_fn((28, 28), || rng.sample::<f64, _>(StandardNormal));
    let grid = (0..8)
        .fold(Images::new(4).shades(Shades::Signed), |grid, i| grid.image(&format!("unit {i}"), weights().view()));
    keep("weights", &grid);
}

#[test]
fn panels_hold_decision_boundaries_and_histograms() {
    let boundary = |name: &str, w: [f64; 3]| {
        Chart::new("x1", "x2")
            .title(name)
            .size(260.0, 270.0)
            .x_range(-0.5, 1.5)
            .y_range(-0.5, 1.5)
            .boundary(0.0, move |x, y| w[0] * x + w[1] * y + w[2])
            .points("", &[(1.0, 1.0)])
            .points("", &[(0.0, 0.0), (0.0, 1.0), (1.0, 0.0)])
    };
    let panels = Panels::new(3)
        .title("AND from zero")
        .key("● should fire   ■ should not   blue: it fires")
        .panel(boundary("round 1: 2 wrong", [1.0, 1.0, 0.0]))
        .panel(boundary("round 2: 1 wrong", [1.0, 1.0, -1.0]))
        .panel(boundary("round 3: all right", [2.0, 1.0, -2.5]));
    let svg = keep("boundaries", &panels);
    assert!(svg.contains("id=\"clip2\"") && !svg.contains("kuva-clip"), "each panel has its own clip path");
    let mut rng = seeded(2);
    let numbers: Vec<f64> = (0..2000).map(|_| rng.sample::<f64, _>(StandardNormal)).collect();
    keep("histogram", &Chart::new("z", "how many of 2000").histogram("", &numbers, 30));
}

#[test]
fn names_are_harmless_in_a_picture() {
    let name = "<script>alert(1)</script> \"$x$\" 'it'\n& more";
    let chart = Chart::new(name, name).title(name).line(name, &[(0.0, 1.0), (1.0, 0.0)]).level(0.5, name);
    let svg = keep("names", &chart.mark((0.5, 0.5), name, Side::Below));
    assert!(!svg.contains("<script") && !svg.contains("\n& more"), "{svg}");
    assert!(svg.contains("$x$"), "dollar signs are kept: {svg}");
}
