//! The options of a page.

use crate::draw::{Backward, DrawOptions};
use crate::trace::SourceFolders;
use std::fmt;
use std::sync::Arc;
#[cfg(not(target_family = "wasm"))]
use std::sync::LazyLock;

/// The engine as a [live page](crate::page#live-pages) carries it: the module of `web/`, packed with gzip.
#[derive(Clone, PartialEq, Eq)]
pub struct Engine(Arc<[u8]>);

impl Engine {
    /// From the bytes of `engine.wasm.gz`, as `.ci/engine` builds it.
    pub fn new(gzipped: impl Into<Arc<[u8]>>) -> Self {
        Engine(gzipped.into())
    }

    /// The one in this package, made from its sources.
    #[cfg(not(target_family = "wasm"))]
    pub fn of_this_package() -> Engine {
        static KEPT: LazyLock<Engine> = LazyLock::new(|| Engine(include_bytes!("engine/engine.wasm.gz")[..].into()));
        KEPT.clone()
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "Engine({} bytes)", self.0.len())
    }
}

/// The options of a page. By default the program's source is part of it, where it can be read.
///
/// ```
/// use gradus::page::PageOptions;
/// let options = PageOptions::new().title("My network").without_source();
/// ```
#[must_use = "options do nothing before a page is made with them"]
#[derive(Clone, Debug, PartialEq)]
pub struct PageOptions {
    pub(super) title: String,
    pub(super) max_nodes: usize,
    pub(super) is_laid_open: bool,
    pub(super) without_source: bool,
    pub(super) sources: Option<SourceFolders>,
    pub(super) engine: Option<Engine>,
}

impl Default for PageOptions {
    fn default() -> Self {
        PageOptions {
            title: String::new(),
            max_nodes: 20_000,
            is_laid_open: false,
            without_source: false,
            sources: None,
            engine: None,
        }
    }
}

impl PageOptions {
    /// The default.
    pub fn new() -> Self {
        Self::default()
    }

    /// The heading.
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.title = title.into();
        self
    }

    /// Up to how many nodes a page replays; every node takes one to three kilobytes. The page of a larger tape says so, and shows its graph
    /// folded. 20,000 by default.
    pub fn max_nodes(mut self, most: usize) -> Self {
        self.max_nodes = most;
        self
    }

    /// With the title of a figure, and its way of showing backward passes: under [`Backward::Nodes`] the graph holds their nodes, too.
    pub fn like(mut self, figure: &DrawOptions) -> Self {
        self.title = figure.title.clone();
        self.is_laid_open = figure.backward == Backward::Nodes;
        self
    }

    /// Leaves the text of the program out, of which the page else shows the line of each step.
    pub fn without_source(mut self) -> Self {
        self.without_source = true;
        self
    }

    /// Where the text of the program is. Without this it is looked for in the present folder and those around it.
    pub fn sources(mut self, sources: SourceFolders) -> Self {
        self.sources = Some(sources);
        self
    }

    /// Puts the engine of this package into the page, which makes it a [live page](crate::page#live-pages): its reader changes numbers and trains. That takes
    /// three quarters of a megabyte. (In WebAssembly there is none: it would hold itself.)
    ///
    /// ```
    /// use gradus::page::PageOptions;
    /// use gradus::prelude::*;
    /// let tape = Tape::new();
    /// let (w, x) = (tape.var(0.5).named("w"), tape.input(2.0).named("x"));
    /// (w * x).sigmoid().named("y").backward();
    /// let page = tape.to_html(&PageOptions::new().live());
    /// assert!(page.contains("'wasm-unsafe-eval'") && page.len() < 2_000_000);
    /// ```
    #[cfg(not(target_family = "wasm"))]
    pub fn live(self) -> Self {
        self.engine(Engine::of_this_package())
    }

    /// Puts an engine into the page, as [`live`](PageOptions::live) does, but another one.
    pub fn engine(mut self, engine: Engine) -> Self {
        self.engine = Some(engine);
        self
    }
}
