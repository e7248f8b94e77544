//! What the teacher's guide says about a chapter. The one idea to know: it is found by its marks, bold words and numbers of a list, so it is found in every
//! language.

use super::blocks::is_item;
use crate::Result;

/// A question for the room.
#[derive(Debug, PartialEq)]
pub struct Question {
    pub question: String,
    /// What stands above the answer.
    pub answers: String,
    pub answer: String,
}

/// What the guide says about one chapter.
pub struct Told {
    /// The line with the times, from **Class** on.
    pub time: String,
    /// The paragraph of which it is the end.
    pub aim: String,
    /// What the questions are called.
    pub heading: String,
    pub questions: Vec<Question>,
    /// The table of slips, in Markdown.
    pub slips: String,
}

impl Told {
    /// What the guide says about the chapter in this folder.
    pub fn of(guide: &str, chapter: &str) -> Result<Told> {
        let fault = |what: &str| format!("book/teaching.md: {what} for {chapter}");
        let link = format!("]({chapter}/README.md)");
        let lines: Vec<&str> = guide.lines().collect();
        let start = lines.iter().position(|line| line.starts_with("### ") && line.contains(&link));
        let start = start.ok_or_else(|| fault("there is no section"))? + 1;
        let length = lines[start..].iter().position(|line| line.starts_with('#')).unwrap_or(lines.len() - start);
        let paragraphs = paragraphs(&lines[start..start + length]);
        // Five times bold: aim, needs, class, run, exercise.
        let class =
            |text: &str| (text.matches("**").count() == 10).then(|| text.match_indices("**").nth(4).map(|(at, _)| at));
        let (aim, at) = paragraphs
            .iter()
            .find_map(|text| Some((text, class(text)??)))
            .ok_or_else(|| fault("no line says how long it takes"))?;
        let heading = paragraphs.iter().find(|text| text.starts_with("**") && text.ends_with("**"));
        let questions: Vec<Question> =
            paragraphs.iter().filter(|text| is_item(text)).filter_map(|text| question(text)).collect();
        if questions.is_empty() {
            return Err(fault("there are no questions"));
        }
        let slips = lines[start..start + length].iter().filter(|line| line.starts_with('|'));
        Ok(Told {
            time: aim[at..].to_owned(),
            aim: aim.clone(),
            heading: heading
                .ok_or_else(|| fault("no line in bold stands above the questions"))?
                .trim_matches('*')
                .to_owned(),
            questions,
            slips: slips.map(|line| format!("{line}\n")).collect(),
        })
    }
}

/// Paragraphs and items, each as one line.
fn paragraphs(lines: &[&str]) -> Vec<String> {
    let mut found = vec![String::new()];
    for line in lines {
        if line.trim().is_empty() || is_item(line) {
            found.push(String::new());
        }
        if let Some(last) = found.last_mut() {
            *last = format!("{last} {}", line.trim()).trim().to_owned();
        }
    }
    found.retain(|text| !text.is_empty());
    found
}

/// `1. *How many?* **Answer:** Five.`
fn question(item: &str) -> Option<Question> {
    let (_, text) = item.split_once(' ')?;
    let (question, rest) = text.match_indices("**").map(|(at, _)| text.split_at(at)).find(|(_, rest)| {
        let word = rest[2..].split("**").next().unwrap_or_default();
        word.ends_with([':', '：'])
    })?;
    let (word, answer) = rest[2..].split_once("**")?;
    Some(Question {
        question: question.trim().trim_matches('*').to_owned(),
        answers: word.trim_matches(['*', ':', '：']).to_owned(),
        answer: answer.trim().to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const GUIDE: &str = "# Guide\n\n### [Chapter 1. A](ch01_a/README.md)\n\n**Aim.** You can\ncount. **Needs** nothing. **Class** 45 minutes. **Runs in** 1 s.\n**Exercise** 10 minutes.\n\n**Questions for the room**\n\n1. *How many **b**?* **Answer:** Two\n   or three.\n2. *为什么？***答案：** 因为。\n\n| slip | say |\n|---|---|\n| a | b |\n\n### [Chapter 2. B](ch02_b/README.md)\n\n**Aim.**\n";

    #[test]
    fn what_the_guide_says_about_a_chapter_is_found() {
        let told = Told::of(GUIDE, "ch01_a").expect("it is complete");
        assert_eq!(told.time, "**Class** 45 minutes. **Runs in** 1 s. **Exercise** 10 minutes.");
        assert_eq!(told.heading, "Questions for the room");
        let question = |question: &str, answers: &str, answer: &str| Question {
            question: question.to_owned(),
            answers: answers.to_owned(),
            answer: answer.to_owned(),
        };
        assert_eq!(
            told.questions,
            [question("How many **b**?", "Answer", "Two or three."), question("为什么？", "答案", "因为。")]
        );
        assert_eq!(told.slips.lines().count(), 3);
    }

    #[test]
    fn a_chapter_of_which_the_guide_says_too_little_is_named() {
        for chapter in ["ch02_b", "ch03_c"] {
            let error = Told::of(GUIDE, chapter).err().expect("something is missing");
            assert!(error.contains("teaching.md") && error.contains(chapter), "{error}");
        }
    }
}
