//! The contents of the web page's file. Its behaviour in a browser is tested in `tests/browser`.

use crate::made_up_digits::DIGITS;
use gradus::draw::{Backward, DrawOptions};
use gradus::nn::{Activation, Mlp};
use gradus::optim::{Optimizer, Sgd};
use gradus::page::{Engine, Language, PageOptions};
use gradus::prelude::*;
use gradus::trace::{Digest, Event};
use ndarray::{Array2, array};
use rand::RngExt;
use serde_json::Value;

/// The data in a page, as its scripts read it.
fn data(page: &str) -> Value {
    let (_, rest) = page.split_once("<script type=\"application/json\" id=\"data\">").expect("the page has data");
    let (json, _) = rest.split_once("</script>").expect("the data ends");
    serde_json::from_str(json).expect("it is JSON")
}

/// One batch of ten digits through 784-100-20-10, with its update.
fn digits(seed: u64) -> String {
    let mut rng = seeded(seed);
    let net = Mlp::<f32>::new(&[784, 100, 20, 10], Activation::Sigmoid, &mut rng);
    let train = DIGITS.train();
    let batch = train.batches(10, &mut rng).next().expect("a batch");
    let tape = Tape::new();
    tape.keep_updates(true);
    let (x, y) = (tape.input(&batch.images).named("images"), tape.input(&batch.one_hot).named("targets"));
    let gradients = net.forward(x).quadratic_cost(y).named("cost").backward();
    Sgd::new(0.1).step(&net, &gradients).expect("an update");
    // This file names what a page must not hold.
    tape.to_html(&PageOptions::new().title("One batch of ten digits").without_source())
}

#[test]
fn the_page_of_a_batch_of_digits_is_under_two_megabytes() {
    let page = digits(7);
    assert!(page.len() < 2_000_000, "{} bytes", page.len());
    assert_eq!(page, digits(7), "the same seed, the same bytes");
    assert_ne!(page, digits(8));
}

#[test]
fn a_page_whose_leaves_hold_many_numbers_is_live_only_if_that_is_asked() {
    let tape = Tape::<f32>::new();
    let many = seeded(7).random_iter().take(200_000).collect::<Vec<f32>>();
    (tape.var(many).square().sum()).backward();
    let options = PageOptions::new().without_source();
    let [small, large] = [options.clone(), options.live()].map(|options| tape.to_html(&options));
    let why = limits(&small)["refused"].as_str().expect("a reason").to_owned();
    assert!(why.contains("(PageOptions::live() puts them in)"), "{why}");
    assert!(element(&small, "engine").is_none() && element(&large, "engine").is_some());
    assert_eq!(limits(&large)["refused"], Value::Null);
}

#[test]
fn pictures_take_little_of_a_page_however_many_there_are() {
    let tape = Tape::<f32>::new();
    let mut x = tape.input(Array2::from_elem((100, 784), 0.5)).named("images");
    for _ in 0..40 {
        x = x.sin();
    }
    let page = tape.to_html(&PageOptions::new().without_source());
    assert!(page.len() < 2_000_000, "{} bytes", page.len());
    let nodes = &data(&page)["trace"]["nodes"];
    let is_picture = |node: usize| nodes[node]["value"]["tiles"].is_object();
    assert!(is_picture(0) && !is_picture(40), "the first are pictures, the last a heat map");
}

#[test]
fn a_page_refers_to_nothing_outside_of_itself() {
    let page = digits(7);
    for reference in ["src=", "@import", "url(", "href=\"http", "fetch(", "XMLHttpRequest", "import("] {
        assert!(!page.contains(reference), "{reference}");
    }
    assert!(page.contains("default-src 'none'"));
}

#[test]
fn names_that_look_like_markup_are_only_text() {
    let tape = Tape::<f64>::new();
    let hostile = "</script><script>alert(1)</script><!-- \" ' \n \u{202e} {{script}}";
    let x = tape.var(2.0).named(hostile);
    {
        let _scope = tape.scope("<img src=x onerror=alert(1)>");
        (x * x).named("a\nb").backward();
    }
    let page = tape.to_html(&PageOptions::new().title(hostile).without_source());
    // The page's own two scripts, its translations, its program, its engine and what that cannot run, and no other element that a name could have made.
    assert_eq!(page.matches("<script").count(), 6);
    assert_eq!(page.matches("</script").count(), 6);
    assert!(!page.contains("<img") && !page.contains("<!--"));
    let data = data(&page);
    let name = data["trace"]["nodes"][0]["name"].as_str().expect("a name");
    assert!(name.starts_with("</script>") && name.contains('␊') && !name.contains('\u{202e}'), "{name}");
}

