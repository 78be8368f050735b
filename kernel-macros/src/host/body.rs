//! One iteration of a region: statements.
//!
//! Printed from the IR, with a type on every binding and every operation in its explicit form, so
//! that it means on its own what inference took the source to mean.

use super::names::{self, Runtime, emit};
use crate::analysis::plan::{Region, Simpler, SiteKey};
use crate::analysis::steps::Step;
use crate::ir::{
    self, AccessId, Adapter, BinaryOp, ExprId, ExprKind, LoopId, Pat, Place, Range, Stmt, StmtKind,
    Ty, VarId,
};
use crate::tables::HashMap;
use proc_macro2::{Ident, Span, TokenStream};
use quote::quote_spanned;
use std::cell::{Cell, RefCell};

/// What a body is part of, and so how it fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Frame {
    /// An iteration, whose place goes into the record.
    Iteration,
    /// A device function, whose caller knows the iteration.
    Function,
}

/// Prints statements and expressions of a region or a device function.
pub struct Body<'a> {
    function: &'a ir::Function,
    rt: &'a Runtime,
    pub region: &'a Region,
    pub frame: Frame,
    /// Steps of minima and maxima in lanes.
    pub steps: HashMap<ExprId, Step>,
    /// Loops around the statement being printed, those of the region itself not counted.
    depth: Cell<usize>,
    /// Elements that were read before what is printed now, and where they are.
    ahead: RefCell<HashMap<AccessId, Ident>>,
    /// Calls whose values there are before what is printed now, and where these are.
    made: RefCell<HashMap<ExprId, Ident>>,
    /// What is printed now runs in the interior alone.
    inside: Cell<bool>,
    /// Nothing that is printed now leaves an iteration: the driver evaluates it.
    total: Cell<bool>,
    /// Where it is printed, `USUAL` says whether rare arguments are left out, `__rare` is told about
    /// them, and `WRITES` says whether elements are written.
    usual: Cell<bool>,
    /// Where what is printed now fails, the region's block ends as declined.
    pub declines: Cell<bool>,
}

impl<'a> Body<'a> {
    pub fn new(
        function: &'a ir::Function,
        rt: &'a Runtime,
        region: &'a Region,
        frame: Frame,
    ) -> Self {
        Body {
            function,
            rt,
            region,
            frame,
            steps: HashMap::default(),
            depth: Cell::new(0),
            ahead: RefCell::default(),
            made: RefCell::default(),
            inside: Cell::new(false),
            total: Cell::new(false),
            usual: Cell::new(false),
            declines: Cell::new(false),
        }
    }

