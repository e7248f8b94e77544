//! What learners say of nodes: names, how their arrays want to be seen, and the scopes they stand in.

use crate::shown::Shown;
use crate::storage::{Identified, Kept, hash_of};
use petgraph::graph::NodeIndex;
use std::cell::{Cell, RefCell};

/// The names and scopes of a tape.
#[derive(Default)]
pub(crate) struct Labels {
    names: Given<Box<str>>,
    shown: Given<Shown>,
    /// A guard that ends a scope may be dropped while somebody looks at the tape, so scopes have a lock of their own.
    scopes: RefCell<Scopes>,
    /// The present scope: `scopes.present()`, which every node is asked for.
    scope: Cell<u32>,
}

impl Labels {
    pub(crate) fn rewind(&mut self) {
        self.names.rewind();
        self.shown.rewind();
        self.scopes.get_mut().rewind();
        self.scope.set(0);
    }

    /// Gives a node a name, in place of the one it may have.
    pub(crate) fn give_name(&mut self, node: NodeIndex, name: &str) {
        self.names.give(node, |given| **given == *name, || name.into());
    }

    /// The name last given to a node.
    pub(crate) fn name_of(&self, node: NodeIndex) -> Option<&str> {
        self.names.of(node).map(|name| &**name)
    }

    /// All names, in the order of giving. A node may have been given several; the last one counts.
    pub(crate) fn names(&self) -> impl Iterator<Item = (NodeIndex, &str)> {
        self.names.given().map(|(node, name)| (node, &**name))
    }

    /// Says how a node's array wants to be seen.
    pub(crate) fn give_shown(&mut self, node: NodeIndex, shown: &Shown) {
        self.shown.give(node, |given| given == shown, || shown.clone());
    }

    /// All that was said of how arrays want to be seen, in the order of saying. The last one counts.
    pub(crate) fn shown(&self) -> impl Iterator<Item = (NodeIndex, &Shown)> {
        self.shown.given()
    }

    /// The number of the present scope.
    #[inline]
    pub(crate) fn scope(&self) -> u32 {
        self.scope.get()
    }

    /// Steps into the scope `name` inside the present one. What is returned ends it: see [`leave`](Labels::leave).
    pub(crate) fn enter(&self, name: &str) -> usize {
        let mut scopes = self.scopes.borrow_mut();
        let entered = scopes.enter(name);
        self.scope.set(scopes.present());
        entered
    }

    /// Ends a scope. Scopes inside it go on until they are ended, too: guards may be dropped in any order.
    pub(crate) fn leave(&self, entered: usize) {
        let mut scopes = self.scopes.borrow_mut();
        scopes.leave(entered);
        self.scope.set(scopes.present());
    }

    /// A scope as a path: `"encoder/layer1/"`, or "" outside of any.
    pub(crate) fn path(&self, scope: u32) -> String {
        self.scopes.borrow().path(scope)
    }
}

/// What nodes were given, in the order of giving. After a rewind the same is given again in the same order, and then nothing is allocated.
struct Given<T> {
    given: Kept<Gift<T>>,
}

struct Gift<T> {
    node: NodeIndex,
    what: T,
}

impl<T> Default for Given<T> {
    fn default() -> Self {
        Given { given: Kept::default() }
    }
}

impl<T> Identified for Gift<T> {
    fn identity(&self) -> u64 {
        hash_of(self.node)
    }
}

impl<T> Given<T> {
    fn rewind(&mut self) {
        self.given.rewind();
    }

    /// Gives a node something, in place of what it may have.
    fn give(&mut self, node: NodeIndex, is_same: impl Fn(&T) -> bool, what: impl FnOnce() -> T) {
        match self.given.under_cursor() {
            Some(gift) if gift.node == node && is_same(&gift.what) => self.given.keep(),
            _ => self.given.push(Gift { node, what: what() }),
        }
    }

    /// All that was given, in the order of giving. A node may have been given several things; the last one counts.
    fn given(&self) -> impl DoubleEndedIterator<Item = (NodeIndex, &T)> {
        self.given.live().iter().map(|gift| (gift.node, &gift.what))
    }

    /// What a node was given last.
    fn of(&self, node: NodeIndex) -> Option<&T> {
        let place = self.given.places(|| hash_of(node), |gift| gift.node == node).next()?;
        Some(&self.given.live()[place].what)
    }
}

/// Scopes, by number. Number 0 is outside of any.
#[derive(Default)]
struct Scopes {
    /// Scope `n` stands at place `n - 1`. A rewind keeps them, so that a steady step allocates none, unless most were not entered again.
    all: Kept<Scope>,
    /// How often a scope was entered since the last rewind.
    entries: usize,
    /// The scopes whose guards live, in the order of entering, and 0 for those that ended before a later one.
    open: Vec<u32>,
}