#[test]
fn what_is_no_number_reaches_the_page() {
    let tape = Tape::<f64>::new();
    let x = tape.var(array![0.0, -1.0, 1.0]).named("x");
    (x.ln()).named("y").backward_with(tape.full([3], 1.0));
    let data = data(&tape.to_html(&PageOptions::new()));
    assert_eq!(data["trace"]["nodes"][1]["value"]["elements"], serde_json::json!(["-inf", "NaN", 0.0]));
}

#[test]
fn the_source_of_the_program_is_part_of_the_page_unless_it_is_not_wanted() {
    let tape = Tape::<f64>::new();
    (tape.var(2.0) * 3.0).backward();
    let with = data(&tape.to_html(&PageOptions::new()));
    let text = with["sources"]["tests/page.rs"].as_str().expect("this file can be read");
    let line = with["trace"]["nodes"][0]["line"].as_u64().expect("a line") as usize;
    assert!(text.lines().nth(line - 1).expect("the line").contains("tape.var(2.0)"));
    let without = data(&tape.to_html(&PageOptions::new().without_source()));
    assert_eq!(without["sources"], serde_json::json!({}));
}

fn cells(digest: &Digest) -> &[f64] {
    digest.matrix().2
}

#[test]
fn at_every_node_the_contributions_sum_to_the_gradient() {
    let net = Mlp::<f64>::new(&[3, 4, 2], Activation::Tanh, &mut seeded(1));
    let tape = Tape::new();
    let x = tape.var(Array2::from_elem((5, 3), 0.3)).named("x");
    let y = net.forward(x);
    (y * y + y.sin()).mean().backward();
    let trace = tape.trace();
    let mut sums = 0;
    for event in &trace.events {
        let Event::Accumulated { gradient, terms, .. } = event else { continue };
        let whole = trace.nodes[*gradient].value.as_ref().expect("a gradient");
        for (place, &sum) in cells(whole).iter().enumerate() {
            let sent = |&term: &usize| match trace.events[term] {
                Event::Contribution { sent, .. } => cells(trace.nodes[sent].value.as_ref().expect("a value"))[place],
                _ => panic!("terms are contributions"),
            };
            let added: f64 = terms.iter().map(sent).sum();
            assert!((added - sum).abs() <= 1e-15 * sum.abs().max(1.0), "{added} {sum}");
            sums += 1;
        }
    }
    assert!(sums > 50, "{sums}");
}

#[test]
fn every_way_of_folding_a_few_scopes_is_laid_out() {
    let net = Mlp::<f64>::new(&[2, 3, 3, 1], Activation::Tanh, &mut seeded(1));
    let tape = Tape::new();
    net.forward(tape.input(array![[0.5, 1.0]])).sum().backward();
    let data = data(&tape.to_html(&PageOptions::new()));
    let scopes = data["figure"]["scopes"].as_array().expect("scopes").len();
    let foldings = data["figure"]["foldings"].as_array().expect("foldings");
    assert_eq!(foldings.len(), 1 << scopes, "none is in another");
    for folding in foldings {
        let count = |list: &str| folding[list].as_array().expect("a list").len();
        for places in ["wide", "tall"] {
            for list in ["nodes", "scopes", "edges"] {
                assert_eq!(folding[places][list].as_array().expect("a list").len(), count(list), "{places} {list}");
            }
        }
    }
}

#[test]
fn a_scope_that_is_entered_again_after_its_result_was_used_folds_too() {
    let tape = Tape::<f64>::new();
    let mut h = tape.var(array![0.5, -0.5]).named("h");
    let w = tape.var(0.7).named("w");
    for _ in 0..3 {
        let cell = tape.scope("cell");
        let z = (h * w).named("z");
        drop(cell);
        h = z.tanh();
    }
    h.sum().backward();
    let data = data(&tape.to_html(&PageOptions::new()));
    let foldings = data["figure"]["foldings"].as_array().expect("foldings");
    assert_eq!(foldings.len(), 2, "open and folded");
    assert!(
        foldings[1]["nodes"].as_array().expect("nodes").len() < foldings[0]["nodes"].as_array().expect("nodes").len()
    );
}

