//! Elements that stay where they are (rule R9), as scalars.
//!
//! `x[i] -= l[[i, j]] * x[j]` in a loop over `j` below `i` combines into one element that no other
//! access of the loop touches: scalar replacement (Callahan, Carr and Kennedy 1990), and the
//! accumulator that it makes goes back into the element when the loop is done.
//!
//! `if x[i] < x[at] { at = i; }` compares with an element whose place is what the loop looks for.
//! Nothing writes `x`, so that the element is the least so far: it becomes a variable that the
//! branch assigns, and the comparison a contest like any other. So is `if v.abs() > best.abs() { best = v; }`,
//! which compares what it computes of the value that it keeps.
//!
//! Elements are read before the loop, if they lie in their arrays; if not, the loop runs as it is
//! written.

#[cfg(test)]
mod tests;

use super::builtins::{self, Panics};
use super::form::{self, Former};
use super::plan::{Element, Promoted};
use super::reduce::{self, bound};
use super::saved::Saved;
use crate::ir::pass::{self, Pass};
use crate::ir::{
    Access, AccessId, BinaryOp, Block, Builtin, Expr, ExprId, ExprKind, Function, LoopId, Place,
    Scalar, Span, Stmt, StmtKind, Ty, UnaryOp, Var, VarId, VarKind, dump, walk,
};
use crate::tables::{HashMap, HashSet};
use proc_macro2::{Ident, TokenStream};
use std::cell::RefCell;

/// A loop whose elements became scalars.
pub struct Promotion {
    /// What is read before the loop.
    pub elements: Vec<Element>,
    /// The scalars.
    pub promoted: Vec<Promoted>,
    saved: Saved,
}

impl Promotion {
    /// Rewrites the loop; `None` if there is nothing to rewrite.
    pub fn of(function: &mut Function, id: LoopId) -> Option<Promotion> {
        let (written, sought) = {
            let nest = [id];
            let former = Former::new(function, &nest);
            (written(&former, id), sought(&former, id))
        };
        if written.is_empty() && sought.is_empty() {
            return None;
        }
        let saved = Saved::of(function, id);
        let mut promotion = Promotion {
            elements: Vec::new(),
            promoted: Vec::new(),
            saved,
        };
        for accesses in written {
            promotion.accumulate(function, id, &accesses);
        }
        for searches in sought {
            promotion.search(function, id, &searches);
        }
        Some(promotion)
    }

    /// Undoes it.
    pub fn restore(self, function: &mut Function) {
        self.saved.restore(function);
    }

    /// A scalar in the place of an element that all of these are.
    fn accumulate(&mut self, function: &mut Function, id: LoopId, accesses: &[AccessId]) {
        let access = accesses[0];
        let element = self.element(function, id, access);
        let (span, ty) = {
            let element = &function.vars[element];
            (element.span, element.ty.clone())
        };
        let text = dump::access(function, access).parse().unwrap_or_default();
        let var = fresh(function, id, "accumulated", span, ty, text);
        let mut body = std::mem::take(&mut function.loops[id].body);
        let mut scalar = InPlace {
            function,
            accesses,
            var,
        };
        pass::over(&mut scalar, &mut body);
        function.loops[id].body = body;
        let start = read(function, element);
        let back = Some(access);
        self.promoted.push(Promoted { var, start, back });
    }

    /// A leader in the place of the elements where the searches have come to.
    fn search(&mut self, function: &mut Function, id: LoopId, searches: &[Search]) {
        let old = searches[0].old;
        let text = dump::expr(function, old).parse().unwrap_or_default();
        let start = self.start(function, id, old);
        let Node { span, ty } = Node::of(function, old);
        let var = fresh(function, id, "leader", span, ty, text);
        for search in searches {
            function.exprs[search.old].kind = ExprKind::Var(var);
            if has_names(function, search.compared) {
                let plain = copy(function, search.compared, &mut |_, _| None);
                function.exprs[search.compared].kind = function.exprs[plain].kind.clone();
            }
            let value = copy(function, search.compared, &mut |_, _| None);
            let kind = StmtKind::Assign {
                target: Place::Var(var),
                op: None,
                value,
            };
            if let ExprKind::If { then, .. } = &mut function.exprs[search.branch].kind {
                then.stmts.push(Stmt { kind, span });
            }
        }
        let back = None;
        self.promoted.push(Promoted { var, start, back });
    }

