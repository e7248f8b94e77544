//! The layout of the live view: curves to the left, the digit and its ten outputs to the right, gradients below.

use super::training::{Digit, Training};
use gradus_view::text::cut;
use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::{Color, Modifier, Style};
use ratatui::symbols::Marker;
use ratatui::text::Line;
use ratatui::widgets::{Axis, Chart, Dataset, GraphType, Widget};

/// Number of lines of the view, including an empty one for the cursor.
pub(super) const HEIGHT: u16 = 22;
const BODY: u16 = 14;
/// Minimum number of lines for two curves.
const LOWEST: u16 = 10;
/// Maximum number of layers that are shown.
const LAYERS: usize = 5;
/// Range of the bars of the gradients, as powers of ten.
const DECADES: (f64, f64) = (-6.0, 1.0);

/// The styles; without colours there are none.
#[derive(Clone, Copy)]
struct Look {
    faint: Style,
    bold: Style,
    line: Style,
    right: Style,
}

impl Look {
    fn new(colour: bool) -> Self {
        match colour {
            false => Look { faint: Style::new(), bold: Style::new(), line: Style::new(), right: Style::new() },
            true => Look {
                faint: Style::new().add_modifier(Modifier::DIM),
                bold: Style::new().add_modifier(Modifier::BOLD),
                line: Style::new().fg(Color::Cyan),
                right: Style::new().fg(Color::Green).add_modifier(Modifier::BOLD),
            },
        }
    }
}

/// Draws everything that there is room for. If the area is low, it leaves out the gradients first, then the curves; if it is narrow, the picture
/// first, then the outputs.
pub(super) fn draw(training: &Training, colour: bool, area: Rect, buffer: &mut Buffer) {
    let look = Look::new(colour);
    if area.height < LOWEST {
        return draw_in_words(training, look, area, buffer);
    }
    let spare = area.height - 2;
    let body_height = if spare < BODY + 2 { spare } else { BODY };
    let rows = [Constraint::Length(1), Constraint::Length(body_height), Constraint::Min(0), Constraint::Length(1)];
    let [title, body, gradients, _] = Layout::vertical(rows).areas(area);
    let more = if area.height < HEIGHT { format!("; {HEIGHT} lines show more") } else { String::new() };
    put(title, 0, &(headline(training) + &more), look.bold, buffer);
    let is_high = body.height >= BODY;
    let (picture, outputs) = match (&training.digit, area.width) {
        (None, _) | (Some(_), ..56) => (0, 0),
        (Some(_), _) if !is_high => (0, 0),
        (Some(_), 56..76) => (0, 20),
        (Some(_), _) => (30, 20),
    };
    let columns = [Constraint::Min(20), Constraint::Length(picture), Constraint::Length(outputs)];
    let [curves, picture, outputs] = Layout::horizontal(columns).areas(body);
    let [loss, accuracy] = Layout::vertical([Constraint::Fill(1), Constraint::Fill(1)]).areas(curves);
    let steps = training.steps.max(1) as f64;
    let name = match training.steps_per_point() {
        1 => "loss".to_owned(),
        many => format!("loss, mean of {many} steps"),
    };
    curve(&name, &training.loss, (0.0, None), steps, look, loss, buffer);
    curve("test accuracy", &training.accuracy, (0.0, Some(1.0)), steps, look, accuracy, buffer);
    if let Some(digit) = &training.digit {
        draw_picture(digit, look, picture, buffer);
        draw_outputs(digit, look, outputs, buffer);
    }
    draw_gradients(training, look, gradients, buffer);
}

/// If there is no room for the curves: their latest numbers, and how to see the curves.
fn draw_in_words(training: &Training, look: Look, area: Rect, buffer: &mut Buffer) {
    put(area, 0, &headline(training), look.bold, buffer);
    let last = |points: &[(f64, f64)]| points.last().map_or("-".to_owned(), |point| format!("{:.4}", point.1));
    put(
        area,
        1,
        &format!("loss {}, test accuracy {}", last(&training.loss), last(&training.accuracy)),
        look.line,
        buffer,
    );
    put(area, 2, &format!("a window of {HEIGHT} lines shows the curves"), look.faint, buffer);
}

fn headline(training: &Training) -> String {
    let left = match training.seconds_left() {
        Some(seconds) => format!("{seconds} s left"),
        None => format!("{} s", training.seconds),
    };
    format!("{}: step {} of {}, {left}", training.what, training.done, training.steps)
}

