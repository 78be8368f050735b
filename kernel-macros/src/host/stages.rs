//! Iterations cut at their calls of elementary functions: see `analysis/stages`.

use super::body::Body;
use super::iterate::Forms;
use super::names::{self, emit};
use super::region::Region;
use super::usual;
use crate::analysis::stages::{Part, Stages};
use crate::ir::{ExprId, ExprKind, Scalar, StmtKind, VarId, walk};
use crate::tables::{HashMap, HashSet};
use proc_macro2::{Ident, TokenStream};

/// Iterations that run together: few enough that LLVM copies their numbers in registers, and does not
/// call the C library for that. There are eight copies at most, of 32 bytes with AVX2.
const FEW: usize = 32;
/// The same with AVX-512, whose registers are twice as long: more are under way while some wait.
const MANY: usize = 64;

/// The forms of such a region: `NUMBERS` iterations run together.
pub fn forms(region: &Region) -> Forms {
    let [bool, usize] = [Scalar::Bool, Scalar::Usize].map(|ty| region.body.scalar(ty));
    let differs = region.differs_by_level();
    let [few, many] = [FEW, MANY].map(names::index);
    Forms {
        parameter: emit!(<const FAST: #bool, const WIDE: #bool, const NUMBERS: #usize>),
        pass: emit!(::<FAST, WIDE, NUMBERS>),
        fast: emit!(::<true, false, #few>),
        wide: emit!(::<true, #differs, #many>),
        other: emit!(::<false, false, #few>),
        further: None,
    }
}

/// Prints iterations of a region that run together.
pub struct Printer<'a> {
    pub region: &'a Region<'a>,
    pub body: &'a Body<'a>,
    /// The variable of the innermost parallel loop at `__t`.
    pub inner: &'a TokenStream,
    pub plan: &'a Stages,
}

impl Printer<'_> {
    /// How many iterations run together.
    pub fn count(&self) -> TokenStream {
        let (numbers, u64) = (self.numbers(), self.body.scalar(Scalar::U64));
        emit!((#numbers as #u64))
    }

    /// The same number as a `usize`.
    fn numbers(&self) -> TokenStream {
        // Regions with a form for usual arguments have other parameters.
        if usual::serves(self.region) {
            let few = names::index(FEW);
            return emit!(#few);
        }
        emit!(NUMBERS)
    }

    /// The lanes of all variables and of all calls' arguments.
    pub fn lanes(&self) -> TokenStream {
        let (rt, function) = (self.body.rt(), self.body.function());
        let numbers = self.numbers();
        let carried = self.plan.carried.iter();
        let carried = carried.map(|var| {
            let name = lanes_of(&self.body.name(*var));
            (name, self.body.ty(&function.vars[*var].ty))
        });
        let arguments = self.calls().enumerate().flat_map(|(number, id)| {
            let args = self.arguments(id).iter().enumerate();
            args.map(move |(at, arg)| {
                let ty = self.body.ty(&function.exprs[*arg].ty);
                (argument(number, at), ty)
            })
        });
        let lanes = carried.chain(arguments).map(|(name, ty)| {
            emit! {
                let mut #name: #rt::math::lanes::Lanes<#ty, #numbers> = #rt::math::lanes::Lanes(
                    [#rt::from_bits::<#ty>(0); #numbers],
                );
            }
        });
        let lanes: TokenStream = lanes.collect();
        emit! {
            #lanes
            let (mut __room, mut __is_filled) = (#rt::math::lanes::room(), false);
        }
    }

    /// The iterations from `__from` on, part after part. Only these ask for the room that calls need.
    pub fn parts(&self) -> TokenStream {
        let rt = self.body.rt();
        let parts = self.plan.parts.iter().enumerate();
        let parts = parts.map(|(number, part)| self.part(number, part));
        let parts: TokenStream = parts.collect();
        emit! {
            let __scratch = unsafe { #rt::math::lanes::filled(&mut __room, &mut __is_filled) };
            #parts
        }
    }

    /// The calls, each the last of the part of its number.
    fn calls(&self) -> impl Iterator<Item = ExprId> {
        self.plan.parts.iter().filter_map(|part| part.call)
    }

    fn arguments(&self, call: ExprId) -> &[ExprId] {
        match &self.body.function().exprs[call].kind {
            ExprKind::Call(_, args) => args,
            other => unreachable!("{other:?} is no call"),
        }
    }

    /// A part for each iteration, and then its call for all of them.
    fn part(&self, number: usize, part: &Part) -> TokenStream {
        let (rt, usize) = (self.body.rt(), self.body.scalar(Scalar::Usize));
        let (inner, count) = (self.inner, self.count());
        let made: HashMap<ExprId, Ident> =
            self.calls().take(number).zip((0..).map(value)).collect();
        let reads = self.reads(number, part);
        let code = self.body.after(made, || {
            let stmts = part.stmts.iter().map(|stmt| self.body.statement(stmt));
            let stmts: TokenStream = stmts.collect();
            let arguments = part.call.map(|call| self.give(number, call));
            emit!(#stmts #arguments)
        });
        let writes = self.changed(part).into_iter().map(|var| {
            let name = self.body.name(var);
            let lanes = lanes_of(&name);
            emit!(unsafe { #rt::put(&mut #lanes.0, __lane, #name) };)
        });
        let call = part.call.map(|call| self.call(number, call));
        emit! {
            for __n in 0..#count {
                let (__t, __lane) = (__from + __n, __n as #usize);
                #inner
                #reads
                #code
                #(#writes)*
            }
            #call
        }
    }

    /// Puts a call's arguments into its lanes.
    fn give(&self, number: usize, call: ExprId) -> TokenStream {
        let rt = self.body.rt();
        let args = self.arguments(call).iter().enumerate();
        let args = args.map(|(at, arg)| {
            let (lanes, arg) = (argument(number, at), self.body.expr(*arg));
            emit!(unsafe { #rt::put(&mut #lanes.0, __lane, #arg) };)
        });
        args.collect()
    }

    /// A call for all iterations. The values take the first argument's place.
    fn call(&self, number: usize, call: ExprId) -> TokenStream {
        let (rt, function) = (self.body.rt(), self.body.function());
        let ExprKind::Call(builtin, _) = &function.exprs[call].kind else {
            unreachable!("only calls end parts");
        };
        let owner = function.exprs[call].ty.scalar();
        let owner = owner.unwrap_or_else(|| unreachable!("an elementary function of a scalar"));
        let [ty, name] = [owner.name(), builtin.name()].map(names::local);
        let others = (1..self.arguments(call).len()).map(|at| argument(number, at));
        let values = argument(number, 0);
        emit!(#rt::math::#ty::lanes::#name(&mut #values.0, #(&#others.0,)* __scratch);)
    }

    /// Binds what a part has from those before it.
    fn reads(&self, number: usize, part: &Part) -> TokenStream {
        let (rt, function) = (self.body.rt(), self.body.function());
        let (block, bound) = (part.block(function), part.bound());
        let mut named = HashSet::default();
        walk::variables(function, &block, &mut |var| _ = named.insert(var));
        let carried = self.plan.carried.iter();
        let carried = carried.filter(|var| named.contains(var) && !bound.contains(var));
        let carried = carried.map(|var| {
            let name = self.body.name(*var);
            let lanes = lanes_of(&name);
            emit!(let mut #name = unsafe { #rt::get(&#lanes.0, __lane) };)
        });
        let mut inside = HashSet::default();
        walk::expressions(function, &block, &mut |id| _ = inside.insert(id));
        let calls = self.calls().take(number).enumerate();
        let calls = calls.filter(|(_, id)| inside.contains(id));
        let calls = calls.map(|(number, _)| {
            let (name, lanes) = (value(number), argument(number, 0));
            emit!(let #name = unsafe { #rt::get(&#lanes.0, __lane) };)
        });
        carried.chain(calls).collect()
    }

    /// The carried variables that a part binds or assigns to.
    fn changed(&self, part: &Part) -> Vec<VarId> {
        let function = self.body.function();
        let mut changed = part.bound();
        walk::statements(function, &part.block(function), &mut |stmt| {
            if let StmtKind::Assign { target, .. } = &stmt.kind {
                changed.extend(target.variable());
            }
        });
        let carried = self.plan.carried.iter().copied();
        carried.filter(|var| changed.contains(var)).collect()
    }
}

/// The lanes of a variable.
fn lanes_of(name: &Ident) -> Ident {
    names::local(&format!("{name}_lanes"))
}

/// The lanes of an argument of a call; of the first one, then of the call's values.
fn argument(call: usize, at: usize) -> Ident {
    names::local(&format!("__call{call}_argument{at}"))
}

/// A call's value.
fn value(call: usize) -> Ident {
    names::local(&format!("__call{call}"))
}
