//! Statements and blocks → IR.

use super::Parser;
use super::assertion;
use super::blame;
use super::contact;
use super::expr::{
    ATTRIBUTE_HELP, CLOSURE, NO_ENUMS, Shape, attributes, binary_op, complex_part, compound_op,
    contains_let, foreign_attribute,
};
use super::jump::Frame;
use super::span;
use super::template;
use super::ty;
use super::written;
use crate::ir::names::{WRITTEN, plain};
use crate::ir::template::{Bound, Origin};
use crate::ir::types::ViewKind;
use crate::ir::{
    AccessMode, BinaryOp, Block, Builtin, ExprId, ExprKind, Opaque, Part, PartNames, Pat, Place,
    Scalar, Span, Stmt, StmtKind, Ty, VarId, VarKind,
};
use proc_macro2::Ident;

const NO_NUMBER_HELP: &str = "kernels have `bool`, integers of up to 64 bits, `f32` and `f64`, and tuples and fixed \
                              arrays of them";

impl Parser {
    /// Reads a block in a scope of its own.
    pub(super) fn block(&mut self, block: &syn::Block) -> Block {
        self.scopes.enter();
        let out = self.block_in_scope(block);
        self.scopes.leave();
        out
    }

    /// Reads a block in the current scope.
    pub(super) fn block_in_scope(&mut self, block: &syn::Block) -> Block {
        self.declare_items(block);
        // What runs before the statement around this block does not run in it.
        let outer = std::mem::take(&mut self.before);
        let mut out = Block::default();
        let last = block.stmts.len().saturating_sub(1);
        for (position, stmt) in block.stmts.iter().enumerate() {
            match stmt {
                syn::Stmt::Expr(node, None)
                    if position == last && (is_value(node) || self.is_valued_loop(node)) =>
                {
                    let unit = self.unit_call(node);
                    if unit.is_none() {
                        out.value = Some(self.expr(node));
                    }
                    out.stmts.append(&mut self.before);
                    let span = span::of_stmt(stmt);
                    out.stmts.extend(unit.map(|kind| Stmt { kind, span }));
                }
                syn::Stmt::Local(local) if self.bind_closure(local) => {
                    // The driver has it all the same.
                    if self.path.is_empty() {
                        let (kind, span) = (opaque_stmt(CLOSURE, None), span::of_stmt(stmt));
                        out.stmts.push(Stmt { kind, span });
                    }
                }
                syn::Stmt::Local(local) if self.bind_part(local) => {
                    out.stmts.append(&mut self.before);
                }
                _ => {
                    let kind = self.stmt(stmt);
                    out.stmts.append(&mut self.before);
                    out.stmts.push(Stmt {
                        kind,
                        span: span::of_stmt(stmt),
                    });
                }
            }
        }
        self.before = outer;
        out
    }

    /// `const N: usize = 8;` in a block is visible in all of it.
    pub(super) fn bind_constant(&mut self, stmt: &syn::Stmt) {
        let (ident, ty) = match stmt {
            syn::Stmt::Item(syn::Item::Const(item)) => (&item.ident, ty::annotation(&item.ty)),
            syn::Stmt::Item(syn::Item::Static(item)) => (&item.ident, ty::annotation(&item.ty)),
            _ => return,
        };
        let ty = match ty {
            Ty::Scalar(_) | Ty::View(_) => ty,
            Ty::Array(elem, _) => Ty::elements(&elem, false),
            _ => Ty::Unknown,
        };
        let id = self.bind_hidden(ident, VarKind::Outside);
        if let syn::Stmt::Item(syn::Item::Const(item)) = stmt
            && let Some(len) = self.length(&item.expr)
        {
            self.lengths.insert(id, len);
        }
        self.vars[id].ty = ty;
        self.learn_shapes(&[id]);
        self.scopes.bind_constant(ident, id);
    }

    pub(super) fn stmt(&mut self, stmt: &syn::Stmt) -> StmtKind {
        match stmt {
            syn::Stmt::Local(local) => self.local(local),
            syn::Stmt::Item(_) => opaque_stmt("an item", None),
            syn::Stmt::Macro(node) => self.macro_stmt(node),
            syn::Stmt::Expr(node, _) => self.stmt_expr(node),
        }
    }

