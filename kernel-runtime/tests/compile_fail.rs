//! Every message that refuses a kernel, as rustc shows it.

#[test]
fn refused_kernels() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("tests/ui/*.rs");
}
