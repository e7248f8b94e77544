//! The reader's place, and the effect of each key. Nothing here depends on a terminal, so that a test can press keys.

use crate::action::Action;
use crate::look::{Look, NodeState};
use crate::panes::graph::Figure;
use crate::source::Sources;
use crate::stepper::Checker;
use crate::terminal::Left;
use crate::timeline::{Known, Phase, Timeline};
use gradus::Trace;
use gradus::check::NodeCheck;
use gradus::trace::Event;
use std::collections::{BTreeSet, HashMap};

/// A reader in the middle of a trace.
pub(crate) struct Session<'a> {
    pub(crate) trace: Trace,
    pub(crate) timeline: Timeline,
    pub(crate) title: String,
    pub(crate) sources: Sources,
    pub(crate) look: Look,
    check: Checker<'a>,
    /// The results of checks, by node and pass.
    pub(crate) checks: HashMap<(usize, u32), Option<NodeCheck>>,
    /// The event that happened last.
    pub(crate) place: usize,
    /// The node that the reader selected, if it is not that of the step.
    selected: Option<usize>,
    pub(crate) watched: Vec<usize>,
    pub(crate) folded: BTreeSet<String>,
    pub(crate) large: Option<Pane>,
    pub(crate) scroll: usize,
    pub(crate) help: bool,
    prompt: Option<Prompt>,
    sought: String,
    pub(crate) message: String,
    /// The latest layout of the graph.
    pub(crate) figure: Option<Figure>,
}

/// A pane that can fill the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pane {
    Graph,
    Source,
    Inspector,
}

/// A question in the last line, and the text typed so far.
struct Prompt {
    question: Question,
    typed: String,
}

#[derive(Clone, Copy)]
enum Question {
    Step,
    Name,
}

/// Whether the session continues after a key.
pub(crate) enum Then {
    GoOn,
    Leave(Left),
}

impl<'a> Session<'a> {
    pub(crate) fn new(trace: Trace, check: Checker<'a>, title: String, sources: Sources, look: Look) -> Self {
        let timeline = Timeline::of(&trace);
        Session {
            trace,
            timeline,
            title,
            sources,
            look,
            check,
            checks: HashMap::new(),
            place: 0,
            selected: None,
            watched: Vec::new(),
            folded: BTreeSet::new(),
            large: None,
            scroll: 0,
            help: false,
            prompt: None,
            sought: String::new(),
            message: String::new(),
            figure: None,
        }
    }

    pub(crate) fn is_prompting(&self) -> bool {
        self.prompt.is_some()
    }

    /// The question in the last line, with the text typed so far.
    pub(crate) fn prompt(&self) -> Option<(&'static str, &str)> {
        self.prompt.as_ref().map(|prompt| match prompt.question {
            Question::Step => ("go to step", &*prompt.typed),
            Question::Name => ("search", &*prompt.typed),
        })
    }

    /// The event that happened last; `None` on an empty tape.
    pub(crate) fn event(&self) -> Option<&Event> {
        self.trace.events.get(self.place)
    }

    /// The node that the present step works on; for a contribution, the node that the gradient flows through.
    pub(crate) fn active(&self) -> Option<usize> {
        self.event().map(|event| if let Event::Contribution { from, .. } = *event { from } else { event.node() })
    }

    /// The node that the inspector shows.
    pub(crate) fn node(&self) -> Option<usize> {
        self.selected.or_else(|| self.active())
    }

    /// Whether the reader has selected another node than that of the step.
    pub(crate) fn is_pinned(&self) -> bool {
        self.selected.is_some()
    }

    /// The pass whose gradients are shown: the current or last one, or the first if none has begun.
    pub(crate) fn pass(&self) -> u32 {
        let upto = &self.trace.events[..(self.place + 1).min(self.trace.events.len())];
        upto.iter().rev().map(Event::pass).find(|&pass| pass > 0).unwrap_or(1)
    }

    /// What is known of a node's gradient in the present pass.
    pub(crate) fn known(&self, node: usize) -> Known {
        self.timeline.known(self.pass(), node, self.place)
    }

    pub(crate) fn is_computed(&self, node: usize) -> bool {
        self.timeline.is_computed(&self.trace, node, self.place)
    }

