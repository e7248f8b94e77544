//! The promises of the layout: nothing overlaps, no edge runs through a node, and it is quick.

use gradus::draw::{
    Area, Backward, Direction, DrawOptions, Kind, Layout, Measure, Picture, PictureNode, Route, Spacing,
};
use gradus::nn::{Activation, Mlp};
use gradus::prelude::*;
use ndarray::{Array2, array};
use rand::RngExt;
use std::time::{Duration, Instant};

const SPACING: Spacing =
    Spacing { column: 44, row: 22, hang: 26, margin: 12, header: 14, port: 16, pair: 8, longest: i64::MAX };

/// Nodes of different sizes.
struct Sizes;

impl Measure for Sizes {
    fn node(&self, node: &PictureNode) -> [i64; 2] {
        let n = node.index.index() as i64;
        [60 + 10 * (n * 7 % 9), 40 + 6 * (n * 5 % 7)]
    }

    fn label(&self, text: &str) -> [i64; 2] {
        [6 * text.chars().count() as i64, 12]
    }
}

fn layout(picture: &Picture, direction: Direction) -> Layout {
    Layout::of(picture, direction, &SPACING, &Sizes)
}

/// From left to right, from top to bottom, and in rows.
fn layouts(picture: &Picture) -> [Layout; 3] {
    let in_rows = Spacing { longest: 900, ..SPACING };
    [
        layout(picture, Direction::LeftToRight),
        layout(picture, Direction::TopToBottom),
        Layout::of(picture, Direction::LeftToRight, &in_rows, &Sizes),
    ]
}

/// A program drawn at random: ops of recent values and of some old ones, in scopes, with a backward pass or two.
fn random_program(tape: &Tape<f64>, seed: u64, ops: usize) {
    let mut rng = seeded(seed);
    let mut values: Vec<Var<f64>> = (0..4).map(|i| tape.var(f64::from(i)).named(format!("x{i}"))).collect();
    for op in 0..ops {
        let _outer = tape.scope(&format!("part{}", op / 12));
        let _inner = (op % 12 < 5).then(|| tape.scope("inner"));
        let recent = values.len() - 1 - rng.random_range(0..values.len().min(5));
        let other = if rng.random_bool(0.2) { rng.random_range(0..values.len()) } else { values.len() - 1 };
        values.push(match rng.random_range(0..5) {
            0 => values[recent].tanh(),
            1 => values[recent] + values[other],
            2 => values[recent] * tape.var(0.5),
            3 => values[recent] - 2.0 * values[other],
            _ => values[recent] * values[other],
        });
    }
    let gradients = values[values.len() - 1].backward();
    if let Some(gradient) = gradients.get(values[0]).filter(|_| seed.is_multiple_of(2)) {
        (gradient * gradient).backward();
    }
}

/// Two layers, and a loss.
fn network(tape: &Tape<f64>) {
    let mut x = tape.input(Array2::from_elem((3, 4), 0.5)).named("x");
    for layer in ["layer1", "layer2"] {
        let _scope = tape.scope(layer);
        let weights = Param::new(format!("{layer}/W"), Array2::from_elem((4, 4), 0.1));
        x = (x.matmul(tape.param(&weights)) + tape.var(0.1).named("b")).tanh().named("a");
    }
    (x * x).sum().named("loss").backward();
}

/// A network of single numbers: each neuron is a sum of products of its own.
fn neurons(tape: &Tape<f64>, sizes: &[usize]) {
    let mut values: Vec<Var<f64>> = (0..sizes[0]).map(|i| tape.input(0.1).named(format!("x{i}"))).collect();
    for &size in &sizes[1..] {
        let neuron = |_| values.iter().fold(tape.var(0.0), |sum, &x| sum + tape.var(0.2) * x).tanh();
        values = (0..size).map(neuron).collect();
    }
    values[0].named("y").backward();
}

