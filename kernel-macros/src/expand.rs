//! All stages in order: an attribute's arguments and a function in, items out.

mod function;

use crate::analysis::plan::{Plan, Region};
use crate::diagnostics::Sink;
use crate::ir::{Function, Span};
use crate::{analysis, args, artifacts, contract, host, infer, parse, ptx, report, stand_in};
use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{Attribute, FnArg, ItemFn, Pat, ReturnType};

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
    let mut ir = parse::kernel(&function, &args.assumed, &mut sink);
    let mismatches = infer::infer(&mut ir);
    // What is wrong with a parameter would only show again in every loop that uses it.
    let mut aside = Sink::default();
    let problems = if sink.is_empty() {
        &mut sink
    } else {
        &mut aside
    };
    let mut plan = analysis::analyse(&mut ir, &mismatches, &args.independent, problems);
    if args.cuda {
        analysis::refuse_on_device(&ir, &plan, &mut sink);
    }
    if args.contract {
        contract::apply(&mut ir, &mut plan);
    }
    let device = (args.cuda && sink.is_empty()).then(|| device(&ir, &plan));
    if let Some(device) = &device
        && let Err(message) = artifacts::write_ptx(&ir.name.to_string(), &device.ptx)
    {
        sink.push(Span::at(ir.name.span()), message, None);
    }
    if !sink.is_empty() {
        let stand_in = stand_in::expand(&function, &pieces(&function), &args);
        let problems = sink.into_tokens();
        return quote!(#stand_in #problems);
    }
    let (visibility, signature, block) = (&function.vis, &function.sig, &function.block);
    let written = quote!(#visibility #signature #block);
    let report = report::report(&ir, &plan, written);
    artifacts::print_report(&ir.name, &report);
    let expanded = host::expand(&host::Expansion {
        function: &ir,
        plan: &plan,
        item: pieces(&function),
        runtime: args.runtime,
        handle: args.handle.unwrap_or_else(|| function.sig.ident.clone()),
        report,
        device,
    });
    let watch = artifacts::watch_report();
    quote!(#expanded #watch)
}

/// The device's code, for crates without and with debug assertions.
fn device(function: &Function, plan: &Plan) -> host::Device {
    let entry = |region: &Region| host::DeviceEntry {
        entry: ptx::entry_name(function, region),
        fold: (!region.accumulators.is_empty()).then(|| ptx::fold_name(function, region)),
        release: ptx::params(function, region, false),
        debug: ptx::params(function, region, true),
    };
    let regions = plan.regions.iter();
    let regions = regions.map(|region| ptx::has_entry(region).then(|| entry(region)));
    host::Device {
        regions: regions.collect(),
        ptx: host::Ptx {
            release: ptx::emit(function, plan, false),
            debug: ptx::emit(function, plan, true),
        },
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
