//! All stages in order: an attribute's arguments and a function in, items out.

mod function;
#[cfg(test)]
mod length;

use crate::analysis::plan::Plan;
use crate::args::Args;
use crate::diagnostics::Sink;
use crate::instances::{self, Types};
use crate::ir::{Function, Scalar, Span};
use crate::{analysis, args, artifacts, fastmath, host, infer, lower, parse, report, stand_in};
use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};
use syn::{Attribute, FnArg, GenericParam, Item, ItemFn, Pat, ReturnType, Stmt};

/// The kernel's code. Where there are problems, they are the code, and the function as written, so
/// that its callers still have something to call.
pub fn kernel(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let function: ItemFn = match syn::parse2(item.clone()) {
        Ok(function) => function,
        Err(error) => {
            let error = error.into_compile_error();
            return quote!(#item #error);
        }
    };
    let mut sink = Sink::default();
    let args = args::parse(arguments, &mut sink);
    if args.device {
        return function::device_function(&function, args, sink);
    }
    let instances = instances::all(&function, &args.types, &mut sink);
    let parameters = instances::parameters(&function);
    // Without its types, a generic function is nothing to compile.
    let known = parameters.is_empty() || sink.is_empty();
    let mut compiled = Vec::new();
    for types in instances.iter().filter(|_| known) {
        compiled.push(compile(&function, types, &args, &mut sink));
        // One instance's problems are those of all, more often than not.
        if !sink.is_empty() {
            break;
        }
    }
    if !sink.is_empty() {
        // A handle is an item, which no implementation may have.
        let stand_in = match function.sig.receiver() {
            Some(_) => function.to_token_stream(),
            None => stand_in::expand(&function, &pieces(&function), &args),
        };
        let problems = sink.into_tokens();
        return quote!(#stand_in #problems);
    }
    let watch = artifacts::watch_report();
    let expanded = match parameters.is_empty() {
        true => single(&function, &compiled[0], &args),
        false => family(&function, parameters, &compiled, &args),
    };
    quote!(#expanded #watch)
}

/// One instance, as far as the back ends.
struct Compiled {
    types: Types,
    /// The function with its types.
    source: ItemFn,
    ir: Function,
    plan: Plan,
    report: String,
}

fn compile(function: &ItemFn, types: &Types, args: &Args, sink: &mut Sink) -> Compiled {
    let source = instances::instance(function, types);
    let mut ir = parse::kernel(&source, &args.assumed, sink);
    ir.std_math = args.std_math;
    let mismatches = infer::infer(&mut ir);
    lower::lower(&mut ir);
    // What is wrong with a parameter would only show again in every loop that uses it.
    let mut aside = Sink::default();
    let problems = if sink.is_empty() {
        &mut *sink
    } else {
        &mut aside
    };
    let mut plan = analysis::analyse(&mut ir, &mismatches, &args.independent, problems);
    if args.cuda {
        analysis::refuse_on_device(&ir, &plan, sink);
    }
    fastmath::apply(args.fastmath, &mut ir, &mut plan);
    let (visibility, signature, block) = (&function.vis, &function.sig, &function.block);
    let written = quote!(#visibility #signature #block);
    let report = report::report(&ir, &plan, written);
    let types = types.clone();
    Compiled {
        types,
        source,
        ir,
        plan,
        report,
    }
}

/// The code of a function that is not generic over types.
fn single(function: &ItemFn, compiled: &Compiled, args: &Args) -> TokenStream {
    let handle = args.handle.clone();
    let handle = handle.unwrap_or_else(|| function.sig.ident.clone());
    artifacts::print_report(&compiled.ir.name, &compiled.report);
    match device(compiled, args) {
        Ok(device) => host::expand(&host::Expansion {
            function: &compiled.ir,
            plan: &compiled.plan,
            item: pieces(function),
            runtime: args.runtime.clone(),
            ptx: quote!(#handle::PTX),
            handle,
            instance: false,
            aliases: compiled.types.0.clone(),
            report: compiled.report.clone(),
            device,
        }),
        Err(problem) => problem,
    }
}

/// The code of a generic function.
fn family(
    function: &ItemFn,
    parameters: Vec<Ident>,
    compiled: &[Compiled],
    args: &Args,
) -> TokenStream {
    let name = &function.sig.ident;
    let handle = args.handle.as_ref().unwrap_or(name);
    let rt = host::Runtime::of(&args.runtime);
    let mut members = Vec::new();
    for of in compiled {
        let device = match device(of, args) {
            Ok(device) => device,
            Err(problem) => return problem,
        };
        let (aliases, types) = of.types.split(&parameters);
        let scalars: Vec<Scalar> = types.0.iter().map(|(_, scalar)| *scalar).collect();
        let expansion = host::Expansion {
            function: &of.ir,
            plan: &of.plan,
            item: pieces(&of.source),
            runtime: args.runtime.clone(),
            handle: handle.clone(),
            ptx: host::ptx_of(handle, &scalars, &rt),
            instance: true,
            aliases: aliases.0,
            report: String::new(),
            device,
        };
        let text = types.text();
        members.push(host::Member {
            scalars,
            text,
            expansion,
        });
    }
    let reports = compiled.iter().zip(&members);
    let reports = reports.map(|(of, member)| format!("{}:\n{}", member.text, of.report));
    let report: String = reports.collect();
    artifacts::print_report(name, &report);
    let (generics, predicates) = apart(&function.sig.generics);
    host::expand_family(&host::Family {
        name,
        handle,
        runtime: &args.runtime,
        item: pieces(function),
        parameters,
        generics,
        predicates,
        members,
        report,
    })
}

/// Lifetimes and constants between angle brackets, and the predicates of the `where` clause.
fn apart(generics: &syn::Generics) -> (TokenStream, TokenStream) {
    let kept = generics
        .params
        .iter()
        .filter(|param| !matches!(param, GenericParam::Type(_)));
    let predicates = generics
        .where_clause
        .iter()
        .flat_map(|clause| &clause.predicates);
    (quote!(<#(#kept),*>), quote!(#(#predicates,)*))
}

/// The device's code, where there is to be any; or why it could not be written to where the
/// environment says.
fn device(compiled: &Compiled, args: &Args) -> Result<Option<host::Device>, TokenStream> {
    if !args.cuda {
        return Ok(None);
    }
    let device = host::Device::of(&compiled.ir, &compiled.plan);
    let name = &compiled.ir.name;
    match artifacts::write_ptx(&name.to_string(), &device.ptx) {
        Ok(()) => Ok(Some(device)),
        Err(message) => {
            let mut sink = Sink::default();
            sink.push(Span::at(name.span()), message, None);
            Err(sink.into_tokens())
        }
    }
}

/// The function's tokens, sorted.
fn pieces(function: &ItemFn) -> host::Item {
    let (signature, statements) = (&function.sig, &function.block.stmts);
    let mut item = host::Item {
        visibility: function.vis.to_token_stream(),
        generics: signature.generics.to_token_stream(),
        params: signature.inputs.iter().filter_map(param).collect(),
        where_clause: signature.generics.where_clause.to_token_stream(),
        imports: statements
            .iter()
            .filter(is_import)
            .map(ToTokens::to_token_stream)
            .collect(),
        body: quote!(#(#statements)*),
        ..host::Item::default()
    };
    if let ReturnType::Type(_, ty) = &signature.output {
        item.output = ty.to_token_stream();
    }
    for attribute in &function.attrs {
        let kind = match () {
            () if is(attribute, &["doc"]) => &mut item.docs,
            () if is(attribute, &["allow", "warn", "deny", "forbid"]) => &mut item.lints,
            () if is(attribute, &["expect"]) => {
                item.lints.extend(expected(attribute));
                continue;
            }
            () if is(attribute, &["cfg"]) => &mut item.cfgs,
            () => &mut item.attributes,
        };
        attribute.to_tokens(kind);
    }
    item
}

fn is_import(statement: &&Stmt) -> bool {
    matches!(statement, Stmt::Item(Item::Use(_)))
}

/// `#[expect(..)]` as `#[allow(..)]`: of several copies of a body, a lint may speak of only one.
fn expected(attribute: &Attribute) -> TokenStream {
    let lints = attribute.meta.require_list();
    let lints = lints.map(|list| list.tokens.clone()).unwrap_or_default();
    quote!(#[allow(#lints)])
}

fn is(attribute: &Attribute, names: &[&str]) -> bool {
    names.iter().any(|name| attribute.path().is_ident(name))
}

fn param(input: &FnArg) -> Option<host::Param> {
    let FnArg::Typed(param) = input else {
        return None;
    };
    let name = match &*param.pat {
        Pat::Ident(name) => Some(name.ident.clone()),
        _ => None,
    };
    Some(host::Param {
        pattern: param.pat.to_token_stream(),
        name,
        ty: param.ty.to_token_stream(),
    })
}