fn pictures() -> Vec<(String, Picture)> {
    let mut pictures = Vec::new();
    for backward in [Backward::Values, Backward::Nodes, Backward::Hidden] {
        let options = DrawOptions::new().backward(backward);
        let mut add = |name: String, record: &dyn Fn(&Tape<f64>)| {
            let tape = Tape::new();
            record(&tape);
            pictures.push((format!("{name}, {backward:?}"), Picture::of(&tape, &options)));
        };
        add("nothing".to_owned(), &|_| {});
        add("one node".to_owned(), &|tape| _ = tape.var(1.0));
        add("network".to_owned(), &network);
        for seed in 0..8 {
            add(format!("random program {seed}"), &|tape| random_program(tape, seed, 5 + 7 * seed as usize));
        }
        let tape = Tape::new();
        neurons(&tape, &[4, 8, 1]);
        pictures.push((format!("neurons, {backward:?}"), Picture::of(&tape, &options).with_stubs()));
        let folded = options.clone().max_nodes(20);
        let tape = Tape::new();
        random_program(&tape, 1, 80);
        pictures.push((format!("folded, {backward:?}"), Picture::of(&tape, &folded)));
    }
    pictures
}

fn overlap(a: Area, b: Area) -> bool {
    a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height
}

fn holds(outer: Area, inner: Area) -> bool {
    outer.x <= inner.x
        && outer.y <= inner.y
        && inner.x + inner.width <= outer.x + outer.width
        && inner.y + inner.height <= outer.y + outer.height
}

/// Points along a route.
fn samples(route: &Route) -> Vec<[f64; 2]> {
    let mut samples = Vec::new();
    for start in (0..route.points.len() - 1).step_by(3) {
        let curve: Vec<[f64; 2]> = route.points[start..start + 4].iter().map(|p| p.map(|x| x as f64)).collect();
        for step in 0..=20 {
            let t = f64::from(step) / 20.0;
            let weights = [(1.0 - t).powi(3), 3.0 * t * (1.0 - t).powi(2), 3.0 * t * t * (1.0 - t), t.powi(3)];
            samples
                .push([0, 1].map(|axis| curve.iter().zip(weights).map(|(point, weight)| point[axis] * weight).sum()));
        }
    }
    samples
}

#[test]
fn nodes_do_not_overlap_and_nothing_sticks_out() {
    for (name, picture) in pictures() {
        for layout in layouts(&picture) {
            let all = Area { x: 0, y: 0, width: layout.width, height: layout.height };
            for (index, &area) in layout.nodes.iter().enumerate() {
                assert!(holds(all, area), "{name}: {area:?} sticks out of {all:?}");
                for &other in &layout.nodes[index + 1..] {
                    assert!(!overlap(area, other), "{name}: {area:?} and {other:?} overlap");
                }
            }
        }
    }
}

#[test]
fn a_scope_holds_its_own_nodes_and_no_others() {
    for (name, picture) in pictures() {
        for layout in layouts(&picture) {
            for (cluster, &area) in layout.clusters.iter().enumerate() {
                for (node, &place) in picture.nodes.iter().zip(&layout.nodes) {
                    let mut around = std::iter::successors(node.cluster, |&inner| picture.clusters[inner].parent);
                    if around.any(|around| around == cluster) {
                        assert!(holds(area, place), "{name}: %{} is outside its scope", node.index.index());
                    } else {
                        assert!(!overlap(area, place), "{name}: %{} is in a scope of others", node.index.index());
                    }
                }
            }
        }
    }
}

/// Whether a point is in an area that is this much larger on each side.
fn inside(area: Area, [x, y]: [f64; 2], larger: f64) -> bool {
    let between =
        |value: f64, from: i64, length: i64| value > from as f64 - larger && value < (from + length) as f64 + larger;
    between(x, area.x, area.width) && between(y, area.y, area.height)
}

#[test]
fn edges_lead_from_node_to_node_and_through_no_other() {
    for (name, picture) in pictures() {
        for layout in layouts(&picture) {
            let place =
                |index| picture.nodes.iter().position(|node| node.index == index).expect("a node of the figure");
            for (edge, route) in picture.edges.iter().zip(&layout.edges) {
                let points = samples(route);
                let [from, to] = [edge.from, edge.to].map(|end| layout.nodes[place(end)]);
                assert!(inside(from, points[0], 1.0), "{name}: {edge:?} starts elsewhere");
                assert!(inside(to, points[points.len() - 1], 1.0), "{name}: {edge:?} ends elsewhere");
                for (node, &area) in picture.nodes.iter().zip(&layout.nodes) {
                    let through = points.iter().any(|&point| inside(area, point, -0.5));
                    assert!(!through, "{name}: {edge:?} runs through %{}", node.index.index());
                }
            }
        }
    }
}