    /// The progress of a node.
    pub(crate) fn state(&self, node: usize) -> NodeState {
        match self.known(node) {
            _ if !self.is_computed(node) => NodeState::Waiting,
            Known::Wholly(_) => NodeState::Wholly,
            Known::Partly(1.., _) => NodeState::Partly,
            _ => NodeState::Computed,
        }
    }

    /// Carries out an action.
    pub(crate) fn apply(&mut self, action: Action) -> Then {
        use Action::*;
        self.message.clear();
        let closes_help = std::mem::take(&mut self.help) && matches!(action, Help | Quit | Follow);
        if closes_help {
            return Then::GoOn;
        }
        let last = self.trace.events.len().saturating_sub(1);
        match action {
            Next => self.go(self.place + 1),
            Back => self.go(self.place.saturating_sub(1)),
            First => self.go(0),
            Last => self.go(last),
            NextPhase => self.go_to_next("phase", self.starts()),
            PreviousPhase => self.go_to_previous("phase", self.starts()),
            NextFanOut => self.go_to_next("fan-out", self.timeline.fan_outs.clone()),
            PreviousFanOut => self.go_to_previous("fan-out", self.timeline.fan_outs.clone()),
            NextOfNode => self.next_of_node(),
            AskStep => self.ask(Question::Step),
            AskName => self.ask(Question::Name),
            NextMatch => self.search(&self.sought.clone()),
            SelectNext => self.select(1),
            SelectPrevious => self.select(-1),
            Follow => (self.selected, self.large, self.scroll) = (None, None, 0),
            Watch => self.watch(),
            Check => self.check(),
            Fold => self.fold(),
            FoldAll => self.fold_all(),
            Inspector => self.enlarge(Pane::Inspector),
            Graph => self.enlarge(Pane::Graph),
            Source => self.enlarge(Pane::Source),
            ScrollDown => self.scroll += 5,
            ScrollUp => self.scroll = self.scroll.saturating_sub(5),
            Ascii => self.look.ascii = !self.look.ascii,
            Help => self.help = true,
            Quit => return Then::Leave(Left::Quit),
            Interrupt => return Then::Leave(Left::Interrupted),
            Type(_) | Erase | Submit | Cancel => self.edit(action),
        }
        Then::GoOn
    }

    fn go(&mut self, place: usize) {
        self.place = place.min(self.trace.events.len().saturating_sub(1));
        self.scroll = 0;
    }

    /// The first events of the phases.
    fn starts(&self) -> Vec<usize> {
        self.timeline.phases.iter().map(|&(start, _)| start).collect()
    }

    fn go_to_next(&mut self, what: &str, places: Vec<usize>) {
        match places.iter().find(|&&place| place > self.place) {
            Some(&place) => self.follow_to(place),
            None if places.is_empty() => self.message = self.nothing_fans_out(),
            None => self.message = format!("there is no {what} after this step"),
        }
    }

    fn go_to_previous(&mut self, what: &str, places: Vec<usize>) {
        match places.iter().rev().find(|&&place| place < self.place) {
            Some(&place) => self.follow_to(place),
            None if places.is_empty() => self.message = self.nothing_fans_out(),
            None => self.message = format!("there is no {what} before this step"),
        }
    }

    /// Goes to a step, and selects its node.
    fn follow_to(&mut self, place: usize) {
        self.selected = None;
        self.go(place);
    }

    fn nothing_fans_out(&self) -> String {
        match self.trace.passes() {
            0 => "there is no backward pass on this tape".to_owned(),
            _ => "no fan-out: every gradient on this tape comes from one use".to_owned(),
        }
    }

    /// Goes to the next event that computes, uses or changes the selected node.
    fn next_of_node(&mut self) {
        let Some(node) = self.node() else { return };
        let touches =
            |event: &Event| event.node() == node || matches!(*event, Event::Contribution { from, .. } if from == node);
        match (self.place + 1..self.trace.events.len()).find(|&place| touches(&self.trace.events[place])) {
            Some(place) => {
                self.go(place);
                self.selected = Some(node);
            }
            None => self.message = format!("no later step touches {}", self.trace.call(node)),
        }
    }

    fn ask(&mut self, question: Question) {
        self.prompt = Some(Prompt { question, typed: String::new() });
    }