    fn macro_stmt(&mut self, node: &syn::StmtMacro) -> StmtKind {
        if let Some(attr) = foreign_attribute(&node.attrs) {
            return opaque_stmt(attr, Some(ATTRIBUTE_HELP));
        }
        self.assertion(&node.mac).unwrap_or_else(|| {
            let name = written::text(&node.mac.path);
            let help = "macros can hide a `return` or a write: write it out, or move it \
                        outside the loop";
            opaque_stmt(format!("the macro `{name}!`"), Some(help))
        })
    }

    pub(super) fn stmt_expr(&mut self, node: &syn::Expr) -> StmtKind {
        // A loop reads its own, because loops in it are still candidates.
        if !matches!(node, syn::Expr::ForLoop(_))
            && let Some(attr) = foreign_attribute(attributes(node))
        {
            return opaque_stmt(attr, Some(ATTRIBUTE_HELP));
        }
        match node {
            syn::Expr::Assign(assign) => self.assign(assign),
            syn::Expr::Binary(binary) if binary_op(&binary.op).is_none() => self.compound(binary),
            syn::Expr::ForLoop(loop_node) => match self.listed_loop(loop_node) {
                Some(kind) => kind,
                None => self.for_loop(loop_node),
            },
            syn::Expr::Macro(node_macro) if assertion::is_assertion(&node_macro.mac) => {
                match self.assertion(&node_macro.mac) {
                    Some(kind) => kind,
                    None => StmtKind::Expr(self.expr(node)),
                }
            }
            syn::Expr::Call(_) | syn::Expr::MethodCall(_)
                if let Some(kind) = self.unit_call(node) =>
            {
                kind
            }
            syn::Expr::While(node_while) => self.while_loop(node_while),
            syn::Expr::Loop(node_loop) => {
                self.frames.push(Frame::of_loop(node_loop.label.as_ref()));
                let mut body = self.block(&node_loop.body);
                self.discard(&mut body);
                self.frames.pop();
                StmtKind::Loop { body }
            }
            syn::Expr::Break(jump) => self.break_stmt(node, jump),
            syn::Expr::Continue(jump) => self.continue_stmt(node, jump),
            syn::Expr::Return(jump) => {
                let left = self.return_stmt(node, jump);
                match left.or_else(|| self.leave_function(jump)) {
                    Some(kind) => kind,
                    None => StmtKind::Expr(self.expr(node)),
                }
            }
            _ => {
                let id = self.expr(node);
                self.discard_value(id);
                StmtKind::Expr(id)
            }
        }
    }

    /// A call without a value, which is a statement also where no semicolon follows.
    fn unit_call(&mut self, node: &syn::Expr) -> Option<StmtKind> {
        match node {
            syn::Expr::Paren(of) => self.unit_call(&of.expr),
            syn::Expr::Call(call) => self.swapped_places(call),
            syn::Expr::MethodCall(call) => {
                let swapped = self.swapped_elements(call);
                let filled = swapped.or_else(|| self.filled(call));
                filled.or_else(|| self.reversed(call))
            }
            _ => None,
        }
    }

    /// Makes the tail expression of a block whose value nobody reads a statement.
    pub(super) fn discard(&mut self, block: &mut Block) {
        if let Some(id) = block.value.take() {
            self.discard_value(id);
            let span = self.exprs[id].span;
            block.stmts.push(Stmt {
                kind: StmtKind::Expr(id),
                span,
            });
        }
    }

    fn discard_value(&mut self, id: ExprId) {
        let mut kind = std::mem::replace(&mut self.exprs[id].kind, ExprKind::Bool(false));
        match &mut kind {
            ExprKind::If {
                then, otherwise, ..
            } => {
                self.discard(then);
                if let Some(otherwise) = otherwise {
                    self.discard(otherwise);
                }
            }
            ExprKind::Block(block) => self.discard(block),
            _ => {}
        }
        self.exprs[id].kind = kind;
    }