/// Two rows of a small net on one tape, as chapter 10 draws it: each parameter is used twice.
fn two_rows(tape: &Tape<f64>) {
    let mut rng = seeded(7);
    let net = Mlp::<f64>::new(&[2, 2, 1], Activation::Sigmoid, &mut rng);
    let losses = [[0.0, 1.0], [1.0, 1.0]].map(|row| {
        let error = net.forward(tape.input(array![row])).sum() - 1.0;
        error * error
    });
    (losses[0] + losses[1]).named("loss").backward();
}

#[test]
fn every_arrow_has_a_head_and_a_line_that_says_where_it_points() {
    let mut pictures = pictures();
    let tape = Tape::new();
    two_rows(&tape);
    pictures.push(("two rows".to_owned(), Picture::of(&tape, &DrawOptions::new())));
    let (mut heads, mut edges) = (0, 0);
    for (name, picture) in &pictures {
        for layout in layouts(picture) {
            for (edge, route) in picture.edges.iter().zip(&layout.edges) {
                let [.., [from_x, from_y], [x, y]] = route.points[..] else { panic!("{name}: {edge:?} has no line") };
                let way = [(x - from_x).abs(), (y - from_y).abs()];
                assert!(
                    way.contains(&0) && way.iter().sum::<i64>() > 0,
                    "{name}: {edge:?} ends with a step of {way:?}"
                );
                edges += 1;
            }
        }
        for (direction, width) in
            [(Direction::LeftToRight, 1000), (Direction::LeftToRight, 400), (Direction::TopToBottom, 1000)]
        {
            let svg = picture.to_svg(&DrawOptions::new().direction(direction).max_width(width));
            for path in svg.split("class=\"head\" d=\"").skip(1).filter_map(|rest| rest.split('"').next()) {
                let numbers: Vec<i64> =
                    path.split(|c: char| !c.is_ascii_digit() && c != '-').filter_map(|n| n.parse().ok()).collect();
                let [x0, y0, x1, y1, x2, y2] = numbers[..] else { panic!("{name}: {path}") };
                let doubled = (x1 - x0) * (y2 - y0) - (x2 - x0) * (y1 - y0);
                assert_eq!(doubled.abs(), 42, "{name}: a head of 7 by 6 pixels, not {path}");
                heads += 1;
            }
        }
    }
    assert!(heads > 3000 && edges > 3000, "{heads} heads, {edges} edges");
}

#[test]
fn a_long_drawing_goes_on_in_rows_of_about_one_length() {
    let tape = Tape::<f64>::new();
    let mut y = tape.var(0.5);
    for _ in 0..40 {
        y = y.tanh();
    }
    y.backward();
    let picture = Picture::of(&tape, &DrawOptions::new());
    let [long, _, in_rows] = layouts(&picture);
    assert!(long.width > 4000 && in_rows.width <= 900, "{} {}", long.width, in_rows.width);
    let breaks = in_rows.nodes.windows(2).filter(|pair| pair[1].x < pair[0].x);
    assert!(breaks.clone().count() >= 5);
    for pair in breaks {
        assert!(pair[1].y > pair[0].y + pair[0].height, "a row begins below the one before it");
    }
}

#[test]
fn a_drawing_is_not_cut_where_many_edges_would_run_around_the_rows() {
    let tape = Tape::new();
    let mut values = [0.1, 0.2, 0.3, 0.4, 0.5].map(|x| tape.var(x));
    for _ in 0..12 {
        values = values.map(|value| value.tanh());
    }
    values.into_iter().reduce(|sum, value| sum + value).expect("there are values").backward();
    let [long, _, in_rows] = layouts(&Picture::of(&tape, &DrawOptions::new()));
    assert!(long.width > 1500);
    // Only the last sums could go to another row.
    assert!(in_rows.width > 1200, "{} of {}", in_rows.width, long.width);
}

