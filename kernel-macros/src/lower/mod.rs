//! Values of several scalars become scalars: what makes complex numbers and tuples ordinary to all
//! that follows.
//!
//! A variable whose type is a tuple or a complex number becomes one variable for each of its scalars,
//! so that each can be read by the host, accumulate, or be assigned on its own; the driver knows it
//! as the field that it is there (`z.re`, `t.1`). An array of complex numbers gets one dimension
//! more, that of their parts, which is how they lie in memory. Complex arithmetic is written out as
//! `num_complex` does it. An expression keeps its place and has a tuple for its value.
//!
//! No proof is touched: an access to a part is the access to the element with a constant index
//! behind, and an index that is not plain is evaluated once.

mod assign;
mod assigned;
mod complex;
mod divisions;
mod elementary;
mod integers;
mod methods;
mod mixed;
mod neighbours;
mod option;
mod orders;
mod parts;
#[cfg(test)]
mod tests;

use crate::ir::{
    Block, Expr, ExprId, ExprKind, Function, LoopId, Opaque, OptionPart, Pat, Place, Proof, Scalar,
    Span, Stmt, StmtKind, Ty, Var, VarId, VarKind,
};
use crate::tables::{HashMap, HashSet};
use proc_macro2::{Ident, TokenStream};
use quote::quote;

/// Lowers the whole function.
pub fn lower(function: &mut Function) {
    if !needs_lowering(function) {
        return;
    }
    let mut body = std::mem::take(&mut function.body);
    let mut lowerer = Lowerer {
        function,
        leaves: HashMap::default(),
        proved: HashSet::default(),
        home: None,
    };
    lowerer.block(&mut body);
    lowerer.parameters(&body);
    lowerer.arrays();
    function.body = body;
    function.ret = lowered(&function.ret);
}

fn needs_lowering(function: &Function) -> bool {
    let mut vars = function.vars.iter();
    let is_short = |kind: &ExprKind| matches!(kind, ExprKind::Call(of, _) if of.is_short());
    let mut exprs = function.exprs.iter();
    vars.any(|(_, var)| is_several(&var.ty))
        || exprs.any(|(_, expr)| is_several(&expr.ty) || is_short(&expr.kind))
}

/// Whether values of the type are written out here.
fn is_several(ty: &Ty) -> bool {
    match ty {
        Ty::View(view) => view.parts().is_some(),
        ty => is_composite(ty) || has_complex(ty),
    }
}

/// Whether a value of the type is several values, each a variable of its own.
fn is_composite(ty: &Ty) -> bool {
    matches!(ty, Ty::Tuple(_) | Ty::Complex(_) | Ty::Option(_)) && ty.is_value()
}

fn has_complex(ty: &Ty) -> bool {
    match ty {
        Ty::Complex(_) | Ty::Option(_) | Ty::Ordering => true,
        Ty::Tuple(parts) => parts.iter().any(has_complex),
        Ty::Array(elem, _) => has_complex(elem),
        _ => false,
    }
}

/// The type without complex numbers and options: tuples are in their place.
fn lowered(ty: &Ty) -> Ty {
    match ty {
        Ty::Option(some) => Ty::Tuple(vec![lowered(some), Ty::Scalar(Scalar::Bool)]),
        Ty::Ordering => Ty::Scalar(Scalar::I8),
        Ty::Complex(scalar) => Ty::Tuple(vec![Ty::Scalar(*scalar); 2]),
        Ty::Tuple(parts) => Ty::Tuple(parts.iter().map(lowered).collect()),
        Ty::Array(elem, len) => Ty::Array(Box::new(lowered(elem)), *len),
        ty => ty.clone(),
    }
}

