//! syn → loop IR. Nothing after this stage sees syn's types.
//!
//! The whole body is read, driver code too: a driver statement that the subset has no word for
//! becomes [`ir::StmtKind::Opaque`], keeps its tokens in the template, and only matters if a loop
//! around it was to be parallel.

mod arguments;
mod assertion;
mod assign;
mod backwards;
mod blame;
mod borrowed;
mod bounds;
mod bytes;
mod capture;
mod chain;
mod closure;
mod collected;
mod complex;
mod contact;
mod contains;
mod convert;
mod counted;
mod counter;
mod desugar;
mod endings;
mod expr;
mod fill;
mod function;
mod generic;
mod grid;
mod halving;
mod hygiene;
mod inline;
mod iterate;
mod jump;
mod listed;
mod local;
mod made;
mod matching;
mod option;
mod outside;
mod part;
mod pathed;
mod pipeline;
mod power;
mod pushed;
mod range;
mod refutable;
mod rows;
mod scope;
mod shapes;
mod sin_cos;
mod slice_pattern;
mod slices;
mod sort;
mod source;
mod span;
mod staged;
mod stmt;
mod stream;
mod swap;
mod template;
mod total;
mod ty;
mod whole;
mod written;

pub use function::{device_function, items};

use crate::diagnostics::Sink;
use crate::ir::{
    self, Arena, ExprId, Function, LoopId, Proof, Scalar, Span, Ty, Var, VarId, VarKind,
};
use crate::tables::{HashMap, HashSet};
use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};
use scope::Scopes;
use std::cell::RefCell;

/// Turns the annotated function into IR. Signature problems go to the sink; the IR is made all the
/// same, so that later stages can report theirs.
#[cfg(test)]
pub fn function(item: &syn::ItemFn, sink: &mut Sink) -> Function {
    kernel(item, &[], sink)
}

/// The same where the user vouches for these functions.
pub fn kernel(item: &syn::ItemFn, assumed: &[syn::Path], sink: &mut Sink) -> Function {
    if let Some(token) = &item.sig.constness {
        let help = "remove `const`: its versions use threads or a device".to_string();
        sink.push(Span::of(token), "a kernel cannot be `const`", Some(help));
    }
    check_signature(item, "a kernel", sink);
    let mut body = (*item.block).clone();
    pathed::closures(&mut body);
    backwards::chains(&mut body);
    bounds::names(&mut body);
    counter::loops(&mut body);
    collected::loops(&mut body, &item.sig.output);
    desugar::loops(&mut body);
    total::name_types(&mut body, &item.sig.output);
    template::mark(&mut body);
    let mut parser = Parser {
        assumed: assumed.iter().map(outside::word).collect(),
        ..Parser::default()
    };
    let params: Vec<VarId> = item
        .sig
        .inputs
        .iter()
        .flat_map(|input| parser.param(input, sink))
        .collect();
    // A region's items cannot name what the function is generic over.
    for param in item.sig.generics.const_params() {
        let generic = param.ident.to_string();
        parser
            .row_names
            .retain(|_, name| name.to_string() != generic);
    }
    let ret = match &item.sig.output {
        syn::ReturnType::Default => Ty::Unit,
        // What the driver gives in an `Option`, it makes itself.
        syn::ReturnType::Type(_, ty) => match ty::annotation(ty) {
            ty if ty.has_option() => Ty::Unknown,
            ty => ty,
        },
    };
    let mut block = parser.block(&body);
    if ret == Ty::Unit {
        parser.discard(&mut block);
    }
    let template = template::of_block(&body, &parser);
    for path in assumed {
        parser.check_assumed(path, sink);
    }
    parser.finish(&item.sig.ident, params, ret, block, template)
}

fn check_signature(item: &syn::ItemFn, whose: &str, sink: &mut Sink) {
    let sig = &item.sig;
    let mut refuse = |tokens: &dyn ToTokens, what: &str, help: &str| {
        let span = Span::of(&tokens.to_token_stream());
        sink.push(
            span,
            format!("{whose} cannot be {what}"),
            Some(help.to_string()),
        );
    };
    if let Some(token) = &sig.asyncness {
        refuse(
            token,
            "`async`",
            "call it from the async function, or from a blocking task",
        );
    }
    if !matches!(sig.safety, syn::Safety::Default) {
        refuse(&sig.safety, "`unsafe`", "kernels are safe functions");
    }
    if let Some(abi) = &sig.abi {
        refuse(abi, "`extern`", "wrap it in an `extern` function");
    }
    if let Some(receiver) = sig.receiver() {
        refuse(
            receiver,
            "a method, which takes `self`",
            "pass the fields that it uses as parameters",
        );
    }
}