    /// The expression with its elements as they are before the loop.
    fn start(&mut self, function: &mut Function, id: LoopId, old: ExprId) -> ExprId {
        copy(
            function,
            old,
            &mut |function, at| match function.exprs[at].kind {
                ExprKind::Load(access) => {
                    let element = self.element(function, id, access);
                    Some(read(function, element))
                }
                // What the loop binds has no name before it.
                ExprKind::Var(var) if function.encloses(id, function.vars[var].home) => {
                    let init = Former::new(function, &[id]).init_of(var)?;
                    Some(self.start(function, id, init))
                }
                ExprKind::Var(var) => {
                    let kept = before(function, id, var);
                    Some(read(function, kept))
                }
                _ => None,
            },
        )
    }

    /// The element as it is before the loop.
    fn element(&mut self, function: &mut Function, id: LoopId, access: AccessId) -> VarId {
        let Access { array, span, .. } = function.accesses[access];
        let ty = function.vars[array].ty.view().map(|view| view.elem);
        let ty = ty.map_or(Ty::Unknown, Ty::Scalar);
        let var = fresh(function, id, "element", span, ty, TokenStream::new());
        self.elements.push(Element { var, access });
        var
    }
}

/// The elements that the loop writes and does not move away from, each as all accesses to it. An
/// array that it also writes elsewhere has none.
fn written(former: &Former, id: LoopId) -> Vec<Vec<AccessId>> {
    let function = former.function;
    let body = &function.loops[id].body;
    let mut stores = stores(function, id);
    let fixed = |access: &AccessId| is_fixed(former, *access);
    let array = |access: AccessId| function.accesses[access].array;
    let moving: Vec<VarId> = stores
        .iter()
        .filter(|access| !fixed(access))
        .map(|access| array(*access))
        .collect();
    stores.retain(|access| !moving.contains(&array(*access)));
    let mut loads = Vec::new();
    walk::expressions(function, body, &mut |id| {
        if let ExprKind::Load(access) = function.exprs[id].kind {
            loads.push(access);
        }
    });
    let mut elements: Vec<Vec<AccessId>> = Vec::new();
    for store in stores {
        match elements.iter_mut().find(|of| alike(function, of[0], store)) {
            Some(element) => element.push(store),
            None => elements.push(vec![store]),
        }
    }
    for element in &mut elements {
        let first = element[0];
        element.extend(loads.iter().filter(|load| alike(function, first, **load)));
    }
    elements
}

/// The accesses by which a loop writes elements.
fn stores(function: &Function, id: LoopId) -> Vec<AccessId> {
    let mut stores = Vec::new();
    walk::statements(function, &function.loops[id].body, &mut |stmt| {
        if let StmtKind::Assign {
            target: Place::Element(access),
            ..
        } = stmt.kind
        {
            stores.push(access);
        }
    });
    stores
}

/// Whether two accesses have the same array and the same indices, by the same names.
fn alike(function: &Function, left: AccessId, right: AccessId) -> bool {
    let (left, right) = (&function.accesses[left], &function.accesses[right]);
    let mut pairs = left.index.iter().zip(&right.index);
    left.array == right.array && pairs.all(|(a, b)| form::same(function, *a, *b))
}

/// Whether an access is to one element in all iterations, which the driver can name.
fn is_fixed(former: &Former, access: AccessId) -> bool {
    let fixed = |var: VarId| !former.is_assigned(var) && !former.is_bound_within(var);
    is_plain(former, access, &fixed)
}

/// Whether the driver can name an element by names that it knows.
fn is_plain(former: &Former, access: AccessId, known: &impl Fn(VarId) -> bool) -> bool {
    let access = &former.function.accesses[access];
    let own = access.inside || access.through.is_some() || !access.own.is_empty();
    let view = former.function.vars[access.array].ty.view();
    let index = &access.index;
    !own && access.part.is_none()
        && view.is_some_and(|view| view.rank as usize == index.len())
        && index.iter().all(|index| is_index(former, *index, known))
}

