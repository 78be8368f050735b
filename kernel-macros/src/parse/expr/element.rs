//! Elements and lengths: of arrays, of parts of them, of fixed arrays and tables.

use crate::ir::types::ViewKind;
use crate::ir::{
    Access, AccessMode, Block, ExprId, ExprKind, IndexStyle, Place, Scalar, Span, Ty, VarId,
    VarKind,
};
use crate::parse::part::Part;
use crate::parse::{Parser, rows, span, ty, written};

impl Parser {
    pub(super) fn index(&mut self, node: &syn::Expr, index: &syn::ExprIndex) -> ExprId {
        if let Some(len) = self.shape_element(index) {
            return len;
        }
        if let Some(byte) = self.byte_of(node, index) {
            return byte;
        }
        if let Some(row) = self.row(node) {
            return self.read_row(&row);
        }
        match self.element(node, index, AccessMode::Load) {
            Ok(Indexed::Array(access)) => {
                let value = self.push(ExprKind::Load(access), span::of(node));
                self.checked(value)
            }
            Ok(Indexed::Local { base, index }) => {
                self.push(ExprKind::LocalElement { base, index }, span::of(node))
            }
            Err(opaque) => opaque,
        }
    }

    /// A value that is only there if the bounds checks before it pass.
    pub(super) fn checked(&mut self, value: ExprId) -> ExprId {
        let stmts = std::mem::take(&mut self.checks);
        if stmts.is_empty() {
            return value;
        }
        let span = self.exprs[value].span;
        let value = Some(value);
        self.push(ExprKind::Block(Block { stmts, value }), span)
    }

    /// `array[..]`, read or written.
    pub(in crate::parse) fn element(
        &mut self,
        node: &syn::Expr,
        index: &syn::ExprIndex,
        mode: AccessMode,
    ) -> Result<Indexed, ExprId> {
        let (first, brackets) = (index, index.bracket_token.span.join());
        if let Some((base, parts)) = rows::indexed(node)
            && parts.len() > 1
            && let Some(base) = self
                .named(base)
                .or_else(|| self.table(base, parts.len() as u32))
            && let Some(part) = self.part(base)
            && part.is_slice()
            && part.rank() == parts.len()
        {
            let index = parts.into_iter().map(|part| self.expr(part)).collect();
            let found = self.part_element(&part, index, mode, span::of(node));
            return Ok(self.bracketed(found, first_brackets(first)));
        }
        if let Some((base, parts)) = self.rows_of_local(index) {
            let index = parts.into_iter().map(|part| self.expr(part)).collect();
            return Ok(Indexed::Local { base, index });
        }
        let base = self.named(&index.expr);
        let Some(base) = base.or_else(|| self.table(&index.expr, 1)) else {
            let what = format!(
                "an index into `{}`, which is no plain variable,",
                written::text(&*index.expr)
            );
            let help = Some("bind the array to a variable before the loop");
            return Err(self.opaque(node, what, help));
        };
        if let Some(part) = self.segment(base).cloned() {
            return self.segment_element(node, index, mode, &part);
        }
        let Some(shape) = self.arrays.get(&base).copied() else {
            let name = self.vars[base].ident.to_string();
            let what = format!("an index into `{name}`, whose type is not known here");
            let help = format!("annotate it where it is bound, as in `let {name}: &[f64] = ..;`");
            return Err(self.opaque(node, what, Some(&help)));
        };
        let (style, parts) = index_parts(&index.index);
        if parts.len() != shape.rank as usize {
            return Err(self.wrong_rank(node, base, parts.len(), shape.rank as usize));
        }
        let index = parts.into_iter().map(|part| self.expr(part)).collect();
        let access = Access {
            array: base,
            index,
            mode,
            span: span::of(node),
            brackets,
            style,
            inside: false,
            own: Vec::new(),
            through: None,
            part: None,
        };
        Ok(Indexed::Array(self.accesses.push(access)))
    }

    /// A variable bound inside a loop, or an array from outside the function.
    pub(super) fn local_or_table(&mut self, node: &syn::Expr) -> Option<VarId> {
        let local = self.named(node);
        let local = local.filter(|var| self.vars[*var].kind == VarKind::Local);
        local.or_else(|| self.table(node, 1))
    }