/// The types that a value of this type consists of, and how the driver names each of them.
fn leaves(ty: &Ty) -> Vec<(Ty, TokenStream)> {
    let parts: Vec<(Ty, TokenStream)> = match ty {
        Ty::Complex(scalar) => ["re", "im"]
            .map(|part| Ident::new(part, proc_macro2::Span::mixed_site()))
            .map(|part| (Ty::Scalar(*scalar), quote!(.#part)))
            .into(),
        // By methods that take the option by value, which come before any trait's.
        Ty::Option(some) => vec![
            ((**some).clone(), quote!(.unwrap_or_default())),
            (Ty::Scalar(Scalar::Bool), quote!(.map_or(true, |_| false))),
        ],
        Ty::Tuple(parts) => {
            let named = parts.iter().enumerate().map(|(at, part)| {
                let at = proc_macro2::Literal::usize_unsuffixed(at);
                (part.clone(), quote!(.#at))
            });
            named.collect()
        }
        ty => return vec![(lowered(ty), TokenStream::new())],
    };
    let inner = parts.iter().flat_map(|(part, name)| {
        let below = leaves(part).into_iter();
        below.map(move |(ty, rest)| (ty, quote!(#name #rest)))
    });
    inner.collect()
}

/// The positions among [`leaves`] of a type's part.
fn range_of(ty: &Ty, index: u32) -> std::ops::Range<usize> {
    let count = |ty: &Ty| leaves(ty).len();
    let index = index as usize;
    match ty {
        Ty::Tuple(parts) => {
            let start: usize = parts[..index].iter().map(count).sum();
            start..start + count(&parts[index])
        }
        // The value, and whether it is missing.
        Ty::Option(some) if index == 0 => 0..count(some),
        Ty::Option(some) => count(some)..count(some) + 1,
        _ => index..index + 1,
    }
}

struct Lowerer<'a> {
    function: &'a mut Function,
    /// What became of a variable.
    leaves: HashMap<VarId, Vec<VarId>>,
    /// What rustc has been asked already, and for which loop.
    proved: HashSet<(LoopId, String)>,
    /// The innermost loop around the statement.
    home: Option<LoopId>,
}

impl Lowerer<'_> {
    fn ty(&self, id: ExprId) -> &Ty {
        &self.function.exprs[id].ty
    }

    fn push(&mut self, kind: ExprKind, span: Span, ty: Ty) -> ExprId {
        self.function.exprs.push(Expr { kind, span, ty })
    }

    /// The variables that a variable became.
    fn leaves_of(&mut self, var: VarId) -> Vec<VarId> {
        if let Some(known) = self.leaves.get(&var) {
            return known.clone();
        }
        let whole = &self.function.vars[var];
        let (ident, span, kind, home) = (
            whole.ident.clone(),
            whole.span,
            whole.kind.clone(),
            whole.home,
        );
        // What an option's value is where it has none, must be no index's form.
        let mutable = whole.mutable || whole.ty.has_option();
        let (deferred, hidden) = (whole.deferred, whole.hidden);
        let tokens = whole.tokens.clone();
        let parts = leaves(&whole.ty).into_iter().map(|(ty, name)| Var {
            ident: ident.clone(),
            span,
            kind: kind.clone(),
            home,
            mutable,
            ty,
            tokens: match tokens.is_empty() {
                true => TokenStream::new(),
                false => quote!(#tokens #name),
            },
            deferred,
            hidden,
        });
        let parts: Vec<Var> = parts.collect();
        let vars = &mut self.function.vars;
        let parts: Vec<VarId> = parts.into_iter().map(|part| vars.push(part)).collect();
        self.leaves.insert(var, parts.clone());
        self.note_option(var, &parts);
        parts
    }

    /// Keeps by what an `Option` gets its scalars back, unless there is another one in it.
    fn note_option(&mut self, var: VarId, scalars: &[VarId]) {
        let whole = &self.function.vars[var];
        let Ty::Option(some) = &whole.ty else { return };
        if some.has_option() {
            return;
        }
        let inside = leaves(some).into_iter().map(|(_, name)| Some(name));
        for (scalar, part) in scalars.iter().zip(inside.chain([None])) {
            let whole = whole.tokens.clone();
            let part = OptionPart { whole, part };
            self.function.options.insert(*scalar, part);
        }
    }

    /// A device function takes its parameters whole, and takes them apart first of all.
    fn parameters(&mut self, body: &Block) {
        let [
            Stmt {
                kind: StmtKind::For(frame),
                ..
            },
        ] = body.stmts[..]
        else {
            return;
        };
        let mut binds = Vec::new();
        for at in 0..self.function.params.len() {
            let var = self.function.params[at];
            let node = &self.function.vars[var];
            if node.kind != VarKind::Local || !is_composite(&node.ty) {
                continue;
            }
            let (span, ty) = (node.span, lowered(&node.ty));
            let whole = self.local("whole", span, ty.clone());
            self.function.params[at] = whole;
            let pat = self.pattern(&Pat::Var(var));
            let init = Some(self.push(ExprKind::Var(whole), span, ty));
            let kind = StmtKind::Let { pat, init };
            binds.push(Stmt { kind, span });
            self.function.vars[whole].home = Some(frame);
        }
        self.function.loops[frame].body.stmts.splice(0..0, binds);
    }

    /// A local that no source names.
    fn local(&mut self, name: &str, span: Span, ty: Ty) -> VarId {
        self.function.vars.push(Var {
            ident: Ident::new(name, span.start),
            span,
            kind: VarKind::Local,
            home: self.home,
            mutable: false,
            ty,
            tokens: TokenStream::new(),
            deferred: false,
            hidden: true,
        })
    }

    /// Arrays of complex numbers have the dimension of their parts.
    fn arrays(&mut self) {
        for id in self.function.vars.ids() {
            if let Ty::View(view) = &mut self.function.vars[id].ty {
                view.rank += u32::from(view.parts().is_some());
            }
        }
        for id in self.function.exprs.ids() {
            let ty = lowered(self.ty(id));
            self.function.exprs[id].ty = ty;
        }
    }

    /// Asks rustc in the loop around.
    fn prove(&mut self, proof: Proof) {
        if let Some(home) = self.home
            && self.proved.insert((home, format!("{proof:?}")))
        {
            self.function.loops[home].proofs.push(proof);
        }
    }

    fn block(&mut self, block: &mut Block) {
        let mut out = Vec::new();
        for stmt in std::mem::take(&mut block.stmts) {
            self.stmt(stmt, &mut out);
        }
        block.stmts = out;
        block.value.iter().for_each(|value| self.expr(*value));
    }

    fn stmt(&mut self, mut stmt: Stmt, out: &mut Vec<Stmt>) {
        let span = stmt.span;
        match &mut stmt.kind {
            StmtKind::Let {
                pat: Pat::Var(var),
                init: Some(init),
            } if is_composite(&self.function.vars[*var].ty) && is_composite(self.ty(*init)) => {
                let parts = self.parts(*init);
                out.extend(parts.before);
                let vars = self.leaves_of(*var);
                for (var, leaf) in vars.into_iter().zip(parts.leaves) {
                    let (pat, init) = (Pat::Var(var), Some(leaf));
                    let kind = StmtKind::Let { pat, init };
                    out.push(Stmt { kind, span });
                }
                return;
            }
            StmtKind::Let { pat, init } => {
                init.iter().for_each(|init| self.expr(*init));
                *pat = self.pattern(pat);
            }
            StmtKind::Assign { target, op, value } => {
                return self.assign(target.clone(), *op, *value, span, out);
            }
            StmtKind::Expr(id) | StmtKind::Return(id) => self.expr(*id),
            StmtKind::For(id) => self.for_loop(*id),
            StmtKind::While { cond, body } => {
                self.expr(*cond);
                self.block(body);
            }
            StmtKind::Loop { body } => self.block(body),
            StmtKind::Assert { cond, args, .. } => {
                self.expr(*cond);
                // One that is several values stays in one piece, and is refused by its name.
                for arg in args.iter() {
                    if !is_composite(self.ty(*arg)) {
                        self.expr(*arg);
                    }
                }
            }
            StmtKind::Opaque(opaque) => self.opaque(opaque),
            StmtKind::Break { .. } | StmtKind::Continue { .. } => {}
        }
        out.push(stmt);
    }

    fn for_loop(&mut self, id: LoopId) {
        let node = &mut self.function.loops[id];
        let mut heads: Vec<ExprId> = node.range.exprs().collect();
        heads.extend(node.iteration.iter().flat_map(|of| &of.requires));
        let mut body = std::mem::take(&mut node.body);
        heads.into_iter().for_each(|head| self.expr(head));
        let outer = self.home.replace(id);
        self.block(&mut body);
        self.home = outer;
        self.function.loops[id].body = body;
    }

    fn opaque(&mut self, opaque: &mut Opaque) {
        opaque.blocks.iter_mut().for_each(|block| self.block(block));
    }

    fn pattern(&mut self, pat: &Pat) -> Pat {
        match pat {
            Pat::Var(var) if is_composite(&self.function.vars[*var].ty) => {
                let ty = self.function.vars[*var].ty.clone();
                let mut leaves = self.leaves_of(*var).into_iter();
                pattern_of(&lowered(&ty), &mut leaves)
            }
            Pat::Tuple(parts) => Pat::Tuple(parts.iter().map(|part| self.pattern(part)).collect()),
            Pat::Var(_) | Pat::Wild => {
                if let Pat::Var(var) = pat {
                    let ty = lowered(&self.function.vars[*var].ty);
                    let whole = std::mem::replace(&mut self.function.vars[*var].ty, ty);
                    if whole != self.function.vars[*var].ty {
                        self.function.unlowered.insert(*var, whole);
                    }
                }
                pat.clone()
            }
        }
    }

    /// The expression in its place, as a tuple if it is several values.
    fn expr(&mut self, id: ExprId) {
        let mut kind = std::mem::replace(&mut self.function.exprs[id].kind, ExprKind::Bool(false));
        match &mut kind {
            ExprKind::If {
                cond,
                then,
                otherwise,
            } => {
                self.expr(*cond);
                self.block(then);
                otherwise.iter_mut().for_each(|block| self.block(block));
            }
            ExprKind::Block(block) => self.block(block),
            ExprKind::Opaque(opaque) => self.opaque(opaque),
            _ => {
                self.function.exprs[id].kind = kind;
                return self.plain(id);
            }
        }
        self.function.exprs[id].kind = kind;
        let ty = lowered(self.ty(id));
        self.function.exprs[id].ty = ty;
    }

    /// The same of an expression without blocks.
    fn plain(&mut self, id: ExprId) {
        let kind = self.function.exprs[id].kind.clone();
        if self.is_written_out(id, &kind) {
            let ty = lowered(self.ty(id));
            let parts = self.parts(id);
            let span = self.function.exprs[id].span;
            let value = self.assemble(&ty, &mut parts.leaves.into_iter(), span);
            self.function.exprs[id].kind = match parts.before.is_empty() {
                true => {
                    if self.function.made.contains(&value) {
                        self.function.made.insert(id);
                    }
                    self.function.exprs[value].kind.clone()
                }
                false => ExprKind::Block(Block {
                    stmts: parts.before,
                    value: Some(value),
                }),
            };
            self.function.exprs[id].ty = ty;
            return;
        }
        match kind {
            ExprKind::Load(access) => self.indices(access),
            kind => {
                let operands = crate::ir::verify::operands(&kind);
                operands.into_iter().for_each(|operand| self.expr(operand));
            }
        }
        let ty = lowered(self.ty(id));
        self.function.exprs[id].ty = ty;
    }

    fn indices(&mut self, access: crate::ir::AccessId) {
        let index = self.function.accesses[access].index.clone();
        index.into_iter().for_each(|index| self.expr(index));
    }

    /// Whether an expression does not stay what it is.
    fn is_written_out(&self, id: ExprId, kind: &ExprKind) -> bool {
        let complex = |id: ExprId| matches!(self.ty(id), Ty::Complex(_));
        match kind {
            ExprKind::Var(_) | ExprKind::Unary(..) => is_composite(self.ty(id)),
            ExprKind::Field(base, _) => is_composite(self.ty(*base)),
            ExprKind::Complex(..) | ExprKind::Option(_) | ExprKind::Ordering(_) => true,
            ExprKind::Load(access) => {
                let array = self.function.accesses[*access].array;
                let view = self.function.vars[array].ty.view();
                view.is_some_and(|view| view.parts().is_some())
            }
            ExprKind::Binary(_, left, right) => is_composite(self.ty(*left)) || complex(*right),
            ExprKind::Call(builtin, args) => {
                complex(args[0]) || methods::is_short(*builtin, self.ty(args[0]))
            }
            _ => false,
        }
    }

    /// A value of this type, which is lowered, of its scalars.
    fn assemble(
        &mut self,
        ty: &Ty,
        leaves: &mut dyn Iterator<Item = ExprId>,
        span: Span,
    ) -> ExprId {
        let Ty::Tuple(parts) = ty else {
            return leaves
                .next()
                .unwrap_or_else(|| unreachable!("a value has as many scalars as its type"));
        };
        let parts = parts.iter().map(|part| self.assemble(part, leaves, span));
        let parts = parts.collect();
        self.push(ExprKind::Tuple(parts), span, ty.clone())
    }

    /// Field `index` of a variable as a place: the variables that are there.
    fn field_leaves(&mut self, base: VarId, index: u32) -> Vec<VarId> {
        let range = range_of(&self.function.vars[base].ty, index);
        self.leaves_of(base)[range].to_vec()
    }
}

fn pattern_of(ty: &Ty, leaves: &mut dyn Iterator<Item = VarId>) -> Pat {
    match ty {
        Ty::Tuple(parts) => Pat::Tuple(parts.iter().map(|part| pattern_of(part, leaves)).collect()),
        _ => leaves.next().map_or(Pat::Wild, Pat::Var),
    }
}

/// Places that variables of several scalars stand behind.
fn is_field(function: &Function, place: &Place) -> bool {
    match place {
        Place::Field { base, .. } => is_composite(&function.vars[*base].ty),
        _ => false,
    }
}