/// Whether the driver can evaluate an index, if need be to nothing: sums and products of names
/// and numbers.
fn is_index(former: &Former, id: ExprId, known: &impl Fn(VarId) -> bool) -> bool {
    let node = &former.function.exprs[id];
    let size = node.ty == Ty::Scalar(Scalar::Usize);
    match node.kind {
        ExprKind::Int(..) => true,
        ExprKind::Var(var) => size && !former.is_hidden(var) && known(var),
        ExprKind::Cast(inner, Scalar::Usize) => {
            let ExprKind::Var(var) = former.function.exprs[inner].kind else {
                return false;
            };
            let ty = former.function.vars[var].ty.scalar();
            // Of a negative number, the guard does not know what it becomes.
            let kept = ty.is_some_and(|ty| ty.is_int() && !ty.is_signed());
            kept && !former.is_hidden(var) && known(var)
        }
        ExprKind::Binary(BinaryOp::Add | BinaryOp::Sub | BinaryOp::Mul, left, right) => {
            let operands = [left, right];
            size && operands.iter().all(|of| is_index(former, *of, known))
        }
        _ => false,
    }
}

/// A comparison with what stands where the search has come to.
struct Search {
    /// The `if`.
    branch: ExprId,
    old: ExprId,
    compared: ExprId,
}

/// The searches of a loop, those that compare with the same in one group.
fn sought(former: &Former, id: LoopId) -> Vec<Vec<Search>> {
    let function = former.function;
    let changed: HashSet<VarId> = stores(function, id)
        .into_iter()
        .map(|access| function.accesses[access].array)
        .collect();
    let mut groups: Vec<Vec<Search>> = Vec::new();
    walk::expressions(function, &function.loops[id].body, &mut |at| {
        let Some(search) = search(former, at, &changed) else {
            return;
        };
        let same = |group: &&mut Vec<Search>| form::same(function, group[0].old, search.old);
        match groups.iter_mut().find(same) {
            Some(group) => group.push(search),
            None => groups.push(vec![search]),
        }
    });
    groups
}

/// Reads `if x[i] < x[at] { at = i; }`, where the loop changes no elements of these arrays, and
/// `if v.abs() > best.abs() { best = v; }`.
fn search(former: &Former, branch: ExprId, changed: &HashSet<VarId>) -> Option<Search> {
    let function = former.function;
    let ExprKind::If {
        cond,
        then,
        otherwise: None,
    } = &function.exprs[branch].kind
    else {
        return None;
    };
    let by: HashMap<VarId, ExprId> = then.stmts.iter().filter_map(assigned).collect();
    let outside = |var: &VarId| !former.is_bound_within(*var);
    if by.is_empty() || then.value.is_some() || !by.keys().all(outside) {
        return None;
    }
    let place = Sought {
        former,
        by,
        changed,
    };
    let conjuncts = reduce::conjuncts(function, *cond);
    conjuncts.into_iter().find_map(|compare| {
        let ExprKind::Binary(op, left, right) = function.exprs[compare].kind else {
            return None;
        };
        let ordered = matches!(
            op,
            BinaryOp::Lt | BinaryOp::Le | BinaryOp::Gt | BinaryOp::Ge
        );
        let pairs = [(left, right), (right, left)].into_iter();
        let mut found = pairs.filter(|(old, compared)| {
            ordered
                && place.is_computed(*old)
                && place.mentions(*old)
                && !place.mentions(*compared)
                && place.is_start(*old)
                && place.is_steady(*compared)
                && place.by.values().all(|by| place.is_steady(*by))
                && place.same(*old, *compared)
        });
        found.next().map(|(old, compared)| Search {
            branch,
            old,
            compared,
        })
    })
}

fn assigned(stmt: &Stmt) -> Option<(VarId, ExprId)> {
    match stmt.kind {
        StmtKind::Assign {
            target: Place::Var(var),
            op: None,
            value,
        } => Some((var, value)),
        _ => None,
    }
}

/// A place that a loop looks for, as what an iteration would put there.
struct Sought<'a> {
    former: &'a Former<'a>,
    by: HashMap<VarId, ExprId>,
    /// Arrays of which the loop changes elements.
    changed: &'a HashSet<VarId>,
}

