//! Calls of elementary functions that are made for many iterations at once, by the runtime's functions of
//! many numbers (`kernel-runtime/src/math/lanes.rs`): what the iterations give and what they get.

use super::body::Body;
use super::names::{self, emit};
use super::region::Region;
use super::usual;
use crate::ir::{Block, ExprId, ExprKind, Scalar, walk};
use crate::tables::{HashMap, HashSet};
use proc_macro2::{Ident, TokenStream};

/// Numbers of a call: few enough that LLVM copies them in registers, and does not
/// call the C library for that. There are eight copies at most, of 32 bytes with AVX2.
pub const FEW: usize = 32;
/// The same with AVX-512, whose registers are twice as long: more are under way while some wait.
pub const MANY: usize = 64;

/// The calls of a region, in the order in which they are made.
pub struct Batch<'a> {
    body: &'a Body<'a>,
    calls: Vec<ExprId>,
    /// How many numbers a call has: a constant's name, or a number.
    pub numbers: TokenStream,
}

impl<'a> Batch<'a> {
    pub fn of(region: &'a Region<'a>, calls: Vec<ExprId>) -> Self {
        // Regions with a form for usual arguments have other parameters.
        let numbers = if usual::serves(region) {
            let few = names::index(FEW);
            emit!(#few)
        } else {
            emit!(NUMBERS)
        };
        Batch {
            body: &region.body,
            calls,
            numbers,
        }
    }

    pub fn is_empty(&self) -> bool {
        self.calls.is_empty()
    }

    /// The call of this number.
    pub fn number(&self, number: usize) -> ExprId {
        self.calls[number]
    }

    /// The numbers of the calls in a block, in order.
    pub fn inside(&self, block: &Block) -> Vec<usize> {
        let mut numbers = Vec::new();
        walk::expressions(self.body.function(), block, &mut |id| {
            numbers.extend(self.calls.iter().position(|of| *of == id));
        });
        numbers.sort_unstable();
        numbers
    }

    /// The types of a call's arguments, which each have lanes.
    pub fn types(&self) -> impl Iterator<Item = Scalar> {
        let function = self.body.function();
        let arguments = self.calls.iter().flat_map(|call| self.arguments(*call));
        arguments.map(|arg| {
            let ty = function.exprs[*arg].ty.scalar();
            ty.unwrap_or_else(|| unreachable!("an elementary function of scalars"))
        })
    }

    /// Lanes for so many iterations, and room for what the functions need.
    pub fn lanes(&self, length: &TokenStream) -> TokenStream {
        let rt = self.body.rt();
        let lanes = (0..self.calls.len()).flat_map(|number| self.names(number));
        let lanes = lanes.zip(self.types()).map(|(name, ty)| {
            let ty = self.body.scalar(ty);
            emit! {
                let mut #name: #rt::math::lanes::Lanes<#ty, #length> = #rt::math::lanes::Lanes(
                    [#rt::from_bits::<#ty>(0); #length],
                );
            }
        });
        let lanes: TokenStream = lanes.collect();
        emit! {
            #lanes
            let (mut __room, mut __is_filled) = (#rt::math::lanes::room(), false);
        }
    }

    /// Fills the room, of which only those ask that make calls.
    pub fn scratch(&self) -> TokenStream {
        let rt = self.body.rt();
        emit!(let __scratch = unsafe { #rt::math::lanes::filled(&mut __room, &mut __is_filled) };)
    }

    fn arguments(&self, call: ExprId) -> &[ExprId] {
        match &self.body.function().exprs[call].kind {
            ExprKind::Call(_, args) => args,
            other => unreachable!("{other:?} is no call"),
        }
    }

    /// The lanes of a call's arguments; of the first one, then of the call's values.
    fn names(&self, number: usize) -> Vec<Ident> {
        let args = self.arguments(self.calls[number]);
        let name = |at| names::local(&format!("__call{number}_argument{at}"));
        (0..args.len()).map(name).collect()
    }

    /// What `print` prints behind the calls before that of this number, whose values have names.
    pub fn after<T>(&self, number: usize, print: impl FnOnce() -> T) -> T {
        let made = self.calls.iter().copied().zip((0..).map(value));
        let made: HashMap<ExprId, Ident> = made.take(number).collect();
        self.body.after(made, print)
    }

    /// Puts a call's arguments into its lanes.
    pub fn give(&self, number: usize) -> TokenStream {
        let rt = self.body.rt();
        let args = self.arguments(self.calls[number]);
        let args = self.names(number).into_iter().zip(args);
        let args = args.map(|(lanes, arg)| {
            let arg = self.body.expr(*arg);
            emit!(unsafe { #rt::put(&mut #lanes.0, __lane, #arg) };)
        });
        args.collect()
    }

    /// Binds the values that a block has of the calls before that of this number.
    pub fn get(&self, number: usize, block: &Block) -> TokenStream {
        let (rt, function) = (self.body.rt(), self.body.function());
        let mut inside = HashSet::default();
        walk::expressions(function, block, &mut |id| _ = inside.insert(id));
        let calls = self.calls.iter().take(number).enumerate();
        let calls = calls.filter(|(_, id)| inside.contains(*id));
        let calls = calls.map(|(number, _)| {
            let (name, lanes) = (value(number), &self.names(number)[0]);
            emit!(let #name = unsafe { #rt::get(&#lanes.0, __lane) };)
        });
        calls.collect()
    }

    /// The path of the runtime's function.
    fn function(&self, number: usize) -> TokenStream {
        let (rt, function) = (self.body.rt(), self.body.function());
        let node = &function.exprs[self.calls[number]];
        let ExprKind::Call(builtin, _) = &node.kind else {
            unreachable!("only calls are made");
        };
        let owner = node.ty.scalar();
        let owner = owner.unwrap_or_else(|| unreachable!("an elementary function of a scalar"));
        let [ty, name] = [owner.name(), builtin.name()].map(names::local);
        emit!(#rt::math::#ty::lanes::#name)
    }

    /// A call for all lanes. The values take the first argument's place.
    pub fn call(&self, number: usize) -> TokenStream {
        let function = self.function(number);
        let names = self.names(number);
        let (values, others) = names.split_first().unwrap_or_else(|| unreachable!());
        emit!(#function(&mut #values.0, #(&#others.0,)* __scratch);)
    }

    /// Calls for the first `__count` lanes of a strip, whole blocks of them.
    pub fn calls(&self, number: usize) -> TokenStream {
        let (rt, usize) = (self.body.rt(), self.body.scalar(Scalar::Usize));
        let (function, numbers) = (self.function(number), &self.numbers);
        let names = self.names(number);
        let (values, others) = names.split_first().unwrap_or_else(|| unreachable!());
        let scratch = self.scratch();
        emit! {
            #(let __blocks = #rt::math::lanes::blocks::<_, _, #numbers>(&mut #names, __count as #usize);)*
            #scratch
            for __block in 0..__blocks {
                #function(
                    #rt::math::lanes::block_mut::<_, _, #numbers>(&mut #values, __block),
                    #(#rt::math::lanes::block::<_, _, #numbers>(&#others, __block),)*
                    __scratch,
                );
            }
        }
    }
}

/// The name of a call's value.
fn value(call: usize) -> Ident {
    names::local(&format!("__call{call}"))
}
