//! Checks the IR between passes: what holds here need not be asked again by a back end.

use super::{Block, ExprId, ExprKind, Function, LoopId, Place, Stmt, StmtKind, Ty};

/// Panics if a region body holds anything that a back end has no word for. Analysis refuses such
/// loops with a message; reaching this panic is a fault of the compiler, not of the user.
pub fn region_body(function: &Function, body: &Block) {
    block(function, body);
}

fn block(function: &Function, body: &Block) {
    body.stmts.iter().for_each(|node| stmt(function, node));
    if let Some(value) = body.value {
        expr(function, value);
    }
}

fn stmt(function: &Function, node: &Stmt) {
    match &node.kind {
        StmtKind::Let { init, .. } => init.iter().for_each(|init| expr(function, *init)),
        StmtKind::Assign { target, value, .. } => {
            place(function, target);
            expr(function, *value);
        }
        StmtKind::Expr(id) | StmtKind::Return(id) => expr(function, *id),
        StmtKind::For(id) => inner_loop(function, *id),
        StmtKind::While { cond, body, .. } => {
            expr(function, *cond);
            block(function, body);
        }
        StmtKind::Loop { body, .. } => block(function, body),
        StmtKind::Assert { cond, args, .. } => {
            expr(function, *cond);
            args.iter().for_each(|arg| expr(function, *arg));
        }
        StmtKind::Break { .. } | StmtKind::Continue { .. } => {}
        StmtKind::Opaque(opaque) => panic!("opaque statement in a region: {}", opaque.what),
    }
}

fn inner_loop(function: &Function, id: LoopId) {
    let node = &function.loops[id];
    assert!(node.opaque.is_none(), "a loop without a range in a region");
    assert!(
        function.vars[node.var].ty.scalar().is_some(),
        "an untyped loop variable"
    );
    expr(function, node.range.start);
    expr(function, node.range.end);
    block(function, &node.body);
}

fn place(function: &Function, target: &Place) {
    match target {
        Place::Element(access) => {
            function.accesses[*access]
                .index
                .iter()
                .for_each(|index| expr(function, *index));
        }
        Place::LocalElement { index, .. } => index.iter().for_each(|id| expr(function, *id)),
        Place::Var(_) | Place::Field { .. } => {}
    }
}

fn expr(function: &Function, id: ExprId) {
    let node = &function.exprs[id];
    assert!(
        node.ty != Ty::Unknown,
        "an untyped expression in a region: {:?}",
        node.kind
    );
    match &node.kind {
        ExprKind::Opaque(opaque) => panic!("opaque expression in a region: {}", opaque.what),
        ExprKind::NewArray { .. } => panic!("a new array in a region"),
        ExprKind::Complex(..) => panic!("a complex number in one piece in a region"),
        ExprKind::Option(_) => panic!("an option in one piece in a region"),
        ExprKind::Ordering(_) => panic!("an ordering in a region"),
        ExprKind::If {
            cond,
            then,
            otherwise,
        } => {
            expr(function, *cond);
            block(function, then);
            otherwise
                .iter()
                .for_each(|otherwise| block(function, otherwise));
        }
        ExprKind::Block(inner) => block(function, inner),
        ExprKind::Load(access) => place(function, &Place::Element(*access)),
        kind => operands(kind)
            .into_iter()
            .for_each(|operand| expr(function, operand)),
    }
}

/// The operands of an expression without blocks, in order of evaluation.
pub fn operands(kind: &ExprKind) -> Vec<ExprId> {
    match kind {
        ExprKind::Unary(_, inner) | ExprKind::Cast(inner, _) | ExprKind::Field(inner, _) => {
            vec![*inner]
        }
        ExprKind::Repeat(inner, _) => vec![*inner],
        ExprKind::Binary(_, left, right) | ExprKind::Logic { left, right, .. } => {
            vec![*left, *right]
        }
        ExprKind::Call(_, parts)
        | ExprKind::Apply(_, parts)
        | ExprKind::Tuple(parts)
        | ExprKind::Complex(_, parts)
        | ExprKind::Array(parts) => parts.clone(),
        ExprKind::LocalElement { index, .. } => index.clone(),
        ExprKind::Option(some) => some.iter().copied().collect(),
        _ => Vec::new(),
    }
}
