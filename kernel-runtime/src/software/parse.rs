//! Tokens to syntax tree (PTX ISA 4.3, 5.4, 7.1, 9.1, 11).

mod expression;
mod function;
mod variable;

use winnow::combinator::{opt, repeat};
use winnow::error::ParserError;
use winnow::prelude::*;
use winnow::stream::TokenSlice;
use winnow::token::{any, one_of, take_while};

use super::ast::{Module, Statement, Variable};
use super::fault::Fault;
use super::lexer::{self, Kind, Token};

type Tokens<'t, 'a> = TokenSlice<'t, Token<'a>>;
type Parsed<T> = Result<T, Fault>;

/// The newest PTX ISA version that the device takes, times ten.
const NEWEST_VERSION: u32 = 89;

/// The tree of a whole text.
pub(super) fn module(text: &str) -> Result<Module<'_>, Fault> {
    let tokens = lexer::tokens(text)?;
    let mut input = TokenSlice::new(&tokens);
    let (version, target) = header(&mut input)?;
    let mut module = Module {
        version,
        target,
        variables: Vec::new(),
        functions: Vec::new(),
    };
    while !input.is_empty() {
        item(&mut input, text, &mut module)?;
    }
    Ok(module)
}

/// `.version`, `.target` and `.address_size` (PTX ISA 11.1).
fn header(input: &mut Tokens<'_, '_>) -> Parsed<(u32, u32)> {
    let line = line(input);
    dot("version")
        .parse_next(input)
        .map_err(|_| Fault::at(line, "a PTX text begins with `.version`"))?;
    let version = match any.parse_next(input)?.kind {
        Kind::Double(v) => (v * 10.0).round() as u32,
        other => return Err(Fault::at(line, format!("{other} is not a PTX ISA version"))),
    };
    if !(30..=NEWEST_VERSION).contains(&version) {
        let (major, minor) = (version / 10, version % 10);
        return Err(Fault::at(
            line,
            format!("unsupported .version {major}.{minor}"),
        ));
    }
    dot("target").parse_next(input)?;
    let target = target(input)?;
    if opt(dot("address_size")).parse_next(input)?.is_some() {
        let line = self::line(input);
        if int(input)? != 64 {
            return Err(Fault::at(line, "only .address_size 64 is supported"));
        }
    }
    Ok((version, target))
}

fn target(input: &mut Tokens<'_, '_>) -> Parsed<u32> {
    let line = line(input);
    let names = commas(input, word)?;
    let mut sm = None;
    for name in names {
        match name
            .strip_prefix("sm_")
            .map(|n| n.trim_end_matches(['a', 'f']).parse())
        {
            Some(Ok(n)) => sm = Some(n),
            _ if matches!(name, "debug" | "texmode_independent" | "texmode_unified") => {}
            _ => return Err(Fault::at(line, format!("unsupported .target `{name}`"))),
        }
    }
    sm.ok_or_else(|| Fault::at(line, "`.target` names no sm_ architecture"))
}

/// One thing at module scope.
fn item<'a>(input: &mut Tokens<'_, 'a>, text: &'a str, module: &mut Module<'a>) -> Parsed<()> {
    if debug_information(input)? {
        return Ok(());
    }
    let external = linkage(input)?;
    let line = line(input);
    match peek_dot(input) {
        Some("entry" | "func") => module.functions.push(function::function(input, text)?),
        Some("global" | "const" | "shared") => {
            module
                .variables
                .extend(variable::declaration(input, external)?);
        }
        Some(other) => {
            return Err(Fault::at(line, format!("unsupported directive `.{other}`")));
        }
        None => return Err(Fault::from_input(input)),
    }
    Ok(())
}

/// Linking directives (PTX ISA 11.6); whether one was `.extern`.
fn linkage(input: &mut Tokens<'_, '_>) -> Parsed<bool> {
    let mut external = false;
    while let Some(word @ ("visible" | "extern" | "weak" | "common")) = peek_dot(input) {
        external |= word == "extern";
        any.void().parse_next(input)?;
    }
    Ok(external)
}

/// Skips one debugging directive or `.pragma` (PTX ISA 11.5, 11.4.9), if there is one here.
fn debug_information(input: &mut Tokens<'_, '_>) -> Parsed<bool> {
    let line = line(input);
    match peek_dot(input) {
        Some("loc" | "file") => {
            take_while(0.., |t: &Token<'_>| t.line == line)
                .void()
                .parse_next(input)?;
        }
        Some("section") => {
            take_while(0.., |t: &Token<'_>| t.kind != Kind::Mark('}'))
                .void()
                .parse_next(input)?;
            mark('}').parse_next(input)?;
        }
        Some("pragma") => {
            take_while(0.., |t: &Token<'_>| t.kind != Kind::Mark(';'))
                .void()
                .parse_next(input)?;
            mark(';').parse_next(input)?;
        }
        _ => return Ok(false),
    }
    Ok(true)
}

/// `{ .. }`.
fn block<'a>(input: &mut Tokens<'_, 'a>, text: &'a str) -> Parsed<Vec<Statement<'a>>> {
    mark('{').parse_next(input)?;
    let mut statements = Vec::new();
    while opt(mark('}')).parse_next(input)?.is_none() {
        if !debug_information(input)? {
            statement(input, text, &mut statements)?;
        }
    }
    Ok(statements)
}

