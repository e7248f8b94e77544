//! Methods of `Var` that the rows of a macro define. Tests that every method must pass look for them in the sources.

/// The methods in a file: `exp: Exp, "y = eˣ"`, `maximum(b);` and, behind a reduction, `"sum" by sum_axes, sum_axes_keepdims;`.
pub fn methods(text: &str) -> Vec<&str> {
    let is_name = |name: &&str| {
        !name.is_empty() && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
    };
    let has = |rows: &str| text.contains(&format!("\n{rows}! {{"));
    let (has_binary, has_named) = (has("binary_functions"), ["functions", "losses", "reductions"].into_iter().any(has));
    let mut methods = Vec::new();
    for line in text.lines().map(str::trim) {
        let binary =
            line.strip_suffix(");").and_then(|line| line.split_once('(')).filter(|(_, operand)| is_name(operand));
        methods.extend(binary.filter(|_| has_binary).map(|(name, _)| name));
        let named = line.split_once(": ").filter(|(_, rest)| has_named && rest.contains(", \""));
        methods.extend(named.map(|(name, _)| name));
        methods
            .extend(line.split_once("\" by ").iter().flat_map(|(_, by)| by.trim_end_matches(';').split(", ").take(2)));
    }
    methods.retain(is_name);
    methods
}