impl Sought<'_> {
    fn kind(&self, id: ExprId) -> &ExprKind {
        &self.former.function.exprs[id].kind
    }

    /// Whether an expression is more than a variable, which needs no other in its place.
    fn is_computed(&self, id: ExprId) -> bool {
        !matches!(self.kind(id), ExprKind::Var(_))
    }

    fn mentions(&self, id: ExprId) -> bool {
        let mut found = false;
        walk::below(self.former.function, id, &mut |at| {
            if let ExprKind::Var(var) = self.kind(at) {
                found |= self.by.contains_key(var);
            }
        });
        found
    }

    /// Whether two expressions are the same operations, one at the place that the search has come
    /// to, the other at the place that this iteration would put there.
    fn same(&self, old: ExprId, new: ExprId) -> bool {
        self.alike(old, new, &RefCell::default())
    }

    /// The same where blocks around have bound such pairs of names.
    fn alike(&self, old: ExprId, new: ExprId, pairs: &RefCell<Vec<(VarId, VarId)>>) -> bool {
        let function = self.former.function;
        form::same_but(function, old, new, &|old, new| {
            match (self.kind(old), self.kind(new)) {
                (ExprKind::Var(a), ExprKind::Var(b)) if pairs.borrow().contains(&(*a, *b)) => {
                    Some(true)
                }
                (ExprKind::Var(at), _) => {
                    let by = self.by.get(at)?;
                    Some(form::same(function, *by, new))
                }
                // A name stands for what it is bound to.
                (_, ExprKind::Var(name)) => {
                    let init = self.former.init_of(*name)?;
                    Some(self.is_steady(init) && self.alike(old, init, pairs))
                }
                (ExprKind::Block(old), ExprKind::Block(new)) => {
                    Some(self.alike_blocks(old, new, pairs))
                }
                _ => None,
            }
        })
    }

    /// The same of bodies of functions.
    fn alike_blocks(&self, old: &Block, new: &Block, pairs: &RefCell<Vec<(VarId, VarId)>>) -> bool {
        let mut stmts = old.stmts.iter().zip(&new.stmts);
        let bind = |(old, new): (&Stmt, &Stmt)| {
            let (Some((a, x)), Some((b, y))) = (bound(old), bound(new)) else {
                return false;
            };
            let alike = self.alike(x, y, pairs);
            pairs.borrow_mut().push((a, b));
            alike
        };
        let (Some(x), Some(y)) = (old.value, new.value) else {
            return false;
        };
        old.stmts.len() == new.stmts.len() && stmts.all(bind) && self.alike(x, y, pairs)
    }

    /// Whether an expression has one value all through an iteration, wherever it stands.
    fn is_steady(&self, id: ExprId) -> bool {
        let (former, mut steady) = (self.former, true);
        walk::below(former.function, id, &mut |at| {
            steady &= match self.kind(at) {
                ExprKind::Var(var) if former.is_bound_within(*var) => {
                    !former.function.vars[*var].mutable
                }
                ExprKind::Var(var) => !former.is_assigned(*var),
                ExprKind::Load(access) => !self
                    .changed
                    .contains(&former.function.accesses[*access].array),
                ExprKind::Block(block) => self.is_told(block),
                ExprKind::LocalElement { .. }
                | ExprKind::If { .. }
                | ExprKind::Apply(..)
                | ExprKind::Opaque(_) => false,
                _ => true,
            };
        });
        steady
    }

    /// Whether the driver can evaluate an expression as it is before the loop, where its elements
    /// lie in their arrays: it fails by overflow alone, which the driver asks for, and nothing that it
    /// reads changes but the place.
    fn is_start(&self, id: ExprId) -> bool {
        let former = self.former;
        let steady = |var: VarId| !former.is_assigned(var) && !former.is_bound_within(var);
        let known = |var: VarId| steady(var) || self.by.contains_key(&var);
        match self.kind(id) {
            ExprKind::Load(access) => {
                let array = former.function.accesses[*access].array;
                !self.changed.contains(&array) && is_plain(former, *access, &known)
            }
            ExprKind::Var(var) => {
                let whole = !former.function.vars[*var].is_option_part();
                let told = former.init_of(*var).is_some_and(|init| self.is_start(init));
                told || known(*var) && whole && !former.is_hidden(*var)
            }
            ExprKind::Block(block) => {
                self.is_told(block) && block.value.is_some_and(|value| self.is_start(value))
            }
            ExprKind::Int(..) | ExprKind::Float(..) | ExprKind::Bool(_) => true,
            ExprKind::Cast(inner, _) => self.is_start(*inner),
            ExprKind::Unary(UnaryOp::Neg, inner) => self.is_number_start(*inner),
            ExprKind::Binary(op, left, right) => {
                let operands = [*left, *right];
                let exact = matches!(op, BinaryOp::Add | BinaryOp::Sub | BinaryOp::Mul);
                let mut operands = operands.iter();
                operands.all(|of| self.is_number_start(*of) && (exact || self.is_float(*of)))
            }
            ExprKind::Call(called, args) => args.iter().all(|arg| {
                let ty = former.function.exprs[*arg].ty.scalar();
                let never = |ty| builtins::panics(*called, ty) == Panics::Never;
                let known = *called == Builtin::Abs || ty.is_some_and(never);
                self.is_number_start(*arg) && (known || self.is_float(*arg))
            }),
            _ => false,
        }
    }

    /// Whether what a block gives can be told without its names, which nothing assigns: nothing fails
    /// earlier or later for it, and nothing is left out that may fail.
    fn is_told(&self, block: &Block) -> bool {
        let names: Option<Vec<_>> = block.stmts.iter().map(bound).collect();
        let (Some(names), Some(value)) = (names, block.value) else {
            return false;
        };
        let before: usize = names.iter().map(|(_, init)| self.failing(*init)).sum();
        let lone = before + self.failing(value) == 1;
        before == 0 || lone && self.are_used(&names, value)
    }

    /// How many operations may fail in an expression.
    fn failing(&self, id: ExprId) -> usize {
        let (function, mut count) = (self.former.function, 0);
        walk::below(function, id, &mut |at| {
            count += usize::from(may_fail(function, at))
        });
        count
    }

    /// Whether a value, or what names in it are bound to, needs all names.
    fn are_used(&self, names: &[(VarId, ExprId)], value: ExprId) -> bool {
        let mut used = HashSet::default();
        let read = |id: ExprId, used: &mut HashSet<VarId>| {
            walk::below(self.former.function, id, &mut |at| {
                if let ExprKind::Var(var) = self.kind(at) {
                    used.insert(*var);
                }
            });
        };
        read(value, &mut used);
        names.iter().rev().all(|(name, init)| {
            read(*init, &mut used);
            used.contains(name)
        })
    }

    fn is_number_start(&self, id: ExprId) -> bool {
        let ty = self.former.function.exprs[id].ty.scalar();
        ty.is_some_and(|ty| ty.is_float() || ty.is_int()) && self.is_start(id)
    }

    fn is_float(&self, id: ExprId) -> bool {
        let ty = self.former.function.exprs[id].ty.scalar();
        ty.is_some_and(Scalar::is_float)
    }
}