    pub(super) fn local(&mut self, local: &syn::Local) -> StmtKind {
        if let Some(attr) = foreign_attribute(&local.attrs) {
            self.bind_unknown(&local.pat);
            return opaque_stmt(attr, None);
        }
        let (pat, annotated) = match &local.pat {
            syn::Pat::Type(typed) => (&*typed.pat, Some(&*typed.ty)),
            pat => (pat, None),
        };
        if let (Some(written), false) = (annotated, self.path.is_empty())
            && ty::is_no_number(written)
        {
            self.bind_unknown(&local.pat);
            let (name, ty) = (written::text(pat), written::text(written));
            return opaque_stmt(format!("the type `{ty}` of `{name}`"), Some(NO_NUMBER_HELP));
        }
        let annotated = annotated.map(|written| self.annotated(written));
        if let Some(init) = &local.init
            && init.diverge.is_some()
        {
            if let Some(kind) = self.let_else_slice(local) {
                return kind;
            }
            let converted = self.let_converted(local);
            if let Some(kind) = self.let_else(converted.as_ref().unwrap_or(local)) {
                return kind;
            }
            let blocks = self.asked(&init.expr, false);
            self.bind_unknown(&local.pat);
            let mut kind = opaque_stmt("`let .. else`", None);
            if let StmtKind::Opaque(opaque) = &mut kind {
                opaque.blocks = blocks;
            }
            return kind;
        }
        let written = local.init.as_ref().map(|init| &*init.expr);
        let borrowed = !self.path.is_empty() && written.is_some_and(|of| self.binds_borrowed(of));
        let first = self.exprs.len();
        let mut init = written.map(|written| self.initial(written));
        match (init, pat) {
            (Some(init), syn::Pat::Ident(name)) => self.name_closure(init, &name.ident, written),
            (Some(whole), syn::Pat::Reference(of)) if let syn::Pat::Slice(pat) = &*of.pat => {
                init = self.take_apart(pat, whole).or(init);
            }
            (Some(whole), syn::Pat::Slice(pat)) => init = self.take_apart(pat, whole).or(init),
            _ => {}
        }
        if let syn::Pat::Ident(name) = pat {
            self.say_whose(first, &name.ident);
        }
        let wholes = self.wholes(local);
        let mut bound = Vec::new();
        let ty = annotated.unwrap_or(Ty::Unknown);
        let Some(pat) = self.pattern(pat, &ty, &mut bound) else {
            self.bind_unknown(&local.pat);
            return opaque_stmt("a pattern that is no name or tuple", None);
        };
        if borrowed {
            self.borrowed.extend(&bound);
        }
        if let (Some(var), Some(written)) = (bound.first(), written) {
            self.tell_apart(*var, written);
        }
        if let Some(init) = init
            && ty.is_value()
            && !self.path.is_empty()
            && self.exprs[init].ty == Ty::Unknown
        {
            // Parts of it may be bound to no variable.
            self.exprs[init].ty = ty.clone();
        }
        if self.path.is_empty() {
            self.fixed_array(&bound, init);
            self.learn_parts(&pat, &wholes);
        }
        if let ([var], false) = (&bound[..], self.path.is_empty()) {
            self.learn_fixed(*var, &ty, init);
        }
        self.learn_shapes(&bound);
        if let (syn::Pat::Type(typed), [var]) = (&local.pat, &bound[..]) {
            self.learn_rows(*var, &typed.ty);
        }
        if let Some(init) = init {
            self.learn_new_arrays(&pat, init);
        }
        if init.is_none() {
            bound.iter().for_each(|var| self.vars[*var].deferred = true);
        } else if let Some(mark) = template::number(&local.attrs) {
            self.arrays_of(local, mark, &pat, init);
            if !self.path.is_empty() {
                self.bound_by.push((mark, bound));
            }
        }
        StmtKind::Let { pat, init }
    }

