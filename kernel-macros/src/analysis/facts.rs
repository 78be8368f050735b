//! What the source says of values from outside of a region: what a `let` binds them to, the ranges of
//! the loops around, quotients, minima and maxima.
//!
//! No proof rests on these: they tell whether a guard could ever hold. One that could not is an
//! error, instead of a loop that would always run as it is written.

use super::extent::is_nonnegative;
use super::form::Former;
use super::poly::{Poly, Sym};
use crate::ir::{
    BinaryOp, Builtin, ExprId, ExprKind, Function, Pat, Stmt, StmtKind, VarId, VarKind, walk,
};
use crate::tables::{HashMap, HashSet};

/// How often what a fact speaks of is looked into in turn.
const ROUNDS: usize = 3;

/// Factors of products by which facts are multiplied, at most.
const MOST_FACTORS: usize = 4;

/// What the driver's names that keep their values are bound to, if that keeps its value too.
pub fn definitions(function: &Function) -> HashMap<VarId, ExprId> {
    let mut found = HashMap::default();
    walk::statements(function, &function.body, &mut |stmt| {
        define(function, stmt, &mut found);
    });
    found
}

fn define(function: &Function, stmt: &Stmt, found: &mut HashMap<VarId, ExprId>) {
    let StmtKind::Let {
        pat,
        init: Some(init),
    } = &stmt.kind
    else {
        return;
    };
    let steady = |var: VarId| !function.vars[var].mutable;
    let mut bind = |var: VarId, init: ExprId| {
        let mut kept = steady(var);
        walk::below(function, init, &mut |id| {
            if let ExprKind::Var(of) = function.exprs[id].kind {
                kept &= steady(of);
            }
        });
        if kept {
            found.insert(var, init);
        }
    };
    match (pat, &function.exprs[*init].kind) {
        (Pat::Var(var), _) => bind(*var, *init),
        (Pat::Tuple(parts), ExprKind::Tuple(values)) => {
            for (part, value) in parts.iter().zip(values) {
                if let Pat::Var(var) = part {
                    bind(*var, *value);
                }
            }
        }
        _ => {}
    }
}

/// Polynomials that are not negative wherever all of these are at least as large as they say.
pub fn about(former: &Former, at_least: &[(Poly, i128)]) -> Vec<Poly> {
    let mut facts: Vec<Poly> = Vec::new();
    let mut seen: HashSet<Sym> = HashSet::default();
    let mut open: Vec<Sym> = at_least.iter().flat_map(|(p, _)| p.symbols()).collect();
    for _ in 0..ROUNDS {
        let fresh: Vec<Sym> = open.drain(..).filter(|sym| seen.insert(*sym)).collect();
        for sym in fresh {
            let more = of(former, sym);
            open.extend(more.iter().flat_map(Poly::symbols));
            facts.extend(more);
        }
    }
    let given = at_least.iter();
    let given = given.filter_map(|(poly, least)| poly.checked_sub(&Poly::constant(*least)));
    let all: Vec<Poly> = given.chain(facts.iter().cloned()).collect();
    facts.extend(products(former, &all));
    facts
}

fn of(former: &Former, sym: Sym) -> Vec<Poly> {
    match sym {
        Sym::Var(var) => variable(former, var),
        Sym::Atom(id) => atom(former, sym, id),
        Sym::Len(..) | Sym::Extent(..) | Sym::Index(_) => Vec::new(),
    }
}

fn variable(former: &Former, var: VarId) -> Vec<Poly> {
    let value = Poly::sym(Sym::Var(var));
    if let VarKind::Index(around) = former.function.vars[var].kind {
        let Some((low, high, _)) = former.extent(around) else {
            return Vec::new();
        };
        return value
            .checked_sub(&low)
            .into_iter()
            .chain(high.checked_sub(&value))
            .collect();
    }
    let bound = former.function.definitions.get(&var);
    let bound = bound.and_then(|init| former.form(*init));
    let Some(bound) = bound.map(|form| form.poly).filter(Poly::is_invariant) else {
        return Vec::new();
    };
    if bound == value {
        return Vec::new();
    }
    let both = [value.checked_sub(&bound), bound.checked_sub(&value)];
    both.into_iter().flatten().collect()
}

fn atom(former: &Former, sym: Sym, id: ExprId) -> Vec<Poly> {
    let value = Poly::sym(sym);
    let form = |id| former.form(id).map(|form| form.poly);
    let of = |id| form(id).filter(|poly| *poly != value);
    match &former.function.exprs[id].kind {
        ExprKind::Binary(BinaryOp::Div, dividend, divisor) => {
            let divisor = form(*divisor).and_then(|divisor| divisor.as_constant());
            quotient(former, &value, of(*dividend), divisor)
        }
        ExprKind::Binary(BinaryOp::Shr, value_of, by) => {
            let by = form(*by).and_then(|by| by.as_constant());
            let divisor = by.and_then(|by| 1_i128.checked_shl(u32::try_from(by).ok()?));
            quotient(former, &value, of(*value_of), divisor)
        }
        ExprKind::Call(Builtin::Min, args) => {
            let args = args.iter().filter_map(|arg| of(*arg));
            args.filter_map(|arg| arg.checked_sub(&value)).collect()
        }
        ExprKind::Call(Builtin::Max, args) => {
            let args = args.iter().filter_map(|arg| of(*arg));
            args.filter_map(|arg| value.checked_sub(&arg)).collect()
        }
        _ => Vec::new(),
    }
}

/// `c q <= p` and `p <= c q + c - 1`, where `p` is not negative.
fn quotient(former: &Former, q: &Poly, p: Option<Poly>, c: Option<i128>) -> Vec<Poly> {
    let (Some(p), Some(c)) = (p, c.filter(|c| *c > 0)) else {
        return Vec::new();
    };
    if !p.symbols().all(|sym| is_nonnegative(former, sym)) {
        return Vec::new();
    }
    let times = Poly::constant(c).checked_mul(q);
    let rest = times.and_then(|times| p.checked_sub(&times));
    let room = rest
        .as_ref()
        .and_then(|rest| Poly::constant(c - 1).checked_sub(rest));
    rest.into_iter().chain(room).collect()
}

/// What is not negative, times the factors of products.
fn products(former: &Former, polys: &[Poly]) -> Vec<Poly> {
    let terms = polys.iter().flat_map(Poly::terms);
    let pairs = terms.map(|(symbols, _)| symbols);
    let mut factors: Vec<Sym> = pairs
        .filter(|of| of.len() == 2)
        .flatten()
        .copied()
        .collect();
    factors.sort();
    factors.dedup();
    factors.retain(|sym| is_nonnegative(former, *sym));
    factors.truncate(MOST_FACTORS);
    let single = |poly: &&Poly| poly.terms().all(|(symbols, _)| symbols.len() < 2);
    let times = |factor: &Sym| {
        let factor = Poly::sym(*factor);
        let products = polys.iter().filter(single);
        let products = products.filter_map(|poly| poly.checked_mul(&factor));
        products.collect::<Vec<Poly>>()
    };
    factors.iter().flat_map(times).collect()
}
