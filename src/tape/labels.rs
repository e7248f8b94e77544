//! What learners call things: names of nodes, and the scopes they stand in.

use petgraph::graph::NodeIndex;

/// Names in the order in which they were given. After a rewind the same names are given again in the same order, and then nothing
/// is allocated.
#[derive(Default)]
pub(super) struct Names {
    given: Vec<(NodeIndex, Box<str>)>,
    live: usize,
}

impl Names {
    pub(super) fn rewind(&mut self) {
        self.live = 0;
    }

    /// Gives a node a name, in place of the one it may have.
    pub(super) fn give(&mut self, node: NodeIndex, name: &str) {
        let same = |(other, old): &(NodeIndex, Box<str>)| *other == node && **old == *name;
        if !self.given.get(self.live).is_some_and(same) {
            self.given.truncate(self.live);
            self.given.push((node, name.into()));
        }
        self.live += 1;
    }

    /// All names, in the order of giving. A node may have been given several; the last one counts.
    pub(super) fn given(&self) -> impl DoubleEndedIterator<Item = (NodeIndex, &str)> {
        self.given[..self.live].iter().map(|(node, name)| (*node, &**name))
    }

    /// The name last given to a node.
    pub(super) fn of(&self, node: NodeIndex) -> Option<&str> {
        self.given().rev().find(|(other, _)| *other == node).map(|(_, name)| name)
    }
}

/// Scopes, by number. Number 0 is outside of any.
pub(super) struct Scopes {
    all: Vec<Scope>,
}

/// `layer1` inside its parent.
struct Scope {
    parent: u32,
    name: String,
}

impl Scopes {
    pub(super) fn new() -> Self {
        Scopes { all: vec![Scope { parent: 0, name: String::new() }] }
    }

    /// The scope `name` inside `parent`.
    pub(super) fn inside(&mut self, parent: u32, name: &str) -> u32 {
        let same = |scope: &Scope| scope.parent == parent && scope.name == name;
        let known = self.all.iter().position(same);
        known.unwrap_or_else(|| {
            self.all.push(Scope { parent, name: name.to_owned() });
            self.all.len() - 1
        }) as u32
    }

    /// A scope as a path: `"encoder/layer1/"`, or "" outside of any.
    pub(super) fn path(&self, mut scope: u32) -> String {
        let mut path = String::new();
        while scope != 0 {
            let Scope { parent, name } = &self.all[scope as usize];
            path.insert_str(0, &format!("{name}/"));
            scope = *parent;
        }
        path
    }
}