/// Whether an operation by itself may fail.
fn may_fail(function: &Function, id: ExprId) -> bool {
    let node = &function.exprs[id];
    let whole = node.ty.scalar().is_some_and(Scalar::is_int);
    match &node.kind {
        ExprKind::Load(_) => true,
        ExprKind::Unary(UnaryOp::Neg, _) | ExprKind::Binary(..) => whole,
        ExprKind::Call(called, args) => args.iter().any(|arg| {
            let ty = function.exprs[*arg].ty.scalar();
            ty.is_none_or(|ty| builtins::panics(*called, ty) != Panics::Never)
        }),
        _ => false,
    }
}

/// Puts a variable in an element's place.
struct InPlace<'a> {
    function: &'a mut Function,
    accesses: &'a [AccessId],
    var: VarId,
}

impl Pass for InPlace<'_> {
    fn function(&mut self) -> &mut Function {
        self.function
    }

    fn stmt(&mut self, stmt: &mut Stmt) {
        if let StmtKind::Assign { target, .. } = &mut stmt.kind
            && let Place::Element(access) = target
            && self.accesses.contains(access)
        {
            *target = Place::Var(self.var);
        }
    }

    fn expr(&mut self, _id: ExprId, kind: &mut ExprKind) {
        if let ExprKind::Load(access) = kind
            && self.accesses.contains(access)
        {
            *kind = ExprKind::Var(self.var);
        }
    }
}

