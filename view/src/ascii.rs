//! Formulas and sentences for terminals that have only ASCII.

/// The same text in ASCII: `1 - y²` is `1 - y^2`, `Aᵀ G` is `A^T G`, `xᵢ` is `x_i`.
pub(crate) fn ascii(text: &str) -> String {
    let mut written = String::with_capacity(text.len());
    let mut script = ' ';
    for c in text.chars() {
        let (mark, replacement) = match c {
            ' '..='~' => (' ', None),
            '⁰' => ('^', Some("0")),
            '¹' => ('^', Some("1")),
            '²' => ('^', Some("2")),
            '³' => ('^', Some("3")),
            '⁴' => ('^', Some("4")),
            '⁵' => ('^', Some("5")),
            '⁶' => ('^', Some("6")),
            '⁷' => ('^', Some("7")),
            '⁸' => ('^', Some("8")),
            '⁹' => ('^', Some("9")),
            '⁻' => ('^', Some("-")),
            'ˣ' => ('^', Some("x")),
            'ʸ' => ('^', Some("y")),
            'ᵖ' => ('^', Some("p")),
            'ᵃ' => ('^', Some("a")),
            'ᵇ' => ('^', Some("b")),
            'ⁿ' => ('^', Some("n")),
            'ᵀ' => ('^', Some("T")),
            '₀' => ('_', Some("0")),
            '₁' => ('_', Some("1")),
            '₂' => ('_', Some("2")),
            'ᵢ' => ('_', Some("i")),
            'ⱼ' => ('_', Some("j")),
            'ₖ' => ('_', Some("k")),
            'ₙ' => ('_', Some("n")),
            _ => (' ', Some(plain(c))),
        };
        // One mark for a run of superscripts or subscripts.
        if mark != ' ' && mark != script {
            written.push(mark);
        }
        script = mark;
        match replacement {
            Some(replacement) => written += replacement,
            None => written.push(c),
        }
    }
    written
}

fn plain(c: char) -> &'static str {
    match c {
        '×' => "x",
        '÷' => "/",
        '−' | '–' => "-",
        '·' => ".",
        '…' => "...",
        '≤' => "<=",
        '≥' => ">=",
        '½' => "1/2",
        '√' => "sqrt ",
        '≠' => "!=",
        'Σ' => "sum ",
        'Π' => "prod ",
        '∫' => "integral ",
        '∂' => "d",
        'α' => "alpha",
        'σ' => "sigma",
        'δ' => "delta",
        'ε' => "eps",
        'φ' => "phi",
        'Φ' => "Phi",
        'ρ' => "rho",
        'π' => "pi",
        '∞' => "inf",
        _ => "?",
    }
}

#[cfg(test)]
mod tests {
    use super::ascii;

    #[test]
    fn formulas_keep_their_meaning_in_ascii() {
        let cases = [
            ("dx = g (1 - y²)", "dx = g (1 - y^2)"),
            ("y = (eˣ - e⁻ˣ) / (eˣ + e⁻ˣ)", "y = (e^x - e^-x) / (e^x + e^-x)"),
            ("dB = Aᵀ G", "dB = A^T G"),
            ("p xᵖ⁻¹", "p x^p-1"),
            ("y (g - Σₖ gₖ yₖ)", "y (g - sum _k g_k y_k)"),
            ("2×3 numbers", "2x3 numbers"),
            ("日", "?"),
        ];
        for (formula, expected) in cases {
            assert_eq!(ascii(formula), expected);
        }
    }

    #[test]
    fn nothing_that_an_op_says_of_itself_is_lost_in_ascii() {
        use gradus::prelude::*;
        use gradus::table::Row;
        for row in Row::<f64>::ALL {
            let tape = Tape::new();
            let mut x = Vec::new();
            for operand in row.operands {
                x.push(tape.input(operand.sample(&mut seeded(1))));
            }
            let _ = (row.program)(&x);
            for node in tape.trace().nodes {
                let says = [&node.formula, &node.attributes].into_iter().chain(&node.flows).chain(&node.slopes);
                says.for_each(|text| assert!(!ascii(text).contains('?'), "{text}"));
            }
        }
    }
}
