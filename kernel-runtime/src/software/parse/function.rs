//! Entries and functions with their directives (PTX ISA 11.2, 11.4).

use winnow::combinator::opt;
use winnow::prelude::*;
use winnow::token::any;

use super::super::ast::{Extent, Function, Variable};
use super::super::fault::Fault;
use super::{
    Parsed, Tokens, any_dot, block, commas, debug_information, formals, int, line, mark, peek_dot,
    peek_mark, word,
};

/// `.entry name (..) {..}` or `.func (..) name (..) {..}`.
pub(super) fn function<'a>(input: &mut Tokens<'_, 'a>, text: &'a str) -> Parsed<Function<'a>> {
    let entry = any_dot(input)? == "entry";
    let line = line(input);
    let results = if !entry && peek_mark(input, '(') {
        formals(input)?
    } else {
        Vec::new()
    };
    let name = word(input)?;
    let params = if peek_mark(input, '(') {
        formals(input)?
    } else {
        Vec::new()
    };
    let mut function = Function {
        entry,
        name,
        results,
        params,
        max_threads: None,
        required_threads: None,
        body: None,
        line,
    };
    let formals = function.results.iter().chain(&function.params);
    if let Some(v) = formals.clone().find(|v| too_large(v)) {
        return Err(Fault::at(
            v.line,
            format!("parameter `{}` is too large", v.name),
        ));
    }
    directives(input, &mut function)?;
    if opt(mark(';')).parse_next(input)?.is_none() {
        function.body = Some(block(input, text)?);
    }
    Ok(function)
}

/// Parameters hold 32764 bytes together (PTX ISA 5.1.6.1).
fn too_large(v: &Variable<'_>) -> bool {
    match v.extent {
        Extent::Scalar => false,
        Extent::Array(n) => n * v.ty.bytes() as u64 * v.vector > 32764,
        Extent::Unsized => true,
    }
}

fn directives<'a>(input: &mut Tokens<'_, 'a>, function: &mut Function<'a>) -> Parsed<()> {
    loop {
        if debug_information(input)? {
            continue;
        }
        let line = line(input);
        let Some(name) = peek_dot(input) else {
            return Ok(());
        };
        any.void().parse_next(input)?;
        match name {
            "maxntid" => function.max_threads = Some(extents(input)?.iter().product()),
            "reqntid" => function.required_threads = Some(extents(input)?),
            "minnctapersm" | "maxnctapersm" | "maxnreg" => int(input).map(drop)?,
            "noreturn" => {}
            _ => return Err(Fault::at(line, format!("unsupported directive `.{name}`"))),
        }
    }
}

fn extents(input: &mut Tokens<'_, '_>) -> Parsed<[u64; 3]> {
    let given = commas(input, int)?;
    let mut all = [1; 3];
    if given.len() > 3 {
        return Err(Fault::at(line(input), "more than three dimensions"));
    }
    all[..given.len()].copy_from_slice(&given);
    Ok(all)
}