    /// What is not understood of the expressions from that one on, is so of the value of this name.
    fn say_whose(&mut self, first: usize, name: &Ident) {
        if self.path.is_empty() || plain(name).starts_with(WRITTEN) {
            return;
        }
        let quoted = format!("`{}`", plain(name));
        for id in self.exprs.ids().skip(first) {
            if let ExprKind::Opaque(of) = &mut self.exprs[id].kind
                && !of.what.contains(&quoted)
                && !of.what.contains(" in the value of ")
            {
                of.what = format!("{} in the value of {quoted}", of.what);
            }
        }
    }

    /// The same of what is assigned to a variable that is no array.
    fn say_whose_in(&mut self, first: usize, target: &syn::Expr) {
        if let Some(var) = self.named(target)
            && !self.arrays.contains_key(&var)
            && !self.parts.contains_key(&var)
        {
            let name = self.vars[var].ident.clone();
            self.say_whose(first, &name);
        }
    }

    /// The arrays of which a `let` of the driver's binds parts: one, or one for each of its names.
    /// Asked before a name of the same text is bound.
    fn wholes(&self, local: &syn::Local) -> Vec<Option<VarId>> {
        if let Some((array, _)) = contact::part_of(local) {
            return vec![self.find(array)];
        }
        match local.init.as_ref().map(|init| &*init.expr) {
            Some(syn::Expr::Tuple(values)) => {
                let part = |value| contact::part_in(value).and_then(|array| self.find(array));
                values.elems.iter().map(part).collect()
            }
            _ => Vec::new(),
        }
    }

    /// A part of an array is an array like that.
    fn learn_parts(&mut self, pat: &Pat, wholes: &[Option<VarId>]) {
        match (pat, wholes) {
            (pat, [Some(whole)]) => self.learn_part(pat, *whole),
            (Pat::Tuple(pats), wholes) if pats.len() == wholes.len() => {
                for (pat, whole) in pats.iter().zip(wholes) {
                    whole.iter().for_each(|whole| self.learn_part(pat, *whole));
                }
            }
            _ => {}
        }
    }

    fn learn_part(&mut self, pat: &Pat, whole: VarId) {
        match pat {
            Pat::Var(var) if self.vars[*var].ty == Ty::Unknown => {
                self.vars[*var].ty = match &self.vars[whole].ty {
                    view @ Ty::View(_) => view.clone(),
                    _ => return,
                };
            }
            Pat::Tuple(pats) => pats.iter().for_each(|pat| self.learn_part(pat, whole)),
            Pat::Var(_) | Pat::Wild => {}
        }
    }

    /// What a `let` says about its type.
    fn annotated(&mut self, written: &syn::Type) -> Ty {
        self.prove_names(written);
        ty::annotation(written)
    }

    /// Says which closure a refused one is, and what it changes.
    fn name_closure(&mut self, init: ExprId, name: &Ident, written: Option<&syn::Expr>) {
        let changed = match written {
            Some(syn::Expr::Closure(closure)) => blame::changes(closure),
            _ => String::new(),
        };
        if let ExprKind::Opaque(opaque) = &mut self.exprs[init].kind
            && opaque.what == CLOSURE
        {
            opaque.what = format!("the closure `{name}`{changed}");
        }
    }

    /// What is to be said of calls of a name.
    fn tell_apart(&mut self, var: VarId, written: &syn::Expr) {
        let told = match written {
            syn::Expr::Closure(closure) => blame::changes(closure),
            syn::Expr::Path(path) if self.named(written).is_none() => {
                format!(", which is `{}`,", written::text(path))
            }
            _ => return,
        };
        self.called_names.insert(var, told);
    }

    /// Notes where the arrays that a `let` binds have their elements.
    fn arrays_of(&mut self, local: &syn::Local, mark: usize, pat: &Pat, init: Option<ExprId>) {
        let mut bound = Vec::new();
        if let Some((array, _)) = contact::part_of(local)
            && let Some(whole) = self.find(array)
        {
            self.parts(pat, whole, &mut bound);
        } else if let Some(init) = init {
            self.made(pat, init, &mut bound);
        }
        if !bound.is_empty() {
            self.arrays_bound.push((mark, bound));
        }
    }

