//! The scalars of a value, each as an expression.

use super::methods::is_short;
use super::{Lowerer, assigned, is_composite, leaves, lowered, range_of};
use crate::ir::types::{Made, View};
use crate::ir::{
    AccessId, BinaryOp, Block, ExprId, ExprKind, Part, PartNames, Pat, Proof, Span, Stmt, StmtKind,
    Ty, UnaryOp, VarId, VarKind,
};

/// A value's scalars, and what has to run before they are read.
pub(super) struct Parts {
    pub before: Vec<Stmt>,
    pub leaves: Vec<ExprId>,
    /// Each scalar can fail where all of them can, and in the same way, so that their order does
    /// not show, nor whether some are left out.
    pub steady: bool,
}

impl Parts {
    pub fn plain(leaves: Vec<ExprId>) -> Parts {
        Parts {
            before: Vec::new(),
            leaves,
            steady: true,
        }
    }
}

impl Lowerer<'_> {
    /// The scalars of an expression, whatever its type.
    pub fn parts(&mut self, id: ExprId) -> Parts {
        let ty = self.ty(id).clone();
        let span = self.function.exprs[id].span;
        match self.function.exprs[id].kind.clone() {
            ExprKind::Var(var) if is_composite(&ty) => self.parts_of_variable(var, span),
            ExprKind::Tuple(parts) => self.parts_of_all(&parts),
            ExprKind::Field(base, index) if self.is_part_of_element(base) => {
                self.part_of_element(base, index, span)
            }
            ExprKind::Field(base, index) if is_composite(self.ty(base)) => {
                let range = range_of(self.ty(base), index);
                let whole = self.parts(base);
                let mut whole = self.steadied(whole);
                whole.leaves = whole.leaves[range].to_vec();
                whole
            }
            ExprKind::Load(access) if self.is_complex_element(access) => {
                let (before, accesses) = self.element_parts(access);
                let leaf = self.element_type(access);
                let loads = accesses.into_iter();
                let loads =
                    loads.map(|access| self.push(ExprKind::Load(access), span, leaf.clone()));
                Parts {
                    before,
                    leaves: loads.collect(),
                    steady: true,
                }
            }
            ExprKind::Block(block) => self.parts_of_block(id, block),
            ExprKind::Complex(maker, args) => self.made(*maker, &args, &ty, span),
            ExprKind::Option(some) => self.option(some, &ty, span),
            ExprKind::Ordering(value) => Parts::plain(vec![self.ordering(value, span)]),
            ExprKind::Unary(UnaryOp::Neg, inner) if is_composite(&ty) => {
                let mut parts = self.parts(inner);
                let negated = parts.leaves.iter().map(|leaf| self.negated(*leaf));
                parts.leaves = negated.collect();
                parts
            }
            ExprKind::Binary(op, left, right)
                if self.is_complex(left) || self.is_complex(right) =>
            {
                self.complex_binary(id, op, left, right)
            }
            ExprKind::Binary(op, left, right) if matches!(self.ty(left), Ty::Option(_)) => {
                self.option_comparison(op, left, right, span)
            }
            ExprKind::Binary(op, left, right) if is_composite(self.ty(left)) => {
                self.tuple_comparison(op, left, right, span)
            }
            ExprKind::Call(builtin, args) if self.is_complex(args[0]) => {
                self.complex_call(id, builtin, &args)
            }
            ExprKind::Call(builtin, args) if is_short(builtin, self.ty(args[0])) => {
                self.short(id, builtin, &args)
            }
            _ => {
                self.expr(id);
                self.taken_apart(id, &ty, span)
            }
        }
    }

    /// The scalars of two values, the left one's first, each evaluated once: the left value with all that
    /// comes before, and the right one's scalars.
    pub fn both_parts(&mut self, left: ExprId, right: ExprId) -> (Parts, Vec<ExprId>) {
        let mut first = self.parts(left);
        self.pin_all(&mut first);
        let mut second = self.parts(right);
        self.keep(&mut first, &second.before);
        self.pin_all(&mut second);
        first.before.append(&mut second.before);
        (first, second.leaves)
    }

    /// Two tuples, scalar by scalar: the first that differ decide.
    fn tuple_comparison(&mut self, op: BinaryOp, left: ExprId, right: ExprId, span: Span) -> Parts {
        let (first, second) = self.both_parts(left, right);
        let pairs: Vec<(ExprId, ExprId)> = first.leaves.into_iter().zip(second).collect();
        let value = self.lexicographic(op, &pairs);
        let Some(value) = value.filter(|_| op.is_comparison()) else {
            return self.unknown(&[], span, &format!("`{op}` of tuples"));
        };
        Parts {
            before: first.before,
            ..Parts::plain(vec![value])
        }
    }

    fn lexicographic(&mut self, op: BinaryOp, pairs: &[(ExprId, ExprId)]) -> Option<ExprId> {
        let ((a, b), rest) = pairs.split_first()?;
        if rest.is_empty() {
            return Some(self.compare(op, *a, *b));
        }
        let later = self.lexicographic(op, rest)?;
        Some(match op {
            BinaryOp::Eq | BinaryOp::Ne => {
                let here = self.compare(op, *a, *b);
                self.logic(op == BinaryOp::Eq, here, later)
            }
            _ => {
                let strict = match op {
                    BinaryOp::Lt | BinaryOp::Le => BinaryOp::Lt,
                    _ => BinaryOp::Gt,
                };
                let decided = self.compare(strict, *a, *b);
                let equal = self.compare(BinaryOp::Eq, *a, *b);
                let later = self.logic(true, equal, later);
                self.logic(false, decided, later)
            }
        })
    }

    pub fn is_complex(&self, id: ExprId) -> bool {
        matches!(self.ty(id), Ty::Complex(_))
    }

    /// Whether an expression reads a complex element and nothing else.
    fn is_part_of_element(&self, id: ExprId) -> bool {
        match self.function.exprs[id].kind {
            ExprKind::Load(access) => self.is_complex_element(access),
            _ => false,
        }
    }

    /// `a[i].re` reads nothing of the other part.
    fn part_of_element(&mut self, element: ExprId, number: u32, span: Span) -> Parts {
        let ExprKind::Load(access) = self.function.exprs[element].kind else {
            unreachable!("an element is read")
        };
        let named = Some(self.names_of_parts(access));
        self.function.accesses[access].part = Some(Part { number, named });
        let (before, _) = self.element_parts(access);
        let ty = self.element_type(access);
        let leaves = vec![self.push(ExprKind::Load(access), span, ty)];
        Parts {
            before,
            ..Parts::plain(leaves)
        }
    }

    fn parts_of_variable(&mut self, var: VarId, span: Span) -> Parts {
        let node = &self.function.vars[var];
        let from_outside = matches!(
            node.kind,
            VarKind::Param | VarKind::Driver | VarKind::Outside
        );
        if let (true, ty @ (Ty::Complex(_) | Ty::Option(_))) = (from_outside, &node.ty) {
            let (tokens, ty) = (node.tokens.clone(), ty.clone());
            self.prove(Proof::Value { tokens, ty });
        }
        let vars = self.leaves_of(var).into_iter();
        let leaves = vars.map(|leaf| {
            let ty = self.function.vars[leaf].ty.clone();
            self.push(ExprKind::Var(leaf), span, ty)
        });
        Parts::plain(leaves.collect())
    }

    /// A scalar expression. What it assigns to changes before anything that is evaluated after it,
    /// and so behind what has been read already.
    pub fn scalar(&mut self, id: ExprId) -> Parts {
        self.expr(id);
        let mut parts = Parts::plain(vec![id]);
        if assigned::assigns(self.function, id) {
            parts.leaves = vec![self.pin(id, &mut parts.before)];
        }
        parts
    }

    /// Those of several expressions, which are evaluated in this order.
    pub fn parts_of_all(&mut self, ids: &[ExprId]) -> Parts {
        let mut all = Parts::plain(Vec::new());
        for (position, id) in ids.iter().enumerate() {
            let parts = match is_composite(self.ty(*id)) {
                true => self.parts(*id),
                false => self.scalar(*id),
            };
            if !parts.before.is_empty() {
                self.keep(&mut all, &parts.before);
            }
            let alone = ids.len() == 1 && position == 0;
            let certain = parts.leaves.iter().all(|leaf| self.is_certain(*leaf));
            all.steady &= certain || alone && parts.steady;
            all.before.extend(parts.before);
            all.leaves.extend(parts.leaves);
        }
        all
    }

    fn parts_of_block(&mut self, id: ExprId, block: Block) -> Parts {
        let Some(value) = block.value else {
            self.expr(id);
            return Parts::plain(vec![id]);
        };
        let mut before = Vec::new();
        for stmt in block.stmts {
            self.stmt(stmt, &mut before);
        }
        let mut parts = self.parts(value);
        before.append(&mut parts.before);
        parts.before = before;
        parts
    }

    /// A value that comes in one piece.
    pub fn taken_apart(&mut self, id: ExprId, ty: &Ty, span: Span) -> Parts {
        if !is_composite(ty) {
            return Parts::plain(vec![id]);
        }
        let locals = leaves(ty).into_iter();
        let locals: Vec<VarId> = locals.map(|(ty, _)| self.local("part", span, ty)).collect();
        let pat = super::pattern_of(&lowered(ty), &mut locals.iter().copied());
        let kind = StmtKind::Let {
            pat,
            init: Some(id),
        };
        let leaves = locals.into_iter().map(|local| {
            let ty = self.function.vars[local].ty.clone();
            self.push(ExprKind::Var(local), span, ty)
        });
        Parts {
            leaves: leaves.collect(),
            before: vec![Stmt { kind, span }],
            steady: true,
        }
    }

    /// The same value where the order of its scalars does not show.
    pub fn steadied(&mut self, mut parts: Parts) -> Parts {
        if !parts.steady {
            self.pin_all(&mut parts);
        }
        parts
    }

    /// Binds every scalar that is more than a name, in order.
    pub fn pin_all(&mut self, parts: &mut Parts) {
        let leaves = std::mem::take(&mut parts.leaves);
        let pinned = leaves.into_iter().map(|leaf| match self.is_name(leaf) {
            true => leaf,
            false => self.pin(leaf, &mut parts.before),
        });
        parts.leaves = pinned.collect();
        parts.steady = true;
    }

    /// Makes a value safe from statements that run before it is read.
    pub fn keep(&mut self, parts: &mut Parts, statements: &[Stmt]) {
        let changed = assigned::by(self.function, statements);
        let leaves = std::mem::take(&mut parts.leaves);
        let kept = leaves.into_iter().map(|leaf| {
            let stays = match self.function.exprs[leaf].kind {
                ExprKind::Var(var) => !changed.contains(&var),
                _ => self.is_name(leaf),
            };
            match stays {
                true => leaf,
                false => self.pin(leaf, &mut parts.before),
            }
        });
        parts.leaves = kept.collect();
        parts.steady = true;
    }

    /// Binds an expression, and gives what reads it.
    pub fn pin(&mut self, leaf: ExprId, before: &mut Vec<Stmt>) -> ExprId {
        let (span, ty) = (self.function.exprs[leaf].span, self.ty(leaf).clone());
        let local = self.local("part", span, ty.clone());
        let kind = StmtKind::Let {
            pat: Pat::Var(local),
            init: Some(leaf),
        };
        before.push(Stmt { kind, span });
        self.push(ExprKind::Var(local), span, ty)
    }

    /// A variable or a literal: it can be read again and again.
    pub fn is_name(&self, id: ExprId) -> bool {
        matches!(
            self.function.exprs[id].kind,
            ExprKind::Var(_) | ExprKind::Int(..) | ExprKind::Float(..) | ExprKind::Bool(_)
        )
    }

    /// The same variable or literal once more.
    pub fn again(&mut self, id: ExprId) -> ExprId {
        let node = self.function.exprs[id].clone();
        self.function.exprs.push(node)
    }

    /// Whether evaluating it cannot fail, as far as can be seen at once.
    fn is_certain(&self, id: ExprId) -> bool {
        let node = &self.function.exprs[id];
        let float = node.ty.scalar().is_some_and(|ty| ty.is_float());
        match &node.kind {
            ExprKind::Unary(_, inner) => float && self.is_certain(*inner),
            ExprKind::Cast(inner, _) => self.is_certain(*inner),
            ExprKind::Binary(_, left, right) => {
                float && self.is_certain(*left) && self.is_certain(*right)
            }
            _ => self.is_name(id),
        }
    }

    pub fn is_complex_element(&self, access: AccessId) -> bool {
        let array = self.function.accesses[access].array;
        let view = self.function.vars[array].ty.view();
        view.is_some_and(|view| view.parts().is_some())
    }

    /// The float that the parts of an element are.
    pub fn element_type(&self, access: AccessId) -> Ty {
        let array = self.function.accesses[access].array;
        let view = self.function.vars[array].ty.view();
        view.map_or(Ty::Unknown, |view| Ty::Scalar(view.elem))
    }

    /// The accesses to the parts of a complex element, or to the one that is meant. An index that
    /// is not plain is bound before.
    pub fn element_parts(&mut self, access: AccessId) -> (Vec<Stmt>, Vec<AccessId>) {
        self.indices(access);
        let mut before = Vec::new();
        if let Some(part) = self.function.accesses[access].part {
            self.index_part(access, part);
            return (before, vec![access]);
        }
        let index = self.function.accesses[access].index.clone();
        let pinned = index.into_iter().map(|at| match self.is_plain(at) {
            true => at,
            false => self.pin(at, &mut before),
        });
        let pinned: Vec<ExprId> = pinned.collect();
        self.function.accesses[access].index.clone_from(&pinned);
        let array = self.function.accesses[access].array;
        let parts = self.function.vars[array].ty.view();
        let parts = parts.and_then(View::parts).unwrap_or(1);
        let others = (1..parts).map(|_| {
            let mut other = self.function.accesses[access].clone();
            other.index = pinned.iter().map(|at| self.copied(*at)).collect();
            self.function.accesses.push(other)
        });
        let mut accesses = vec![access];
        accesses.extend(others.collect::<Vec<_>>());
        for (number, access) in (0..).zip(&accesses) {
            let named = None;
            self.index_part(*access, Part { number, named });
        }
        (before, accesses)
    }

    /// How the source names the parts of an element.
    fn names_of_parts(&self, access: AccessId) -> PartNames {
        let array = self.function.accesses[access].array;
        match self.function.vars[array].ty.view().map(|view| view.made) {
            Some(Made::Tuple(_)) => PartNames::Numbers,
            _ => PartNames::Complex,
        }
    }

    fn index_part(&mut self, access: AccessId, part: Part) {
        let span = self.function.accesses[access].span;
        let ty = Ty::Scalar(crate::ir::Scalar::Usize);
        let number = self.push(ExprKind::Int(part.number.into(), None), span, ty);
        self.function.made.insert(number);
        self.function.accesses[access].index.push(number);
        self.function.accesses[access].part = Some(part);
    }

    /// Whether an index can be written twice.
    fn is_plain(&self, id: ExprId) -> bool {
        match &self.function.exprs[id].kind {
            ExprKind::Len { .. } => true,
            ExprKind::Binary(_, left, right) => self.is_plain(*left) && self.is_plain(*right),
            ExprKind::Cast(inner, _) => self.is_plain(*inner),
            _ => self.is_name(id),
        }
    }

    /// A copy of a plain index.
    pub fn copied(&mut self, id: ExprId) -> ExprId {
        let mut node = self.function.exprs[id].clone();
        match &mut node.kind {
            ExprKind::Binary(_, left, right) => {
                (*left, *right) = (self.copied(*left), self.copied(*right));
            }
            ExprKind::Cast(inner, _) => *inner = self.copied(*inner),
            _ => {}
        }
        let copy = self.function.exprs.push(node);
        if self.function.made.contains(&id) {
            self.function.made.insert(copy);
        }
        copy
    }
}