fn curve(
    name: &str,
    points: &[(f64, f64)],
    (low, high): (f64, Option<f64>),
    steps: f64,
    look: Look,
    area: Rect,
    buffer: &mut Buffer,
) {
    let [head, chart] = Layout::vertical([Constraint::Length(1), Constraint::Min(0)]).areas(area);
    let last = points.last().map_or("-".to_owned(), |point| format!("{:.4}", point.1));
    put(head, 0, &format!("{name}: {last}"), Style::new(), buffer);
    let largest = points.iter().map(|point| point.1).filter(|y| y.is_finite()).fold(low, f64::max);
    let high = high.unwrap_or(if largest > low { largest } else { low + 1.0 });
    let data = Dataset::default().marker(Marker::Braille).graph_type(GraphType::Line).style(look.line).data(points);
    let labels = [format!("{low:.1}"), format!("{high:.1}")];
    Chart::new(vec![data])
        .x_axis(Axis::default().bounds([0.0, steps]).style(look.faint))
        .y_axis(Axis::default().bounds([low, high]).labels(labels).style(look.faint))
        .render(chart, buffer);
}

/// A text in a line of an area, counted from its top: cut where the area ends, and left out below it.
fn put(area: Rect, line: u16, text: &str, style: Style, buffer: &mut Buffer) {
    if line < area.height {
        let line = Rect { y: area.y + line, height: 1, ..area };
        Line::styled(cut(&crate::say(text), usize::from(area.width), "…"), style).render(line, buffer);
    }
}

/// The digit, two rows of pixels in a line of characters.
fn draw_picture(digit: &Digit, look: Look, area: Rect, buffer: &mut Buffer) {
    let ink = |row: usize, column: usize| digit.image.get((row, column)).is_some_and(|&pixel| pixel > 0.4);
    for line in 0..area.height {
        let characters = (0..area.width.saturating_sub(2)).map(|column| {
            match (ink(2 * line as usize, column as usize), ink(2 * line as usize + 1, column as usize)) {
                (true, true) => '█',
                (true, false) => '▀',
                (false, true) => '▄',
                (false, false) => ' ',
            }
        });
        let indented: String = [' ', ' '].into_iter().chain(characters).collect();
        put(area, line, &indented, look.bold, buffer);
    }
}

/// The ten outputs, and the classes that were predicted for the digit so far.
fn draw_outputs(digit: &Digit, look: Look, area: Rect, buffer: &mut Buffer) {
    put(area, 0, &format!("a {}: the outputs", digit.label), Style::new(), buffer);
    let reading = digit.read_as.last();
    for (class, output) in digit.outputs.iter().enumerate() {
        let style = if Some(&class) == reading { look.right } else { Style::new() };
        let bar = bar_of(*output, 10);
        put(area, 1 + class as u16, &format!("{class} {bar:10} {output:.2}"), style, buffer);
    }
    let history: Vec<String> = digit.read_as.iter().rev().take(6).rev().map(usize::to_string).collect();
    let earlier = if digit.read_as.len() > 6 { ".. " } else { "" };
    put(area, 12, "read as", look.faint, buffer);
    put(area, 13, &format!("{earlier}{}", history.join(" > ")), Style::new(), buffer);
}

fn draw_gradients(training: &Training, look: Look, area: Rect, buffer: &mut Buffer) {
    let width = area.width.saturating_sub(24).min(56) as usize;
    let (low, high) = DECADES;
    let head = format!("length of the gradient, layer by layer; bars from 1e{low} to 1e{high}");
    put(area, 0, &head, look.faint, buffer);
    // If there are many layers, some are shown, including the first and the last.
    let count = training.norms.len();
    let room = LAYERS.min(usize::from(area.height.saturating_sub(1)));
    let shown: Vec<usize> = match count {
        _ if count <= room => (0..count).collect(),
        _ if room < 2 => vec![0; room],
        _ => (0..room).map(|i| i * (count - 1) / (room - 1)).collect(),
    };
    for (line, (name, norm)) in shown.into_iter().map(|layer| &training.norms[layer]).enumerate() {
        let bar = bar_of((norm.log10() - low) / (high - low), width);
        put(area, 1 + line as u16, &format!("{name:10.10} {bar:width$} {norm:.1e}"), look.line, buffer);
    }
}

/// A bar of up to `width` characters, exact to an eighth of one.
fn bar_of(share: f64, width: usize) -> String {
    let eighths = (share.clamp(0.0, 1.0) * (8 * width) as f64).round() as usize;
    let rest = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"][eighths % 8];
    format!("{}{rest}", "█".repeat(eighths / 8))
}

