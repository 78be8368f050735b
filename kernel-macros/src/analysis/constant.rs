//! Between which constants an integer expression stays, whatever arrays and arguments hold: a loop's
//! variable between literals, a remainder, a mask, what a narrow type can hold.
//!
//! An element of a fixed array of the iteration cannot be missed by such an index, in any form and with no
//! guard. Operations that could wrap are only known to stay in their type.

use crate::ir::{BinaryOp, Builtin, ExprId, ExprKind, Function, VarId, VarKind};

type Range = (i128, i128);

/// Whether an index cannot miss an array of so many elements.
pub fn is_below(function: &Function, id: ExprId, length: u64) -> bool {
    range(function, id).is_some_and(|(low, high)| low >= 0 && high < i128::from(length))
}

/// The least and the greatest value of an integer that an operation keeps small: a mask, a remainder.
pub fn limited(function: &Function, id: ExprId) -> Option<Range> {
    let all = function.exprs[id].ty.scalar()?.int_range()?;
    let known = match function.exprs[id].kind {
        ExprKind::Cast(of, _) => limited(function, of),
        _ => known(function, id),
    };
    known.filter(|(low, high)| all.0 <= *low && *high <= all.1)
}

/// The least and the greatest value that an integer may have.
pub fn range(function: &Function, id: ExprId) -> Option<Range> {
    let all = function.exprs[id].ty.scalar()?.int_range()?;
    let known = known(function, id).filter(|(low, high)| all.0 <= *low && *high <= all.1);
    Some(known.unwrap_or(all))
}

fn known(function: &Function, id: ExprId) -> Option<Range> {
    let range = |id: ExprId| range(function, id);
    match &function.exprs[id].kind {
        ExprKind::Int(value, _) => {
            let value = i128::try_from(*value).ok()?;
            Some((value, value))
        }
        ExprKind::Var(var) => counter(function, *var),
        ExprKind::Cast(of, _) => range(*of),
        ExprKind::Binary(op, left, right) => binary(*op, range(*left)?, range(*right)?),
        ExprKind::Call(builtin, args) => {
            let [left, right] = **args else { return None };
            let ((a, b), (c, d)) = (range(left)?, range(right)?);
            match builtin {
                Builtin::Min => Some((a.min(c), b.min(d))),
                Builtin::Max => Some((a.max(c), b.max(d))),
                _ => None,
            }
        }
        _ => None,
    }
}

/// The variable of a loop between literals.
fn counter(function: &Function, var: VarId) -> Option<Range> {
    let of = &function.vars[var];
    let VarKind::Index(id) = of.kind else {
        return None;
    };
    let node = &function.loops[id];
    let literal = |id: ExprId| match function.exprs[id].kind {
        ExprKind::Int(value, _) => i128::try_from(value).ok(),
        _ => None,
    };
    let (start, end) = (literal(node.range.start)?, literal(node.range.end)?);
    let last = if node.range.inclusive { end } else { end - 1 };
    let fixed = !of.mutable && node.opaque.is_none() && start <= last;
    fixed.then_some((start, last))
}

/// What an operation makes of these, if it does not wrap: of 64 bits none overflows here.
fn binary(op: BinaryOp, (a, b): Range, (c, d): Range) -> Option<Range> {
    match op {
        BinaryOp::Add => Some((a + c, b + d)),
        BinaryOp::Sub => Some((a - d, b - c)),
        BinaryOp::Mul => {
            let ends = [(a, c), (a, d), (b, c), (b, d)];
            let products: Option<Vec<i128>> = ends.iter().map(|(x, y)| x.checked_mul(*y)).collect();
            let products = products?;
            Some((*products.iter().min()?, *products.iter().max()?))
        }
        BinaryOp::Rem if c > 0 && a >= 0 => Some((0, b.min(d - 1))),
        BinaryOp::Rem if c > 0 => Some((1 - d, d - 1)),
        BinaryOp::Div if c > 0 && a >= 0 => Some((a / d, b / c)),
        BinaryOp::And if a >= 0 && c >= 0 => Some((0, b.min(d))),
        BinaryOp::And if a >= 0 => Some((0, b)),
        BinaryOp::And if c >= 0 => Some((0, d)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::analysis::plan::SiteKind;
    use crate::analysis::tests::accepted;

    /// How often a fixed array may be missed.
    fn checked(index: &str) -> usize {
        let source = format!(
            "fn f(x: &[u8], w: &[i32], y: &mut [f64]) {{
                 for i in 0..y.len() {{
                     let mut a = [0.0; 4]; let at = x[i] as usize;
                     for k in 0..4 {{ a[{index}] = 1.0; y[i] += a[0]; }}
                 }}
             }}"
        );
        let (_, plan) = accepted(&source);
        let sites = plan.regions[0].sites.iter();
        let local = |kind: &SiteKind| matches!(kind, SiteKind::LocalIndex { .. });
        sites.filter(|site| local(&site.kind)).count()
    }

    #[test]
    fn what_cannot_miss_an_array_is_no_site() {
        for index in [
            "k",
            "3 - k",
            "k / 2 + 2",
            "at % 4",
            "at & 3",
            "(x[i] & 3) as usize",
            "at.min(3)",
            "k.max(1)",
            "(k + 1) % 4",
        ] {
            assert_eq!(checked(index), 0, "{index}");
        }
    }

    #[test]
    fn what_could_is_one() {
        for index in [
            "at",
            "k + 1",
            // It wraps in release builds.
            "k - 1",
            "at % 5",
            "at & 7",
            "at.min(4)",
            "at.max(3)",
            "(w[i] % 4) as usize",
            "(w[i] & 3 - 4) as usize",
            "k * 2",
            "x.len() % at",
        ] {
            assert_eq!(checked(index), 1, "{index}");
        }
    }

    /// How often the array `t` may be missed.
    fn missed(params: &str, index: &str) -> usize {
        let source = format!(
            "fn f(x: &[u8], w: &[i32], {params}, y: &mut [f64]) {{
                 for i in 0..y.len() {{ y[i] = t[{index}]; }}
             }}"
        );
        let (_, plan) = accepted(&source);
        plan.regions[0].sites.len()
    }

    #[test]
    fn what_a_type_says_of_a_length_is_known() {
        for index in [
            "x[i] as usize",
            "(w[i] & 255) as usize",
            "(w[i] as u8) as usize",
        ] {
            // The guard keeps the others in bounds; `x` and `w` with them.
            assert_eq!(missed("t: &[f64; 256]", index), 0, "{index}");
            assert_eq!(missed("t: [f64; 256]", index), 0, "{index}");
            assert_eq!(missed("t: &[f64; 255]", index), 1, "{index}");
            assert_eq!(missed("t: &[f64]", index), 1, "{index}");
        }
        for index in [
            "(w[i] & 255) as i8 as usize",
            "w[i] as usize",
            "(w[i] & 256) as usize",
        ] {
            assert_eq!(missed("t: &[f64; 256]", index), 1, "{index}");
        }
    }
}
