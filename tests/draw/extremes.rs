//! Every output of any tape ends: it does not overflow the stack, does not grow faster than the tape, and says what it leaves out.

use gradus::draw::{Backward, DrawOptions};
#[cfg(feature = "html")]
use gradus::page::PageOptions;
use gradus::prelude::*;
use ndarray::Array1;

/// All outputs of a tape, by name. They are made on a thread with little stack, so that no function may call itself once per scope or node.
fn outputs(record: impl FnOnce(&Tape<f64>) + Send) -> Vec<(&'static str, String)> {
    let small = std::thread::Builder::new().stack_size(256 << 10);
    let make = move || {
        let tape = Tape::new();
        record(&tape);
        let options = DrawOptions::new().title("a title");
        let open = options.clone().backward(Backward::Nodes);
        vec![
            ("listing", tape.listing()),
            ("DOT", tape.to_dot(&options)),
            ("DOT, laid open", tape.to_dot(&open)),
            ("Mermaid", tape.to_mermaid(&options)),
            ("Mermaid, laid open", tape.to_mermaid(&open)),
            ("SVG", tape.to_svg(&options)),
            ("SVG, laid open", tape.to_svg(&open)),
            ("story", tape.trace().narration().join("\n")),
            #[cfg(feature = "html")]
            ("page", tape.to_html(&PageOptions::new().without_source())),
        ]
    };
    std::thread::scope(|scope| {
        small.spawn_scoped(scope, make).expect("a thread").join().expect("no output overflows the stack")
    })
}

fn of<'a>(outputs: &'a [(&str, String)], name: &str) -> &'a str {
    &outputs.iter().find(|(known, _)| *known == name).expect("an output").1
}

/// A chain of ops; if `nested`, each is in a scope of its own inside that of the op before.
fn chain(tape: &Tape<f64>, ops: usize, nested: bool) {
    let (mut y, mut scopes) = (tape.var(0.5), Vec::new());
    for _ in 0..ops {
        if nested {
            scopes.push(tape.scope("s"));
        }
        y = y.sin();
    }
    while scopes.pop().is_some() {}
    y.backward();
}

#[test]
fn an_empty_tape_and_a_tape_of_one_node_have_every_output() {
    for (name, text) in outputs(|_| {}).into_iter().filter(|(name, _)| !["listing", "story"].contains(name)) {
        assert!(!text.is_empty(), "{name}");
    }
    for (name, text) in outputs(|tape| _ = tape.var(1.0)) {
        assert!(!text.is_empty(), "{name}");
    }
}

#[test]
fn a_tape_of_100_000_nodes_is_folded_and_its_figures_say_so() {
    let outputs = outputs(|tape| chain(tape, 33_500, false));
    assert!(of(&outputs, "listing").lines().count() > 100_000);
    for (name, most) in [("SVG", 500_000), ("SVG, laid open", 3_000_000), ("DOT", 300_000), ("Mermaid", 50_000)] {
        let text = of(&outputs, name);
        assert!(text.len() < most, "{name}: {} bytes", text.len());
        assert!(text.contains("nodes, folded into"), "{name} does not say what it leaves out");
        let how = text.contains("max_nodes") || text.contains("max_nodes".replace('_', "#95;").as_str());
        assert!(how, "{name} does not say how to see more or less");
    }
    #[cfg(feature = "html")]
    {
        let page = of(&outputs, "page");
        assert!(page.len() < 1_000_000, "{} bytes", page.len());
        assert!(page.contains("This tape holds") && page.contains("PageOptions::max_nodes") && page.contains("<svg"));
    }
}

#[test]
fn a_page_replays_a_tape_of_as_many_nodes_as_it_is_allowed() {
    let tape = Tape::<f64>::new();
    chain(&tape, 30, false);
    #[cfg(feature = "html")]
    {
        let page = |most| tape.to_html(&PageOptions::new().title("<b>").without_source().max_nodes(most));
        assert!(page(tape.len()).contains("type=\"application/json\""));
        let short = page(tape.len() - 1);
        assert!(
            !short.contains("application/json") && short.contains("&lt;b&gt;") && !short.contains("<b>"),
            "{short}"
        );
    }
}

#[test]
fn outputs_grow_no_faster_than_the_tape_however_deep_its_scopes_are() {
    let [one, two] = [1_000, 2_000].map(|ops| outputs(move |tape| chain(tape, ops, true)));
    for ((name, one), (_, two)) in one.iter().zip(&two) {
        let growth = two.len() as f64 / one.len() as f64;
        assert!(growth < 2.4, "{name}: twice the tape takes {growth:.1} times the room");
    }
}

#[test]
fn scopes_that_are_nested_20_000_deep_are_folded_with_a_sentence() {
    for ops_in_each in [false, true] {
        let outputs = outputs(move |tape| match ops_in_each {
            true => chain(tape, 20_000, true),
            false => {
                let scopes: Vec<_> = (0..20_000).map(|_| tape.scope("s")).collect();
                tape.var(1.0).sin().backward();
                scopes.into_iter().rev().for_each(drop);
            }
        });
        let svg = of(&outputs, "SVG");
        assert!(svg.len() < 300_000, "{} bytes", svg.len());
        assert!(svg.contains("Scopes are nested") && svg.contains("those inside the 16th are folded"));
        assert!(svg.matches("class=\"scope").count() <= 16);
    }
}

#[test]
fn a_node_of_a_million_elements_is_told_by_its_least_and_greatest() {
    let outputs = outputs(|tape| {
        tape.var(Array1::linspace(0.0, 1.0, 1_000_000)).named("x").sum().backward();
    });
    for (name, text) in outputs.iter().filter(|(name, _)| *name != "page") {
        assert!(text.len() < 20_000, "{name}: {} bytes", text.len());
    }
    assert!(of(&outputs, "SVG").contains("0 … 1"));
}

#[test]
fn names_of_any_kind_and_length_break_no_output() {
    let outputs = outputs(|tape| {
        let x = tape.var(0.5).named("\"<&>'\n漢字 --> ]] end".repeat(5_000));
        let _scope = tape.scope(&"長い\"<&>\n{{script}}".repeat(5_000));
        (x * x).named("y".repeat(100_000)).backward();
    });
    for (name, text) in outputs.iter().filter(|(name, _)| *name != "page") {
        assert!(text.len() < 20_000, "{name}: {} bytes", text.len());
        let is_markup = !["listing", "story"].contains(name);
        assert!(!is_markup || !text.contains("<&>") && !text.contains("&>'"), "{name}: a name is markup: {text}");
    }
    for (name, text) in outputs.iter().filter(|(name, _)| name.starts_with("Mermaid")) {
        assert_eq!(text.matches("\n  subgraph").count(), text.matches("\n  end").count(), "{name}");
        assert!(text.lines().all(|line| line.matches('"').count() % 2 == 0), "{name}: {text}");
    }
}