    fn edit(&mut self, action: Action) {
        let Some(mut prompt) = self.prompt.take() else { return };
        match action {
            Action::Type(c) => prompt.typed.push(c),
            Action::Erase => _ = prompt.typed.pop(),
            Action::Submit => {
                return match prompt.question {
                    Question::Step => self.go_to_step(&prompt.typed),
                    Question::Name => self.search(&prompt.typed),
                };
            }
            _ => return,
        }
        self.prompt = Some(prompt);
    }

    fn go_to_step(&mut self, typed: &str) {
        let steps = self.trace.events.len();
        match typed.trim().parse::<usize>() {
            Ok(step) if (1..=steps).contains(&step) => self.follow_to(step - 1),
            _ => self.message = format!("there is no step {typed:?}, only 1 to {steps}"),
        }
    }

    /// Selects the next node whose name or op contains the text.
    fn search(&mut self, text: &str) {
        self.sought = text.to_owned();
        let sought = text.to_lowercase();
        let count = self.trace.nodes.len();
        let start = self.node().map_or(0, |node| node + 1);
        let is_match = |&node: &usize| {
            let info = &self.trace.nodes[node];
            let words = [info.full_name(), info.op.clone(), format!("%{node}")];
            words.iter().any(|word| word.to_lowercase().contains(&sought))
        };
        match (0..count).map(|offset| (start + offset) % count).find(is_match) {
            Some(node) if !sought.is_empty() => (self.selected, self.scroll) = (Some(node), 0),
            _ => self.message = format!("no node is called {text:?}"),
        }
    }

    /// Selects the node `offset` places further in the order of recording, among those that steps are about.
    fn select(&mut self, offset: isize) {
        let Some(node) = self.node() else { return };
        let shown = |&other: &usize| self.is_shown(other);
        let next = match offset {
            1 => (node + 1..self.trace.nodes.len()).find(shown),
            _ => (0..node).rev().find(shown),
        };
        (self.selected, self.scroll) = (next.or(Some(node)), 0);
    }

    /// Whether a node is part of the graph that is shown: the nodes that the program recorded, and the gradients that were differentiated again.
    pub(crate) fn is_shown(&self, node: usize) -> bool {
        let info = &self.trace.nodes[node];
        info.pass == 0 || (1..=self.trace.passes()).any(|pass| self.timeline.gradient(pass, node).is_some())
    }

    fn watch(&mut self) {
        let Some(node) = self.node() else { return };
        match self.watched.iter().position(|&watched| watched == node) {
            Some(place) => _ = self.watched.remove(place),
            None => self.watched.push(node),
        }
    }

    fn check(&mut self) {
        let Some(node) = self.node() else { return };
        let key = (node, self.pass());
        if !self.checks.contains_key(&key) {
            let found = (self.check)(node, key.1);
            self.checks.insert(key, found);
        }
        if self.checks[&key].is_none() {
            self.message = match self.timeline.gradient(key.1, node) {
                None => format!("pass {} computes no gradient of {}", key.1, self.trace.call(node)),
                Some(_) => "a parameter on the way has changed since: nothing is left to check".to_owned(),
            };
        }
    }

    /// Folds the innermost scope of the node, or opens the outermost folded one.
    fn fold(&mut self) {
        let Some(node) = self.node() else { return };
        let scope = self.trace.nodes[node].scope.clone();
        match self.folded_scope(&scope) {
            Some(folded) => _ = self.folded.remove(&folded),
            None if scope.is_empty() => self.message = "this node is in no scope".to_owned(),
            None => _ = self.folded.insert(scope),
        }
    }

    fn fold_all(&mut self) {
        if self.folded.is_empty() {
            self.folded =
                self.trace.nodes.iter().map(|node| node.scope.clone()).filter(|scope| !scope.is_empty()).collect();
        } else {
            self.folded.clear();
        }
    }

    /// The outermost folded scope that contains a scope, or is it.
    pub(crate) fn folded_scope(&self, scope: &str) -> Option<String> {
        let mut around = scope.match_indices('/').map(|(end, _)| &scope[..=end]);
        around.find(|around| self.folded.contains(*around)).map(str::to_owned)
    }

    fn enlarge(&mut self, pane: Pane) {
        self.large = if self.large == Some(pane) { None } else { Some(pane) };
        self.scroll = 0;
    }

    /// The phase of the present step.
    pub(crate) fn phase(&self) -> Phase {
        self.timeline.phase(self.place)
    }
}
