//! Curves as text, for errors over step sizes: both axes are logarithmic, a line for each decade.

/// One curve of a plot.
pub struct Curve<'a> {
    /// The character its points are drawn with.
    pub mark: char,
    /// What the legend calls it.
    pub name: &'a str,
    /// (x, y), in any order. An x is positive; a y of 0 is drawn on the lowest line.
    pub points: &'a [(f64, f64)],
}

/// How many columns a decade of x takes.
const COLUMNS: f64 = 4.0;

/// The curves in one plot, x growing to the right. Where two meet, the later one covers the earlier.
pub fn log_log(x_name: &str, y_name: &str, curves: &[Curve]) -> String {
    let all = || curves.iter().flat_map(|curve| curve.points);
    let (left, right) = decades(all().map(|point| point.0));
    let (bottom, top) = decades(all().map(|point| point.1));
    let (width, height) = (((right - left) as f64 * COLUMNS) as usize + 1, (top - bottom) as usize + 1);
    let mut plane = vec![vec![' '; width]; height];
    for curve in curves {
        for &(x, y) in curve.points.iter().filter(|(x, y)| x.is_finite() && y.is_finite()) {
            let column = ((x.log10() - left as f64) * COLUMNS).round() as usize;
            let line = (top as f64 - y.log10().max(bottom as f64)).round() as usize;
            plane[line][column] = curve.mark;
        }
    }
    let mut text = format!("  {y_name}\n");
    for (line, marks) in plane.iter().enumerate() {
        let marks: String = marks.iter().collect();
        text += format!("  {:>6} |{}", format!("1e{}", top - line as i32), marks).trim_end();
        text += "\n";
    }
    let ticks: String = (0..width).map(|column| if column % COLUMNS as usize == 0 { '+' } else { '-' }).collect();
    // A label takes the room of two decades, or they would touch.
    let labels: String = (left..=right)
        .step_by(2)
        .map(|decade| format!("{:<1$}", format!("1e{decade}"), 2 * COLUMNS as usize))
        .collect();
    text += &format!("         {ticks}  {x_name}\n         {}\n", labels.trim_end());
    let legend: Vec<String> = curves.iter().map(|curve| format!("{} {}", curve.mark, curve.name)).collect();
    text + &format!("         {}", legend.join("    "))
}

/// The decades that hold all positive numbers among these.
fn decades(numbers: impl Iterator<Item = f64>) -> (i32, i32) {
    let logs = numbers.filter(|x| x.is_finite() && *x > 0.0).map(f64::log10);
    let (low, high) = logs.fold((0.0_f64, f64::NEG_INFINITY), |(low, high), x| (low.min(x), high.max(x)));
    (low.floor() as i32, high.max(low).ceil() as i32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_falling_line_is_drawn_as_one() {
        let plot =
            log_log("h", "error", &[Curve { mark: 'o', name: "f", points: &[(1e-2, 0.1), (1e-1, 1e-3), (1.0, 0.0)] }]);
        let lines: Vec<&str> = plot.lines().collect();
        assert_eq!(lines[1..4], ["    1e-1 |o", "    1e-2 |", "    1e-3 |    o   o"]);
        assert_eq!(lines[4..], ["         +---+---+  h", "         1e-2    1e0", "         o f"]);
    }
}
