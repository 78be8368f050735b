//! One iteration of a region: array elements, and how an iteration fails.

use super::body::{Body, Frame};
use super::names::{self, emit};
use crate::analysis::constant;
use crate::analysis::plan::{Bounds, SiteKey};
use crate::ir::types::ViewKind;
use crate::ir::{AccessId, ExprId, ExprKind, Ty, VarId};
use proc_macro2::{Ident, TokenStream};
use quote::ToTokens;

impl Body<'_> {
    /// An element's place as `[i, j]`, checked if it has to be in this form of the body.
    pub fn index(&self, id: AccessId) -> TokenStream {
        let access = &self.function().accesses[id];
        let at = access.index.iter().map(|index| self.expr(*index));
        let at = emit!([#(#at),*]);
        let unless = match self.region.bounds.get(&id) {
            Some(Bounds::Proved) => return at,
            Some(Bounds::Relaxed) => emit!(!FAST &&),
            Some(Bounds::Checked) | None => TokenStream::new(),
        };
        let array = self.name(access.array);
        let dims = (0..access.index.len()).map(names::index);
        let recorded: Vec<_> = dims.map(|dim| emit!(__at[#dim])).collect();
        let fails = self
            .fails(SiteKey::Access(id), &recorded)
            .unwrap_or_else(|| unreachable!("a checked access without a site"));
        emit!({
            let __at = #at;
            if #unless #array.outside(__at) { #fails }
            __at
        })
    }

    /// The place where it takes no more than names, so that nothing has to bind it.
    pub fn named_index(&self, id: AccessId) -> Option<TokenStream> {
        let access = &self.function().accesses[id];
        let proved = matches!(self.region.bounds.get(&id), Some(Bounds::Proved));
        let named = |index: &ExprId| matches!(self.function().exprs[*index].kind, ExprKind::Var(_));
        (proved && access.index.iter().all(named)).then(|| self.index(id))
    }

    /// The value of an element.
    pub fn load(&self, id: AccessId) -> TokenStream {
        if let Some(at) = self.named_index(id) {
            return self.read(id, &at);
        }
        let (at, value) = (self.index(id), self.read(id, &emit!(__at)));
        emit!({ let __at = #at; #value })
    }

    /// The value of an element, read by itself where its neighbours' are read at the same time from far
    /// places.
    pub fn load_alone(&self, id: AccessId) -> TokenStream {
        let array = self.function().accesses[id].array;
        if self.parts(array).is_some() {
            return self.load(id);
        }
        let (at, name, unit) = (self.index(id), self.name(array), self.unit(array));
        emit!({ let __at = #at; unsafe { #name.get_alone::<#unit>(__at) } })
    }

    /// The element at `at`, which is in bounds.
    pub fn read(&self, id: AccessId, at: &TokenStream) -> TokenStream {
        let array = self.function().accesses[id].array;
        let name = self.name(array);
        if let Some(parts) = self.parts(array) {
            return emit!(unsafe { #name.get_in_rows::<#parts>(#at) });
        }
        let unit = self.unit(array);
        emit!(unsafe { #name.get::<#unit>(#at) })
    }

    /// Stores to the element at `at`, which is in bounds; if `WRITES`, in a function that `usual.rs`
    /// makes.
    pub fn write(&self, id: AccessId, at: &TokenStream, value: &TokenStream) -> TokenStream {
        let array = self.function().accesses[id].array;
        let name = self.name(array);
        let store = if let Some(parts) = self.parts(array) {
            emit!(#name.set_in_rows::<#parts>(#at, #value))
        } else {
            let unit = self.unit(array);
            emit!(#name.set::<#unit>(#at, #value))
        };
        if self.is_usual() {
            return emit!(if WRITES { unsafe { #store } });
        }
        emit!(unsafe { #store })
    }

    /// How many scalars the array's elements or its rows have, which lie one behind the other by its
    /// type.
    fn parts(&self, array: VarId) -> Option<TokenStream> {
        let function = self.function();
        let view = function.vars[array].ty.view()?;
        if view.kind != ViewKind::Slice {
            return None;
        }
        let row = function.rows.get(&array).map(|row| *row as usize);
        let parts = view.parts().map(|parts| parts as usize);
        match parts.or(row) {
            Some(parts) => Some(names::index(parts).into_token_stream()),
            None => self.row_constant(array).map(|name| emit!({ #name })),
        }
    }

    /// The constant of the region that is how far the rows of an array lie apart, where a constant of
    /// the user's says it.
    pub fn row_constant(&self, array: VarId) -> Option<Ident> {
        let named = self.function().row_names.contains_key(&array);
        let known = self.function().vars[array].ty.view()?.parts().is_some();
        let here = self.frame == Frame::Iteration && named && !known;
        here.then(|| names::local(&format!("__ROW{}", self.name(array))))
    }

    /// Whether the array's last dimension is contiguous: always, or in the fast form.
    fn unit(&self, array: VarId) -> TokenStream {
        let mut arrays = self.region.arrays.iter();
        let contiguous = arrays.any(|of| of.var == array && of.contiguous);
        if contiguous { emit!(true) } else { emit!(FAST) }
    }

    /// The indices into a fixed local array.
    pub fn local_indices(&self, base: VarId, index: &[ExprId]) -> Vec<TokenStream> {
        let ty = &self.function().vars[base].ty;
        let at = |(depth, index): (usize, &ExprId)| self.local_index(ty.indexed(depth), *index);
        index.iter().enumerate().map(at).collect()
    }

    /// Names for so many of them.
    pub fn local_places(&self, count: usize) -> Vec<proc_macro2::Ident> {
        (0..count)
            .map(|depth| names::local(&format!("__at{depth}")))
            .collect()
    }

    fn local_index(&self, array: Option<&Ty>, index: ExprId) -> TokenStream {
        let at = self.expr(index);
        let Some(Ty::Array(_, length)) = array else {
            return at;
        };
        if self.is_total() || matches!(self.function().exprs[index].kind, ExprKind::Int(..)) {
            return at;
        }
        let (rt, len) = (self.rt(), names::index(*length as usize));
        let fails = self.fails(SiteKey::LocalIndex(index), &[emit!(__at)]);
        // Of what cannot miss the array, LLVM does not see that everywhere.
        let inside = constant::is_below(self.function(), index, *length);
        let never = || inside.then(|| emit!(unsafe { #rt::unreachable_unchecked() }));
        let Some(fails) = fails.or_else(never) else {
            return at;
        };
        emit!({
            let __at = #at;
            if __at >= #len { #fails }
            __at
        })
    }

    /// Leaves the iteration at a site, recording these values; `None` where nothing can fail.
    pub fn fails(&self, key: SiteKey, recorded: &[TokenStream]) -> Option<TokenStream> {
        if self.is_total() {
            return None;
        }
        let number = *self.region.site_of.get(&key)?;
        let rt = self.rt();
        let args = recorded.iter().map(|value| emit!(#rt::bits(#value)));
        let args = args.chain(std::iter::repeat(emit!(0))).take(4);
        let site = proc_macro2::Literal::u32_unsuffixed(number);
        let leave = self.leave(&emit!(#site), &emit!([#(#args),*]));
        if let SiteKey::Expr(id) = key
            && self.region.relaxed_nodes.contains(&id)
        {
            return Some(emit!(if FAST {
                unsafe { #rt::unreachable_unchecked() }
            } #leave));
        }
        if !self.region.sites[number as usize].debug_only {
            return Some(leave);
        }
        let debug = self.debug();
        Some(emit!(if #debug { #leave }))
    }

    /// Leaves the iteration or function as failed.
    pub fn leave(&self, site: &TokenStream, args: &TokenStream) -> TokenStream {
        let rt = self.rt();
        match self.frame {
            Frame::Iteration if self.declines.get() => {
                emit!(break 'region #rt::Outcome::Declined;)
            }
            Frame::Iteration if self.region.in_order.is_some() => emit! {
                return #rt::Result::Err(
                    #rt::failed_in_trip(__trip, __shape, __outer, __t, #site, #args)
                );
            },
            Frame::Iteration => emit! {
                return #rt::Result::Err(#rt::failed(__shape, __outer, __t, #site, #args));
            },
            Frame::Function => emit!(return #rt::Result::Err(#rt::fault(#site, #args));),
        }
    }
}
