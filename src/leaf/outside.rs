//! Leaves whose numbers are outside the tape, in a parameter or in a shared array. Nothing is copied: a leaf holds a share (`Arc`) and reads it in
//! place. It gives its share of a parameter back before an optimizer changes the parameter, so that the change is made in place, too.

use crate::param::{Param, Version};
use crate::scalar::Scalar;
use crate::storage::{Numbers, Outside, ParamLeaf, hash_of};
use crate::tape::{Given, Graph};
use ndarray::{ArcArray, IxDyn};
use petgraph::graph::NodeIndex;
use smallvec::SmallVec;

impl<F: Scalar> Graph<F> {
    /// The parameter that a node reads, if it reads one.
    #[inline]
    pub(crate) fn param_leaf(&self, node: NodeIndex) -> Option<&ParamLeaf<F>> {
        match self.dag[node].numbers {
            Numbers::Own | Numbers::Of(_) => None,
            Numbers::Outside(place) => self.outside.live()[place as usize].as_param(),
        }
    }

    /// The leaves of this recording that read `param`, the latest first: one for each version that was read, and one more for each version that
    /// was read both with and without gradients.
    #[inline]
    pub(crate) fn leaves_of(&self, param: &Param<F>) -> impl Iterator<Item = &ParamLeaf<F>> {
        self.places_of(param).filter_map(|place| self.outside.live()[place].as_param())
    }

    /// The parameters that leaves of this recording read and that get gradients, each once.
    pub(crate) fn params_read(&self) -> Vec<Param<F>> {
        let leaves = self.outside.live().iter().filter_map(Outside::as_param);
        leaves.filter(|leaf| self.dag[leaf.node].needs_grad).map(|leaf| leaf.param.clone()).collect()
    }

    #[inline]
    fn places_of(&self, param: &Param<F>) -> impl Iterator<Item = usize> {
        let reads = |outside: &Outside<F>| outside.as_param().is_some_and(|leaf| leaf.param.is(param));
        self.outside.places(|| hash_of(param.address()), reads)
    }

    /// The leaf of this recording that reads the parameter in its current version and gets gradients, or gets none, as asked. (A parameter read
    /// under `no_grad`, or while frozen, has a leaf of its own, which gets none.)
    pub(crate) fn leaf_that_reads(&self, given: &Given<F>, needs_grad: bool) -> Option<NodeIndex> {
        let Given::Param(param) = given else { return None };
        let version = param.version();
        let same = |leaf: &&ParamLeaf<F>| leaf.version == version && self.dag[leaf.node].needs_grad == needs_grad;
        self.leaves_of(param).find(same).map(|leaf| leaf.node)
    }

    /// Whether the leaf at the cursor reads its numbers from where `given` has them.
    pub(crate) fn would_read(&self, given: &Given<F>) -> bool {
        match (self.dag[self.next()].numbers, given) {
            (Numbers::Own, Given::Written(_)) => true,
            (Numbers::Outside(_), Given::Param(param)) => {
                let leaf = self.outside.under_cursor().and_then(Outside::as_param);
                leaf.is_some_and(|leaf| leaf.param.is(param))
            }
            (Numbers::Outside(_), Given::Shared(_)) => matches!(self.outside.under_cursor(), Some(Outside::Shared(_))),
            _ => false,
        }
    }

    /// Makes the leaf at the cursor read a parameter.
    #[track_caller]
    pub(crate) fn read_param(&mut self, param: &Param<F>) -> Numbers {
        let (node, place) = (self.next(), self.outside.live().len());
        match self.outside.under_cursor_mut() {
            Some(Outside::Param(leaf)) => {
                leaf.read_again();
                self.outside.keep();
            }
            _ => self.outside.push(Outside::Param(ParamLeaf::new(node, param))),
        }
        Numbers::Outside(place as u32)
    }

    /// Makes the leaf at the cursor read a shared array.
    pub(crate) fn read_shared(&mut self, array: ArcArray<F, IxDyn>) -> Numbers {
        let place = self.outside.live().len();
        match self.outside.under_cursor_mut() {
            Some(Outside::Shared(left)) => {
                *left = array;
                self.outside.keep();
            }
            _ => self.outside.push(Outside::Shared(array)),
        }
        Numbers::Outside(place as u32)
    }

    /// Gives back the shares of all parameters.
    pub(crate) fn give_back_params(&mut self) {
        self.outside.live_mut().iter_mut().filter_map(Outside::as_param_mut).for_each(|leaf| leaf.value = None);
    }

    /// Gives back the shares that leaves hold of a parameter, because it is about to be changed.
    pub(crate) fn let_go(&mut self, param: &Param<F>) {
        // The newest leaves come first; those recorded before the last update hold no share any more.
        let leaves = self.outside.live();
        let holds =
            |&place: &usize| leaves[place].as_param().is_some_and(|leaf| leaf.value.is_some() || leaf.next.is_some());
        let places: SmallVec<[usize; 4]> = self.places_of(param).take_while(holds).collect();
        for place in places {
            if let Some(leaf) = self.outside.live_mut()[place].as_param_mut() {
                (leaf.value, leaf.next) = (None, None);
            }
        }
    }

    /// Keeps the value that an optimizer gave to a leaf's parameter, and its version, for the next recording.
    pub(crate) fn keep_for_next(&mut self, leaf: NodeIndex, updated: Version<F>) {
        if let Numbers::Outside(place) = self.dag[leaf].numbers {
            if let Some(leaf) = self.outside.live_mut()[place as usize].as_param_mut() {
                leaf.next = Some(updated);
            }
        }
    }
}
