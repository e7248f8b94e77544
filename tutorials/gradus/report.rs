//! The table of a class: for a terminal, and as a page.

use crate::command::class::{Outcome, Verdict};
use gradus_view::text;
use std::fmt;
use std::fmt::Write;

/// What a class has handed in, judged.
pub struct Table<'a> {
    pub students: &'a [String],
    pub verdicts: &'a [Verdict],
    pub left_out: &'a [String],
}

impl Table<'_> {
    /// The exercises that somebody has answered, in order: `"ch02"`.
    fn exercises(&self) -> Vec<String> {
        let mut all: Vec<String> = self.verdicts.iter().map(|verdict| verdict.exercise.short_name()).collect();
        all.sort();
        all.dedup();
        all
    }

    fn of(&self, student: &str, exercise: &str) -> Option<&Verdict> {
        self.verdicts.iter().find(|verdict| verdict.student == student && verdict.exercise.short_name() == exercise)
    }

    fn solved(&self, student: &str) -> usize {
        self.verdicts.iter().filter(|verdict| verdict.student == student && verdict.outcome == Outcome::Solved).count()
    }

    /// A page of its own, which loads nothing.
    pub fn html(&self) -> String {
        let exercises = self.exercises();
        let mut page = HEAD.to_owned();
        let heads: String = exercises.iter().map(|exercise| format!("<th scope=\"col\">{exercise}</th>")).collect();
        page += &format!(
            "<table><thead><tr><th scope=\"col\">student</th><th scope=\"col\">solved</th>{heads}</tr></thead>\n<tbody>\n"
        );
        for student in self.students {
            page += &format!("<tr><th scope=\"row\">{}</th><td>{}</td>", escaped(student), self.solved(student));
            for exercise in &exercises {
                page += &self.of(student, exercise).map_or_else(|| "<td></td>".to_owned(), cell);
            }
            page += "</tr>\n";
        }
        page += "</tbody></table>\n";
        if !self.left_out.is_empty() {
            let lines: String = self.left_out.iter().map(|line| format!("<li>{}</li>\n", escaped(line))).collect();
            page += &format!("<h2>Not judged</h2>\n<ul>\n{lines}</ul>\n");
        }
        page + "</body></html>\n"
    }
}

impl fmt::Display for Table<'_> {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let exercises = self.exercises();
        let mut rows = vec![[vec!["student".to_owned(), "solved".to_owned()], exercises.clone()].concat()];
        let word = |verdict: &Verdict| verdict.outcome.word() + if verdict.same_as.is_empty() { "" } else { " =" };
        for student in self.students {
            let mut row = vec![student.clone(), self.solved(student).to_string()];
            row.extend(exercises.iter().map(|exercise| self.of(student, exercise).map_or("-".to_owned(), word)));
            rows.push(row);
        }
        let widths: Vec<usize> = (0..rows[0].len())
            .map(|column| rows.iter().map(|row| text::width(&row[column])).max().unwrap_or(0))
            .collect();
        for row in &rows {
            let cells =
                row.iter().zip(&widths).map(|(cell, width)| format!("{cell}{}", " ".repeat(width - text::width(cell))));
            writeln!(f, "{}", cells.collect::<Vec<_>>().join("  ").trim_end())?;
        }
        for verdict in self.verdicts.iter().filter(|verdict| !verdict.same_as.is_empty()) {
            write!(
                f,
                "\n= {}, {}: the same answer as {}",
                verdict.student,
                verdict.exercise.short_name(),
                verdict.same_as.join(", ")
            )?;
        }
        self.left_out.iter().try_for_each(|line| write!(f, "\nnot judged: {line}"))
    }
}

fn cell(verdict: &Verdict) -> String {
    let class = match verdict.outcome {
        Outcome::Solved => "solved",
        Outcome::Untouched => "",
        _ => "not",
    };
    let mut details = verdict.outcome.details();
    if !verdict.same_as.is_empty() {
        let _ = write!(details, "\nthe same answer as {}", verdict.same_as.join(", "));
    }
    let word = escaped(&verdict.outcome.word());
    match details.trim() {
        "" => format!("<td class=\"{class}\">{word}</td>"),
        details => format!(
            "<td class=\"{class}\"><details><summary>{word}{}</summary><pre>{}</pre></details></td>",
            if verdict.same_as.is_empty() { "" } else { " =" },
            escaped(details)
        ),
    }
}

/// Text of others in a page: it stays text.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

const HEAD: &str = r#"<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>gradus class</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { margin: 1.5em; }
table { border-collapse: collapse; }
th, td { border: 1px solid light-dark(#c9ced6, #454c57); padding: 0.3em 0.7em; text-align: left; vertical-align: top; }
td.solved { background: light-dark(#dcf3e4, #123a22); }
td.not { background: light-dark(#fbe6df, #472117); }
pre { white-space: pre-wrap; max-width: 50em; }
</style></head><body>
<h1>What the class has handed in</h1>
<p>A cell says whether an exercise is solved, or how many of the judge's cases are right; open it for the first that is not. "=" marks answers that two students share.</p>
"#;
