//! Everything about one node: its op, its value, its gradient with the result of a check and the contributions to it, its local derivatives.

use super::heat::{Figure, figure};
use super::{Canvas, Pieces, wrapped_pieces};
use crate::look::Tone;
use crate::session::{Pane, Session};
use crate::timeline::{Known, Phase};
use gradus::check::{NodeCheck, Verdict};
use gradus::draw::number;
use gradus::trace::{Event, TraceNode};
use ratatui::layout::Rect;

pub(crate) fn draw(session: &Session, canvas: &mut Canvas, area: Rect) {
    let Some(node) = session.node() else {
        canvas.titled(area, "inspector");
        return;
    };
    let pinned = if session.is_pinned() { " (pinned, esc follows)" } else { "" };
    let area = canvas.titled(area, &format!("{}{pinned}", session.trace.call(node)));
    let is_large = session.large == Some(Pane::Inspector);
    let figure_rows = if is_large { 12 } else { usize::from(area.height / 4).clamp(2, 6) };
    let is_small = !is_large && area.height < SMALL;
    let width = usize::from(area.width);
    let lines = Inspector { session, node, width, figure_rows, is_small }.lines();
    let look = canvas.look;
    let said =
        |pieces: &Pieces| pieces.iter().map(|(text, tone)| (look.say(text).into_owned(), *tone)).collect::<Pieces>();
    let lines: Vec<Pieces> = lines.iter().map(said).flat_map(|line| wrapped_pieces(&line, width)).collect();
    canvas.lines(area, &lines, session.scroll);
}

/// Minimum number of rows for two heat maps: in fewer, only the one of the current phase is drawn.
const SMALL: u16 = 18;

struct Inspector<'s, 'a> {
    session: &'s Session<'a>,
    node: usize,
    width: usize,
    /// Maximum number of rows of a figure.
    figure_rows: usize,
    is_small: bool,
}

impl Inspector<'_, '_> {
    fn info(&self) -> &TraceNode {
        &self.session.trace.nodes[self.node]
    }

    fn lines(&self) -> Vec<Pieces> {
        let mut lines = self.equation();
        lines.extend(self.fault());
        lines.extend(self.value());
        lines.extend(self.gradient());
        lines.extend(self.check());
        lines.extend(self.contributions());
        lines.extend(self.update());
        lines.extend(self.slopes());
        lines
    }

    fn equation(&self) -> Vec<Pieces> {
        let (info, trace) = (self.info(), &self.session.trace);
        let shape = match info.shape.is_empty() {
            true => String::new(),
            false => format!(" {:?}", info.shape),
        };
        let equation = match info.operands.is_empty() {
            true => format!("%{}{shape} = {}", info.index, info.op),
            false => {
                let operands: Vec<String> = info.operands.iter().map(|&operand| trace.call(operand)).collect();
                format!("%{}{shape} = {}({})", info.index, info.op, operands.join(", "))
            }
        };
        let mut formula = info.formula.clone();
        if !info.attributes.is_empty() {
            formula += &format!("   {}", info.attributes);
        }
        vec![plain(equation), vec![(formula, Tone::Faint)]]
    }

    /// The first fault, if it is at this node.
    fn fault(&self) -> Vec<Pieces> {
        let fault = self.info().fault.iter().flat_map(|fault| fault.lines());
        fault.map(|line| vec![(line.trim().to_owned(), Tone::Bad)]).collect()
    }

    fn value(&self) -> Vec<Pieces> {
        let value = match &self.info().value {
            _ if !self.session.is_computed(self.node) => {
                return vec![labelled("value", "not computed yet", Tone::Faint)];
            }
            None => return vec![labelled("value", "changed since then, and not kept", Tone::Faint)],
            Some(value) => value,
        };
        if self.is_small && self.session.phase() != Phase::Forward && value.size() > 1 {
            return vec![vec![("value ".to_owned(), Tone::Forward), (value.words(), Tone::Plain)]];
        }
        let mut lines = self.with_figure(
            "value",
            Tone::Forward,
            figure(value, self.session.look, self.width - 2, self.figure_rows),
        );
        lines.extend(self.session.trace.value_in_numbers(self.node).map(|line| plain(format!("  {line}"))));
        lines
    }

    /// A label with the figure's caption; or with the figure itself, if that is one line. A larger figure is below.
    fn with_figure(&self, label: &str, tone: Tone, figure: Figure) -> Vec<Pieces> {
        let label = vec![(format!("{label} "), tone)];
        match &figure.lines[..] {
            [line] => vec![[label, line.clone(), figure.scale].concat()],
            lines => {
                let indented = lines.iter().map(|line| [plain("  ".to_owned()), line.clone()].concat());
                std::iter::once([label, figure.scale].concat()).chain(indented).collect()
            }
        }
    }

    fn gradient(&self) -> Vec<Pieces> {
        let (session, trace) = (self.session, &self.session.trace);
        let label = match session.pass() {
            1 if trace.passes() <= 1 => "gradient".to_owned(),
            pass => format!("gradient (pass {pass})"),
        };
        match session.known(self.node) {
            Known::Never => vec![labelled(&label, "none: nothing flows here", Tone::Faint)],
            Known::Partly(arrived, of) => {
                let far = format!("not yet: {arrived} of {of} contributions are here");
                vec![labelled(&label, if arrived == 0 { "not yet" } else { &far }, Tone::Backward)]
            }
            Known::Wholly(holder) => match &trace.nodes[holder].value {
                Some(value) => {
                    let figure = figure(value, session.look, self.width - 2, self.figure_rows);
                    self.with_figure(&label, Tone::Backward, figure)
                }
                None => vec![labelled(&label, "no longer there", Tone::Faint)],
            },
        }
    }

