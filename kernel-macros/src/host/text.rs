//! PTX texts as constants: as they are where they are complete, put together by rustc where they
//! call functions that only rustc can find.

use super::call;
use super::names::{self, Runtime, emit};
use super::{Expansion, Ptx};
use crate::ir::{Builtin, CalleeId, Scalar, VarId};
use crate::ptx::hole::{Hole, Literal, Part};
use proc_macro2::{Literal as Token, TokenStream};
use std::hash::{DefaultHasher, Hash, Hasher};

/// Prints the holes of a function's texts.
pub struct Filler<'a> {
    pub input: &'a Expansion<'a>,
    pub rt: &'a Runtime,
}

impl Filler<'_> {
    /// The value of a kernel's `PTX`.
    pub fn module(&self, ptx: &Ptx) -> TokenStream {
        let (rt, head) = (self.rt, &ptx.head);
        if let Some((release, debug)) = ptx.complete() {
            if release == debug {
                return emit!(#release);
            }
            return emit! {
                if #rt::cfg!(debug_assertions) { #debug } else { #release }
            };
        }
        let (imports, parts, calls) = (self.imports(), self.parts(ptx), self.calls(ptx));
        let (u8, usize) = (self.scalar(Scalar::U8), self.scalar(Scalar::Usize));
        let own = &self.input.item.imports;
        emit!({
            #own
            #imports
            #parts
            #calls
            const HEAD: &'static #rt::prim::str = #head;
            const LENGTH: #usize = #rt::module_length(HEAD, CALLS, PARTS);
            const BYTES: [#u8; LENGTH] = #rt::module_text::<LENGTH>(HEAD, CALLS, PARTS);
            #rt::text_of(&BYTES)
        })
    }

    /// The value of a device function's `PIECE`; `items` stand in its body.
    pub fn piece(&self, ptx: &Ptx, items: &TokenStream) -> TokenStream {
        let rt = self.rt;
        let mut hasher = DefaultHasher::new();
        format!("{:?}", ptx.release).hash(&mut hasher);
        let hash = Token::u64_unsuffixed(hasher.finish());
        let name = crate::ptx::names::identifier(&self.input.function.name.to_string());
        let (imports, parts, calls) = (self.imports(), self.parts(ptx), self.calls(ptx));
        emit!({
            #items
            #imports
            #parts
            #calls
            const ID: #rt::prim::u64 =
                #rt::piece_id(#rt::module_path!(), #rt::line!(), #rt::column!(), #hash);
            &#rt::Piece { name: #name, id: ID, parts: PARTS, calls: CALLS }
        })
    }

    fn scalar(&self, of: Scalar) -> TokenStream {
        names::scalar(self.rt, of)
    }

    /// Names for the functions called.
    fn imports(&self) -> TokenStream {
        let callees = self
            .input
            .plan
            .regions
            .iter()
            .flat_map(|region| &region.calls);
        let mut callees: Vec<CalleeId> = callees.copied().collect();
        callees.sort();
        callees.dedup();
        let function = self.input.function;
        let imports = callees.iter().map(|id| call::import(function, *id));
        imports.collect()
    }

    fn parts(&self, ptx: &Ptx) -> TokenStream {
        let rt = self.rt;
        let [release, debug] = [&ptx.release, &ptx.debug].map(|parts| {
            let parts = parts.iter().map(|part| self.part(part));
            emit!(&[#(#parts),*])
        });
        emit! {
            const RELEASE: &'static [#rt::Part] = #release;
            const DEBUG: &'static [#rt::Part] = #debug;
            const PARTS: &'static [#rt::Part] =
                if #rt::cfg!(debug_assertions) { DEBUG } else { RELEASE };
        }
    }

    /// The pieces that the texts name.
    fn calls(&self, ptx: &Ptx) -> TokenStream {
        let rt = self.rt;
        let mut pieces: Vec<Hole> = Vec::new();
        for part in ptx.release.iter().chain(&ptx.debug) {
            match part {
                Part::Hole(hole @ (Hole::Callee(_) | Hole::Elementary(..)))
                    if !pieces.contains(hole) =>
                {
                    pieces.push(*hole);
                }
                _ => {}
            }
        }
        let pieces = pieces.iter().filter_map(|hole| self.symbol(hole));
        emit!(const CALLS: &'static [&'static #rt::Piece] = &[#(#pieces),*];)
    }

    /// The piece whose symbol stands in a hole.
    fn symbol(&self, hole: &Hole) -> Option<TokenStream> {
        let callee = match hole {
            Hole::Callee(id) => call::implementation(self.input.function, self.rt, *id),
            Hole::Elementary(builtin, ty) => elementary(self.rt, *builtin, *ty),
            _ => return None,
        };
        Some(emit!(#callee::PIECE))
    }

    fn part(&self, part: &Part) -> TokenStream {
        let rt = self.rt;
        let hole = match part {
            Part::Words(text) => return emit!(#rt::Part::Text(#text)),
            Part::Hole(hole) => hole,
        };
        match hole {
            Hole::Own => emit!(#rt::Part::Own),
            Hole::Callee(_) | Hole::Elementary(..) => {
                let piece = self.symbol(hole);
                emit!(#rt::Part::Symbol(#piece))
            }
            Hole::Sites { region, call } => {
                let number = self.first_site(*region, *call);
                emit!(#rt::Part::Number(#number))
            }
            Hole::Constant(var) => {
                let bits = self.constant(*var);
                emit!(#rt::Part::Bits(#bits))
            }
            Hole::LiteralType(literal) => {
                let ty = self.parameter(literal);
                emit!(#rt::Part::Text(#rt::literal_type::<#ty>()))
            }
            Hole::LiteralBits(literal) => {
                let ty = self.parameter(literal);
                let value = call::open_literal(self.input.function, literal.expr);
                emit!(#rt::Part::Bits({
                    const VALUE: #ty = #value;
                    #rt::literal_bits(VALUE)
                }))
            }
        }
    }

    /// Number of the first site of a function that a region calls.
    fn first_site(&self, region: usize, call: usize) -> TokenStream {
        let region = &self.input.plan.regions[region];
        let own = Token::u32_unsuffixed(region.sites.len() as u32);
        let before = region.calls[..call].iter();
        let before = before.map(|id| call::implementation(self.input.function, self.rt, *id));
        emit!(#own #(+ #before::SITES)*)
    }

    /// The bits of a constant, extended as its type says to a register's width.
    fn constant(&self, id: VarId) -> TokenStream {
        let var = &self.input.function.vars[id];
        let scalar = var.ty.scalar();
        let scalar = scalar.unwrap_or_else(|| unreachable!("a region reads scalars"));
        let (ty, tokens) = (self.scalar(scalar), &var.tokens);
        let [i32, u32, u64] = [Scalar::I32, Scalar::U32, Scalar::U64].map(|ty| self.scalar(ty));
        let bits = match scalar {
            Scalar::F32 | Scalar::F64 => emit!(#ty::to_bits(VALUE) as #u64),
            ty if ty.is_signed() && ty.bits() < 64 => emit!(VALUE as #i32 as #u32 as #u64),
            _ => emit!(VALUE as #u64),
        };
        emit!({
            const VALUE: #ty = #tokens;
            #bits
        })
    }

    /// Type of the parameter that a literal is for.
    fn parameter(&self, literal: &Literal) -> TokenStream {
        let rt = self.rt;
        let callee = call::implementation(self.input.function, rt, literal.callee);
        let position = names::index(literal.position);
        emit!(<#callee::Arguments as #rt::Argument<#position>>::Type)
    }
}

/// An elementary function of the runtime.
fn elementary(rt: &Runtime, builtin: Builtin, ty: Scalar) -> TokenStream {
    let [ty, name] = [ty.name(), builtin.name()].map(names::local);
    emit!(<#rt::math::#ty::#name as #rt::DeviceFunction>)
}
