//! Tests of listings and figures.

mod extremes;
mod tapes;

use gradus::draw::{Backward, Direction, DrawOptions, Flow, Picture, Theme};
use gradus::prelude::*;
use gradus::{Cotangents, Local, Op, View, ViewMut};
use ndarray::{arr1, arr2};
use std::io::Write;
use std::process::{Command, Stdio};
use tapes::{HOSTILE, gallery, hostile, tape_of};

/// Snapshots must not depend on the lines of `tapes.rs`.
macro_rules! snapshot {
    ($name:literal, $text:expr) => {
        insta::with_settings!({filters => [(r"\.rs:\d+", ".rs:LINE")], omit_expression => true}, {
            insta::assert_snapshot!($name, $text);
        });
    };
}

#[test]
fn a_listing_reads_as_equations() {
    snapshot!("listing_neuron", tape_of("neuron").listing());
}

#[test]
fn a_listing_shows_shapes_scopes_and_parameters() {
    snapshot!("listing_two_layers", tape_of("two layers").listing());
}

#[test]
fn a_listing_tells_backward_passes_and_the_program_apart() {
    snapshot!("listing_gradient_of_a_gradient", tape_of("gradient of a gradient").listing());
}

#[test]
fn a_listing_has_one_line_per_node_whatever_the_names() {
    let tape = tape_of("hostile names");
    let listing = tape.listing();
    assert_eq!(listing.lines().filter(|line| line.starts_with('%')).count(), tape.len());
    assert!(listing.chars().all(|c| c == '\n' || !c.is_control()));
    assert_eq!(Tape::<f64>::new().listing(), "");
}

#[test]
fn a_figure_is_the_textbooks_by_default() {
    snapshot!("dot_neuron", tape_of("neuron").to_dot(&DrawOptions::new().title("One neuron")));
}

#[test]
fn a_figure_can_lay_the_backward_pass_open() {
    snapshot!("dot_x_times_x_nodes", tape_of("x times x").to_dot(&DrawOptions::new().backward(Backward::Nodes)));
}

#[test]
fn a_figure_puts_scopes_into_boxes() {
    let options = DrawOptions::new().values(false).gradients(false).backward(Backward::Hidden).theme(Theme::Dark);
    snapshot!("dot_two_layers_plain", tape_of("two layers").to_dot(&options));
}

#[test]
fn the_same_program_gives_the_same_bytes() {
    for ((name, one), (_, other)) in gallery().iter().zip(&gallery()) {
        assert_eq!(one.listing(), other.listing(), "{name}");
        for options in all_options() {
            assert_eq!(one.to_dot(&options), other.to_dot(&options), "{name}");
            assert_eq!(one.to_svg(&options), other.to_svg(&options), "{name}");
            assert_eq!(one.to_mermaid(&options), other.to_mermaid(&options), "{name}");
        }
    }
}

/// The edges written in a DOT text, in the direction that their arrows point.
fn arrows(dot: &str) -> Vec<(usize, usize)> {
    let mut arrows = Vec::new();
    for line in dot.lines().map(str::trim).filter(|line| line.contains(" -> ") && !line.contains("style=invis")) {
        let (ends, attributes) = line.split_once(" [").unwrap();
        let (from, to) = ends.split_once(" -> ").unwrap();
        let [from, to] = [from, to].map(|id| id.strip_prefix('n').unwrap().parse().unwrap());
        arrows.push(if attributes.starts_with("dir=back") { (to, from) } else { (from, to) });
    }
    arrows.sort_unstable();
    arrows
}

#[test]
fn every_edge_of_the_graph_is_drawn() {
    for (name, tape) in gallery() {
        let graph = tape.graph();
        let ends = graph.edge_indices().filter_map(|edge| graph.edge_endpoints(edge));
        let mut edges: Vec<(usize, usize)> = ends.map(|(from, to)| (from.index(), to.index())).collect();
        edges.sort_unstable();
        assert_eq!(arrows(&tape.to_dot(&DrawOptions::new().backward(Backward::Nodes))), edges, "{name}");

        edges.retain(|&(_, to)| graph.node_weights().nth(to).unwrap().pass() == 0);
        assert_eq!(arrows(&tape.to_dot(&DrawOptions::new().backward(Backward::Hidden))), edges, "{name}");
    }
}

