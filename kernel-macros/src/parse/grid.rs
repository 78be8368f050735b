//! Iterators over every element of arrays with several dimensions: a nest of loops, one for each.

use super::Parser;
use super::part::Part;
use super::stream::{Item, Stream};
use crate::ir::iteration::Adaptor;
use crate::ir::{
    BinaryOp, Block, ExprId, ExprKind, Iteration, Loop, LoopId, Range, Span, Stmt, StmtKind, Ty,
    VarKind,
};
use proc_macro2::Ident;

/// The positions of a nest, outermost first: loops, the variables' values, the lengths.
pub(super) struct Grid {
    pub loops: Vec<LoopId>,
    pub at: Vec<ExprId>,
    pub lens: Vec<ExprId>,
}

impl Stream {
    /// Number of dimensions, if the items are every element of arrays of several.
    pub fn grid_rank(&self) -> Option<usize> {
        match self {
            Stream::Elements { part, .. } => Some(part.rank()),
            Stream::Enumerate(inner) | Stream::Values(inner) => inner.grid_rank(),
            Stream::Zip(left, right) => left
                .grid_rank()
                .filter(|rank| right.grid_rank() == Some(*rank)),
            _ => None,
        }
    }

    /// The arrays that are gone over.
    fn grid_parts(&self) -> Vec<&Part> {
        match self {
            Stream::Elements { part, .. } => vec![part],
            Stream::Enumerate(inner) | Stream::Values(inner) => inner.grid_parts(),
            Stream::Zip(left, right) => [left.grid_parts(), right.grid_parts()].concat(),
            _ => Vec::new(),
        }
    }
}

impl Parser {
    fn lens(&mut self, part: &Part, span: Span) -> Vec<ExprId> {
        let dims = 0..part.rank();
        dims.map(|dim| self.part_len(part, dim, span)).collect()
    }

    /// That all arrays of a grid have one shape: where they have not, the items are others, or there
    /// is a panic.
    pub(super) fn alike(&mut self, stream: &Stream, span: Span) -> Vec<ExprId> {
        let parts: Vec<Part> = stream.grid_parts().into_iter().cloned().collect();
        let mut conditions = Vec::new();
        for pair in parts.windows(2) {
            let (left, right) = (self.lens(&pair[0], span), self.lens(&pair[1], span));
            for (a, b) in left.into_iter().zip(right) {
                conditions.push(self.compare_made(BinaryOp::Le, a, b));
                conditions.push(self.compare_made(BinaryOp::Le, b, a));
            }
        }
        conditions
    }

    /// The same for arrays of any number of dimensions.
    pub(super) fn one_length(&mut self, stream: &Stream, span: Span) -> Vec<ExprId> {
        if stream.grid_rank().is_some() {
            return self.alike(stream, span);
        }
        let Stream::Zip(left, right) = stream else {
            return Vec::new();
        };
        let mut conditions = self.one_length(left, span);
        let (a, b) = (self.count(left, span), self.count(right, span));
        conditions.push(self.compare_made(BinaryOp::Le, a, b));
        conditions.push(self.compare_made(BinaryOp::Le, b, a));
        conditions
    }

    /// The loops of the nest; the first one is there already. The reader is inside all of them.
    pub(super) fn open_grid(&mut self, outer: LoopId, ident: &Ident, stream: &Stream) -> Grid {
        let span = Span::at(ident.span());
        let first = stream.grid_parts()[0].clone();
        let lens = self.lens(&first, span);
        let mut grid = Grid {
            loops: vec![outer],
            at: Vec::new(),
            lens,
        };
        for level in 0..grid.lens.len() {
            if level > 0 {
                let id = self.loops.reserve(None);
                self.path.push(id);
                grid.loops.push(id);
            }
            let id = grid.loops[level];
            let var = self.hidden(ident, VarKind::Index(id), Ty::Unknown);
            let at = self.push(ExprKind::Var(var), span);
            grid.at.push(at);
        }
        grid
    }

    /// What is handed out at one position of a nest.
    pub(super) fn grid_item(&mut self, stream: &Stream, grid: &Grid) -> Item {
        match stream {
            Stream::Elements { part, indexed } => {
                let mut inner = part.clone();
                for at in &grid.at {
                    inner = self.part_at(&inner, 0, *at);
                }
                if inner.writable {
                    inner.own.extend(&grid.loops);
                }
                if !indexed {
                    return Item::Part(inner);
                }
                let index = grid.at.iter().map(|at| Item::Number(*at)).collect();
                Item::Tuple(vec![Item::Tuple(index), Item::Part(inner)])
            }
            Stream::Enumerate(inner) => {
                let first = grid.at[0];
                let rest = grid.at.iter().zip(&grid.lens).skip(1);
                let position = rest.fold(first, |position, (at, len)| {
                    let row = self.times(position, *len);
                    self.plus(row, *at)
                });
                let item = self.grid_item(inner, grid);
                Item::Tuple(vec![Item::Number(position), item])
            }
            Stream::Values(inner) => match self.grid_item(inner, grid) {
                Item::Part(part) => Item::Value(part),
                item => item,
            },
            Stream::Zip(left, right) => Item::Tuple(vec![
                self.grid_item(left, grid),
                self.grid_item(right, grid),
            ]),
            _ => unreachable!("a grid is made of these"),
        }
    }

    /// Leaves the inner loops of the nest; what is left is the body of the outermost one.
    pub(super) fn close_grid(
        &mut self,
        grid: &Grid,
        mut body: Block,
        bound: usize,
        head: Span,
    ) -> (Block, usize) {
        let mut bound = bound;
        for level in (1..grid.loops.len()).rev() {
            let id = grid.loops[level];
            self.path.pop();
            let ExprKind::Var(var) = self.exprs[grid.at[level]].kind else {
                unreachable!("a position is a variable");
            };
            let range = Range {
                start: self.number(0, head),
                end: grid.lens[level],
                inclusive: false,
                adapters: Vec::new(),
            };
            let iteration = Iteration {
                requires: Vec::new(),
                alike: false,
                adaptor: Adaptor::Plain,
                makers: Vec::new(),
                bound,
                text: "..".to_string(),
            };
            let inner = Loop {
                var,
                range,
                demanded: false,
                proofs: Vec::new(),
                body,
                parent: Some(grid.loops[level - 1]),
                head,
                range_span: head,
                iteration: Some(iteration),
                inlined: true,
                listed: false,
                opaque: None,
            };
            self.loops.fill(id, inner);
            let kind = StmtKind::For(id);
            let stmts = vec![Stmt { kind, span: head }];
            body = Block { stmts, value: None };
            bound = 0;
        }
        (body, bound)
    }
}
