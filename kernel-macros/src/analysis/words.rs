//! Conditions of the guard in words, with the user's names.

use super::form::Former;
use super::poly::{Poly, Sym};
use crate::ir::dump;

/// That a polynomial is positive, as a comparison: `n <= stride`.
pub fn positive(former: &Former, poly: &Poly) -> String {
    let (mut left, mut right) = (Vec::new(), Vec::new());
    // Positive is at least one.
    let constant = poly.terms().find(|(symbols, _)| symbols.is_empty());
    let constant = constant.map_or(0, |(_, value)| value).saturating_sub(1);
    for (symbols, value) in poly.terms().filter(|(symbols, _)| !symbols.is_empty()) {
        let term = product(former, symbols, value.unsigned_abs());
        match value < 0 {
            true => left.push(term),
            false => right.push(term),
        }
    }
    match constant {
        0 => {}
        less if less < 0 => left.push(less.unsigned_abs().to_string()),
        more => right.push(more.to_string()),
    }
    format!("{} <= {}", sum(left), sum(right))
}

/// Alternatives, each of which holds if all of its polynomials are positive.
pub fn alternatives(former: &Former, ways: &[Vec<Poly>]) -> String {
    let way = |tests: &Vec<Poly>| {
        let tests = tests
            .iter()
            .map(|test| format!("`{}`", positive(former, test)));
        tests.collect::<Vec<_>>().join(" and ")
    };
    ways.iter().map(way).collect::<Vec<_>>().join(", or if ")
}

fn sum(terms: Vec<String>) -> String {
    match terms.is_empty() {
        true => "0".to_string(),
        false => terms.join(" + "),
    }
}

fn product(former: &Former, symbols: &[Sym], coefficient: u128) -> String {
    let names = symbols.iter().map(|symbol| name(former, *symbol));
    let number = (coefficient != 1).then(|| coefficient.to_string());
    let factors: Vec<String> = number.into_iter().chain(names).collect();
    factors.join(" * ")
}

fn name(former: &Former, symbol: Sym) -> String {
    let function = former.function;
    match symbol {
        Sym::Var(var) | Sym::Index(var) => function.vars[var].ident.to_string(),
        Sym::Len(array, dim) => {
            let array = &function.vars[array];
            match array.ty.view().map_or(1, |view| view.rank) {
                1 => format!("{}.len()", array.ident),
                _ => format!("{}.dim().{dim}", array.ident),
            }
        }
        Sym::Atom(expr) => format!("({})", dump::expr(function, expr)),
        Sym::Extent(id, high) => {
            let var = &function.vars[function.loops[id].var].ident;
            let which = if high { "largest" } else { "smallest" };
            format!("(the {which} {var})")
        }
    }
}
