//! Which file of the library imports which. The one idea to know: a reader can take one room after the other, from the bottom up, only if no
//! room needs one that stands above it. So no circle of imports goes through several rooms, with one exception, the heart: an op's vjp is
//! written in `Var`s, and a tape records ops.

use gradus::petgraph::algo::tarjan_scc;
use gradus::petgraph::graph::{DiGraph, NodeIndex};
use gradus::petgraph::visit::Dfs;
use std::collections::HashMap;
use std::fs::{read_dir, read_to_string};
use std::path::Path;

/// The place of a file among the modules: `["kernel", "sum"]`; `[]` for `lib.rs`.
type Module = Vec<String>;

struct Sources {
    files: HashMap<Module, Source>,
}

#[derive(Default)]
struct Source {
    /// Paths that the file uses: `["crate", "shape", "Shape"]`.
    uses: Vec<Vec<String>>,
    /// What it re-exports, by name.
    re_exports: HashMap<String, Vec<String>>,
}

impl Sources {
    fn read() -> Self {
        let mut sources = Sources { files: HashMap::new() };
        sources.read_folder(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &[]);
        sources
    }

    fn read_folder(&mut self, folder: &Path, around: &[String]) {
        for path in read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
            let name = path.file_stem().expect("a name").to_str().expect("UTF-8").to_owned();
            let inside = [around, std::slice::from_ref(&name)].concat();
            if path.is_dir() {
                self.read_folder(&path, &inside);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let module = if name == "mod" || name == "lib" { around.to_vec() } else { inside };
                self.files.insert(module, Source::of(&read_to_string(&path).expect("UTF-8")));
            }
        }
    }

    /// The file that a path leads to from a module, through what other files hand on; `None` if it leads to another crate.
    fn find(&self, from: &[String], path: &[String]) -> Option<Module> {
        let mut steps = path.iter().map(String::as_str).peekable();
        let mut here = match *steps.peek()? {
            "crate" => Module::new(),
            "self" | "super" => from.to_vec(),
            first if self.files.contains_key(&[from, &[first.to_owned()]].concat()) => from.to_vec(),
            _ => return None,
        };
        while let Some(step) = steps.next_if(|step| ["crate", "self", "super"].contains(step)) {
            if step == "super" {
                here.pop();
            }
        }
        for step in steps {
            let child = [&here[..], &[step.to_owned()]].concat();
            if !self.files.contains_key(&child) {
                let handed_on = self.files[&here].re_exports.get(step);
                return handed_on.and_then(|path| self.find(&here, path)).or(Some(here));
            }
            here = child;
        }
        Some(here)
    }

    fn graph(&self) -> DiGraph<Module, ()> {
        let mut graph = DiGraph::new();
        let nodes: HashMap<&Module, NodeIndex> =
            self.files.keys().map(|module| (module, graph.add_node(module.clone()))).collect();
        // lib.rs only re-exports.
        for (module, source) in self.files.iter().filter(|(module, _)| !module.is_empty()) {
            for used in source.uses.iter().filter_map(|path| self.find(module, path)).filter(|used| used != module) {
                graph.update_edge(nodes[module], nodes[&used], ());
            }
        }
        graph
    }
}

impl Source {
    fn of(text: &str) -> Self {
        let text: String = text.lines().map(|line| "\n".to_owned() + line.split("//").next().unwrap_or(line)).collect();
        let text = text.split("\n#[cfg(test)]\nmod tests").next().expect("a first part");
        let mut source = Source::default();
        let mut rest = String::new();
        for statement in text.split_inclusive(';') {
            // At the start of a line: what stands further in is of an inner module.
            let starts = ["\nuse ", "\npub use ", "\npub(crate) use ", "\npub(super) use "];
            let start =
                starts.iter().enumerate().find_map(|(place, start)| Some((place > 0, statement.split_once(start)?.1)));
            match start {
                Some((is_handed_on, tree)) => {
                    for path in paths(tree.trim_end_matches(';')) {
                        if is_handed_on {
                            source.re_exports.insert(path.last().expect("a name").clone(), path);
                        } else {
                            source.uses.push(path);
                        }
                    }
                }
                None => rest += statement,
            }
        }
        // Paths in the middle of the code, and what a file both re-exports and uses itself.
        let is_name = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
        for word in rest.split(|c| !is_name(c)) {
            let path: Vec<String> = word.split("::").map(str::to_owned).collect();
            match path.first().and_then(|first| source.re_exports.get(first)) {
                Some(handed_on) => source.uses.push(handed_on.clone()),
                None if path.len() > 1 => source.uses.push(path),
                None => {}
            }
        }
        source
    }
}

