//! The second entry of regions with accumulators.

use super::emitted;

/// The second entry of a region over `x` into these accumulators of a type.
fn fold_of(ty: &str, accumulators: usize) -> String {
    let names: Vec<String> = (0..accumulators).map(|n| format!("s{n}")).collect();
    let lets: String = names
        .iter()
        .map(|name| format!("let mut {name} = 0 as {ty};"))
        .collect();
    let adds: String = names
        .iter()
        .map(|name| format!("{name} += x[i];"))
        .collect();
    let (types, values) = (vec![ty; accumulators].join(", "), names.join(", "));
    let source = format!(
        "fn f(x: &[{ty}]) -> ({types},) {{
            {lets} for i in 0..x.len() {{ {adds} }} ({values},) }}"
    );
    let text = emitted(&source, false);
    let start = text.find(".entry f_0_fold(").expect("a second entry");
    text[start..].to_owned()
}

/// What the only loop over shares has of each kind.
fn counts(text: &str, kinds: [&str; 3]) -> [usize; 3] {
    assert_eq!(text.matches("\nSHARE_").count(), 1, "{text}");
    kinds.map(|kind| text.matches(kind).count())
}

/// A thread's registers hold as many rows as fit; each level of the tree combines once for each
/// pair of rows, and the last levels once.
#[test]
fn a_share_is_as_many_rows_as_registers_hold() {
    for (ty, accumulators, rows) in [
        ("f32", 1, 8),
        ("f64", 1, 4),
        ("f32", 2, 4),
        ("f32", 3, 2),
        ("f64", 2, 2),
        ("f64", 3, 1),
        ("f64", 5, 1),
    ] {
        let text = fold_of(ty, accumulators);
        let bits: usize = ty[1..].parse().expect("a width");
        let kinds = ["@%p", "add.rn.", "shfl.sync."];
        let [guarded, sums, shuffles] = counts(&text, kinds);
        let pairs = rows - 1 + 5;
        assert_eq!(sums, accumulators * pairs, "{text}");
        assert_eq!(shuffles, sums * bits / 32, "{text}");
        // Loads, stores, and the ends of both loops.
        assert_eq!(guarded, accumulators * (rows + 1) + 2, "{text}");
    }
}

/// The rows that a thread behind another goes on with are the later half of all: its first partial
/// result is so many further on, less the distance of the one in front, whose it was.
#[test]
fn threads_behind_begin_further_on() {
    let skipped = |accumulators| -> Vec<String> {
        let text = fold_of("f32", accumulators);
        let lines = text.lines().filter(|line| line.contains("selp.b32"));
        let number = |line: &str| line.split(", ").nth(1).expect("a number").to_owned();
        lines.map(number).collect()
    };
    assert_eq!(skipped(1), ["127", "62", "28"]);
    assert_eq!(skipped(2), ["63", "30"]);
    assert_eq!(skipped(4), ["31"]);
    assert_eq!(skipped(5), [""; 0]);
}

/// All loads come before what waits for the first of them.
#[test]
fn loads_are_on_their_way_together() {
    let text = fold_of("f32", 1);
    let last_load = text.rfind("ld.global").expect("loads");
    let first_use = text.find("shfl").expect("shuffles");
    assert!(last_load < first_use, "{text}");
}

/// An odd one out is not combined with an identity, which could change its bits.
#[test]
fn what_has_no_partner_stays_as_it_is() {
    let text = fold_of("f64", 1);
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let sums = lines
        .iter()
        .enumerate()
        .filter(|(_, line)| line.starts_with("add.rn"));
    for (at, sum) in sums {
        let operands = |line: &str| -> Vec<String> {
            let parts = line.split([' ', ',', ';']).filter(|part| !part.is_empty());
            parts.skip(1).map(str::to_owned).collect()
        };
        let (sum, chosen) = (operands(sum), operands(lines[at + 1]));
        assert_eq!(chosen[1..3], sum[..2], "{text}");
    }
}