#[test]
fn a_tape_of_thousands_of_nodes_is_a_page_still() {
    let tape = Tape::<f64>::new();
    let x = tape.var(1.0);
    let mut y = x;
    for _ in 0..3000 {
        y = (y * x).sin();
    }
    y.backward();
    let figure = &data(&tape.to_html(&PageOptions::new()))["figure"];
    let list = |value: &Value| value.as_array().expect("a list").clone();
    let is_stub = |node: &Value| node.get("stub_of").is_some();
    let foldings = list(&figure["foldings"]);
    let groups = list(&figure["scopes"]).iter().filter(|scope| scope["is_group"] == true).count();
    let (whole, insides): (Vec<_>, Vec<_>) = foldings.iter().partition(|folding| folding.get("inside").is_none());
    assert_eq!((whole.len(), insides.len()), (1, groups));
    assert!(list(&whole[0]["nodes"]).iter().filter(|node| !is_stub(node)).count() <= 100, "few enough to be read");
    // Every node is drawn once: in the whole graph, or inside of a group.
    let alone = list(&whole[0]["nodes"]).into_iter().filter(|node| node["heading"].is_null());
    let inside = insides.iter().flat_map(|folding| list(&folding["nodes"])).filter(|node| !is_stub(node));
    let mut drawn: Vec<u64> = alone.chain(inside).map(|node| node["index"].as_u64().expect("an index")).collect();
    drawn.sort_unstable();
    assert!(drawn.into_iter().eq(0..6001));
}

fn neuron<'t>(tape: &'t Tape<f64>, inputs: &[Var<'t, f64>], name: String) -> Var<'t, f64> {
    let products = inputs.iter().map(|&x| x * tape.var(0.1));
    products.reduce(|sum, product| sum + product).expect("there are inputs").tanh().named(name)
}

#[test]
fn a_group_of_a_large_graph_is_a_value_with_what_only_it_is_computed_from() {
    let tape = Tape::<f64>::new();
    let inputs: Vec<_> = (0..12).map(|i| tape.input(f64::from(i)).named(format!("x{i}"))).collect();
    let hidden: Vec<_> = (0..10).map(|j| neuron(&tape, &inputs, format!("h{j}"))).collect();
    let outputs: Vec<_> = (0..3).map(|j| neuron(&tape, &hidden, format!("y{j}"))).collect();
    outputs.into_iter().reduce(|sum, y| sum + y).expect("there are outputs").named("loss").backward();
    let figure = &data(&tape.to_html(&PageOptions::new()))["figure"];
    let scopes = figure["scopes"].as_array().expect("scopes");
    let names: Vec<&str> = scopes.iter().filter_map(|scope| scope["name"].as_str()).collect();
    for j in 0..10 {
        assert!(names.iter().any(|name| name.starts_with(&format!("h{j} %"))), "{names:?}");
    }
    let first = figure["foldings"].as_array().expect("foldings").iter().find(|folding| folding["inside"] == 0);
    let nodes = first.expect("the inside of the first group")["nodes"].as_array().expect("nodes");
    let named: Vec<&str> = nodes.iter().filter_map(|node| node["heading"].as_str()).collect();
    assert_eq!(named, (0..12).map(|i| format!("x{i}")).collect::<Vec<_>>(), "the inputs stand there by name");
    assert_eq!(nodes.len() - named.len(), 36, "12 weights, 12 products, 11 sums, a tanh");
}

#[test]
fn a_page_like_a_figure_that_lays_the_backward_pass_open_shows_its_nodes() {
    let tape = Tape::<f64>::new();
    let x = tape.var(0.5).named("x");
    let slope = x.tanh().named("tanh").backward().wrt(x);
    slope.backward();
    let figure = DrawOptions::new().title("tanh twice").backward(Backward::Nodes);
    let page = |options: PageOptions| data(&tape.to_html(&options.without_source()));
    let (open, closed) = (page(PageOptions::new().like(&figure)), page(PageOptions::new()));
    let drawn = |data: &Value, what: &str| data["figure"]["foldings"][0][what].as_array().expect("a list").len();
    assert_eq!(open["title"], "tanh twice");
    assert_eq!(drawn(&open, "nodes"), tape.len(), "every node of both passes");
    assert!(drawn(&closed, "nodes") < tape.len());
    let flows = open["figure"]["foldings"][0]["edges"].as_array().expect("edges").iter().map(|edge| &edge["flow"]);
    let lookups = flows.filter(|flow| **flow == "lookup").count();
    assert!(lookups > 0, "what the passes look up is drawn");
}

#[test]
fn a_page_of_many_scopes_has_layouts_for_few_ways_of_folding_them() {
    let tape = Tape::<f64>::new();
    let mut y = tape.var(0.5);
    for index in 0..500 {
        let _scope = tape.scope(&format!("scope {index}"));
        y = y.sin();
    }
    y.backward();
    let data = data(&tape.to_html(&PageOptions::new().without_source()));
    let foldings = data["figure"]["foldings"].as_array().expect("foldings");
    assert!((1..=122).contains(&foldings.len()), "{}", foldings.len());
}

#[test]
fn the_page_says_where_the_first_nan_comes_from() {
    let tape = Tape::<f64>::new();
    let _ = tape.var(-1.0).named("p").ln().sum();
    let page = tape.to_html(&PageOptions::new().without_source());
    let nodes = &data(&page)["trace"]["nodes"];
    assert!(nodes[0].get("fault").is_none());
    assert!(
        nodes[1]["fault"].as_str().is_some_and(|fault| fault.starts_with("the first number that is not finite is NaN"))
    );
}

/// What the engine of the page cannot run.
fn limits(page: &str) -> Value {
    serde_json::from_str(element(page, "limits").expect("it has an engine, or tells why it has none"))
        .expect("it is JSON")
}

/// The text of a script element of the page.
fn element<'p>(page: &'p str, id: &str) -> Option<&'p str> {
    let (_, rest) = page.split_once(&format!("id=\"{id}\">"))?;
    Some(rest.split_once("</script>")?.0)
}

