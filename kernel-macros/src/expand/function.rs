//! `#[kernel(device)]`: the function, and beside it what kernels call.

use super::pieces;
use crate::args::Args;
use crate::diagnostics::Sink;
use crate::{analysis, host, infer, lower, parse, ptx, stand_in};
use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::ItemFn;

/// The code that replaces a device function; where there are problems, they and the function.
pub fn device_function(function: &ItemFn, args: Args, mut sink: Sink) -> TokenStream {
    let mut ir = parse::device_function(function, &mut sink);
    let mismatches = infer::infer(&mut ir);
    lower::lower(&mut ir);
    let plan = match sink.is_empty() {
        true => analysis::device_function(&mut ir, &mismatches, &mut sink),
        false => None,
    };
    let Some(plan) = plan else {
        let stand_in = stand_in::device_function(function, &pieces(function));
        let problems = sink.into_tokens();
        return quote!(#stand_in #problems);
    };
    let items = parse::items(&function.block).map(ToTokens::to_token_stream);
    let written = host::Written {
        function: function.to_token_stream(),
        items: items.collect(),
        ptx: host::Ptx {
            head: String::new(),
            release: ptx::device_function(&ir, &plan.regions[0], false),
            debug: ptx::device_function(&ir, &plan.regions[0], true),
        },
    };
    let input = host::Expansion {
        function: &ir,
        plan: &plan,
        item: pieces(function),
        runtime: args.runtime,
        handle: function.sig.ident.clone(),
        ptx: TokenStream::new(),
        instance: false,
        aliases: Vec::new(),
        report: String::new(),
        device: None,
    };
    host::device_function(&input, &written)
}