/// `layer1` inside its parent.
struct Scope {
    parent: u32,
    name: Box<str>,
    /// How many scopes are around it.
    depth: usize,
    /// The last of the outermost scopes that its path names: itself, or the one around it at depth [`OUTERMOST`].
    outer: u32,
}

/// A path of more scopes than that names only the outermost and the innermost: else the paths of 20,000 nested scopes would take a
/// gigabyte.
const WHOLE: usize = 64;
const OUTERMOST: usize = 32;
const INNERMOST: usize = 8;

impl Identified for Scope {
    fn identity(&self) -> u64 {
        hash_of((self.parent, &*self.name))
    }
}

impl Scopes {
    /// No guard lives when a tape is rewound; one that was forgotten (`std::mem::forget`) ends here.
    fn rewind(&mut self) {
        self.open.clear();
        if self.all.live().len() > 2 * self.entries + 64 {
            self.all.truncate(0);
        }
        self.entries = 0;
    }

    /// The present scope.
    #[inline]
    fn present(&self) -> u32 {
        self.open.last().copied().unwrap_or(0)
    }

    /// Steps into the scope `name` inside the present one. What is returned ends it: see [`leave`](Scopes::leave).
    fn enter(&mut self, name: &str) -> usize {
        let parent = self.present();
        let same = |scope: &Scope| scope.parent == parent && *scope.name == *name;
        let known = self.all.places(|| hash_of((parent, name)), same).next();
        let place = known.unwrap_or_else(|| {
            let (place, around) = (self.all.live().len(), self.get(parent));
            let depth = around.map_or(0, |around| around.depth + 1);
            let outer = around.filter(|_| depth >= OUTERMOST).map_or(place as u32 + 1, |around| around.outer);
            self.all.push(Scope { parent, name: name.into(), depth, outer });
            place
        });
        let scope = place as u32 + 1;
        self.entries += 1;
        self.open.push(scope);
        self.open.len() - 1
    }

    /// Ends a scope. Scopes inside it go on until they are ended, too: guards may be dropped in any order.
    fn leave(&mut self, entered: usize) {
        if let Some(scope) = self.open.get_mut(entered) {
            *scope = 0;
        }
        while self.open.last() == Some(&0) {
            self.open.pop();
        }
    }

    fn get(&self, scope: u32) -> Option<&Scope> {
        self.all.live().get((scope as usize).checked_sub(1)?)
    }

    /// A scope as a path: `"encoder/layer1/"`, or "" outside of any. Of more than 64 nested scopes it names the 32 outermost and the 8
    /// innermost, with "…" between.
    fn path(&self, scope: u32) -> String {
        let upwards = |scope: u32| std::iter::successors(self.get(scope), |scope| self.get(scope.parent));
        let names: Vec<&str> = match self.get(scope) {
            Some(Scope { depth, outer, .. }) if *depth >= WHOLE => {
                let innermost = upwards(scope).take(INNERMOST).map(|scope| &*scope.name);
                innermost.chain(["…"]).chain(upwards(*outer).map(|scope| &*scope.name)).collect()
            }
            _ => upwards(scope).map(|scope| &*scope.name).collect(),
        };
        names.iter().rev().flat_map(|name| [name, "/"]).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_of_another_name_in_every_round_takes_no_more_memory_in_the_end() {
        let mut scopes = Scopes::default();
        for round in 0..10_000 {
            let entered = scopes.enter(&format!("round {round}"));
            assert_eq!(scopes.path(scopes.present()), format!("round {round}/"));
            scopes.leave(entered);
            scopes.rewind();
            assert!(scopes.all.live().len() < 100, "{} scopes", scopes.all.live().len());
        }
    }

    #[test]
    fn the_path_of_a_scope_in_a_thousand_others_is_as_short_as_that_of_one_in_sixty_four() {
        let mut scopes = Scopes::default();
        for depth in 1..=1000 {
            scopes.enter(&format!("s{depth}"));
            let path = scopes.path(scopes.present());
            if depth <= WHOLE {
                assert_eq!(path.matches('/').count(), depth);
            } else {
                assert!(path.starts_with("s1/s2/") && path.contains("/s32/…/"), "{path}");
                assert!(path.ends_with(&format!("/s{}/s{depth}/", depth - 1)), "{path}");
                assert_eq!(path.matches('/').count(), OUTERMOST + 1 + INNERMOST);
            }
        }
    }

    #[test]
    fn scopes_that_are_entered_in_every_round_are_kept() {
        let mut scopes = Scopes::default();
        for _ in 0..3 {
            for layer in 0..200 {
                let entered = scopes.enter(&format!("layer{layer}"));
                assert_eq!(scopes.present(), layer + 1);
                scopes.leave(entered);
            }
            scopes.rewind();
        }
    }
}