    fn parts(&self, pat: &Pat, whole: VarId, bound: &mut Vec<Bound>) {
        match pat {
            Pat::Var(var) if self.arrays.contains_key(var) && *var != whole => bound.push(Bound {
                var: *var,
                how: Origin::PartOf(whole),
            }),
            Pat::Tuple(pats) => pats.iter().for_each(|pat| self.parts(pat, whole, bound)),
            Pat::Var(_) | Pat::Wild => {}
        }
    }

    fn made(&self, pat: &Pat, init: ExprId, bound: &mut Vec<Bound>) {
        match (pat, &self.exprs[init].kind) {
            (Pat::Var(var), ExprKind::NewArray { like, .. }) => {
                let how = like.map_or(Origin::New, Origin::CopyOf);
                bound.push(Bound { var: *var, how });
            }
            (Pat::Tuple(pats), ExprKind::Tuple(parts)) => {
                let pairs = pats.iter().zip(parts);
                pairs.for_each(|(pat, part)| self.made(pat, *part, bound));
            }
            _ => {}
        }
    }

    /// The value of a `let`; `vec![x; n]` is the one macro that is understood.
    fn initial(&mut self, node: &syn::Expr) -> ExprId {
        if let syn::Expr::Macro(node_macro) = node
            && node_macro.mac.path.is_ident("vec")
            && let Ok(repeat) = node_macro.mac.parse_body::<VecRepeat>()
        {
            let fill = self.expr(&repeat.fill);
            let kind = self.run_of(fill);
            return self.push(kind, span::of(node));
        }
        if let syn::Expr::Lit(literal) = node
            && let syn::Lit::ByteStr(_) = literal.lit
            && self.path.is_empty()
        {
            let span = span::of(node);
            let fill = self.push(ExprKind::Int(0, Some(Scalar::U8)), span);
            let kind = self.run_of(fill);
            return self.push(kind, span);
        }
        if let syn::Expr::Reference(reference) = node
            && let syn::Expr::Array(_) | syn::Expr::Repeat(_) = &*reference.expr
            && self.path.is_empty()
        {
            return self.expr(&reference.expr);
        }
        if let syn::Expr::Tuple(tuple) = node {
            let parts = tuple.elems.iter().map(|part| self.initial(part)).collect();
            return self.push(ExprKind::Tuple(parts), span::of(node));
        }
        self.expr(node)
    }

    /// A pattern of names and tuples, with what its annotation says.
    pub(super) fn pattern(
        &mut self,
        pat: &syn::Pat,
        ty: &Ty,
        bound: &mut Vec<VarId>,
    ) -> Option<Pat> {
        match pat {
            syn::Pat::Ident(pat) if pat.by_ref.is_none() && pat.subpat.is_none() => {
                let kind = self.local_kind();
                let var = self.bind(&pat.ident, kind, pat.mutability.is_some(), ty.clone());
                bound.push(var);
                Some(Pat::Var(var))
            }
            syn::Pat::Wild(_) => Some(Pat::Wild),
            syn::Pat::Paren(pat) => self.pattern(&pat.pat, ty, bound),
            // References to numbers are their values here.
            syn::Pat::Reference(pat) if pat.mutability.is_none() => {
                self.pattern(&pat.pat, &Ty::Unknown, bound)
            }
            syn::Pat::Slice(slice) if self.can_take_apart(slice) => {
                let parts = slice.elems.iter();
                let parts = parts.map(|part| self.pattern(part, &Ty::Unknown, bound));
                parts.collect::<Option<Vec<Pat>>>().map(Pat::Tuple)
            }
            syn::Pat::Tuple(tuple) => {
                let known = match ty {
                    Ty::Tuple(parts) if parts.len() == tuple.elems.len() => parts.clone(),
                    _ => vec![Ty::Unknown; tuple.elems.len()],
                };
                let parts = tuple.elems.iter().zip(&known);
                let parts: Option<Vec<Pat>> = parts
                    .map(|(elem, ty)| self.pattern(elem, ty, bound))
                    .collect();
                parts.map(Pat::Tuple)
            }
            _ => None,
        }
    }