#[test]
fn an_absent_gradient_is_a_dash_and_a_vanishing_one_is_0() {
    let tape = Tape::<f64>::new();
    let (w, x, aside) = (tape.var(2.0).named("w"), tape.input(0.0).named("x"), tape.var(7.0).named("aside"));
    let y = (w * x).named("y");
    let gradient_of = |name: &str| {
        let picture = Picture::of(&tape, &DrawOptions::new());
        picture.nodes.iter().find(|node| node.heading == name).map(|node| node.gradient.concat().concat()).unwrap()
    };
    assert_eq!(["w", "x", "aside", "y"].map(gradient_of), ["-", "-", "-", "-"]);
    assert!(tape.to_dot(&DrawOptions::new()).contains("grad -<"));
    y.backward();
    assert_eq!(["w", "x", "aside", "y"].map(gradient_of), ["0", "-", "-", "1"]);
    let _ = aside;
}

/// Where gradients flow in the textbook's figure, as "from to: label".
fn flows_back<F: Scalar>(tape: &Tape<F>) -> Vec<String> {
    let picture = Picture::of(tape, &DrawOptions::new());
    let back = picture.edges.iter().filter(|edge| edge.flow == Flow::Backward);
    back.map(|edge| format!("{} {}: {}", edge.from.index(), edge.to.index(), edge.label)).collect()
}

#[test]
fn where_gradients_meet_each_arrow_says_what_it_brings() {
    let tape = Tape::<f64>::new();
    let x = tape.var(3.0);
    let tenfold = 10.0 * x; // %2
    (x * tenfold).backward(); // %3
    assert_eq!(flows_back(&tape), ["3 0: 30", "3 2: ", "2 0: 30"]);

    let tape = Tape::<f64>::new();
    let (a, b) = (tape.var(1.0), tape.var(2.0));
    (a + a * b).backward(); // %3 = a + %2
    assert_eq!(flows_back(&tape), ["3 0: 1", "3 2: ", "2 0: 2", "2 1: "]);
}

/// y = a, chosen by b, which has no derivative.
#[derive(PartialEq)]
struct ChosenBy;

impl<F: Scalar> Op<F> for ChosenBy {
    fn name(&self) -> &'static str {
        "chosen_by"
    }
    fn formula(&self) -> &'static str {
        "y = a"
    }
    fn shape(&self, operands: &[Shape]) -> Result<Shape, String> {
        Ok(operands[0])
    }
    fn forward(&self, operands: &[View<F>], y: ViewMut<F>) {
        y.data.copy_from_slice(operands[0].data);
    }
    fn vjp<'t>(&self, at: &Local<'t, F>) -> Cotangents<'t, F> {
        [at.to(0, || at.cotangent()), at.no_gradient()].into()
    }
}

#[test]
fn no_arrow_is_drawn_where_no_gradient_flowed() {
    let tape = Tape::<f64>::new();
    let (a, b) = (tape.var(1.0), tape.var(2.0));
    let chosen = tape.record(ChosenBy, &[a, b]); // %2
    (chosen * b).backward(); // %3
    assert_eq!(flows_back(&tape), ["3 2: ", "3 1: ", "2 0: "]);
}

#[test]
fn large_arrays_are_summed_up_and_bad_numbers_counted() {
    let tape = Tape::<f64>::new();
    let mut numbers = vec![0.5; 100];
    numbers[3] = -2.0;
    let _ = tape.input(arr1(&numbers));
    numbers[7] = f64::NAN;
    let _ = tape.input(arr1(&numbers));
    let _ = tape.input(arr2(&[[1.0, -0.0], [f64::INFINITY, 1e-9]]));
    let _ = tape.input(arr1::<f64>(&[]));
    let picture = Picture::of(&tape, &DrawOptions::new());
    let shown: Vec<String> = picture
        .nodes
        .iter()
        .map(|node| node.value.iter().map(|row| row.join(" ")).collect::<Vec<_>>().join("; "))
        .collect();
    assert_eq!(shown, ["-2 … 0.5", "-2 … 0.5, 1 NaN", "1 0; inf 1e-9", "empty"]);
}

#[test]
fn there_is_no_backward_pass_0() {
    let tape = tape_of("x times x");
    let x = tape.nodes()[0].index;
    assert_eq!(tape.gradient_of(x, 0), None);
    assert!(tape.gradient_of(x, 1).is_some());
    assert!(tape.to_dot(&DrawOptions::new().pass(0)).contains("grad -"));
}

