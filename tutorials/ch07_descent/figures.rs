//! Both figures of the source: the curve as the source has it, the surface in a tempting version, and both mended.

use super::walk::{curve, curve_slope, height};
use frame::{Chart, Corner, Panels, Side};

/// The last four points of the source's path, which were drawn by hand.
pub const DRAWN: [f64; 4] = [-0.2, -0.5, -0.7, -0.8];

/// The curve with the source's path, and with a path of descent; a piece of the tangent at each place that was visited.
pub fn curves(path: &[f64]) -> Panels<'static> {
    let end = path[path.len() - 1];
    let source = with_path("drawn by hand: the last four points", &DRAWN).mark((-0.8, curve(-0.8)), "end", Side::Right);
    let mended = with_path("descent from 2 at rate 0.1", path).mark((end, curve(end)), "minimum", Side::Below);
    Panels::new(2).panel(source).panel(mended)
}

fn with_path(title: &str, path: &[f64]) -> Chart<'static> {
    let line: Vec<(f64, f64)> = (-150..=220).map(|i| f64::from(i) / 100.0).map(|x| (x, curve(x))).collect();
    let visited: Vec<(f64, f64)> = path.iter().map(|&x| (x, curve(x))).collect();
    // A third to each side, along the tangent. A height of NaN interrupts the line.
    let tangents: Vec<(f64, f64)> = path
        .iter()
        .flat_map(|&x| {
            let reach = 0.33 / curve_slope(x).hypot(1.0);
            let at = |to: f64| (to, curve(x) + curve_slope(x) * (to - x));
            [at(x - reach), at(x + reach), (x + reach, f64::NAN)]
        })
        .collect();
    Chart::new("x", "height")
        .title(title)
        .size(420.0, 360.0)
        .x_range(-1.5, 2.2)
        .y_range(-1.0, 5.0)
        .line("x² + 0.5 sin 3x", &line)
        .path("visited", &visited)
        .line("tangents", &tangents)
}

/// A tempting version of the source's figure: contours too coarse for the hollows, and a label without the source's word "near".
pub fn surface_tempting(noisy: &[[f64; 2]]) -> Chart<'static> {
    let zoom = (-0.35, 0.35);
    with_surface(noisy)
        .levels(&[0.1, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0, 4.5, 5.0])
        .mark((0.0, 0.0), "\"lowest point\"", Side::Above)
        .inset(Corner::BottomLeft, zoom, zoom)
}

/// The same with finer contours where it matters, the quiet path beside the noisy one, and every level place named for what it is.
pub fn surface_mended(noisy: &[[f64; 2]], quiet: &[[f64; 2]]) -> Chart<'static> {
    let low = [-0.015, -0.01, -0.005, 0.0, 0.01, 0.03, 0.1, 0.3];
    let levels = [&low[..], &[0.6, 1.0, 1.5, 2.0, 3.0, 4.0, 5.0]].concat();
    let zoom = (-0.45, 0.45);
    with_surface(noisy)
        .path("without noise", &places(quiet))
        .levels(&levels)
        .mark((0.0, 0.0), "saddle", Side::Left)
        .mark((0.2169, -0.2169), "minimum", Side::Below)
        .mark((-0.2169, 0.2169), "minimum", Side::Above)
        .inset(Corner::BottomLeft, zoom, zoom)
}

fn with_surface(noisy: &[[f64; 2]]) -> Chart<'static> {
    Chart::new("w1", "w2")
        .size(660.0, 600.0)
        .equal_axes()
        .x_range(-1.6, 1.6)
        .y_range(-1.6, 1.6)
        .contours("L", |w1, w2| height([w1, w2]))
        .path("60 noisy steps", &places(noisy))
}

fn places(path: &[[f64; 2]]) -> Vec<(f64, f64)> {
    path.iter().map(|&[w1, w2]| (w1, w2)).collect()
}