    /// A fixed array of the iteration's own, as its annotation or its value says.
    fn learn_fixed(&mut self, var: VarId, ty: &Ty, init: Option<ExprId>) {
        let made = |init| {
            let kind = &self.exprs[init].kind;
            let bytes = [Builtin::ToLeBytes, Builtin::ToBeBytes];
            matches!(kind, ExprKind::Array(_) | ExprKind::Repeat(..))
                || matches!(kind, ExprKind::Call(of, _) if bytes.contains(of))
        };
        if matches!(ty, Ty::Array(..)) || init.is_some_and(made) {
            self.fixed.insert(var);
        }
        let nested = |init: ExprId| match &self.exprs[init].kind {
            ExprKind::Array(elems) => elems.first().is_some_and(|elem| made(*elem)),
            ExprKind::Repeat(elem, _) => made(*elem),
            _ => false,
        };
        let written = matches!(ty, Ty::Array(elem, _) if matches!(**elem, Ty::Array(..)));
        if written || init.is_some_and(nested) {
            self.of_arrays.insert(var);
        }
    }

    /// Rank and kind of the arrays that a `let` binds and annotates.
    fn learn_shapes(&mut self, bound: &[VarId]) {
        for var in bound {
            if let Ty::View(view) = &self.vars[*var].ty {
                let (rank, kind) = (view.rank, view.kind);
                self.arrays.insert(*var, Shape { rank, kind });
            }
        }
    }

    /// The same for arrays that it makes.
    fn learn_new_arrays(&mut self, pat: &Pat, init: ExprId) {
        match (pat, &self.exprs[init].kind) {
            (Pat::Var(var), ExprKind::NewArray { rank, kind, .. }) => {
                let (rank, kind) = (*rank, *kind);
                self.arrays.insert(*var, Shape { rank, kind });
            }
            (Pat::Tuple(pats), ExprKind::Tuple(parts)) => {
                let parts = parts.clone();
                for (pat, part) in pats.iter().zip(parts) {
                    self.learn_new_arrays(pat, part);
                }
            }
            _ => {}
        }
    }

    /// A fixed array of the driver's is one that regions read like a slice; one of the iteration's
    /// own is a local.
    fn fixed_array(&mut self, bound: &[VarId], init: Option<ExprId>) {
        for var in bound {
            if let Ty::Array(elem, _) = &self.vars[*var].ty {
                self.vars[*var].ty = Ty::elements(elem, true);
            }
        }
        let Some(init) = init else { return };
        if let Some(fill) = self.first_of(init) {
            self.exprs[init].kind = self.run_of(fill);
        }
    }

    /// The first element of a list.
    fn first_of(&self, list: ExprId) -> Option<ExprId> {
        match &self.exprs[list].kind {
            ExprKind::Array(parts) => parts.first().copied(),
            ExprKind::Repeat(value, _) => Some(*value),
            _ => None,
        }
    }

    /// A new run of elements like that one, which may be fixed arrays: further dimensions.
    fn run_of(&self, element: ExprId) -> ExprKind {
        let (mut innermost, mut rank) = (element, 1);
        while let Some(first) = self.first_of(innermost) {
            (innermost, rank) = (first, rank + 1);
        }
        ExprKind::NewArray {
            fill: Some(innermost),
            elem: None,
            like: None,
            rank,
            kind: ViewKind::Slice,
        }
    }

    /// Binds every name of a pattern that is not understood, so that it shadows as it should.
    pub(super) fn bind_unknown(&mut self, pat: &syn::Pat) {
        let mut names = Names(Vec::new());
        syn::visit::Visit::visit_pat(&mut names, pat);
        let kind = self.local_kind();
        for ident in names.0 {
            self.bind(&ident, kind.clone(), false, Ty::Unknown);
        }
    }

