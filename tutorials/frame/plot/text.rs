//! A chart as text, for a terminal: characters in a plane, an axis to the left and one below.

use super::chart::{Chart, Kind, Layer};
use super::field::FieldKind;
use super::scale::Axis;

/// The characters of the series; later ones cover earlier ones.
const MARKS: [char; 6] = ['o', 'x', '+', '*', '#', '%'];
/// Number of columns per decade.
const DECADE: f64 = 4.0;

/// Columns between texts side by side.
const GAP: usize = 2;

/// A chart as text. On logarithmic axes a line is a decade. A chart of bars alone becomes a list of bars.
pub(super) fn chart(chart: &Chart) -> String {
    if let [Layer { kind: Kind::Bars(bars), .. }] = &chart.layers[..] {
        return titled(&chart.title, list_of_bars(chart, bars));
    }
    let plane = Plane::of(chart);
    let mut marks = plane.background(chart);
    chart.layers.iter().for_each(|layer| plane.put(chart, layer, &mut marks));
    let mut lines = vec![format!("  {}", chart.y.name)];
    lines.extend(plane.lines(chart, &marks));
    lines.extend(legend(chart, plane.margin));
    titled(&chart.title, lines)
}

/// Lines under a title, if there is one.
pub(super) fn titled(title: &str, mut lines: Vec<String>) -> String {
    if !title.is_empty() {
        lines.insert(0, format!("  {title}"));
    }
    lines.join("\n")
}

/// Texts side by side in rows of `columns`, or of fewer if no more have `room`, aligned with those above.
pub(crate) fn side_by_side(texts: &[String], columns: usize, room: Option<usize>) -> Vec<String> {
    let width = texts.iter().flat_map(|text| text.lines()).map(|line| line.chars().count()).max().unwrap_or(0);
    let columns = room.map_or(columns, |room| columns.min((room + GAP) / (width + GAP))).max(1);
    let row = |texts: &[String]| {
        let lines: Vec<Vec<&str>> = texts.iter().map(|text| text.lines().collect()).collect();
        let height = lines.iter().map(Vec::len).max().unwrap_or(0);
        let line = |i: usize| {
            lines.iter().map(|lines| format!("{:1$}", lines.get(i).unwrap_or(&""), width + GAP)).collect::<String>()
        };
        (0..height).map(|i| line(i).trim_end().to_owned()).collect::<Vec<_>>()
    };
    texts.chunks(columns).flat_map(row).collect()
}

fn list_of_bars(chart: &Chart, bars: &[(f64, f64, f64)]) -> Vec<String> {
    let largest = bars.iter().map(|bar| bar.2.abs()).filter(|y| y.is_finite()).fold(0.0, f64::max);
    let middles: Vec<String> = bars.iter().map(|(from, to, _)| short_number((from + to) / 2.0)).collect();
    let width = middles.iter().map(String::len).max().unwrap_or(0);
    let bar = |(middle, (_, _, y)): (&String, &(f64, f64, f64))| {
        let length = if largest > 0.0 { (y.abs() / largest * 50.0).round() as usize } else { 0 };
        let bar = if *y < 0.0 { "-" } else { "#" }.repeat(length);
        format!("  {middle:>width$} |{bar} {}", short_number(*y))
    };
    let heading = format!("  {:>width$}  {}", chart.x.name, chart.y.name);
    [heading].into_iter().chain(middles.iter().zip(bars).map(bar)).collect()
}

fn legend(chart: &Chart, margin: usize) -> Option<String> {
    let letters = chart.layers.iter().filter(|layer| matches!(layer.kind, Kind::Mark(..)));
    let marks = letters.enumerate().map(|(i, layer)| format!("{} {}", letter(i), layer.name));
    let named = chart.layers.iter().filter(|layer| layer.is_in_legend());
    let entries: Vec<String> = named.map(|layer| format!("{} {}", mark(layer), layer.name)).chain(marks).collect();
    (!entries.is_empty()).then(|| format!("{}{}", " ".repeat(margin + 3), entries.join("    ")))
}

