//! Code between anchors, `// ANCHOR: name` and `// ANCHOR_END: name` (in Python with `#`), or a whole file.

use crate::{Result, read};
use std::path::Path;

/// The lines between the anchors of a file, `chapter.rs#name`, moved to the left margin. Anchors of other names inside are left out. Without a
/// name it is the whole file.
pub fn excerpt(chapter: &Path, reference: &str) -> Result<String> {
    let Some((file, anchor)) = reference.split_once('#') else {
        return Ok(read(&chapter.join(reference))?.trim_end().to_owned());
    };
    let source = read(&chapter.join(file))?;
    between(&source, anchor)
        .ok_or_else(|| format!("{file} has no lines between `// ANCHOR: {anchor}` and `// ANCHOR_END: {anchor}`"))
}

fn between(source: &str, anchor: &str) -> Option<String> {
    let is = |line: &str, mark: &str| {
        let comment = ["// ", "# "].iter().find_map(|start| line.trim().strip_prefix(start));
        comment.is_some_and(|comment| comment == format!("{mark}: {anchor}"))
    };
    let lines: Vec<&str> = source.lines().collect();
    let start = lines.iter().position(|line| is(line, "ANCHOR"))?;
    let end = start + lines[start..].iter().position(|line| is(line, "ANCHOR_END"))?;
    let shown = |line: &&&str| !["// ANCHOR", "# ANCHOR"].iter().any(|start| line.trim().starts_with(start));
    let lines: Vec<&str> = lines[start + 1..end].iter().filter(shown).copied().collect();
    let margin =
        lines.iter().filter(|line| !line.trim().is_empty()).map(|line| line.len() - line.trim_start().len()).min()?;
    let lines: Vec<&str> = lines.into_iter().map(|line| line.get(margin..).unwrap_or_default()).collect();
    Some(lines.join("\n").trim_matches('\n').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_excerpt_stands_at_the_left_margin_without_the_anchors_inside() {
        let source = "fn f() {\n    // ANCHOR: a\n    if x {\n        // ANCHOR: b\n        y();\n        // ANCHOR_END: b\n\n    }\n    // ANCHOR_END: a\n}";
        assert_eq!(between(source, "a").as_deref(), Some("if x {\n    y();\n\n}"));
        assert_eq!(between(source, "b").as_deref(), Some("y();"));
        assert_eq!(between(source, "c"), None);
    }

    #[test]
    fn without_an_anchor_it_is_the_whole_file() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("page.rs"), "fn f() {\n    g();\n}\n").expect("a file");
        assert_eq!(excerpt(folder.path(), "page.rs").as_deref(), Ok("fn f() {\n    g();\n}"));
        assert!(excerpt(folder.path(), "none.rs").is_err());
    }

    #[test]
    fn python_has_anchors_too() {
        assert_eq!(between("# ANCHOR: a\nx = 1  # one\n# ANCHOR_END: a\n", "a").as_deref(), Some("x = 1  # one"));
    }

    #[test]
    fn an_anchor_that_is_not_closed_is_missing() {
        assert_eq!(between("// ANCHOR: a\nx\n", "a"), None);
    }
}