fn all_options() -> Vec<DrawOptions> {
    let mut all = Vec::new();
    for backward in [Backward::Values, Backward::Nodes, Backward::Hidden] {
        let textbook = DrawOptions::new().title("A <b>\"title\"</b>\n\\N & more").backward(backward);
        let plain = DrawOptions::new().values(false).gradients(false).backward(backward).theme(Theme::Dark);
        all.extend([textbook, plain.direction(Direction::TopToBottom)]);
    }
    all.push(DrawOptions::new().pass(2).max_values(0));
    all
}

/// The SVG that Graphviz makes of a DOT text, which it must accept without a message. `None` if Graphviz is not installed.
fn svg(dot: &str) -> Option<String> {
    let mut graphviz = Command::new("dot");
    graphviz.arg("-Tsvg").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut running = match graphviz.spawn() {
        Ok(running) => running,
        Err(error) => {
            assert!(std::env::var_os("CI").is_none(), "Graphviz must be there in CI: {error}");
            eprintln!("skipped, for want of Graphviz's dot: {error}");
            return None;
        }
    };
    running.stdin.take().unwrap().write_all(dot.as_bytes()).unwrap();
    let output = running.wait_with_output().unwrap();
    let complaints = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && complaints.is_empty(), "{complaints}\n{dot}");
    Some(String::from_utf8(output.stdout).unwrap())
}

#[test]
fn graphviz_draws_every_figure_without_a_warning() {
    for (_, tape) in gallery() {
        for options in all_options() {
            if svg(&tape.to_dot(&options)).is_none() {
                return;
            }
        }
    }
}

/// Where a tag of an SVG begins, what follows it; panics if the text is not well-formed as far as a reader of a figure needs it to be.
fn tags(svg: &str) -> Vec<&str> {
    let mut open = Vec::new();
    let tags: Vec<&str> = svg.split('<').skip(1).map(|rest| rest.split_once('>').expect("a tag ends").0).collect();
    for tag in &tags {
        let name = tag.trim_end_matches('/').split([' ', '\n']).next().expect("a name");
        match name.strip_prefix('/') {
            Some(closed) => assert_eq!(open.pop(), Some(closed)),
            None if tag.ends_with('/') => {}
            None => open.push(name),
        }
    }
    assert!(open.is_empty(), "{open:?}");
    tags
}

#[test]
fn an_svg_is_well_formed_and_hostile_names_are_only_names_in_it() {
    for (_, tape) in gallery() {
        for options in all_options() {
            tags(&tape.to_svg(&options));
        }
    }
    let options = DrawOptions::new().title("<script>alert(1)</script>").backward(Backward::Nodes);
    let svg = tape_of("hostile names").to_svg(&options);
    assert!(svg.contains("&lt;script&gt;alert(1)&lt;/script&gt;"), "the name itself is shown");
    let known = ["svg", "style", "rect", "text", "g", "path", "title"];
    for tag in tags(&svg) {
        let name = tag.trim_matches('/').split([' ', '\n']).next().expect("a name");
        assert!(known.contains(&name), "{tag}");
        assert!(!tag.split('"').step_by(2).any(|outside| outside.contains(" on") || outside.contains("href")), "{tag}");
    }
    assert!(svg.chars().all(|c| c == '\n' || !c.is_control()));
}

#[test]
fn a_mermaid_figure_says_what_flows_on_every_edge() {
    snapshot!("mermaid_neuron", tape_of("neuron").to_mermaid(&DrawOptions::new().title("One neuron")));
    snapshot!("mermaid_two_layers", tape_of("two layers").to_mermaid(&DrawOptions::new()));
}