    pub fn function(&self) -> &'a ir::Function {
        self.function
    }

    pub fn rt(&self) -> &'a Runtime {
        self.rt
    }

    /// Whether the user's crate has debug assertions; a constant of the region's block.
    pub fn debug(&self) -> Ident {
        names::local("__KERNEL_DEBUG")
    }

    /// A variable's name in generated code.
    pub fn name(&self, id: VarId) -> Ident {
        names::variable(id, &self.function().vars[id])
    }

    pub fn ty(&self, of: &Ty) -> TokenStream {
        names::ty(self.rt(), of)
    }

    pub fn scalar(&self, of: ir::Scalar) -> TokenStream {
        names::scalar(self.rt(), of)
    }

    /// An invariant expression in the guard. Where arithmetic in it overflows, it wraps here as the
    /// iterations that come to it would fail there.
    pub fn invariant(&self, id: ExprId) -> TokenStream {
        self.total.set(true);
        let value = self.expr(id);
        self.total.set(false);
        value
    }

    /// Whether what is printed now cannot fail.
    pub fn is_total(&self) -> bool {
        self.total.get()
    }

    /// What `print` prints, in a function that `usual.rs` makes.
    pub fn usually<T>(&self, print: impl FnOnce() -> T) -> T {
        self.usual.set(true);
        let printed = print();
        self.usual.set(false);
        printed
    }

    /// Whether what is printed now stands in such a function.
    pub fn is_usual(&self) -> bool {
        self.usual.get()
    }

    /// What `print` prints, in the block of a region that has written nothing.
    pub fn declining<T>(&self, print: impl FnOnce() -> T) -> T {
        self.declines.set(true);
        let printed = print();
        self.declines.set(false);
        printed
    }

    /// An iteration's statements; `continue` of the parallel loop leaves the block.
    pub fn iteration(&self) -> TokenStream {
        let statements = self.block(&self.region.body);
        let label = lifetime("iteration");
        emit!(#label: { #statements })
    }

    /// The last of its statements, likewise.
    pub fn last(&self, stmts: &[Stmt]) -> TokenStream {
        let stmts = stmts.iter().map(|stmt| self.statement(stmt));
        let label = lifetime("iteration");
        emit!(#label: { #(#stmts)* })
    }

    /// The trips of the loop that runs in order around the iterations (rule R7), with `around` made
    /// of one trip's iteration: the runtime's rows are walked along once in each trip, as in the
    /// source.
    pub fn trips(
        &self,
        id: LoopId,
        around: impl FnOnce(TokenStream) -> TokenStream,
    ) -> TokenStream {
        let node = &self.function().loops[id];
        let ty = &self.function().vars[node.var].ty;
        let (name, range) = (
            self.pattern(&Pat::Var(node.var)),
            self.range(&node.range, ty),
        );
        let start = self.expr(node.range.start);
        let (plain, ty) = (self.name(node.var), self.ty(ty));
        let u64 = self.scalar(ir::Scalar::U64);
        let statements = self.block(&node.body);
        let label = lifetime("iteration");
        let rows = around(emit!(#label: { #statements }));
        // The driver has evaluated the range before the region: nothing in it can fail, in whatever
        // trip and iteration.
        emit! {
            let (__trip, __t) = (0, 0);
            let __start: #ty = #start;
            for #name in #range {
                let __trip = #ty::wrapping_sub(#plain, __start) as #u64;
                #rows
            }
        }
    }

    /// What `print` prints, for iterations of the region's interior.
    pub fn inside(&self, print: impl FnOnce() -> TokenStream) -> TokenStream {
        self.inside.set(true);
        let tokens = print();
        self.inside.set(false);
        tokens
    }

    /// Whether what is printed now is what most iterations run.
    pub fn is_main(&self) -> bool {
        self.region.interior.is_none() || self.inside.get()
    }

    /// What `print` prints, where these elements have been read.
    pub fn behind(
        &self,
        ahead: HashMap<AccessId, Ident>,
        print: impl FnOnce() -> TokenStream,
    ) -> TokenStream {
        holding(&self.ahead, ahead, print)
    }

    /// The local that holds an element here.
    pub fn ahead(&self, id: AccessId) -> Option<Ident> {
        self.ahead.borrow().get(&id).cloned()
    }

    /// What `print` prints, where these calls have been made.
    pub fn after<T>(&self, made: HashMap<ExprId, Ident>, print: impl FnOnce() -> T) -> T {
        holding(&self.made, made, print)
    }

    /// The local that holds a call's value here.
    pub fn made(&self, id: ExprId) -> Option<Ident> {
        self.made.borrow().get(&id).cloned()
    }

    /// The simpler form that an expression has here.
    pub fn simpler(&self, id: ExprId) -> Option<Simpler> {
        let interior = self.region.interior.as_ref().filter(|_| self.inside.get());
        interior?.simpler.get(&id).copied()
    }

    /// Whether an expression is a remainder that takes a division in few iterations of a border, if in
    /// any. In the interior what is left of them moves out of the loop.
    pub fn is_near(&self, id: ExprId) -> bool {
        let border = self.region.interior.as_ref().filter(|_| !self.inside.get());
        border.is_some_and(|of| of.near.contains(&id))
    }

    /// Statements and value, without braces.
    pub fn block(&self, block: &ir::Block) -> TokenStream {
        let statements = block.stmts.iter().map(|stmt| self.statement(stmt));
        let value = block.value.map(|value| self.expr(value));
        emit!(#(#statements)* #value)
    }

    pub fn statement(&self, stmt: &Stmt) -> TokenStream {
        match &stmt.kind {
            StmtKind::Let { pat, init } => {
                let (pat, ty) = (self.pattern(pat), self.pattern_type(pat));
                let init = init.map(|init| self.expr(init)).map(|init| emit!(= #init));
                emit!(let #pat: #ty #init;)
            }
            StmtKind::Assign { target, op, value } => self.assign(target, *op, *value),
            StmtKind::Expr(id) => {
                let expr = self.expr(*id);
                emit!(#expr;)
            }
            StmtKind::For(id) => self.for_loop(*id),
            StmtKind::While { cond, body, .. } => {
                let cond = self.expr(*cond);
                self.inner_loop(body, &emit!(while #cond))
            }
            StmtKind::Loop { body, .. } => self.inner_loop(body, &emit!(loop)),
            StmtKind::Break { depth } => {
                let label = self.label(*depth);
                emit!(break #label;)
            }
            StmtKind::Continue { depth } => self.continue_at(*depth),
            StmtKind::Return(value) => {
                let value = self.result(*value);
                emit!(return #value;)
            }
            StmtKind::Assert {
                cond,
                args,
                debug_only,
                ..
            } => self.assertion(*cond, args, *debug_only),
            StmtKind::Opaque(opaque) => {
                unreachable!("analysis lets no {} into a region", opaque.what)
            }
        }
    }

    /// A device function's statements and value.
    pub fn function_body(&self) -> TokenStream {
        let block = &self.region.body;
        let statements = block.stmts.iter().map(|stmt| self.statement(stmt));
        let value = block.value.map(|value| self.result(value));
        emit!(#(#statements)* #value)
    }

    /// Gives a variable its first value.
    pub fn bind(&self, var: VarId, value: &TokenStream) -> TokenStream {
        let pat = Pat::Var(var);
        let (pat, ty) = (self.pattern(&pat), self.pattern_type(&pat));
        emit!(let #pat: #ty = #value;)
    }

    /// A device function's value, as it leaves the function.
    pub fn result(&self, value: ExprId) -> TokenStream {
        let (rt, ty, value) = (self.rt, self.ty(&self.function.ret), self.expr(value));
        emit!({
            let __value: #ty = #value;
            #rt::Result::Ok(__value)
        })
    }

    fn assertion(&self, cond: ExprId, args: &[ExprId], debug_only: bool) -> TokenStream {
        let args: Vec<_> = args.iter().map(|arg| self.expr(*arg)).collect();
        let Some(fails) = self.fails(SiteKey::Expr(cond), &args) else {
            return TokenStream::new();
        };
        if let ExprKind::Bool(false) = self.function().exprs[cond].kind {
            return emit!(#fails);
        }
        let holds = self.expr(cond);
        if debug_only {
            let debug = self.debug();
            return emit!(if #debug && !#holds { #fails });
        }
        emit!(if !#holds { #fails })
    }

    pub fn pattern(&self, pat: &Pat) -> TokenStream {
        match pat {
            Pat::Var(id) => {
                let (name, var) = (self.name(*id), &self.function().vars[*id]);
                let mutable = var.mutable.then(|| emit!(mut));
                emit!(#mutable #name)
            }
            Pat::Tuple(parts) => {
                let parts = parts.iter().map(|part| self.pattern(part));
                emit!((#(#parts,)*))
            }
            Pat::Wild => emit!(_),
        }
    }

    fn pattern_type(&self, pat: &Pat) -> TokenStream {
        match pat {
            Pat::Var(id) => self.ty(&self.function().vars[*id].ty),
            Pat::Tuple(parts) => {
                let parts = parts.iter().map(|part| self.pattern_type(part));
                emit!((#(#parts,)*))
            }
            Pat::Wild => emit!(_),
        }
    }

    /// As in Rust, the value comes before the place.
    fn assign(&self, target: &Place, op: Option<BinaryOp>, value: ExprId) -> TokenStream {
        let right = self.right_hand_side(value);
        let new = |old: TokenStream| self.new_value(target, op, value, old);
        let store = match target {
            Place::Var(id) => {
                let name = self.name(*id);
                let new = new(emit!(#name));
                emit!(#name = #new;)
            }
            Place::Field { base, index } => {
                let (name, index) = (self.name(*base), names::index(*index as usize));
                let new = new(emit!(#name.#index));
                emit!(#name.#index = #new;)
            }
            Place::LocalElement { base, index } => {
                let name = self.name(*base);
                let at = self.local_indices(*base, index);
                let places = self.local_places(index.len());
                let new = new(emit!(#name #([#places])*));
                emit!(#(let #places = #at;)* #name #([#places])* = #new;)
            }
            Place::Element(access) => {
                let (bind, at) = self.place_of(*access);
                let new = new(self.read(*access, &at));
                let store = self.write(*access, &at, &emit!(__value));
                emit!(#bind let __value = #new; #store)
            }
        };
        emit!({ #right #store })
    }

    /// What an assignment makes of the value at its place and of the right-hand side, which is bound.
    fn new_value(
        &self,
        target: &Place,
        op: Option<BinaryOp>,
        value: ExprId,
        old: TokenStream,
    ) -> TokenStream {
        match (op, self.place_scalar(target)) {
            (Some(op), Some(left)) => self.binary(
                op,
                (left, old),
                (self.scalar_of(value), emit!(__right)),
                SiteKey::Compound(value),
            ),
            _ => emit!(__right),
        }
    }

    /// An element's place: what binds it, and its name.
    fn place_of(&self, access: AccessId) -> (TokenStream, TokenStream) {
        match self.named_index(access) {
            Some(at) => (TokenStream::new(), at),
            None => {
                let at = self.index(access);
                (emit!(let __at = #at;), emit!(__at))
            }
        }
    }

    /// The value that an assignment gives an element, and what stores `__value` there. Neither fails.
    pub fn in_two(
        &self,
        access: AccessId,
        op: Option<BinaryOp>,
        value: ExprId,
    ) -> (TokenStream, TokenStream) {
        let right = self.right_hand_side(value);
        let (bind, at) = self.place_of(access);
        let old = self.read(access, &at);
        let new = self.new_value(&Place::Element(access), op, value, old);
        let store = self.write(access, &at, &emit!(__value));
        let first = op.is_some().then_some(&bind);
        (emit!({ #right #first #new }), emit!(#bind #store))
    }

    fn right_hand_side(&self, value: ExprId) -> TokenStream {
        let ty = self.ty(&self.function().exprs[value].ty);
        let value = self.expr(value);
        emit!(let __right: #ty = #value;)
    }

    /// Type of what is assigned to, if it is no tuple.
    fn place_scalar(&self, place: &Place) -> Option<ir::Scalar> {
        let vars = &self.function().vars;
        match place {
            Place::Var(id) => vars[*id].ty.scalar(),
            Place::Element(access) => {
                let array = self.function().accesses[*access].array;
                vars[array].ty.view().map(|view| view.elem)
            }
            Place::LocalElement { base, index } => {
                vars[*base].ty.indexed(index.len()).and_then(Ty::scalar)
            }
            Place::Field { base, index } => match &vars[*base].ty {
                Ty::Tuple(parts) => parts.get(*index as usize)?.scalar(),
                _ => None,
            },
        }
    }

    fn for_loop(&self, id: LoopId) -> TokenStream {
        let node = &self.function().loops[id];
        let name = self.pattern(&Pat::Var(node.var));
        let range = self.range(&node.range, &self.function().vars[node.var].ty);
        self.inner_loop(&node.body, &emit!(for #name in #range))
    }

    pub fn range(&self, range: &Range, ty: &Ty) -> TokenStream {
        let rt = self.rt();
        let ty = self.ty(ty);
        let (start, end) = (self.expr(range.start), self.expr(range.end));
        let bounds = emit!(let __start: #ty = #start; let __end: #ty = #end;);
        let plain = if range.inclusive {
            emit!(__start..=__end)
        } else {
            emit!(__start..__end)
        };
        let adapted = range
            .adapters
            .iter()
            .fold(plain, |inner, adapter| match adapter {
                Adapter::Rev => emit!(#rt::Iterator::rev(#inner)),
                Adapter::StepBy(step) => {
                    let step = self.expr(*step);
                    emit!(#rt::Iterator::step_by(#inner, #step))
                }
            });
        emit!({ #bounds #adapted })
    }

    fn inner_loop(&self, body: &ir::Block, head: &TokenStream) -> TokenStream {
        let label = self.label_of(self.depth.get());
        self.depth.set(self.depth.get() + 1);
        let body = self.block(body);
        self.depth.set(self.depth.get() - 1);
        emit!(#label: #head { #body })
    }

    fn label_of(&self, depth: usize) -> TokenStream {
        lifetime(&format!("inner{depth}"))
    }

    /// The label of the loop so many levels up.
    fn label(&self, up: u32) -> TokenStream {
        self.label_of(self.depth.get() - 1 - up as usize)
    }

    fn continue_at(&self, up: u32) -> TokenStream {
        if up as usize >= self.depth.get() {
            let label = lifetime("iteration");
            return emit!(break #label;);
        }
        let label = self.label(up);
        emit!(continue #label;)
    }
}

/// A label or lifetime of the generated code.
pub fn lifetime(name: &str) -> TokenStream {
    let lifetime = proc_macro2::Punct::new('\'', proc_macro2::Spacing::Joint);
    let mut lifetime = proc_macro2::TokenTree::from(lifetime);
    lifetime.set_span(names::site());
    let name = Ident::new(name, Span::mixed_site());
    quote_spanned!(names::site()=> #lifetime #name)
}

/// What `print` prints while a cell holds a value.
fn holding<T, R>(cell: &RefCell<T>, value: T, print: impl FnOnce() -> R) -> R {
    let before = cell.replace(value);
    let printed = print();
    cell.replace(before);
    printed
}
