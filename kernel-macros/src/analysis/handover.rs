//! When a loop stays in the driver, the fixed arrays that it makes are the driver's: regions inside
//! reach their elements as they do those of a slice.

use crate::ir::types::View;
use crate::ir::{
    Access, AccessId, AccessMode, Block, ExprId, ExprKind, Function, IndexStyle, LoopId, Place,
    Span, Stmt, StmtKind, Ty, VarId, VarKind,
};
use std::collections::HashSet;

/// Makes arrays of the fixed arrays that the body of a driver loop binds.
pub fn arrays_of(function: &mut Function, id: LoopId) {
    let made = |var: &VarId| {
        let var = &function.vars[*var];
        var.home == Some(id) && var.kind == VarKind::Local && view_of(&var.ty).is_some()
    };
    let arrays: HashSet<VarId> = function.vars.ids().filter(made).collect();
    if arrays.is_empty() {
        return;
    }
    for var in &arrays {
        let node = &mut function.vars[*var];
        node.kind = VarKind::Driver;
        node.ty = view_of(&node.ty).map_or(Ty::Unknown, Ty::View);
    }
    let mut body = std::mem::take(&mut function.loops[id].body);
    Handover { function, arrays }.block(&mut body);
    function.loops[id].body = body;
}

/// A fixed array as regions see it, if they can.
fn view_of(ty: &Ty) -> Option<View> {
    let Ty::Array(elem, _) = ty else {
        return None;
    };
    Ty::elements(elem, true).view().cloned()
}

/// Rewrites the elements of arrays that changed hands.
struct Handover<'a> {
    function: &'a mut Function,
    arrays: HashSet<VarId>,
}

impl Handover<'_> {
    fn block(&mut self, block: &mut Block) {
        block.stmts.iter_mut().for_each(|stmt| self.stmt(stmt));
        block.value.iter().for_each(|value| self.expr(*value));
    }

    fn stmt(&mut self, stmt: &mut Stmt) {
        match &mut stmt.kind {
            StmtKind::Let { init, .. } => init.iter().for_each(|init| self.expr(*init)),
            StmtKind::Assign { target, op, value } => {
                let mode = match op {
                    Some(_) => AccessMode::Update,
                    None => AccessMode::Store,
                };
                self.expr(*value);
                self.place(target, mode, stmt.span);
            }
            StmtKind::Expr(id) | StmtKind::Return(id) => self.expr(*id),
            StmtKind::For(id) => {
                let node = &mut self.function.loops[*id];
                let ends = [node.range.start, node.range.end];
                let mut body = std::mem::take(&mut node.body);
                ends.into_iter().for_each(|end| self.expr(end));
                self.block(&mut body);
                self.function.loops[*id].body = body;
            }
            StmtKind::While { cond, body } => {
                self.expr(*cond);
                self.block(body);
            }
            StmtKind::Loop { body } => self.block(body),
            StmtKind::Assert { cond, args, .. } => {
                self.expr(*cond);
                args.iter().for_each(|arg| self.expr(*arg));
            }
            StmtKind::Opaque(opaque) => opaque.blocks.iter_mut().for_each(|b| self.block(b)),
            StmtKind::Break { .. } | StmtKind::Continue { .. } => {}
        }
    }

    fn place(&mut self, place: &mut Place, mode: AccessMode, span: Span) {
        match place {
            Place::LocalElement { base, index } => {
                index.iter().for_each(|index| self.expr(*index));
                if let Some(access) = self.access(*base, index, mode, span) {
                    *place = Place::Element(access);
                }
            }
            Place::Element(access) => self.access_indices(*access),
            Place::Var(_) | Place::Field { .. } => {}
        }
    }

    fn access_indices(&mut self, access: AccessId) {
        let index = self.function.accesses[access].index.clone();
        index.into_iter().for_each(|index| self.expr(index));
    }

    /// The access, if the array changed hands and the indices reach a scalar.
    fn access(
        &mut self,
        array: VarId,
        index: &[ExprId],
        mode: AccessMode,
        span: Span,
    ) -> Option<AccessId> {
        let rank = self.function.vars[array].ty.view()?.rank;
        if !self.arrays.contains(&array) || rank as usize != index.len() {
            return None;
        }
        let style = match rank {
            1 => IndexStyle::Flat,
            _ => IndexStyle::Nested,
        };
        let last = index.last().map(|last| self.function.exprs[*last].span.end);
        let span = Span {
            start: span.start,
            end: last.unwrap_or(span.end),
        };
        Some(self.function.accesses.push(Access {
            array,
            index: index.to_vec(),
            mode,
            span,
            brackets: span.end,
            style,
            inside: false,
            own: Vec::new(),
            through: None,
            part: None,
        }))
    }

    fn expr(&mut self, id: ExprId) {
        let span = self.function.exprs[id].span;
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
            ExprKind::Opaque(opaque) => opaque.blocks.iter_mut().for_each(|b| self.block(b)),
            ExprKind::Load(access) => self.access_indices(*access),
            kind => {
                let operands = crate::ir::verify::operands(kind);
                operands.into_iter().for_each(|operand| self.expr(operand));
            }
        }
        if let ExprKind::LocalElement { base, index } = &kind
            && let Some(access) = self.access(*base, index, AccessMode::Load, span)
        {
            kind = ExprKind::Load(access);
        }
        self.function.exprs[id].kind = kind;
    }
}