    /// `local[i][j]`: the variable, bound inside a loop, and the indices.
    pub(super) fn rows_of_local<'a>(
        &self,
        index: &'a syn::ExprIndex,
    ) -> Option<(VarId, Vec<&'a syn::Expr>)> {
        let (base, mut parts) = match &*index.expr {
            syn::Expr::Index(outer) => self.rows_of_local(outer)?,
            base => (self.named(base)?, Vec::new()),
        };
        parts.push(&index.index);
        let local = self.vars[base].kind == VarKind::Local && !self.arrays.contains_key(&base);
        let part = self.segment(base).is_some();
        (local && !part).then_some((base, parts))
    }

    pub(super) fn wrong_rank(
        &mut self,
        node: &syn::Expr,
        base: VarId,
        found: usize,
        rank: usize,
    ) -> ExprId {
        let name = &self.vars[base].ident;
        let what = format!("an index with {found} where `{name}` has {rank} dimension(s)");
        self.opaque(node, what, None)
    }

    /// An element of a slice, a row or a chunk.
    pub(super) fn segment_element(
        &mut self,
        node: &syn::Expr,
        index: &syn::ExprIndex,
        mode: AccessMode,
        part: &Part,
    ) -> Result<Indexed, ExprId> {
        let (_, written) = index_parts(&index.index);
        if written.len() != part.rank() {
            return Err(self.wrong_rank(node, part.array, written.len(), part.rank()));
        }
        let brackets = index.bracket_token.span.join();
        let index = written.into_iter().map(|at| self.expr(at)).collect();
        let found = self.part_element(part, index, mode, span::of(node));
        Ok(self.bracketed(found, brackets))
    }

    /// The element with the place of its brackets.
    pub(super) fn bracketed(&mut self, found: Indexed, brackets: proc_macro2::Span) -> Indexed {
        if let Indexed::Array(access) = found {
            self.accesses[access].brackets = brackets;
        }
        found
    }

    /// An array from outside the function, a constant or a static, which has as many dimensions as
    /// it is indexed with. Inference finds its elements' type, and rustc confirms all of it.
    pub(in crate::parse) fn table(&mut self, base: &syn::Expr, rank: u32) -> Option<VarId> {
        let syn::Expr::Path(path) = base else {
            return None;
        };
        let local = path.path.get_ident();
        let local = local.and_then(|ident| self.find(ident));
        if path.qself.is_some() || local.is_some() {
            return None;
        }
        let var = self.outside(&path.path, Ty::Unknown);
        let kind = ViewKind::Slice;
        let shape = *self.arrays.entry(var).or_insert(Shape { rank, kind });
        self.tables.insert(var);
        (shape.rank == rank).then_some(var)
    }

    /// `a.shape()[1]`
    pub(super) fn shape_element(&mut self, index: &syn::ExprIndex) -> Option<ExprId> {
        let syn::Expr::MethodCall(call) = &*index.expr else {
            return None;
        };
        let array = self.named(&call.receiver)?;
        let shape = *self.arrays.get(&array)?;
        let dim = ty::literal_len(&index.index)?;
        if call.method != "shape" || shape.kind != ViewKind::NdArray || dim >= shape.rank.into() {
            return None;
        }
        let id = self.len(array, dim as u32, Span::of(index));
        self.confirm_length(index, id, array);
        Some(id)
    }

    pub(super) fn len(&mut self, array: VarId, dim: u32, span: Span) -> ExprId {
        self.push_typed(ExprKind::Len { array, dim }, span, Scalar::Usize)
    }
}

/// The outcome of reading `base[index]`.
pub(in crate::parse) enum Indexed {
    Array(crate::ir::AccessId),
    Local { base: VarId, index: Vec<ExprId> },
}

impl From<Indexed> for Place {
    fn from(found: Indexed) -> Place {
        match found {
            Indexed::Array(access) => Place::Element(access),
            Indexed::Local { base, index } => Place::LocalElement { base, index },
        }
    }
}

/// What the reader knows about an array variable.
#[derive(Clone, Copy, Debug)]
pub(in crate::parse) struct Shape {
    pub rank: u32,
    pub kind: ViewKind,
}

/// `i`, `[i, j]` or `(i, j)`.
pub(super) fn index_parts(index: &syn::Expr) -> (IndexStyle, Vec<&syn::Expr>) {
    match index {
        syn::Expr::Array(array) => (IndexStyle::Bracketed, array.elems.iter().collect()),
        syn::Expr::Tuple(tuple) => (IndexStyle::Tuple, tuple.elems.iter().collect()),
        _ => (IndexStyle::Flat, vec![index]),
    }
}

/// `Axis(1)`
pub(in crate::parse) fn axis_number(node: &syn::Expr) -> Option<u32> {
    let syn::Expr::Call(call) = node else {
        return None;
    };
    let syn::Expr::Path(path) = &*call.func else {
        return None;
    };
    if path.path.segments.last()?.ident != "Axis" {
        return None;
    }
    ty::literal_len(call.args.first()?)?.try_into().ok()
}

/// The brackets that stand first in `rows[i][j]`: an array that is no slice is asked for a row.
fn first_brackets(index: &syn::ExprIndex) -> proc_macro2::Span {
    match &*index.expr {
        syn::Expr::Index(inner) => first_brackets(inner),
        _ => index.bracket_token.span.join(),
    }
}