/// The paths in `a::{b, c::{d, e as f}}`.
fn paths(tree: &str) -> Vec<Vec<String>> {
    let names =
        |path: &str| path.split("::").map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).collect();
    let Some((start, inner)) = tree.trim().split_once('{') else {
        let path = tree.split(" as ").next().expect("a first part");
        return if path.trim().is_empty() { Vec::new() } else { vec![names(path)] };
    };
    let (start, inner): (Vec<String>, &str) = (names(start), inner.trim_end().trim_end_matches('}'));
    let mut depth = 0;
    let parts = inner.split(|c| {
        depth += i32::from(c == '{') - i32::from(c == '}');
        c == ',' && depth == 0
    });
    // The last brace of an inner list may have gone with the outer one.
    let parts =
        parts.map(|part| format!("{part}{}", "}".repeat(part.matches('{').count() - part.matches('}').count())));
    parts.flat_map(|part| paths(&part)).map(|path| [&start[..], &path].concat()).collect()
}

/// The rooms that make up the heart. (An op of a formula is made in one room and declared in another.)
const HEART: [&str; 4] = ["formula", "op", "ops", "tape"];

/// Rooms whose files can be read one after the other, too.
const WITHOUT_CIRCLES: [&str; 6] = ["check", "faults", "inspect", "kernel", "storage", "walk"];

#[test]
fn no_circle_of_imports_goes_through_several_rooms_but_for_the_heart() {
    let graph = Sources::read().graph();
    for circle in tarjan_scc(&graph).into_iter().filter(|circle| circle.len() > 1) {
        let mut rooms: Vec<&str> = circle.iter().map(|&file| &*graph[file][0]).collect();
        rooms.sort_unstable();
        rooms.dedup();
        let is_heart = rooms.iter().all(|room| HEART.contains(room));
        let is_inside = rooms.len() == 1 && !WITHOUT_CIRCLES.contains(&rooms[0]);
        let files: Vec<String> = circle.iter().map(|&file| graph[file].join("/")).collect();
        assert!(is_heart || is_inside, "these files import each other: {}", files.join(", "));
    }
}

#[test]
fn what_stands_below_the_tape_knows_no_tape() {
    let graph = Sources::read().graph();
    let below =
        ["faults", "input", "kernel", "labels", "param", "profile", "scalar", "shape", "storage", "view", "walk"];
    for room in below {
        let files: Vec<NodeIndex> =
            graph.node_indices().filter(|&file| graph[file].first().is_some_and(|first| first == room)).collect();
        assert!(!files.is_empty(), "there is no {room}");
        for file in files {
            let mut search = Dfs::new(&graph, file);
            while let Some(reached) = search.next(&graph) {
                let reached = &graph[reached];
                assert!(!HEART.contains(&&*reached[0]), "{} comes to {}", graph[file].join("/"), reached.join("/"));
            }
        }
    }
}

#[test]
fn kinds_of_numbers_import_no_kernel_that_imports_them() {
    let sources = Sources::read();
    let graph = sources.graph();
    let scalar = graph.node_indices().find(|&file| graph[file] == ["scalar"]).expect("src/scalar.rs");
    let used: Vec<String> = graph.neighbors(scalar).map(|file| graph[file].join("/")).collect();
    assert!(used.contains(&"kernel/gemm".to_owned()), "{used:?}");
    for kernel in graph.neighbors(scalar) {
        let mut search = Dfs::new(&graph, kernel);
        while let Some(reached) = search.next(&graph) {
            assert_ne!(reached, scalar, "{} imports scalar", graph[kernel].join("/"));
        }
    }
}