    pub(super) fn assign(&mut self, assign: &syn::ExprAssign) -> StmtKind {
        let first = self.exprs.len();
        let value = self.expr(&assign.right);
        self.say_whose_in(first, &assign.left);
        if matches!(*assign.left, syn::Expr::Infer(_)) {
            return StmtKind::Expr(value);
        }
        if let syn::Expr::Tuple(parts) = &*assign.left {
            return self.assign_parts(parts, value, span::of(&assign.left));
        }
        if let Some(row) = self.row(&assign.left) {
            return self.write_row(&row, value);
        }
        if let Some(kind) = self.write_whole(&assign.left, value) {
            return kind;
        }
        match self.place(&assign.left, AccessMode::Store) {
            Ok(target) => {
                if let Place::Var(var) = target
                    && !self.path.is_empty()
                    && self.binds_borrowed(&assign.right)
                {
                    self.borrowed.insert(var);
                }
                if let Place::Var(var) = target
                    && self.vars[var].deferred
                    && let Some(mark) = template::number(&assign.attrs)
                {
                    self.bound_by.push((mark, vec![var]));
                }
                self.assignment(target, None, value)
            }
            Err(opaque) => StmtKind::Opaque(opaque),
        }
    }

    /// `(a, b) = value`: the value first, then its parts from left to right.
    fn assign_parts(&mut self, parts: &syn::ExprTuple, value: ExprId, at: Span) -> StmtKind {
        let name = Ident::new("parts", proc_macro2::Span::mixed_site());
        self.scopes.enter();
        let kind = self.local_kind();
        let whole = self.bind_hidden(&name, kind);
        self.scopes.leave();
        let bind = StmtKind::Let {
            pat: Pat::Var(whole),
            init: Some(value),
        };
        let mut stmts = vec![Stmt {
            kind: bind,
            span: at,
        }];
        for (index, part) in (0..).zip(&parts.elems) {
            if matches!(part, syn::Expr::Infer(_)) {
                continue;
            }
            let base = self.push(ExprKind::Var(whole), at);
            let value = self.push(ExprKind::Field(base, index), at);
            let kind = match self.place(part, AccessMode::Store) {
                Ok(target) => self.assignment(target, None, value),
                Err(opaque) => StmtKind::Opaque(opaque),
            };
            let span = span::of(part);
            stmts.push(Stmt { kind, span });
        }
        let block = Block { stmts, value: None };
        StmtKind::Expr(self.push(ExprKind::Block(block), at))
    }

    fn compound(&mut self, binary: &syn::ExprBinary) -> StmtKind {
        let Some(op) = compound_op(&binary.op) else {
            return opaque_stmt("an operator that kernels do not have", None);
        };
        let first = self.exprs.len();
        let value = self.operand(&binary.right);
        self.say_whose_in(first, &binary.left);
        match self.place(&binary.left, AccessMode::Update) {
            Ok(target) => self.assignment(target, Some(op), value),
            Err(opaque) => StmtKind::Opaque(opaque),
        }
    }

    /// The value comes first, then the checks of the place, then the assignment.
    pub(super) fn assignment(
        &mut self,
        target: Place,
        op: Option<BinaryOp>,
        value: ExprId,
    ) -> StmtKind {
        let checks = std::mem::take(&mut self.checks);
        if checks.is_empty() {
            return StmtKind::Assign { target, op, value };
        }
        let span = self.exprs[value].span;
        let ident = Ident::new("value", span.start);
        let var = self.hidden(&ident, VarKind::Local, Ty::Unknown);
        let bind = StmtKind::Let {
            pat: Pat::Var(var),
            init: Some(value),
        };
        let value = self.push(ExprKind::Var(var), span);
        let mut stmts = vec![Stmt { kind: bind, span }];
        stmts.extend(checks);
        let kind = StmtKind::Assign { target, op, value };
        stmts.push(Stmt { kind, span });
        let block = Block { stmts, value: None };
        StmtKind::Expr(self.push(ExprKind::Block(block), span))
    }

