//! A walk over a block that changes it, operands before what they are operands of.

use super::{Block, ExprId, ExprKind, Function, Opaque, Place, Stmt, StmtKind, verify};
use std::mem;

/// What a walk does at each node, once what is inside is done.
pub trait Pass {
    fn function(&mut self) -> &mut Function;

    fn expr(&mut self, _id: ExprId, _kind: &mut ExprKind) {}

    fn stmt(&mut self, _stmt: &mut Stmt) {}

    fn block(&mut self, _block: &mut Block) {}

    /// The walk is about to enter a loop's body.
    fn enter(&mut self, _body: &Block) {}

    /// It has left it.
    fn leave(&mut self) {}
}

/// Walks over a block.
pub fn over(pass: &mut impl Pass, block: &mut Block) {
    block.stmts.iter_mut().for_each(|node| stmt(pass, node));
    block.value.iter().for_each(|value| expr(pass, *value));
    pass.block(block);
}

fn stmt(pass: &mut impl Pass, node: &mut Stmt) {
    match &mut node.kind {
        StmtKind::Let { init, .. } => init.iter().for_each(|init| expr(pass, *init)),
        StmtKind::Assign { target, value, .. } => {
            expr(pass, *value);
            place(pass, target);
        }
        StmtKind::Expr(id) | StmtKind::Return(id) => expr(pass, *id),
        StmtKind::For(id) => {
            let heads: Vec<ExprId> = pass.function().loops[*id].range.exprs().collect();
            heads.into_iter().for_each(|head| expr(pass, head));
            let mut body = mem::take(&mut pass.function().loops[*id].body);
            inside(pass, &mut body);
            pass.function().loops[*id].body = body;
        }
        StmtKind::While { cond, body } => {
            expr(pass, *cond);
            inside(pass, body);
        }
        StmtKind::Loop { body } => inside(pass, body),
        StmtKind::Assert { cond, args, .. } => {
            expr(pass, *cond);
            args.iter().for_each(|arg| expr(pass, *arg));
        }
        StmtKind::Opaque(node) => opaque(pass, node),
        StmtKind::Break { .. } | StmtKind::Continue { .. } => {}
    }
    pass.stmt(node);
}

/// The blocks in it; of all else nothing is known.
fn opaque(pass: &mut impl Pass, node: &mut Opaque) {
    node.blocks.iter_mut().for_each(|block| over(pass, block));
}

fn inside(pass: &mut impl Pass, body: &mut Block) {
    pass.enter(body);
    over(pass, body);
    pass.leave();
}

fn place(pass: &mut impl Pass, place: &Place) {
    let index = match place {
        Place::Element(access) => pass.function().accesses[*access].index.clone(),
        Place::LocalElement { index, .. } => index.clone(),
        Place::Var(_) | Place::Field { .. } => return,
    };
    index.into_iter().for_each(|index| expr(pass, index));
}

fn expr(pass: &mut impl Pass, id: ExprId) {
    let placeholder = ExprKind::Bool(false);
    let mut kind = mem::replace(&mut pass.function().exprs[id].kind, placeholder);
    match &mut kind {
        ExprKind::If {
            cond,
            then,
            otherwise,
        } => {
            expr(pass, *cond);
            over(pass, then);
            otherwise.iter_mut().for_each(|block| over(pass, block));
        }
        ExprKind::Block(block) => over(pass, block),
        ExprKind::Opaque(node) => opaque(pass, node),
        ExprKind::Load(access) => place(pass, &Place::Element(*access)),
        kind => {
            let operands = verify::operands(kind);
            operands.into_iter().for_each(|operand| expr(pass, operand));
        }
    }
    pass.expr(id, &mut kind);
    pass.function().exprs[id].kind = kind;
}
