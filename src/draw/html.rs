//! Text that is safe inside markup: SVG, and Graphviz's HTML-like labels and quoted strings.

/// Text for an HTML-like label or an SVG attribute: nothing in it is markup.
pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped += "&amp;",
            '<' => escaped += "&lt;",
            '>' => escaped += "&gt;",
            '"' => escaped += "&quot;",
            '\'' => escaped += "&#39;",
            c => escaped.push(c),
        }
    }
    escaped
}

/// Lines of text as a quoted string. Graphviz reads entities in it, and escapes such as `\N`, so both are taken apart.
pub(super) fn quoted(lines: &[String]) -> String {
    let lines: Vec<String> = lines.iter().map(|line| escape(line).replace('\\', "\\\\")).collect();
    format!("\"{}\"", lines.join("\\n"))
}

/// Text in one size and colour.
pub(super) fn font(size: u32, color: &str, text: &str) -> String {
    format!("<FONT POINT-SIZE=\"{size}\" COLOR=\"{color}\">{}</FONT>", escape(text))
}
