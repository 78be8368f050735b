//! When a loop stays in the driver, the fixed arrays that it makes are the driver's: regions inside
//! reach their elements as they do those of a slice.

use crate::ir::pass::{self, Pass};
use crate::ir::types::View;
use crate::ir::{
    Access, AccessId, AccessMode, ExprId, ExprKind, Function, IndexStyle, LoopId, Place, Span,
    Stmt, StmtKind, Ty, VarId, VarKind,
};
use crate::tables::HashSet;

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
    pass::over(&mut Handover { function, arrays }, &mut body);
    function.loops[id].body = body;
}

/// A fixed array as regions see it, if they can.
fn view_of(ty: &Ty) -> Option<View> {
    let Ty::Array(elem, _) = ty else {
        return None;
    };
    // Values of several scalars have been taken apart here, and accesses to their arrays have not.
    let view = Ty::elements(elem, true).view().cloned();
    view.filter(|view| view.parts().is_none())
}

/// Rewrites the elements of arrays that changed hands.
struct Handover<'a> {
    function: &'a mut Function,
    arrays: HashSet<VarId>,
}

impl Handover<'_> {
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
}

impl Pass for Handover<'_> {
    fn function(&mut self) -> &mut Function {
        self.function
    }

    fn stmt(&mut self, stmt: &mut Stmt) {
        let StmtKind::Assign { target, op, .. } = &mut stmt.kind else {
            return;
        };
        let mode = match op {
            Some(_) => AccessMode::Update,
            None => AccessMode::Store,
        };
        if let Place::LocalElement { base, index } = target
            && let Some(access) = self.access(*base, index, mode, stmt.span)
        {
            *target = Place::Element(access);
        }
    }

    fn expr(&mut self, id: ExprId, kind: &mut ExprKind) {
        let span = self.function.exprs[id].span;
        if let ExprKind::LocalElement { base, index } = kind
            && let Some(access) = self.access(*base, index, AccessMode::Load, span)
        {
            *kind = ExprKind::Load(access);
        }
    }
}