#[test]
fn what_is_used_in_many_places_is_named_there_and_has_no_lines() {
    let tape = Tape::new();
    neurons(&tape, &[4, 8, 1]);
    let plain = Picture::of(&tape, &DrawOptions::new());
    let picture = plain.clone().with_stubs();
    let inputs: Vec<_> = plain.nodes.iter().filter(|node| node.kind == Kind::Input).collect();
    assert!(picture.edges.iter().all(|edge| inputs.iter().all(|x| edge.from != x.index && edge.to != x.index)));
    let stubs: Vec<_> = picture.nodes.iter().filter(|node| node.kind == Kind::Stub).collect();
    assert_eq!(stubs.len(), 4 * 8);
    for stub in stubs {
        let [of] = stub.stub_of[..] else { panic!("one name") };
        assert_eq!(stub.heading, plain.node(of).heading);
        let uses = plain.edges.iter().filter(|edge| edge.from == of && edge.to == stub.origin);
        assert_eq!(uses.count(), 1, "it stands where there was a line");
    }
    let layout = layout(&picture, Direction::LeftToRight);
    let products = picture.nodes.iter().zip(&layout.nodes).filter(|(node, _)| node.op == "×");
    let leftmost = products.map(|(_, area)| area.x).min().expect("there are products");
    let x = |node: &&PictureNode| {
        layout.nodes[picture.nodes.iter().position(|other| other.index == node.index).expect("it is drawn")].x
    };
    assert!(inputs.iter().all(|input| x(input) < leftmost), "the inputs are at the left");
}

#[test]
fn a_folded_scope_names_all_that_it_reads_in_one_place() {
    let tape = Tape::new();
    let values: Vec<Var<f64>> = (0..12).map(|i| tape.input(0.1).named(format!("x{i}"))).collect();
    let sums = (0..10).map(|j| {
        let _scope = tape.scope(&format!("neuron{j}"));
        values.iter().fold(tape.var(0.0), |sum, &x| sum + tape.var(0.2) * x)
    });
    sums.collect::<Vec<_>>().into_iter().reduce(|a, b| a + b).expect("there are sums").backward();
    let picture = Picture::of(&tape, &DrawOptions::new().max_nodes(100)).with_stubs();
    let stubs: Vec<_> = picture.nodes.iter().filter(|node| node.kind == Kind::Stub).collect();
    assert_eq!(stubs.len(), 10);
    assert!(stubs.iter().all(|stub| stub.heading == "x0 … x11 (12)" && stub.stub_of.len() == 12));
    assert_eq!(picture.edges.iter().filter(|edge| edge.from == stubs[0].index).count(), 1);
}

#[test]
fn the_spine_of_a_network_is_straight() {
    let tape = Tape::new();
    network(&tape);
    let picture = Picture::of(&tape, &DrawOptions::new());
    let layout = layout(&picture, Direction::LeftToRight);
    let spine = picture.nodes.iter().zip(&layout.nodes).filter(|(node, _)| !node.op.is_empty());
    let middles: Vec<i64> = spine.map(|(_, area)| area.y + area.height / 2).collect();
    assert!(middles.iter().all(|middle| (middle - middles[0]).abs() <= 1), "{middles:?}");
}

#[test]
fn three_hundred_nodes_are_laid_out_in_half_a_second() {
    let tape = Tape::new();
    let mut ops = 10;
    while tape.nodes().iter().filter(|node| node.pass == 0).count() < 300 {
        ops += 5;
        random_program(&tape, 3, ops);
    }
    let picture = Picture::of(&tape, &DrawOptions::new().max_nodes(usize::MAX));
    assert!(picture.nodes.len() >= 300);
    // On a busy machine one run may have to wait.
    let time = |_| {
        let start = Instant::now();
        std::hint::black_box(layout(&picture, Direction::LeftToRight));
        start.elapsed()
    };
    let best = (0..5).map(time).min().expect("five runs");
    assert!(best < Duration::from_millis(500), "{best:?}");
}

#[test]
fn a_figure_with_too_many_nodes_shows_scopes_as_nodes() {
    let tape = Tape::new();
    random_program(&tape, 1, 120);
    for most in [150, 60, 20, 5, 1] {
        for backward in [Backward::Values, Backward::Nodes] {
            let picture = Picture::of(&tape, &DrawOptions::new().max_nodes(most).backward(backward));
            assert!(picture.nodes.len() <= most, "{most}: {}", picture.nodes.len());
            layout(&picture, Direction::LeftToRight);
        }
    }
    let picture = Picture::of(&tape, &DrawOptions::new().max_nodes(60));
    assert!(picture.nodes.iter().any(|node| node.heading == "part3"), "whole scopes");
}