fn statement<'a>(
    input: &mut Tokens<'_, 'a>,
    text: &'a str,
    out: &mut Vec<Statement<'a>>,
) -> Parsed<()> {
    let line = line(input);
    match kinds(input) {
        [Some(Kind::Mark('{')), _] => out.push(Statement::Block(block(input, text)?)),
        [Some(Kind::Mark(';')), _] => any.void().parse_next(input)?,
        [Some(Kind::Dot("reg")), _] => out.push(variable::registers(input)?),
        [
            Some(Kind::Dot("local" | "shared" | "param" | "global" | "const")),
            _,
        ] => {
            out.push(Statement::Variables(variable::declaration(input, false)?));
        }
        [Some(Kind::Dot(other)), _] => {
            return Err(Fault::at(line, format!("unsupported directive `.{other}`")));
        }
        [Some(Kind::Word(name)), Some(Kind::Mark(':'))] => {
            take_while(2..=2, |_: &Token<'_>| true)
                .void()
                .parse_next(input)?;
            out.push(labelled(input, name, line)?);
        }
        _ => out.push(Statement::Instruction(expression::instruction(
            input, text,
        )?)),
    }
    Ok(())
}

fn labelled<'a>(input: &mut Tokens<'_, 'a>, name: &'a str, line: u32) -> Parsed<Statement<'a>> {
    if opt(dot("branchtargets")).parse_next(input)?.is_none() {
        return Ok(Statement::Label { name, line });
    }
    let targets = commas(input, word)?;
    mark(';').parse_next(input)?;
    Ok(Statement::BranchTargets {
        name,
        targets,
        line,
    })
}

/// One or more, separated by commas. (`separated` would take an error in a later one for the end
/// of the list, and its message would be lost.)
fn commas<'t, 'a, O>(
    input: &mut Tokens<'t, 'a>,
    mut one: impl Parser<Tokens<'t, 'a>, O, Fault>,
) -> Parsed<Vec<O>> {
    let mut all = vec![one.parse_next(input)?];
    while opt(mark(',')).parse_next(input)?.is_some() {
        all.push(one.parse_next(input)?);
    }
    Ok(all)
}

/// Comma-separated, between two marks.
fn enclosed<'t, 'a, O>(
    input: &mut Tokens<'t, 'a>,
    marks: [char; 2],
    one: impl Parser<Tokens<'t, 'a>, O, Fault>,
) -> Parsed<Vec<O>> {
    mark(marks[0]).parse_next(input)?;
    if opt(mark(marks[1])).parse_next(input)?.is_some() {
        return Ok(Vec::new());
    }
    let all = commas(input, one)?;
    mark(marks[1]).parse_next(input)?;
    Ok(all)
}

/// Comma-separated declarators up to `;`.
fn declarators<'t, 'a, O>(
    input: &mut Tokens<'t, 'a>,
    one: impl Parser<Tokens<'t, 'a>, O, Fault>,
) -> Parsed<Vec<O>> {
    let all = commas(input, one)?;
    mark(';').parse_next(input)?;
    Ok(all)
}

/// `( .. )` of formal parameters.
fn formals<'a>(input: &mut Tokens<'_, 'a>) -> Parsed<Vec<Variable<'a>>> {
    enclosed(input, ['(', ')'], variable::formal)
}

fn line(input: &Tokens<'_, '_>) -> u32 {
    input.first().map_or(0, |t| t.line)
}

fn kinds<'a>(input: &Tokens<'_, 'a>) -> [Option<Kind<'a>>; 2] {
    [0, 1].map(|i| input.get(i).map(|t| t.kind))
}

fn peek_dot<'a>(input: &Tokens<'_, 'a>) -> Option<&'a str> {
    match input.first()?.kind {
        Kind::Dot(name) => Some(name),
        _ => None,
    }
}

fn peek_mark(input: &Tokens<'_, '_>, wanted: char) -> bool {
    kinds(input)[0] == Some(Kind::Mark(wanted))
}

fn mark<'t, 'a: 't>(wanted: char) -> impl Parser<Tokens<'t, 'a>, (), Fault> {
    move |input: &mut Tokens<'t, 'a>| {
        if peek_mark(input, wanted) {
            return any.void().parse_next(input);
        }
        let found = input
            .first()
            .map_or("the end".to_owned(), |t| t.kind.to_string());
        Err(Fault::at(
            line(input),
            format!("expected `{wanted}`, found {found}"),
        ))
    }
}

fn dot<'t, 'a: 't>(wanted: &'static str) -> impl Parser<Tokens<'t, 'a>, (), Fault> {
    one_of(move |t: &Token<'_>| t.kind == Kind::Dot(wanted)).void()
}

fn word<'a>(input: &mut Tokens<'_, 'a>) -> Parsed<&'a str> {
    any.verify_map(|t: &Token<'a>| match t.kind {
        Kind::Word(word) => Some(word),
        _ => None,
    })
    .parse_next(input)
}

fn any_dot<'a>(input: &mut Tokens<'_, 'a>) -> Parsed<&'a str> {
    any.verify_map(|t: &Token<'a>| match t.kind {
        Kind::Dot(word) => Some(word),
        _ => None,
    })
    .parse_next(input)
}

fn dots<'a>(input: &mut Tokens<'_, 'a>) -> Parsed<Vec<&'a str>> {
    repeat(0.., any_dot).parse_next(input)
}

fn int(input: &mut Tokens<'_, '_>) -> Parsed<u64> {
    any.verify_map(|t: &Token<'_>| match t.kind {
        Kind::Int(n) => Some(n),
        _ => None,
    })
    .parse_next(input)
}
