//! How leaves get onto the graph: with numbers of their own, in a parameter, or in a shared array. A leaf of a parameter holds the value that
//! it read, and gives it back before the parameter is changed.

use super::graph::Graph;
use super::node::{Numbers, ParamLeaf, SharedLeaf};
use crate::op::Op;
use crate::param::{Param, Version};
use crate::profile::Phase;
use crate::scalar::Scalar;
use crate::shape::Shape;
use ndarray::{ArcArray, IxDyn};
use petgraph::graph::NodeIndex;
use smallvec::SmallVec;
use std::panic::Location;

impl<F: Scalar> Graph<F> {
    /// Records a leaf of `shape`, whose numbers `fill` writes straight into the node's buffer; or says why there is no room for it.
    pub(crate) fn record_leaf<O: Op<F> + PartialEq>(
        &mut self,
        op: O,
        shape: Shape,
        needs_grad: bool,
        source: &'static Location<'static>,
        fill: impl FnOnce(&mut [F]),
    ) -> Result<NodeIndex, String> {
        let index = NodeIndex::new(self.len());
        let is_new = !(self.stands_here(&op, &[]) && self.shape(index) == shape);
        if is_new {
            self.make_room(shape)?;
        }
        let start = self.clock();
        fill(self.split(index).1);
        if let Some(start) = start {
            self.note(Phase::Input, op.name(), start, 2 * shape.size(), 0);
        }
        match is_new {
            true => self.append(op, shape, &[], needs_grad, source),
            false => self.record_again(needs_grad, source),
        }
        Ok(index)
    }

    /// Records the leaf that reads `param` in place, or finds it if this recording has it already at its present version. A leaf that gets
    /// gradients and one that gets none, read under `no_grad` or while the parameter was frozen, are two.
    pub(crate) fn record_param<O: Op<F> + PartialEq>(
        &mut self,
        op: O,
        param: &Param<F>,
        gradients: bool,
        source: &'static Location<'static>,
    ) -> NodeIndex {
        let (version, needs_grad) = (param.version(), gradients && !param.is_frozen());
        let same = |leaf: &&ParamLeaf<F>| leaf.version == version && self.dag[leaf.node].needs_grad == needs_grad;
        if let Some(node) = self.leaves_of(param).find(same).map(|leaf| leaf.node) {
            return node;
        }
        let node = NodeIndex::new(self.len());
        match self.param_leaves.under_cursor() {
            Some(leaf) if leaf.node == node && leaf.param.is(param) => {
                let (value, version) = match leaf.next.take() {
                    Some((value, updated)) if updated == version => (value, updated),
                    _ => param.read(),
                };
                (leaf.value, leaf.version) = (Some(value), version);
                self.param_leaves.keep();
                self.record_again(needs_grad, source);
            }
            _ => {
                self.forget_leftovers();
                self.values.push_nothing();
                let place = self.param_leaves.live().len();
                let (value, version) = param.read();
                self.param_leaves.push(ParamLeaf {
                    node,
                    param: param.clone(),
                    version,
                    value: Some(value),
                    next: None,
                });
                self.append(op, param.shape(), &[], needs_grad, source);
                self.dag[node].numbers = Numbers::Param(place as u32);
            }
        }
        node
    }

    /// Records the leaf that reads a shared array where it stands.
    pub(super) fn record_shared<O: Op<F> + PartialEq>(
        &mut self,
        op: O,
        shape: Shape,
        numbers: ArcArray<F, IxDyn>,
        source: &'static Location<'static>,
    ) -> NodeIndex {
        let node = NodeIndex::new(self.len());
        let left = self.shared_leaves.get(self.live_shared);
        if left.is_some_and(|leaf| leaf.node == node && self.shape(node) == shape) {
            self.shared_leaves[self.live_shared].numbers = numbers;
            self.record_again(false, source);
        } else {
            self.forget_leftovers();
            self.values.push_nothing();
            self.shared_leaves.push(SharedLeaf { node, numbers });
            self.append(op, shape, &[], false, source);
            self.dag[node].numbers = Numbers::Shared(self.live_shared as u32);
        }
        self.live_shared += 1;
        node
    }

    /// Gives back what leaves hold of a parameter that is about to be changed.
    pub(crate) fn let_go(&mut self, param: &Param<F>) {
        // The newest come first, and those before the last update hold nothing any more.
        let leaves = self.param_leaves.live();
        let holds = |&place: &usize| leaves[place].value.is_some() || leaves[place].next.is_some();
        let places: SmallVec<[usize; 4]> = self.places_of(param).take_while(holds).collect();
        for place in places {
            let leaf = &mut self.param_leaves.live_mut()[place];
            (leaf.value, leaf.next) = (None, None);
        }
    }

    /// Keeps what an optimizer made of the parameter of a leaf, and its version, for the next recording.
    pub(crate) fn keep_for_next(&mut self, leaf: NodeIndex, updated: Version<F>) {
        if let Numbers::Param(place) = self.dag[leaf].numbers {
            self.param_leaves.live_mut()[place as usize].next = Some(updated);
        }
    }
}