#[cfg(test)]
mod tests {
    use super::super::live::Live;
    use super::*;
    use ndarray::Array2;
    use ratatui::backend::TestBackend;
    use ratatui::{Terminal, TerminalOptions, Viewport};

    /// A training that is half finished.
    fn half_over() -> Training {
        let mut training = Training::new("training", 1000);
        (0..500).for_each(|step| training.step(0.1 + 0.9 * (-step as f64 / 100.0).exp()));
        training.accuracy = vec![(0.0, 0.1), (100.0, 0.54), (200.0, 0.72), (300.0, 0.79), (400.0, 0.82), (500.0, 0.84)];
        training.norms =
            [("layer1", 3.1e-4), ("layer2", 8.0e-3), ("layer3", 0.12)].map(|(name, x)| (name.into(), x)).into();
        training.seconds = 9;
        let mut digit =
            Digit::new(Array2::from_shape_fn((28, 28), |(y, x)| if y == 6 || x + y == 28 { 1.0 } else { 0.0 }), 7);
        digit.see(vec![0.1, 0.0, 0.0, 0.6, 0.0, 0.0, 0.0, 0.3, 0.0, 0.0]);
        digit.see(vec![0.01, 0.0, 0.02, 0.05, 0.0, 0.0, 0.0, 0.93, 0.0, 0.2]);
        training.digit = Some(digit);
        training
    }

    fn screen(training: &Training, width: u16) -> String {
        let mut terminal = Terminal::new(TestBackend::new(width, HEIGHT)).expect("a terminal");
        let drawn = terminal.draw(|frame| draw(training, true, frame.area(), frame.buffer_mut()));
        drawn.expect("the test backend takes everything");
        terminal.backend().to_string()
    }

    #[test]
    fn the_view_fits_80_columns() {
        let screen = screen(&half_over(), 80);
        for part in
            ["training: step 500 of 1000, 9 s left", "loss, mean of 5 steps: ", "0.8400", "a 7: the outputs", "3 > 7"]
        {
            assert!(screen.contains(part), "{part} in\n{screen}");
        }
        for layer in ["layer1", "layer2", "layer3"] {
            assert!(screen.lines().any(|line| line.contains(layer) && line.contains('█')), "{layer} in\n{screen}");
        }
        assert!(screen.contains('▀'), "the digit is drawn:\n{screen}");
    }

    #[test]
    fn the_view_leaves_out_the_picture_and_then_the_outputs_where_there_is_no_room() {
        let narrow = screen(&half_over(), 60);
        assert!(!narrow.contains('▀') && narrow.contains("3 > 7"), "{narrow}");
        let narrower = screen(&half_over(), 50);
        assert!(!narrower.contains("3 > 7") && narrower.contains("layer1"), "{narrower}");
    }

    #[test]
    fn no_size_of_the_terminal_ends_the_training_and_what_fits_is_shown() {
        for height in 1..=40 {
            for width in 1..=200 {
                let options = || TerminalOptions { viewport: Viewport::Inline(HEIGHT) };
                let terminal = Terminal::with_options(TestBackend::new(width, height), options());
                let mut terminal = terminal.expect("a test backend cannot fail");
                for training in [&Training::new("training", 10), &half_over()] {
                    let drawn = terminal.draw(|frame| draw(training, true, frame.area(), frame.buffer_mut()));
                    drawn.expect("a test backend cannot fail");
                }
                let screen = terminal.backend().to_string();
                assert!(width < 40 || screen.contains("step 500 of 1000"), "{width}x{height}:\n{screen}");
                assert!(width < 40 || height < 2 || screen.contains("loss"), "{width}x{height}:\n{screen}");
            }
        }
    }

    #[test]
    fn a_window_that_changes_its_size_under_a_training_does_not_end_it() {
        let options = TerminalOptions { viewport: Viewport::Inline(HEIGHT) };
        let mut live = Live::on(TestBackend::new(80, 24), options, true).expect("a test backend cannot fail");
        for (width, height) in [(80, 24), (200, 50), (20, 50), (1, 50), (80, 60)] {
            live.terminal.backend_mut().resize(width, height);
            live.draw(&half_over());
            live.say("epoch 1   95.13% of the 10,000 test digits read right");
            live.draw(&half_over());
        }
    }

    #[test]
    fn nothing_is_drawn_before_there_is_something_and_nothing_breaks() {
        let empty = screen(&Training::new("training", 10), 40);
        assert!(empty.contains("step 0 of 10") && empty.contains("loss: -"), "{empty}");
        screen(&half_over(), 1);
    }
}
