//! The modules of one crate, in the order in which each parent declares them.

use std::collections::HashMap;

use crate::path::{Content, read};
use crate::workspace::Source;

/// One file of a crate.
pub(crate) struct File {
    pub(crate) path: String,
    pub(crate) module: Vec<String>,
    pub(crate) content: Content,
}

/// All modules of a crate.
pub(crate) struct Modules {
    pub(crate) files: Vec<File>,
    children: HashMap<Vec<String>, Vec<String>>,
    /// Where the names at the root come from, for those that come from a module of the crate.
    root: HashMap<String, Vec<String>>,
}

impl Modules {
    /// Reads a crate whose files are in `folder`.
    pub(crate) fn read(folder: &str, sources: &[Source]) -> Self {
        let files: Vec<_> = sources.iter().map(|source| File::read(folder, source)).collect();
        let mut children: HashMap<_, Vec<_>> = HashMap::new();
        for declared in files.iter().flat_map(|file| &file.content.declared) {
            children.entry(declared.parent.clone()).or_default().push(declared.name.clone());
        }
        let mut root = HashMap::new();
        for file in files.iter().filter(|file| file.module.is_empty()) {
            root.extend(file.content.imported.iter().cloned());
        }
        Self { files, children, root }
    }

    /// At which place the module `name` is declared in `parent`.
    pub(crate) fn place(&self, parent: &[String], name: &str) -> Option<usize> {
        self.children.get(parent)?.iter().position(|declared| declared == name)
    }

    /// The module that a path leads to. `None` if it leads to the root itself, where no module stands above another.
    pub(crate) fn target(&self, path: &[String]) -> Option<Vec<String>> {
        let module = self.longest(path);
        if !module.is_empty() {
            return Some(module);
        }
        let origin = self.root.get(path.first()?)?;
        let module = self.longest(origin);
        (!module.is_empty()).then_some(module)
    }

    fn longest(&self, path: &[String]) -> Vec<String> {
        let mut module = Vec::new();
        for name in path {
            if self.place(&module, name).is_none() {
                break;
            }
            module.push(name.clone());
        }
        module
    }
}

impl File {
    fn read(folder: &str, source: &Source) -> Self {
        let inside = source.path.strip_prefix(folder).unwrap_or(&source.path).trim_start_matches('/');
        let name = inside.trim_end_matches(".rs");
        let name = name.strip_suffix("/mod").unwrap_or(name);
        let module: Vec<_> = name.split('/').filter(|part| *part != "lib").map(ToOwned::to_owned).collect();
        let content = read(&module, &source.text);
        Self { path: source.path.clone(), module, content }
    }
}