    /// The contributions to the gradient that have arrived.
    fn contributions(&self) -> Vec<Pieces> {
        let (session, trace) = (self.session, &self.session.trace);
        let places = session.timeline.gradient(session.pass(), self.node).map(|gradient| &gradient.contributions[..]);
        let line = |&place: &usize| match trace.events[place] {
            Event::Contribution { from, sent, .. } => {
                let from = match trace.nodes[from].full_name() {
                    name if name.is_empty() => format!("from {}", trace.call(from)),
                    _ => format!("from {} {}", trace.nodes[from].op, trace.call(from)),
                };
                let is_here = place <= session.place;
                let words = trace.nodes[sent].value.as_ref().map(|value| value.size_words()).unwrap_or_default();
                let tone = if place == session.place { Tone::Active } else { Tone::Backward };
                match is_here {
                    true => vec![("  + ".to_owned(), Tone::Plain), (words, tone), (format!("  {from}"), Tone::Plain)],
                    false => vec![(format!("  + ...  {from}"), Tone::Faint)],
                }
            }
            _ => Pieces::new(),
        };
        places.unwrap_or_default().iter().map(line).collect()
    }

    /// The update of the parameter by an optimizer, if it has happened.
    fn update(&self) -> Option<Pieces> {
        let done = self.session.trace.events.get(..=self.session.place)?;
        done.iter().rev().find_map(|event| match event {
            Event::Update { node, after, .. } if *node == self.node => {
                Some(vec![("updated to ".to_owned(), Tone::Positive), (after.words(), Tone::Plain)])
            }
            _ => None,
        })
    }

    /// How the node passes its gradient on: for each operand the formula, and the slope in numbers.
    fn slopes(&self) -> Vec<Pieces> {
        let (session, trace, info) = (self.session, &self.session.trace, self.info());
        let mut lines = Vec::new();
        for (slot, &operand) in info.operands.iter().enumerate().filter(|(slot, _)| !info.flows[*slot].is_empty()) {
            let is_active = matches!(session.event(), Some(&Event::Contribution { from, slot: s, .. })
                if from == self.node && s == slot);
            let tone = if is_active { Tone::Active } else { Tone::Backward };
            lines.push(vec![
                ("to ".to_owned(), Tone::Plain),
                (trace.call(operand), Tone::Plain),
                (": ".to_owned(), Tone::Plain),
                (info.flows[slot].clone(), tone),
            ]);
            lines.extend(self.slope_in_numbers(slot));
        }
        lines
    }

    /// What flowed to an operand: the formula with the numbers put in if there is one, else the slope.
    fn slope_in_numbers(&self, slot: usize) -> Option<Pieces> {
        let session = self.session;
        let is_this = |event: &Event| {
            matches!(*event, Event::Contribution { pass, from, slot: s, .. }
                if pass == session.pass() && from == self.node && s == slot)
        };
        let place = session.trace.events[..=session.place].iter().position(is_this)?;
        if let Some(line) = session.trace.flow_in_numbers(place) {
            return Some(plain(format!("  {line}")));
        }
        let Event::Contribution { slope: Some(slope), .. } = &session.trace.events[place] else { return None };
        let symbols = match &self.info().slopes[slot][..] {
            symbols if symbols.is_empty() || symbols.parse::<f64>().is_ok() => String::new(),
            symbols => format!(" {symbols} ="),
        };
        Some(plain(format!("  local slope{symbols} {}", slope.words())))
    }

    /// The result of a check, beside the gradient that it is about: on a small screen the answer to a key must not stand below the edge.
    fn check(&self) -> Vec<Pieces> {
        let session = self.session;
        match session.checks.get(&(self.node, session.pass())) {
            Some(Some(check)) => check_lines(check),
            _ => Vec::new(),
        }
    }
}

/// The result of a check: the verdict and the elements. If there are many, those with the largest errors.
fn check_lines(check: &NodeCheck) -> Vec<Pieces> {
    let (verdict, tone) = match check.verdict {
        Verdict::Right => ("right", Tone::Good),
        Verdict::Kink => ("at a kink: one of the possible slopes", Tone::Good),
        Verdict::NoEffect => ("nothing flows", Tone::Good),
        Verdict::Wrong => ("WRONG", Tone::Bad),
        Verdict::CannotTell => ("cannot tell", Tone::Plain),
    };
    let (size, tried) = (check.shape.size(), check.elements.len());
    let of = match size {
        1 => String::new(),
        _ if tried == size => format!(", all {size} elements"),
        _ => format!(", {tried} of {size} elements"),
    };
    let mut lines =
        vec![vec![("check by nudging: ".to_owned(), Tone::Plain), (verdict.to_owned(), tone), (of, Tone::Plain)]];
    let mut worst: Vec<_> = check.elements.iter().collect();
    worst.sort_by(|a, b| b.relative_error.total_cmp(&a.relative_error));
    for element in worst.into_iter().take(4) {
        let index = if size == 1 { String::new() } else { format!("{:?} ", element.index) };
        lines.push(plain(format!(
            "  {index}nudging {}, backward {}, relative error {}",
            number(element.numeric),
            number(element.reverse),
            error(element.relative_error)
        )));
    }
    lines
}

/// An error with one digit: more is noise.
fn error(x: f64) -> String {
    if x == 0.0 { "0".to_owned() } else { format!("{x:.0e}") }
}

fn plain(text: String) -> Pieces {
    vec![(text, Tone::Plain)]
}

fn labelled(label: &str, text: &str, tone: Tone) -> Pieces {
    vec![(format!("{label} "), tone), (text.to_owned(), Tone::Faint)]
}