/// Everything read so far.
#[derive(Default)]
pub(in crate::parse) struct Parser {
    pub vars: Arena<Var>,
    pub exprs: Arena<ir::Expr>,
    pub loops: Loops,
    pub accesses: Arena<ir::Access>,
    pub scopes: Scopes,
    /// Enclosing `for` loops, outermost first.
    pub path: Vec<LoopId>,
    /// What a jump here could leave, outermost first.
    pub frames: Vec<jump::Frame>,
    /// Reference parameters to scalars, which the body reads as `*name`.
    pub derefs: HashSet<VarId>,
    /// Parameters of nested functions that are references to variables for writing, and to which.
    pub aliases: HashMap<VarId, VarId>,
    /// Rank and kind of every variable known to be an array.
    pub arrays: HashMap<VarId, expr::Shape>,
    /// Names of the parameters' types, and uses of variables, that rustc has to confirm, at most one
    /// of each.
    pub bindings: RefCell<Vec<Proof>>,
    /// Those of them that are names from outside the function.
    pub tables: HashSet<VarId>,
    /// Parameters that are written `&[T]`, those of nested functions too.
    pub slices: HashSet<VarId>,
    /// Parameters that are written `&mut [T]`.
    pub lent_slices: HashSet<VarId>,
    /// Lengths of arrays, where their types say them in numbers.
    pub lens: HashMap<VarId, u64>,
    /// Lengths of the rows of arrays of fixed arrays, and of the rows' rows, outermost first.
    pub rows: HashMap<VarId, Vec<u64>>,
    /// Constants that are the lengths of parameters' innermost rows.
    pub row_names: HashMap<VarId, TokenStream>,
    /// Values of the kernel's own constants that can be lengths.
    pub lengths: HashMap<VarId, u64>,
    /// Fixed arrays that iterations bind.
    pub fixed: HashSet<VarId>,
    /// Those of them whose elements are arrays.
    pub of_arrays: HashSet<VarId>,
    /// Names of parts of arrays, single elements that can be written among them.
    pub parts: HashMap<VarId, part::Part>,
    /// Variables that are references to what the IR has as values.
    pub references: HashSet<VarId>,
    /// Others that may be.
    pub borrowed: HashSet<VarId>,
    /// See [`Function::made`].
    pub made: HashSet<ExprId>,
    /// See [`Function::methods`].
    pub methods: HashMap<ExprId, proc_macro2::Span>,
    /// What goes before the statement that is being read.
    pub before: Vec<ir::Stmt>,
    /// Bounds checks that go before the access that is being read.
    pub checks: Vec<ir::Stmt>,
    /// The conditions among [`Parser::before`], for the loop that is being read.
    pub required: Vec<ExprId>,
    /// See [`ir::Iteration::makers`], for the iterator that is being read.
    pub makers: Vec<ir::iteration::Maker>,
    /// What rustc has to confirm about names in the head of the loop that is being read, which is
    /// not entered yet; `None` where no head is being read.
    pub head_proofs: Option<Vec<Proof>>,
    /// Calls of functions nested in the kernel.
    pub calls: inline::Calls,
    /// What messages say of a name that is called: `, which changes `s``.
    pub called_names: HashMap<VarId, String>,
    /// Closures that have names.
    pub closures: HashMap<VarId, closure::Named>,
    /// Functions outside that loops call.
    pub callees: Arena<ir::Callee>,
    /// Paths of those that the user vouches for, each as one word.
    pub assumed: HashSet<String>,
    /// The name of the device function that is being read, if it is one.
    pub device_function: Option<Ident>,
    /// Expressions whose type a path gives away: `f64::max(a, b)`.
    pub pinned: Vec<(ExprId, Scalar)>,
    /// Values of `return`s in driver code.
    pub returned: Vec<ExprId>,
    /// Variables bound by each marked `let`, for the template's witnesses.
    pub bound_by: Vec<(usize, Vec<VarId>)>,
    /// The methods that make the parts of arrays which a `let` binds, by its mark.
    pub made_by: Vec<(usize, Vec<ir::iteration::Maker>)>,
    /// The loop that each marked chain was read as, where rustc has to confirm its source.
    pub chains: Vec<(usize, LoopId)>,
    /// The driver's chains that were read as loops, by their marks.
    pub totals: Vec<(usize, total::Total)>,
    /// The driver's statement writes elements behind its chains.
    pub writes_behind: bool,
    /// Arrays bound by each marked `let`.
    pub arrays_bound: Vec<(usize, Vec<ir::template::Bound>)>,
}

