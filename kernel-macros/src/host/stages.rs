//! Iterations cut at their calls of elementary functions: see `analysis/stages`.

use super::batch::{Batch, FEW, MANY};
use super::body::Body;
use super::iterate::Forms;
use super::names::{self, emit};
use super::region::Region;
use crate::analysis::stages::{Part, Stages};
use crate::ir::{Block, Scalar, StmtKind, VarId, walk};
use crate::tables::HashSet;
use proc_macro2::{Ident, TokenStream};

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
    body: &'a Body<'a>,
    /// The variable of the innermost parallel loop at `__t`.
    inner: &'a TokenStream,
    plan: &'a Stages,
    batch: Batch<'a>,
}

impl<'a> Printer<'a> {
    pub fn of(region: &'a Region<'a>, inner: &'a TokenStream, plan: &'a Stages) -> Self {
        let calls = plan.parts.iter().filter_map(|part| part.call);
        Printer {
            body: &region.body,
            inner,
            plan,
            batch: Batch::of(region, calls.collect()),
        }
    }

    /// How many iterations run together.
    pub fn count(&self) -> TokenStream {
        let (numbers, u64) = (&self.batch.numbers, self.body.scalar(Scalar::U64));
        emit!((#numbers as #u64))
    }

    /// The lanes of all variables and of all calls' arguments.
    pub fn lanes(&self) -> TokenStream {
        let (rt, function) = (self.body.rt(), self.body.function());
        let numbers = &self.batch.numbers;
        let carried = self.plan.carried.iter();
        let lanes = carried.map(|var| {
            let name = lanes_of(&self.body.name(*var));
            let ty = self.body.ty(&function.vars[*var].ty);
            emit! {
                let mut #name: #rt::math::lanes::Lanes<#ty, #numbers> = #rt::math::lanes::Lanes(
                    [#rt::from_bits::<#ty>(0); #numbers],
                );
            }
        });
        let (lanes, arguments): (TokenStream, _) = (lanes.collect(), self.batch.lanes(numbers));
        emit!(#lanes #arguments)
    }

    /// The iterations from `__from` on, part after part; `around` is made of an iteration's part.
    pub fn parts(&self, around: impl Fn(&Block, TokenStream) -> TokenStream) -> TokenStream {
        let parts = self.plan.parts.iter().enumerate();
        let parts = parts.map(|(number, part)| self.part(number, part, &around));
        let (scratch, parts): (_, TokenStream) = (self.batch.scratch(), parts.collect());
        emit!(#scratch #parts)
    }

    /// A part for each iteration, and then its call for all of them.
    fn part(
        &self,
        number: usize,
        part: &Part,
        around: impl Fn(&Block, TokenStream) -> TokenStream,
    ) -> TokenStream {
        let (rt, usize) = (self.body.rt(), self.body.scalar(Scalar::Usize));
        let (inner, count) = (self.inner, self.count());
        let reads = self.reads(number, part);
        let code = self.batch.after(number, || {
            let stmts = part.stmts.iter().map(|stmt| self.body.statement(stmt));
            let stmts: TokenStream = stmts.collect();
            let arguments = part.call.map(|_| self.batch.give(number));
            emit!(#stmts #arguments)
        });
        let writes = self.changed(part).into_iter().map(|var| {
            let name = self.body.name(var);
            let lanes = lanes_of(&name);
            emit!(unsafe { #rt::put(&mut #lanes.0, __lane, #name) };)
        });
        let call = part.call.map(|_| self.batch.call(number));
        let block = part.block(self.body.function());
        let code = around(&block, emit!(#reads #code #(#writes)*));
        emit! {
            for __n in 0..#count {
                let (__t, __lane) = (__from + __n, __n as #usize);
                #inner
                #code
            }
            #call
        }
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
        carried.chain([self.batch.get(number, &block)]).collect()
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
