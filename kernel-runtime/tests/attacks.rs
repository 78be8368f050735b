//! Tricks that must not compile: `docs/soundness.md` names the rule that stops each.

#[test]
fn tricks() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("tests/attacks/*.rs");
}
