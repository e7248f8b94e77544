//! What a class has handed in: a folder or a zip file per student, with answers in it. The one idea to know: an answer is recognised by its name, `ch02.rs` or
//! `ch02_exercise.rs`, or `exercise.rs` in a folder whose name begins with `ch02`, as in the repository.

use crate::command::walls::Limit;
use frame::{Error, Exercise, Result, files};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Longest answer that is read, in bytes.
pub const LONGEST: usize = 1 << 18;
/// How deep folders are searched.
const DEPTH: usize = 6;
/// Most files and folders of a student that are looked at.
const MOST_FILES: usize = 10_000;
/// For unpacking.
const UNPACKING: Limit = Limit { time: Duration::from_secs(20), memory: 1 << 30 };

/// An answer to an exercise.
pub struct Answer {
    pub student: String,
    pub exercise: &'static Exercise,
    /// The text, or why it cannot be read.
    pub text: std::result::Result<String, String>,
}

/// What a folder holds.
pub struct HandedIn {
    pub students: Vec<String>,
    pub answers: Vec<Answer>,
    /// What could not be looked at, each with its reason.
    pub left_out: Vec<String>,
    /// Where zip files are unpacked, as long as this lives.
    _unpacked: tempfile::TempDir,
}

impl HandedIn {
    /// Looks through a folder with a folder or a zip file per student.
    ///
    /// # Errors
    /// If it cannot be read, or holds nobody.
    pub fn read(folder: &Path) -> Result<HandedIn> {
        let cannot = |error: std::io::Error| Error::new(format!("cannot read {}: {error}", folder.display()));
        let unpacked = tempfile::tempdir().map_err(cannot)?;
        let entries =
            std::fs::read_dir(folder).map_err(cannot)?.collect::<std::io::Result<Vec<_>>>().map_err(cannot)?;
        let mut entries: Vec<PathBuf> = entries.into_iter().map(|entry| entry.path()).collect();
        entries.sort();
        let mut handed_in =
            HandedIn { students: Vec::new(), answers: Vec::new(), left_out: Vec::new(), _unpacked: unpacked };
        for entry in entries {
            let is_zip = entry.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("zip"));
            let name = if is_zip { entry.file_stem() } else { entry.file_name() };
            let student = name.unwrap_or_default().to_string_lossy().into_owned();
            if student.starts_with('.') || !(is_zip || entry.is_dir()) {
                continue;
            }
            let folder = match is_zip {
                true => handed_in.unpack(&entry, &student),
                false => Ok(entry),
            };
            match folder {
                Ok(folder) => handed_in.search(&student, &folder),
                Err(reason) => handed_in.left_out.push(format!("{student}: {reason}")),
            }
            handed_in.students.push(student);
        }
        match handed_in.students.is_empty() {
            true => Err(Error::new(format!(
                "{} has no folder and no zip file in it: one per student is expected",
                folder.display()
            ))),
            false => Ok(handed_in),
        }
    }

    fn unpack(&self, file: &Path, student: &str) -> std::result::Result<PathBuf, String> {
        let folder = self._unpacked.path().join(student);
        let mut command = UNPACKING.command(Path::new("unzip"));
        command.args(["-qq", "-o"]).arg(file).arg("-d").arg(&folder);
        let ended = UNPACKING.run(command, "").map_err(|error| error.to_string())?;
        match ended.status {
            Some(status) if status.success() => Ok(folder),
            Some(_) => Err(format!("its zip file cannot be unpacked by unzip: {}", ended.said.trim())),
            None => Err("unpacking its zip file was stopped: it is too large".to_owned()),
        }
    }

    /// The answers in a student's folder. Links are not followed: they might lead to another student's.
    fn search(&mut self, student: &str, folder: &Path) {
        let (mut found, mut waiting, mut seen) = (Vec::new(), vec![(folder.to_owned(), 0)], 0);
        while let Some((folder, depth)) = waiting.pop() {
            for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
                seen += 1;
                match entry.file_type() {
                    Ok(kind) if kind.is_dir() && depth < DEPTH => waiting.push((entry.path(), depth + 1)),
                    Ok(kind) if kind.is_file() => {
                        found.extend(exercise_of(&entry.path()).map(|exercise| (exercise, entry.path())))
                    }
                    _ => {}
                }
            }
            if seen > MOST_FILES {
                self.left_out.push(format!("{student}: more than {MOST_FILES} files; the rest was not looked at"));
                break;
            }
        }
        found.sort_by(|(a, at), (b, other)| (a.chapter, at).cmp(&(b.chapter, other)));
        for pair in found.chunk_by(|(a, _), (b, _)| a.chapter == b.chapter) {
            let (exercise, file) = &pair[0];
            if let [_, (_, other), ..] = pair {
                let name = exercise.short_name();
                self.left_out
                    .push(format!("{student}: {name} is there more than once; {} was not judged", other.display()));
            }
            let text = files::text(file, LONGEST).map_err(|error| error.to_string());
            self.answers.push(Answer { student: student.to_owned(), exercise, text });
        }
    }
}

/// The exercise that a file answers, by its name.
fn exercise_of(file: &Path) -> Option<&'static Exercise> {
    let name = file.file_name()?.to_str()?;
    let chapter = match name.strip_suffix(".rs")? {
        "exercise" => file.parent()?.file_name()?.to_str()?,
        stem => stem.strip_suffix("_exercise").unwrap_or(stem),
    };
    let number: String = chapter.strip_prefix("ch")?.chars().take_while(char::is_ascii_digit).collect();
    Exercise::of(&number)
}
