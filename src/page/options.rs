//! The options of a page.

use crate::draw::{Backward, DrawOptions};
use crate::scalar::Scalar;
use crate::trace::SourceFolders;
use std::fmt;
use std::sync::Arc;

/// The engine as a [live page](crate::page#live-pages) carries it: the module of `web/`, packed with gzip.
#[derive(Clone, PartialEq, Eq)]
pub struct Engine(Arc<[u8]>);

impl Engine {
    /// From the bytes of a module for the tape's kind of number, as `.ci/engine` builds it.
    pub fn new(gzipped: impl Into<Arc<[u8]>>) -> Self {
        Engine(gzipped.into())
    }
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "Engine({} bytes)", self.0.len())
    }
}

/// With more data than this, in bytes, a page is live only if that is asked. With scripts and styles it stays below 2 MB.
#[cfg(not(target_family = "wasm"))]
const MOST_DATA: usize = 1_800_000;

/// Which engine a page carries.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Carried {
    None,
    /// The one in this package that is for the tape's kind of number, if with it the data of the page has at most so many bytes. In WebAssembly there is
    /// none: it would hold itself.
    #[cfg(not(target_family = "wasm"))]
    OfThisPackage {
        most: usize,
    },
    Other(Engine),
}

impl Default for Carried {
    fn default() -> Self {
        #[cfg(not(target_family = "wasm"))]
        return Carried::OfThisPackage { most: MOST_DATA };
        #[cfg(target_family = "wasm")]
        Carried::None
    }
}

impl Carried {
    /// The module for a page of a tape of numbers of kind `F`, packed with gzip.
    pub(super) fn module<F: Scalar>(&self) -> Option<&[u8]> {
        match self {
            Carried::None => None,
            #[cfg(not(target_family = "wasm"))]
            Carried::OfThisPackage { .. } => match F::NAME {
                <f32 as Scalar>::NAME => Some(include_bytes!("engine/f32.wasm.gz")),
                <f64 as Scalar>::NAME => Some(include_bytes!("engine/f64.wasm.gz")),
                _ => None,
            },
            Carried::Other(engine) => Some(&engine.0),
        }
    }

    /// Up to how many bytes of data a page may have with the engine in it.
    pub(super) fn room(&self) -> usize {
        match self {
            #[cfg(not(target_family = "wasm"))]
            &Carried::OfThisPackage { most } => most,
            _ => usize::MAX,
        }
    }
}

/// The language of a page's own texts. Names, numbers, formulas and the source are the program's own in any language.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Language {
    /// That of the reader's browser if the page has it, else English.
    #[default]
    OfTheReader,
    /// English.
    English,
    /// Simplified Chinese.
    Chinese,
}

impl Language {
    /// What the element `html` says of it, for the page's script.
    pub(super) fn attribute(self) -> &'static str {
        match self {
            Language::OfTheReader => "",
            Language::English => " data-language=\"en\"",
            Language::Chinese => " data-language=\"zh-CN\"",
        }
    }
}

/// The options of a page. By default it is [live](crate::page#live-pages), and the program's source is part of it, where it can be read.
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
    pub(super) engine: Carried,
    pub(super) language: Language,
}

impl Default for PageOptions {
    fn default() -> Self {
        PageOptions {
            title: String::new(),
            max_nodes: 20_000,
            is_laid_open: false,
            without_source: false,
            sources: None,
            engine: Carried::default(),
            language: Language::default(),
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

    /// The language in which the page opens; its reader can change it. By default it is that of the browser.
    ///
    /// ```
    /// use gradus::page::{Language, PageOptions};
    /// let options = PageOptions::new().language(Language::Chinese);
    /// ```
    pub fn language(mut self, language: Language) -> Self {
        self.language = language;
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

    /// Makes the page [live](crate::page#live-pages) however large that makes it. By default a page that would take more than 2 MB only replays.
    #[cfg(not(target_family = "wasm"))]
    pub fn live(mut self) -> Self {
        self.engine = Carried::OfThisPackage { most: usize::MAX };
        self
    }

    /// Leaves the engine out, which saves half a megabyte: the page replays what was recorded, and its reader can change nothing.
    ///
    /// ```
    /// use gradus::page::PageOptions;
    /// use gradus::prelude::*;
    /// let tape = Tape::new();
    /// let (w, x) = (tape.var(0.5).named("w"), tape.input(2.0).named("x"));
    /// (w * x).sigmoid().named("y").backward();
    /// let [live, replay] = [PageOptions::new(), PageOptions::new().replay_only()].map(|options| tape.to_html(&options));
    /// assert!(live.len() > replay.len() + 400_000);
    /// ```
    pub fn replay_only(mut self) -> Self {
        self.engine = Carried::None;
        self
    }

    /// Puts another engine into the page than that of this package.
    pub fn engine(mut self, engine: Engine) -> Self {
        self.engine = Carried::Other(engine);
        self
    }
}