/// Where an expression stands, and its type.
struct Node {
    span: Span,
    ty: Ty,
}

impl Node {
    fn of(function: &Function, id: ExprId) -> Node {
        let Expr { span, ref ty, .. } = function.exprs[id];
        let ty = ty.clone();
        Node { span, ty }
    }
}

/// What may stand in a node's place.
type Instead<'a> = dyn FnMut(&mut Function, ExprId) -> Option<ExprId> + 'a;

/// Whether blocks below an expression bind names.
fn has_names(function: &Function, id: ExprId) -> bool {
    let mut found = false;
    walk::below(function, id, &mut |at| {
        found |= matches!(function.exprs[at].kind, ExprKind::Block(_));
    });
    found
}

/// A second expression of the same operations, without names of its own; `instead` may put another in a
/// node's place.
fn copy(function: &mut Function, id: ExprId, instead: &mut Instead) -> ExprId {
    copy_with(function, id, &mut Vec::new(), instead)
}

/// The same where blocks around have bound names.
fn copy_with(
    function: &mut Function,
    id: ExprId,
    names: &mut Vec<(VarId, ExprId)>,
    instead: &mut Instead,
) -> ExprId {
    let mut node = function.exprs[id].clone();
    if let ExprKind::Var(var) = node.kind
        && let Some((_, told)) = names.iter().rfind(|(name, _)| *name == var)
    {
        return copy(function, *told, &mut |_, _| None);
    }
    if let Some(other) = instead(function, id) {
        return other;
    }
    match &mut node.kind {
        ExprKind::Load(access) => {
            let mut second = function.accesses[*access].clone();
            for index in &mut second.index {
                *index = copy_with(function, *index, names, instead);
            }
            *access = function.accesses.push(second);
        }
        ExprKind::Unary(_, inner) | ExprKind::Cast(inner, _) | ExprKind::Field(inner, _) => {
            *inner = copy_with(function, *inner, names, instead);
        }
        ExprKind::Binary(_, left, right) => {
            *left = copy_with(function, *left, names, instead);
            *right = copy_with(function, *right, names, instead);
        }
        ExprKind::Call(_, parts) | ExprKind::Tuple(parts) => {
            for part in parts {
                *part = copy_with(function, *part, names, instead);
            }
        }
        ExprKind::Block(block) => {
            for (name, init) in block.stmts.iter().filter_map(bound) {
                let told = copy_with(function, init, names, instead);
                names.push((name, told));
            }
            if let Some(value) = block.value {
                return copy_with(function, value, names, instead);
            }
        }
        _ => {}
    }
    function.exprs.push(node)
}

/// A variable's value from before the loop, by a name of its own: the loop may combine into the variable.
fn before(function: &mut Function, id: LoopId, var: VarId) -> VarId {
    let Var {
        span,
        ref ty,
        ref tokens,
        ..
    } = function.vars[var];
    let (ty, tokens) = (ty.clone(), tokens.clone());
    fresh(function, id, "before", span, ty, tokens)
}

fn read(function: &mut Function, var: VarId) -> ExprId {
    let (span, ty) = {
        let var = &function.vars[var];
        (var.span, var.ty.clone())
    };
    let kind = ExprKind::Var(var);
    function.exprs.push(Expr { kind, span, ty })
}

/// A variable that the source does not have; `text` is what reports call it.
fn fresh(
    function: &mut Function,
    id: LoopId,
    name: &str,
    span: Span,
    ty: Ty,
    text: TokenStream,
) -> VarId {
    let home = function.loops[id].parent;
    function.vars.push(Var {
        ident: Ident::new(name, span.start),
        span,
        kind: VarKind::Driver,
        home,
        mutable: true,
        ty,
        tokens: text,
        deferred: false,
        hidden: true,
    })
}