/// Loops are numbered when they are entered and filled when they are left.
#[derive(Default)]
pub(in crate::parse) struct Loops {
    slots: Vec<Option<ir::Loop>>,
    /// The template's mark of each loop.
    pub marks: Vec<Option<usize>>,
    pub proofs: Vec<Vec<Proof>>,
}

impl Loops {
    pub fn reserve(&mut self, mark: Option<usize>) -> LoopId {
        self.slots.push(None);
        self.marks.push(mark);
        self.proofs.push(Vec::new());
        LoopId::from_index(self.slots.len() - 1)
    }

    /// A loop that has been left goes over a list; its variable.
    pub fn mark_listed(&mut self, id: LoopId) -> Option<VarId> {
        let node = self.slots[id.index()].as_mut()?;
        node.listed = true;
        Some(node.var)
    }

    /// The first loop from that one on that goes over the iterator of this text.
    pub fn over(&self, text: &str, first: usize) -> Option<LoopId> {
        let is_it = |slot: &Option<ir::Loop>| {
            let iteration = slot.as_ref().and_then(|node| node.iteration.as_ref());
            iteration.is_some_and(|iteration| iteration.text == text)
        };
        let found = self.slots.iter().skip(first).position(is_it)?;
        Some(LoopId::from_index(first + found))
    }

    /// Nothing of the loop's body stands in the driver's tokens by itself.
    pub fn close(&mut self, id: LoopId) {
        let inside = self.slots.iter_mut().skip(id.index() + 1).flatten();
        inside.for_each(|node| node.inlined = true);
    }

    pub fn fill(&mut self, id: LoopId, mut node: ir::Loop) {
        node.proofs = std::mem::take(&mut self.proofs[id.index()]);
        self.slots[id.index()] = Some(node);
    }

    fn into_arena(self) -> Arena<ir::Loop> {
        let mut arena = Arena::default();
        for slot in self.slots {
            arena.push(slot.expect("every loop that was entered was left"));
        }
        arena
    }
}

/// Whether a slice is `&mut [T]` rather than `&[T]`.
fn slice(ty: &syn::Type) -> Option<bool> {
    match ty {
        syn::Type::Paren(paren) => slice(&paren.elem),
        syn::Type::Reference(reference) => {
            matches!(*reference.elem, syn::Type::Slice(_)).then_some(reference.mutability.is_some())
        }
        _ => None,
    }
}

impl Parser {
    /// What was read, as a function.
    fn finish(
        self,
        name: &Ident,
        params: Vec<VarId>,
        ret: Ty,
        body: ir::Block,
        template: ir::Template,
    ) -> Function {
        let rank = |var: &VarId| (*var, self.arrays[var].rank);
        let named = |var: &VarId| self.row_names.contains_key(var);
        let innermost = |(var, lens): (&VarId, &Vec<u64>)| Some((*var, *lens.last()?));
        let rows = self.rows.iter().filter(|(var, _)| !named(var));
        Function {
            tables: self.tables.iter().map(rank).collect(),
            lens: self.lens,
            rows: rows.filter_map(innermost).collect(),
            row_names: self.row_names,
            name: name.clone(),
            params,
            vars: self.vars,
            exprs: self.exprs,
            loops: self.loops.into_arena(),
            accesses: self.accesses,
            proofs: self.bindings.into_inner(),
            callees: self.callees,
            pinned: self.pinned,
            made: self.made,
            methods: self.methods,
            definitions: HashMap::default(),
            unlowered: HashMap::default(),
            options: HashMap::default(),
            open: HashSet::default(),
            std_math: false,
            returned: self.returned,
            ret,
            body,
            template,
        }
    }