fn mark(layer: &Layer) -> char {
    MARKS[layer.number % MARKS.len()]
}

fn letter(number: usize) -> char {
    char::from(b'A' + (number % 26) as u8)
}

/// A number in few characters.
fn short_number(x: f64) -> String {
    let text = format!("{x:.3}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// The places of a chart's characters.
struct Plane {
    window: [(f64, f64); 2],
    columns: usize,
    rows: usize,
    /// Characters to the left of the y axis.
    margin: usize,
}

impl Plane {
    fn of(chart: &Chart) -> Self {
        let window = chart.reach();
        let decades = |(low, high): (f64, f64)| high - low;
        // The part of the drawing that one character represents.
        let columns = match chart.x.logarithmic {
            true => (decades(window[0]) * DECADE).clamp(24.0, 96.0) as usize + 1,
            false => (chart.size.0 / 10.5).clamp(12.0, 96.0) as usize,
        };
        let rows = match chart.y.logarithmic {
            true => decades(window[1]).clamp(8.0, 24.0) as usize + 1,
            false => (chart.size.1 / 23.0).clamp(6.0, 40.0) as usize,
        };
        let margin = (0..rows).filter_map(|row| label(&chart.y, window[1], rows, row)).map(|text| text.len()).max();
        Plane { window, columns, rows, margin: margin.unwrap_or(0).max(6) }
    }

    /// The column and the row of a place, if it is in the plane.
    fn cell(&self, (x, y): (f64, f64)) -> Option<(usize, usize)> {
        let share = |x: f64, (low, high): (f64, f64)| (x - low) / (high - low);
        let (right, down) = (share(x, self.window[0]), 1.0 - share(y, self.window[1]));
        let inside = |share: f64| (-1e-9..=1.0 + 1e-9).contains(&share);
        let step = |share: f64, steps: usize| (share * (steps - 1) as f64).round().max(0.0) as usize;
        (inside(right) && inside(down)).then(|| (step(right, self.columns), step(down, self.rows)))
    }

    fn background(&self, chart: &Chart) -> Vec<Vec<char>> {
        let Some(field) = &chart.field else { return vec![vec![' '; self.columns]; self.rows] };
        let levels = field.levels(self.window);
        let ramp: Vec<char> = match field.kind {
            FieldKind::Boundary(_) => vec!['.', '#'],
            FieldKind::Contours { .. } => " .:-=+*#%@".chars().collect(),
        };
        let character = |value: &f64| {
            let above = levels.iter().filter(|level| value >= level).count();
            ramp[above * (ramp.len() - 1) / levels.len().max(1)]
        };
        let values = field.sample(self.window, self.columns, self.rows);
        values.chunks(self.columns).map(|row| row.iter().map(character).collect()).collect()
    }

    fn put(&self, chart: &Chart, layer: &Layer, marks: &mut [Vec<char>]) {
        let place = |point: (f64, f64)| super::axes::place(chart, point);
        match &layer.kind {
            Kind::Level(y) => {
                let Some((_, row)) = self.cell((self.window[0].0, chart.y.place(*y))) else { return };
                marks[row].iter_mut().filter(|mark| **mark == ' ').for_each(|mark| *mark = '-');
            }
            Kind::Mark(point, _) => {
                let before = chart.layers.iter().take_while(|other| !std::ptr::eq(*other, layer));
                let number = before.filter(|other| matches!(other.kind, Kind::Mark(..))).count();
                if let Some((column, row)) = self.cell(place(*point)) {
                    marks[row][column] = letter(number);
                }
            }
            Kind::Band(_) | Kind::Name(..) => {}
            Kind::Line(_) | Kind::Points(_) | Kind::Path(_) | Kind::Bars(_) => {
                for (column, row) in layer.points().into_iter().filter_map(|point| self.cell(place(point))) {
                    marks[row][column] = mark(layer);
                }
            }
        }
    }

    fn lines(&self, chart: &Chart, marks: &[Vec<char>]) -> Vec<String> {
        let margin = self.margin;
        let line = |(row, marks): (usize, &Vec<char>)| {
            let label = label(&chart.y, self.window[1], self.rows, row).unwrap_or_default();
            format!("  {label:>margin$} |{}", marks.iter().collect::<String>()).trim_end().to_owned()
        };
        let ticks: Vec<Option<String>> = (0..self.columns)
            .map(|column| label(&chart.x, self.window[0], self.columns, self.columns - 1 - column))
            .collect();
        let axis: String = ticks.iter().map(|tick| if tick.is_some() { '+' } else { '-' }).collect();
        let mut labels = String::new();
        for (column, tick) in ticks.into_iter().enumerate() {
            let room = column.saturating_sub(labels.chars().count());
            // Labels that would touch the one before are left out.
            if let Some(tick) = tick.filter(|_| column == 0 || room > 1) {
                labels += &(" ".repeat(room) + &tick);
            }
        }
        let indent = " ".repeat(margin + 3);
        let mut lines: Vec<String> = marks.iter().enumerate().map(line).collect();
        lines.extend([format!("{indent}{axis}  {}", chart.x.name), format!("{indent}{labels}")]);
        lines
    }
}

/// The label of a row (the upper one first), if a round number is in it.
fn label(axis: &Axis, (low, high): (f64, f64), rows: usize, row: usize) -> Option<String> {
    let height = (high - low) / (rows - 1) as f64;
    let middle = high - row as f64 * height;
    let step = if axis.logarithmic { height.ceil().max(1.0) } else { axis.step((low, high), (rows / 3).min(10)) };
    let round = (middle / step).round() * step;
    let is_nearest = middle - height / 2.0 < round + 1e-9 && round < middle + height / 2.0 - 1e-9;
    let text = if axis.logarithmic { format!("1e{round:.0}") } else { axis.label(round, step).replace('−', "-") };
    (is_nearest && (low - 1e-9..=high + 1e-9).contains(&round)).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_falling_line_is_drawn_as_one() {
        let points = [(1e-2, 0.1), (1e-1, 1e-3), (1.0, 0.0)];
        let chart = Chart::new("h", "error").log_x().log_y().x_range(1e-3, 1e3).y_range(1e-8, 1.0).line("f", &points);
        let text = super::chart(&chart);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], "  error");
        assert_eq!(lines[2], "    1e-1 |    o");
        assert_eq!(lines[4], "    1e-3 |        o");
        assert_eq!(lines[9], "    1e-8 |            o", "a zero lies on the floor");
        assert_eq!(lines[10], "         +---+---+---+---+---+---+  h");
        assert_eq!(lines[11], "         1e-3    1e-1    1e1     1e3");
        assert_eq!(lines[12], "         o f");
    }

    #[test]
    fn a_boundary_shows_its_sides_and_points() {
        let chart = Chart::new("x1", "x2").x_range(0.0, 1.0).y_range(0.0, 1.0).boundary(0.5, |x, _| x);
        let chart = chart.points("1", &[(1.0, 1.0)]);
        let text = super::chart(&chart);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[1], format!("     1.0 |{}{}o", ".".repeat(30), "#".repeat(29)));
    }

    #[test]
    fn bars_become_a_list() {
        let chart = Chart::new("epoch", "gain").bars("", &[(1.0, 50.0), (2.0, 25.0), (3.0, -10.5)]);
        let text = super::chart(&chart);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[1], format!("  1 |{} 50", "#".repeat(50)));
        assert_eq!(lines[3], format!("  3 |{} -10.5", "-".repeat(11)));
    }

    #[test]
    fn texts_stand_side_by_side_where_there_is_room() {
        let texts = ["ab\nc", "de", "fg"].map(str::to_owned);
        assert_eq!(side_by_side(&texts, 3, None), ["ab  de  fg", "c"]);
        assert_eq!(side_by_side(&texts, 3, Some(10)), ["ab  de  fg", "c"]);
        assert_eq!(side_by_side(&texts, 3, Some(9)), ["ab  de", "c", "fg"]);
        assert_eq!(side_by_side(&texts, 3, Some(1)), ["ab", "c", "de", "fg"]);
    }
}