#[test]
fn a_live_page_carries_the_program_and_the_engine_and_is_allowed_to_run_it() {
    let tape = Tape::<f64>::new();
    (tape.var(2.0).named("</script><script>alert(1)</script>") * 3.0).backward();
    let options = PageOptions::new().without_source();
    let (replay, live) = (
        tape.to_html(&options.clone().replay_only()),
        tape.to_html(&options.clone().engine(Engine::new(*b"the engine"))),
    );
    let program: Value = serde_json::from_str(element(&live, "program").expect("a program")).expect("JSON");
    assert_eq!(program, serde_json::from_str::<Value>(&tape.program().unwrap().to_json()).unwrap());
    assert_eq!(element(&live, "engine"), Some("dGhlIGVuZ2luZQ=="));
    assert!(live.contains("script-src 'unsafe-inline' 'wasm-unsafe-eval';"));
    assert_eq!(live.matches("</script").count(), 6, "no name ends an element");
    assert_eq!(limits(&live), serde_json::json!({"stays": {}, "refused": null}));
    assert!(replay.contains("script-src 'unsafe-inline';") && element(&replay, "engine").is_none());
    assert!(element(&replay, "limits").is_none());
    assert_eq!(data(&replay), data(&live));
}

#[test]
fn a_page_whose_tape_cannot_be_written_down_says_why_and_carries_no_engine() {
    let w = Param::new("w", array![1.0]);
    let tape = Tape::<f64>::new();
    tape.param(&w).sum().backward();
    w.update(|w| w[0] = 2.0);
    let page = tape.to_html(&PageOptions::new().without_source().engine(Engine::new(*b"the engine")));
    let why = limits(&page)["refused"].as_str().expect("a reason").to_owned();
    assert!(why.contains("\"w\" was changed after the tape had read it"), "{why}");
    assert!(element(&page, "engine").is_none() && !page.contains("wasm-unsafe-eval"));
}

#[test]
fn a_page_opens_in_the_language_that_is_asked_and_else_in_that_of_its_reader() {
    let tape = Tape::<f64>::new();
    tape.var(2.0).square().backward();
    for options in [PageOptions::new().replay_only(), PageOptions::new().max_nodes(0)] {
        let page = |language| tape.to_html(&options.clone().language(language));
        assert!(page(Language::Chinese).contains("<html lang=\"en\" data-language=\"zh-CN\">"));
        assert!(page(Language::English).contains("<html lang=\"en\" data-language=\"en\">"));
        assert!(page(Language::OfTheReader).contains("<html lang=\"en\">"));
        assert_eq!(page(Language::OfTheReader), tape.to_html(&options));
    }
}

#[test]
fn a_page_carries_its_translations_in_few_bytes() {
    let tape = Tape::<f64>::new();
    tape.var(2.0).square().backward();
    let page = tape.to_html(&PageOptions::new().replay_only());
    let (_, rest) = page.split_once("id=\"translations\">").expect("translations");
    let (po, _) = rest.split_once("</script>").expect("their end");
    assert!(po.len() < 50_000 && po.contains("msgid \"Play\"\nmsgstr \"播放\"\n"), "{} bytes", po.len());
    // A reference to a source says which messages a text of Rust is compared with; all other comments stay behind.
    assert!(po.lines().all(|line| !line.starts_with('#') || line.ends_with(".rs")), "{po}");
}
