//! Formulas with the numbers put in, where all of them are single numbers: `w1 x = 0.8 · 1.5 = 1.2`. The one idea to know: the op's own formula, run on
//! blanks, says where each number stands ([`Worked`](crate::Worked)); here the blanks are filled.

use super::{Event, Trace};
use crate::leaf::Leaf;
use crate::number::number;

impl Trace {
    /// How the value of a node was computed, if it is a single number, and the op writes it out: `w1 x = 0.8 · 1.5 = 1.2`. Sums are written out up to
    /// six terms.
    ///
    /// ```
    /// use gradus::prelude::*;
    /// let tape = Tape::new();
    /// let (w, x) = (tape.var(0.8).named("w"), tape.input(-1.5).named("x"));
    /// (w * x).tanh().backward();
    /// let trace = tape.trace();
    /// assert_eq!(trace.value_in_numbers(2).as_deref(), Some("w x = 0.8 · (-1.5) = -1.2"));
    /// assert_eq!(trace.value_in_numbers(3).as_deref(), Some("tanh %2 = tanh(-1.2) = -0.8337"));
    /// ```
    pub fn value_in_numbers(&self, node: usize) -> Option<String> {
        let info = self.nodes.get(node)?;
        let result = info.value.as_ref()?.item()?;
        self.written(&info.worked.value, node, None, result)
    }

    /// How much flowed in the [contribution](Event::Contribution) at this place, if all of it is single numbers: `dw = g x = 0.5 · 1.5 = 0.75`.
    pub fn flow_in_numbers(&self, place: usize) -> Option<String> {
        let &Event::Contribution { from, slot, to, incoming, sent, .. } = self.events.get(place)? else { return None };
        let result = self.nodes[sent].value.as_ref()?.item()?;
        let template = self.nodes[from].worked.flows.get(slot)?;
        let gradient = self.nodes[incoming].value.as_ref()?.item()?;
        let line = self.written(template, from, Some(gradient), result)?;
        Some(format!("d{} = {line}", self.letter(to)))
    }

    /// The formula with names, with numbers, and the result; what would only repeat itself is left out.
    fn written(&self, template: &str, node: usize, gradient: Option<f64>, result: f64) -> Option<String> {
        let numbers = fill(template, |blank| self.number_in(blank, node, gradient).map(number))?;
        let mut parts = vec![numbers, number(result)];
        // The terms of an array have no names.
        if !template.contains(':') {
            parts.insert(0, fill(&template.replace(" · ", " "), |blank| Some(self.name_in(blank, node)))?);
        }
        parts.dedup();
        Some(parts.join(" = "))
    }

    fn number_in(&self, blank: &str, node: usize, gradient: Option<f64>) -> Option<f64> {
        let (name, term) = blank.split_once(':').unwrap_or((blank, "0"));
        let (holder, term) = match name {
            "g" => return gradient,
            "y" => (node, 0),
            slot => (*self.nodes[node].operands.get(slot.parse::<usize>().ok()?)?, term.parse::<usize>().ok()?),
        };
        let elements = self.nodes[holder].value.as_ref()?.elements.as_ref()?;
        elements.get(term).copied()
    }

    fn name_in(&self, blank: &str, node: usize) -> String {
        match blank {
            "g" => "g".to_owned(),
            "y" => self.letter(node),
            slot => slot
                .parse()
                .ok()
                .and_then(|slot: usize| self.nodes[node].operands.get(slot))
                .map_or(String::new(), |&operand| self.letter(operand)),
        }
    }

    /// A node in a formula: its name, if it is a word; the number, if it is a constant; or its place.
    fn letter(&self, node: usize) -> String {
        let info = &self.nodes[node];
        let name = info.name.strip_prefix(&info.scope[..]).unwrap_or(&info.name);
        let is_word = name.starts_with(char::is_alphabetic) && name.chars().all(|c| c.is_alphanumeric() || c == '_');
        match info.leaf() {
            _ if is_word => name.to_owned(),
            Some(Leaf::Const) => info.value.as_ref().and_then(|value| value.item()).map_or(format!("%{node}"), number),
            _ => format!("%{node}"),
        }
    }
}

/// The template with its blanks filled. `None` if a number is missing, or if there is no template.
fn fill(template: &str, text_of: impl Fn(&str) -> Option<String>) -> Option<String> {
    let (mut filled, mut rest) = (String::new(), template);
    while let Some((before, behind)) = rest.split_once('⟨') {
        filled += before;
        let (blank, behind) = behind.split_once('⟩')?;
        let text = text_of(blank)?;
        let is_first = filled.is_empty() || filled.ends_with(['(', '|']) || filled.ends_with(", ");
        let is_whole = behind.is_empty() || behind.starts_with([' ', ')', '|', ',']);
        let is_long = text.parse::<f64>().is_ok() && text.contains(['-', 'e']);
        let is_bare = !is_long || is_first && is_whole;
        // A function before a bracket needs no blank between: tanh(-1.2).
        if !is_bare && filled.ends_with(' ') && filled.trim_end().ends_with(char::is_alphabetic) {
            filled.pop();
        }
        filled += &if is_bare { text } else { format!("({text})") };
        rest = behind;
    }
    (!template.is_empty()).then(|| filled + rest)
}

#[cfg(test)]
mod tests {
    use super::fill;

    #[test]
    fn negative_numbers_stand_in_brackets_behind_a_sign_and_before_an_exponent() {
        let put = |template: &str| fill(template, |_| Some("-2".to_owned()));
        for (template, text) in [
            ("⟨0⟩ · ⟨1⟩", "-2 · (-2)"),
            ("⟨0⟩²", "(-2)²"),
            ("max(⟨0⟩, ⟨1⟩)", "max(-2, -2)"),
            ("1 - ⟨y⟩", "1 - (-2)"),
            ("sin ⟨0⟩", "sin(-2)"),
            ("e^(-⟨0⟩)", "e^(-(-2))"),
        ] {
            assert_eq!(put(template).as_deref(), Some(text));
        }
        assert_eq!(fill("", |_| None), None);
    }
}
