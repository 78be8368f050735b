//! Complex numbers: what makes them, and their parts as places.

use super::Parser;
use super::expr::complex_part;
use super::span;
use super::ty;
use crate::ir::{AccessMode, Block, ExprId, ExprKind, Maker, MakerKind, Opaque, Part, Place, Ty};
use quote::ToTokens;

impl Parser {
    /// `Complex::new(re, im)` and its kin.
    pub(super) fn make_complex(
        &mut self,
        node: &syn::Expr,
        path: &syn::ExprPath,
        call: &syn::ExprCall,
    ) -> Option<ExprId> {
        let mut segments = path.path.segments.iter().rev();
        let (function, owner) = (segments.next()?, segments.next()?);
        let kind = MakerKind::from_name(&function.ident.to_string())?;
        let plain = path.qself.is_none() && function.arguments.is_none();
        if !plain || !is_complex(owner) || call.args.len() != kind.arity() {
            return None;
        }
        let args = call.args.iter().map(|arg| self.expr(arg)).collect();
        let path = path.to_token_stream();
        let id = self.push(
            ExprKind::Complex(Box::new(Maker { kind, path }), args),
            span::of(node),
        );
        if let Some(scalar) = ty::complex(owner) {
            self.exprs[id].ty = Ty::Complex(scalar);
        }
        Some(id)
    }

    /// `Complex { re, im }`: its fields in the order in which they are written.
    pub(super) fn complex_literal(&mut self, node: &syn::ExprStruct) -> Option<ExprId> {
        let owner = node.path.segments.last()?;
        if !is_complex(owner) || node.qself.is_some() || node.rest.is_some() {
            return None;
        }
        let parts = node.fields.iter().map(|field| match &field.member {
            syn::Member::Named(name) => complex_part(name),
            syn::Member::Unnamed(_) => None,
        });
        let parts: Vec<u32> = parts.collect::<Option<_>>()?;
        let values: Vec<ExprId> = node
            .fields
            .iter()
            .map(|field| self.expr(&field.expr))
            .collect();
        let kind = MakerKind::Literal;
        let path = node.path.to_token_stream();
        let maker = Box::new(Maker { kind, path });
        let span = crate::ir::Span::of(node);
        let (args, stmts) = match parts[..] {
            [0, 1] => (values, Vec::new()),
            [1, 0] => {
                let (im, bind) = self.bind_hidden_to("im", values[0], span);
                let im = self.push(ExprKind::Var(im), span);
                (vec![values[1], im], vec![bind])
            }
            _ => return None,
        };
        let made = self.push(ExprKind::Complex(maker, args), span);
        if let Some(scalar) = ty::complex(owner) {
            self.exprs[made].ty = Ty::Complex(scalar);
        }
        if stmts.is_empty() {
            return Some(made);
        }
        let value = Some(made);
        Some(self.push(ExprKind::Block(Block { stmts, value }), span))
    }

    /// `z.re`, `a[i].im` or `p[i].0` as something to assign to.
    pub(super) fn part_place(
        &mut self,
        base: &syn::Expr,
        part: Part,
        mode: AccessMode,
    ) -> Result<Place, Opaque> {
        if let Some(reference) = self.deref_target(base) {
            let (base, index) = (reference, part.number);
            return Ok(Place::Field { base, index });
        }
        let handed_out = self.named(base).and_then(|var| self.parts.get(&var));
        if let Some(element) = handed_out.filter(|part| part.rank() == 0).cloned() {
            let found = self.part_element(&element, Vec::new(), mode, span::of(base));
            return self.part_of_place(found.into(), part);
        }
        let place = self.place(base, mode)?;
        self.part_of_place(place, part)
    }

    fn part_of_place(&mut self, place: Place, part: Part) -> Result<Place, Opaque> {
        match place {
            Place::Var(base) => Ok(Place::Field {
                base,
                index: part.number,
            }),
            Place::Element(access) if self.accesses[access].part.is_none() => {
                self.accesses[access].part = Some(part);
                Ok(Place::Element(access))
            }
            _ => Err(Opaque {
                what: "an assignment to part of a number in a local array".to_string(),
                help: Some("assign the whole number".to_string()),
                blocks: Vec::new(),
            }),
        }
    }
}

/// Whether the name in a path is that of the type, with its float or without.
fn is_complex(owner: &syn::PathSegment) -> bool {
    let bare = owner.ident == "Complex" && owner.arguments.is_none();
    bare || ty::complex(owner).is_some()
}