#[test]
fn hostile_names_are_only_names_in_mermaid() {
    let lines = |names: &[&str]| {
        let tape = Tape::new();
        hostile(&tape, names);
        let text = tape.to_mermaid(&DrawOptions::new().backward(Backward::Nodes));
        // Without the quoted texts, the figure must be the same for all names.
        text.lines().map(|line| line.split('"').step_by(2).collect::<String>()).collect::<Vec<_>>()
    };
    let harmless: Vec<String> = (0..HOSTILE.len()).map(|index| format!("name {index}")).collect();
    let harmless: Vec<&str> = harmless.iter().map(String::as_str).collect();
    // Scopes whose names are alike share a box.
    let is_box = |line: &str| line.starts_with("subgraph") || line == "end";
    let figures = [HOSTILE, &harmless].map(lines).map(|lines| {
        let mut lines: Vec<String> = lines.iter().map(|line| line.trim().to_owned()).collect();
        lines.retain(|line| !is_box(line));
        lines.sort();
        lines
    });
    assert_eq!(figures[0], figures[1]);
    let text = tape_of("hostile names").to_mermaid(&DrawOptions::new());
    assert!(!text.contains("<script") && text.contains("#60;script#62;alert(1)#60;/script#62;"));
}

#[test]
fn an_svg_follows_the_readers_screen_if_asked() {
    let tape = tape_of("neuron");
    let auto = tape.to_svg(&DrawOptions::new().theme(Theme::Auto));
    let [light, dark] = [Theme::Light, Theme::Dark].map(|theme| tape.to_svg(&DrawOptions::new().theme(theme)));
    let background = |svg: &str| svg.split(".background{fill:").nth(1).map(|rest| rest[..7].to_owned()).unwrap();
    assert!(auto.contains("prefers-color-scheme:dark"));
    assert!(auto.contains(&background(&light)) && auto.contains(&background(&dark)));
    assert_ne!(background(&light), background(&dark));
}

#[test]
fn a_network_is_drawn_with_its_layers() {
    use gradus::draw::Architecture;
    let svg = Architecture::new(&[784, 100, 20, 10]).captions(["images", "<hidden>"]).to_svg();
    // Eight units stand for each of the large layers; the last shows all ten.
    assert_eq!(svg.matches("<circle cx").count(), 8 + 8 + 8 + 10);
    assert_eq!(svg.matches("class=\"dot\"").count(), 9);
    assert!(svg.contains("W2: 100 × 20, b2: 20") && svg.contains("&lt;hidden&gt;") && svg.contains(">output<"));
    tags(&svg);
    for sizes in [&[][..], &[3], &[0, 1]] {
        tags(&Architecture::new(sizes).to_svg());
    }
}

#[test]
fn hostile_names_are_only_names() {
    let harmless: Vec<String> = (0..HOSTILE.len()).map(|index| format!("name {index}")).collect();
    let harmless: Vec<&str> = harmless.iter().map(String::as_str).collect();
    let statements = |names: &[&str], options: &DrawOptions| {
        let tape = Tape::new();
        hostile(&tape, names);
        let dot = tape.to_dot(options);
        let statements = dot.lines().map(str::trim).filter(|line| line.starts_with('n'));
        statements.map(|line| line.split([' ', '[']).next().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let options = DrawOptions::new().backward(Backward::Nodes);
    let mut nodes = [HOSTILE, &harmless].map(|names| statements(names, &options));
    nodes.iter_mut().for_each(|nodes| nodes.sort());
    assert_eq!(nodes[0], nodes[1]);

    let Some(svg) = svg(&tape_of("hostile names").to_dot(&options)) else { return };
    assert!(!svg.contains("<script") && !svg.contains("<b>") && !svg.contains("<title>evil"));
    assert!(svg.contains("&lt;script&gt;alert(1)&lt;/script&gt;"), "the name itself is shown");
    assert!(svg.contains("two␊lines␍␊") && svg.contains("σ ∂ 日本 🦀") && svg.contains("&amp;lt;b&amp;gt;"));
    assert!(svg.chars().all(|c| c == '\n' || !c.is_control()));
}

#[test]
fn in_a_mermaid_figure_every_arrow_points_forward_and_says_what_comes_back() {
    for (name, tape) in gallery() {
        let text = tape.to_mermaid(&DrawOptions::new());
        let arrows = text.lines().map(str::trim).filter(|line| line.contains("-> n"));
        let node = |text: &str| text.split(' ').find_map(|word| word.strip_prefix('n')?.parse::<usize>().ok());
        for arrow in arrows {
            let (from, to) = arrow.rsplit_once("-> ").expect("an arrow");
            assert!(node(from) < node(to), "{name}: {arrow} runs back");
        }
    }
    let text = tape_of("neuron").to_mermaid(&DrawOptions::new());
    assert!(text.contains(r#"n5 -- "a<br/>grad -0.3318" --> n7"#), "slot and gradient: {text}");
}