    pub(super) fn place(&mut self, node: &syn::Expr, mode: AccessMode) -> Result<Place, Opaque> {
        match node {
            syn::Expr::Paren(paren) => return self.place(&paren.expr, mode),
            syn::Expr::Index(index) => {
                return match self.element(node, index, mode) {
                    Ok(found) => Ok(found.into()),
                    Err(id) => Err(self.opaque_of(id)),
                };
            }
            syn::Expr::Unary(unary) if matches!(unary.op, syn::UnOp::Deref(_)) => {
                if let Some(var) = self.deref_target(&unary.expr) {
                    return Ok(Place::Var(var));
                }
                let part = self.named(&unary.expr).and_then(|var| self.parts.get(&var));
                if let Some(part) = part.filter(|part| part.rank() == 0).cloned() {
                    let found = self.part_element(&part, Vec::new(), mode, span::of(node));
                    return Ok(found.into());
                }
            }
            syn::Expr::Field(field) => {
                let part = match &field.member {
                    syn::Member::Unnamed(index) => Some((index.index, PartNames::Numbers)),
                    syn::Member::Named(name) => {
                        complex_part(name).map(|part| (part, PartNames::Complex))
                    }
                };
                if let Some((number, names)) = part {
                    let named = Some(names);
                    return self.part_place(&field.base, Part { number, named }, mode);
                }
            }
            _ => {
                let value = |var: &VarId| {
                    let reference = self.derefs.contains(var) || self.references.contains(var);
                    !reference && !self.parts.contains_key(var)
                };
                if let Some(var) = self.named(node).filter(value) {
                    return Ok(Place::Var(var));
                }
            }
        }
        Err(Opaque {
            what: format!("an assignment to `{}`", written::text(node)),
            help: Some("assign to a variable or to an element of an array".to_string()),
            blocks: Vec::new(),
        })
    }

    fn opaque_of(&self, id: ExprId) -> Opaque {
        match &self.exprs[id].kind {
            ExprKind::Opaque(opaque) => opaque.clone(),
            other => unreachable!("only an opaque expression is refused as a place: {other:?}"),
        }
    }

    fn while_loop(&mut self, node_while: &syn::ExprWhile) -> StmtKind {
        if let Some(kind) = self.while_let(node_while) {
            return kind;
        }
        self.frames.push(Frame::of_loop(node_while.label.as_ref()));
        let kind = if contains_let(&node_while.cond) {
            self.scopes.enter();
            self.bind_unknown_in(&node_while.cond);
            let blocks = vec![self.block(&node_while.body)];
            self.scopes.leave();
            StmtKind::Opaque(Opaque {
                what: "`while let`".to_string(),
                help: Some(NO_ENUMS.to_string()),
                blocks,
            })
        } else {
            let cond = self.expr(&node_while.cond);
            let mut body = self.block(&node_while.body);
            self.discard(&mut body);
            StmtKind::While { cond, body }
        };
        self.frames.pop();
        kind
    }
}

/// `fill; n` of `vec![fill; n]`.
struct VecRepeat {
    fill: syn::Expr,
}

impl syn::parse::Parse for VecRepeat {
    fn parse(input: syn::parse::ParseStream) -> syn::Result<Self> {
        let fill = input.parse()?;
        input.parse::<syn::Token![;]>()?;
        input.parse::<syn::Expr>()?;
        Ok(VecRepeat { fill })
    }
}

struct Names(Vec<proc_macro2::Ident>);

impl<'ast> syn::visit::Visit<'ast> for Names {
    fn visit_pat_ident(&mut self, node: &'ast syn::PatIdent) {
        self.0.push(node.ident.clone());
        syn::visit::visit_pat_ident(self, node);
    }
}

pub(super) fn opaque_stmt(what: impl Into<String>, help: Option<&str>) -> StmtKind {
    StmtKind::Opaque(Opaque {
        what: what.into(),
        help: help.map(str::to_string),
        blocks: Vec::new(),
    })
}

/// Whether a block's last expression is its value, rather than a statement without semicolon.
fn is_value(node: &syn::Expr) -> bool {
    match node {
        syn::Expr::ForLoop(_) | syn::Expr::While(_) | syn::Expr::Assign(_) => false,
        syn::Expr::Loop(_) | syn::Expr::Break(_) | syn::Expr::Continue(_) => false,
        syn::Expr::Return(_) => false,
        syn::Expr::Macro(node) => !assertion::is_assertion(&node.mac),
        syn::Expr::Binary(binary) => compound_op(&binary.op).is_none(),
        syn::Expr::If(node) => node.else_branch.is_some(),
        _ => true,
    }
}