    fn param(&mut self, input: &syn::FnArg, sink: &mut Sink) -> Vec<VarId> {
        let syn::FnArg::Typed(param) = input else {
            return Vec::new();
        };
        if let Some(attr) = expr::foreign_attribute(&param.attrs) {
            let help = "only lint attributes may stand on a kernel's parameters".to_string();
            let message = format!("{attr} reaches the compiler of kernels unresolved");
            sink.push(Span::of(param), message, Some(help));
        }
        let ty = ty::of_param(&param.ty);
        if ty.ty == Ty::Unknown {
            let span = Span::of(&param.ty);
            let (name, written) = (written::text(&param.pat), written::text(&param.ty));
            sink.push(
                span,
                format!("a kernel cannot take a `{written}` yet, the type of `{name}`"),
                ty::help(&param.ty),
            );
        }
        self.prove_signature(&param.ty);
        match &*param.pat {
            syn::Pat::Ident(pat) if pat.by_ref.is_none() && pat.subpat.is_none() => {
                let mutable = pat.mutability.is_some() || ty.mutable;
                if let Ty::View(view) = &ty.ty {
                    let shape = expr::Shape {
                        rank: view.rank,
                        kind: view.kind,
                    };
                    let id = self.bind(&pat.ident, VarKind::Param, mutable, ty.ty.clone());
                    self.arrays.insert(id, shape);
                    self.learn_rows(id, &param.ty);
                    if let Some(name) = ty::row_name(&param.ty) {
                        self.row_names.insert(id, name.to_token_stream());
                    }
                    match slice(&param.ty) {
                        Some(false) => _ = self.slices.insert(id),
                        Some(true) => _ = self.lent_slices.insert(id),
                        None => {}
                    }
                    return vec![id];
                }
                let id = self.bind(&pat.ident, VarKind::Param, mutable, ty.ty);
                if ty.deref {
                    self.derefs.insert(id);
                    let ident = &pat.ident;
                    self.vars[id].tokens = quote!((*#ident));
                    self.vars[id].mutable = ty.mutable;
                }
                vec![id]
            }
            syn::Pat::Wild(_) => Vec::new(),
            pat => {
                let help = "bind a name, and take it apart in the body".to_string();
                sink.push(
                    Span::of(pat),
                    "a kernel's parameters are plain names",
                    Some(help),
                );
                Vec::new()
            }
        }
    }

    /// The numbers that a parameter's type names are the primitive ones: asked once for each name.
    fn prove_signature(&mut self, written: &syn::Type) {
        let proofs = self.bindings.get_mut();
        for (tokens, ty) in ty::number_names(written) {
            let name = tokens.to_string();
            let known = |proof: &Proof| matches!(proof, Proof::Type { tokens, .. } if tokens.to_string() == name);
            if !proofs.iter().any(known) {
                proofs.push(Proof::Type { tokens, ty });
            }
        }
    }

    /// Brings a name into the innermost scope.
    pub(in crate::parse) fn bind(
        &mut self,
        ident: &Ident,
        kind: VarKind,
        mutable: bool,
        ty: Ty,
    ) -> VarId {
        let id = self.vars.push(Var {
            ident: ident.clone(),
            span: Span::at(ident.span()),
            kind,
            home: self.path.last().copied(),
            mutable,
            ty,
            tokens: ident.to_token_stream(),
            deferred: false,
            hidden: false,
        });
        self.scopes.bind(ident, id);
        id
    }

    /// A variable without a name in any scope.
    pub(in crate::parse) fn bind_hidden(&mut self, ident: &Ident, kind: VarKind) -> VarId {
        self.vars.push(Var {
            ident: ident.clone(),
            span: Span::at(ident.span()),
            kind,
            home: self.path.last().copied(),
            mutable: false,
            ty: Ty::Unknown,
            tokens: ident.to_token_stream(),
            deferred: false,
            hidden: true,
        })
    }

    /// A `let` binding here.
    pub(in crate::parse) fn local_kind(&self) -> VarKind {
        if self.path.is_empty() {
            VarKind::Driver
        } else {
            VarKind::Local
        }
    }

    /// A name that nothing in the function binds: read by the host where the region starts.
    pub(in crate::parse) fn outside(&mut self, path: &syn::Path, ty: Ty) -> VarId {
        let tokens: TokenStream = path.to_token_stream();
        let key = tokens.to_string();
        if let Some(id) = self.scopes.outside(&key) {
            return id;
        }
        let last = path.segments.last().expect("a path has a segment");
        let id = self.vars.push(Var {
            ident: last.ident.clone(),
            span: Span::of(path),
            kind: VarKind::Outside,
            home: None,
            mutable: false,
            ty,
            tokens,
            deferred: false,
            hidden: false,
        });
        self.scopes.bind_outside(key, id);
        id
    }

    /// Asks rustc about a name in the innermost loop, or in the range of the loop to come.
    pub(in crate::parse) fn prove(&mut self, proof: Proof) {
        let proofs = match (&mut self.head_proofs, self.path.last()) {
            (Some(proofs), _) => proofs,
            (None, Some(id)) => &mut self.loops.proofs[id.index()],
            (None, None) => return,
        };
        if !proofs.iter().any(|known| known.asks_the_same(&proof)) {
            proofs.push(proof);
        }
    }
}
