//! A kernel's source through all stages, as far as the texts that the runtime and a device read.

use crate::analysis::plan::{Plan, Region, SiteKey, Verdict};
use crate::diagnostics::Sink;
use crate::fastmath::{self, FastMath};
use crate::host::{self, driver, plan, region, residency};
use crate::ir::template::{LoopTemplate, Piece, Template};
use crate::ir::types::ViewKind;
use crate::ir::{AccessId, ExprId, Function};
use crate::{analysis, infer, lower, parse};
use proc_macro2::Span;
use quote::{format_ident, quote};

/// A kernel that was accepted.
pub struct Compiled {
    /// The function as it is read.
    pub read: Function,
    /// The same in the words that back ends know.
    pub source: Function,
    /// The same with what the analysis made of its regions.
    pub function: Function,
    pub plan: Plan,
    /// One for each region of the plan.
    pub regions: Vec<RegionText>,
    /// PTX for crates without and with debug assertions; `None` if it calls other functions.
    pub ptx: Option<[String; 2]>,
}

/// What an expansion says about a region.
pub struct RegionText {
    /// What the runtime reads.
    pub plan: String,
    /// The invariants whose values follow those of the captured scalars.
    pub atoms: Vec<ExprId>,
    /// The runtime is handed the outermost loop's range, and does not work it out.
    pub is_driven: bool,
}

impl RegionText {
    /// Whether a device runs the iterations in groups.
    pub fn is_grouped(&self) -> bool {
        self.plan.lines().any(|line| line == "grouped")
    }
}

impl Compiled {
    /// Line (from 1) and column (from 0) of the panic at a site.
    pub fn place(&self, key: SiteKey) -> (usize, usize) {
        let sites = self.plan.regions.iter().filter_map(|region| {
            let number = region.site_of.get(&key)?;
            Some((region.sites[*number as usize].span, key))
        });
        let span = match (sites.clone().next(), key) {
            (_, SiteKey::Access(id)) => self.access(id),
            (Some((span, _)), _) => span.start,
            (None, SiteKey::Expr(id) | SiteKey::Compound(id) | SiteKey::LocalIndex(id)) => {
                self.source.exprs[id].span.start
            }
        };
        (span.start().line, span.start().column)
    }

    /// A slice's panic shows the whole access, that of another array its brackets.
    fn access(&self, id: AccessId) -> Span {
        let access = &self.source.accesses[id];
        let view = self.source.vars[access.array].ty.view();
        match view.map(|view| view.kind) {
            Some(ViewKind::NdArray) => access.brackets,
            _ => access.span.start,
        }
    }
}

/// Compiles a function with `cuda`.
///
/// # Errors
///
/// It is no function, or the compiler refuses it: its messages.
pub fn compile(source: &str) -> Result<Compiled, String> {
    compile_with(source, FastMath::default())
}

/// The same, with `fastmath(..)`.
///
/// # Errors
///
/// As for [`compile`].
pub fn compile_with(source: &str, granted: FastMath) -> Result<Compiled, String> {
    let mut item: syn::ItemFn = syn::parse_str(source).map_err(|error| error.to_string())?;
    item.attrs.clear();
    let mut source = read(&item);
    lower::lower(&mut source);
    let mut sink = Sink::default();
    let mut function = parse::kernel(&item, &[], &mut sink);
    let mismatches = infer::infer(&mut function);
    lower::lower(&mut function);
    let mut plan = analysis::analyse(&mut function, &mismatches, &[], &mut sink);
    fastmath::apply(granted, &mut function, &mut plan);
    analysis::refuse_on_device(&function, &plan, &mut sink);
    if !sink.is_empty() {
        return Err(sink.into_tokens().to_string());
    }
    let device = host::Device::of(&function, &plan);
    let ptx = device
        .ptx
        .complete()
        .map(|(release, debug)| [release, debug]);
    let regions = texts(&function, &plan, device);
    Ok(Compiled {
        read: read(&item),
        source,
        function,
        plan,
        regions,
        ptx,
    })
}

fn read(item: &syn::ItemFn) -> Function {
    let mut function = parse::kernel(item, &[], &mut Sink::default());
    infer::infer(&mut function);
    function
}

fn texts(function: &Function, plan: &Plan, device: host::Device) -> Vec<RegionText> {
    let runtime = quote!(::kernel_runtime);
    let rt = host::Runtime::of(&runtime);
    let input = host::Expansion {
        function,
        plan,
        item: host::Item::default(),
        runtime,
        handle: function.name.clone(),
        ptx: quote!(),
        instance: false,
        aliases: Vec::new(),
        report: String::new(),
        device: Some(device),
    };
    let context = driver::Context {
        input: &input,
        rt: &rt,
        session: format_ident!("session"),
        // Nothing stays on the device: what the driver says between regions is rustc's to compile.
        residency: residency::Residency::default(),
    };
    let text = |of: &Region| {
        let node = find(&function.template, of.index, plan);
        let node = node.unwrap_or_else(|| unreachable!("a region's loop stands in the template"));
        let region = region::Region::new(&context, of, node);
        let text = plan::text(&region);
        RegionText {
            plan: text.text,
            atoms: text.atoms,
            is_driven: region.is_driven(),
        }
    };
    plan.regions.iter().map(text).collect()
}

/// The loop of a region.
fn find<'t>(template: &'t Template, region: usize, plan: &Plan) -> Option<&'t LoopTemplate> {
    let in_piece = |piece: &'t Piece| match piece {
        Piece::Group { inner, .. } => find(inner, region, plan),
        Piece::Loop(node) => match plan.verdicts[node.id.index()] {
            Verdict::Region(number) if number == region => Some(node),
            _ => find(&node.body, region, plan),
        },
        _ => None,
    };
    template.pieces.iter().find_map(in_piece)
}
