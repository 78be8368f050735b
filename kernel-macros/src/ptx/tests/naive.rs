//! A plan without analysis: the test says what is parallel and what is a reduction.

use crate::analysis::plan::*;
use crate::diagnostics::Sink;
use crate::infer;
use crate::ir::*;
use crate::parse;
use crate::ptx::uses::Uses;
use std::collections::HashMap;

/// What the planner takes on the test's word.
pub struct Options {
    /// Parallel loops of a nest.
    pub depth: usize,
    /// Names of accumulators.
    pub accumulators: Vec<(&'static str, Fold)>,
    pub bounds: Bounds,
}

/// Parses and types a function, and plans its outermost loops as regions.
pub fn plan(source: &str, options: &Options) -> (Function, Plan) {
    let item: syn::ItemFn = syn::parse_str(source).expect("the test's source parses");
    let mut sink = Sink::default();
    let mut function = parse::function(&item, &mut sink);
    let mismatches = infer::infer(&mut function);
    assert!(mismatches.is_empty(), "{mismatches:?}");
    assert!(sink.is_empty(), "{:?}", sink.texts());
    let mut regions = Vec::new();
    for stmt in function.body.stmts.clone() {
        if let StmtKind::For(id) = stmt.kind {
            regions.push(region(&mut function, id, regions.len(), options));
        }
    }
    let verdicts = Vec::new();
    (function, Plan { regions, verdicts })
}

fn region(function: &mut Function, id: LoopId, index: usize, options: &Options) -> Region {
    let mut nest = vec![nest_loop(function, id)];
    let mut innermost = id;
    while nest.len() < options.depth {
        let StmtKind::For(inner) = function.loops[innermost].body.stmts[0].kind else {
            panic!("the nest is not that deep");
        };
        nest.push(nest_loop(function, inner));
        innermost = inner;
    }
    let body = function.loops[innermost].body.clone();
    let uses = Uses::of(function, &body);
    let accumulators: Vec<Accumulator> = options
        .accumulators
        .iter()
        .map(|(name, fold)| {
            let (var, node) = function
                .vars
                .iter()
                .find(|(_, var)| var.ident == name)
                .expect("the accumulator is a variable");
            Accumulator {
                var,
                ty: node.ty.scalar().expect("a scalar"),
                fold: *fold,
            }
        })
        .collect();
    let mut scalars: Vec<VarId> = uses
        .vars
        .iter()
        .copied()
        .filter(|var| {
            let node = &function.vars[*var];
            let outside = !matches!(node.kind, VarKind::Local | VarKind::Index(_));
            outside
                && node.ty.scalar().is_some()
                && accumulators.iter().all(|accumulator| accumulator.var != *var)
        })
        .collect();
    scalars.sort();
    let mut region = Region {
        index,
        nest,
        scalars,
        arrays: arrays(function, &uses),
        accumulators,
        bounds: uses
            .accesses
            .iter()
            .map(|access| (*access, options.bounds))
            .collect(),
        space: Vec::new(),
        guard: Vec::new(),
        sites: Vec::new(),
        site_of: HashMap::new(),
        proofs: Vec::new(),
        cost: Wide::Const(1),
        body,
    };
    let body = region.body.clone();
    let mut sites = Sites {
        function,
        region: &mut region,
    };
    sites.block(&body);
    region
}

fn arrays(function: &Function, uses: &Uses) -> Vec<ArrayUse> {
    let mut arrays: Vec<ArrayUse> = Vec::new();
    let mut add = |var: VarId, reads: bool, writes: bool| {
        let view = function.vars[var].ty.view().expect("an array");
        let position = arrays.iter().position(|array| array.var == var);
        let position = position.unwrap_or_else(|| {
            arrays.push(ArrayUse {
                var,
                elem: view.elem,
                rank: view.rank,
                reads: false,
                writes: false,
                contiguous: view.kind == types::ViewKind::Slice,
            });
            arrays.len() - 1
        });
        arrays[position].reads |= reads;
        arrays[position].writes |= writes;
    };
    for access in &uses.accesses {
        let access = &function.accesses[*access];
        add(
            access.array,
            access.mode != AccessMode::Store,
            access.mode != AccessMode::Load,
        );
    }
    for (array, _) in &uses.lens {
        add(*array, false, false);
    }
    arrays
}

fn nest_loop(function: &Function, id: LoopId) -> NestLoop {
    let node = &function.loops[id];
    let adapters = node.range.adapters.iter().map(|adapter| match adapter {
        Adapter::Rev => WideAdapter::Rev,
        Adapter::StepBy(step) => WideAdapter::StepBy(wide(function, *step)),
    });
    NestLoop {
        id,
        var: node.var,
        ty: function.vars[node.var].ty.scalar().expect("an integer"),
        start: wide(function, node.range.start),
        end: wide(function, node.range.end),
        inclusive: node.range.inclusive,
        adapters: adapters.collect(),
        bound_by_driver: true,
    }
}

fn wide(function: &Function, id: ExprId) -> Wide {
    match &function.exprs[id].kind {
        ExprKind::Int(value, _) => Wide::Const(*value as i128),
        ExprKind::Var(var) => Wide::Var(*var),
        ExprKind::Len { array, dim } => Wide::Len {
            array: *array,
            dim: *dim,
        },
        _ => Wide::Atom(id),
    }
}

/// Gives every node that can fail a site.
struct Sites<'a> {
    function: &'a Function,
    region: &'a mut Region,
}

impl Sites<'_> {
    fn push(&mut self, key: SiteKey, kind: SiteKind, debug_only: bool) {
        let number = self.region.sites.len() as u32;
        self.region.sites.push(Site {
            kind,
            span: self.function.loops[self.region.nest[0].id].head,
            debug_only,
        });
        self.region.site_of.insert(key, number);
    }

    fn block(&mut self, block: &Block) {
        for stmt in &block.stmts {
            self.stmt(stmt);
        }
        if let Some(value) = block.value {
            self.expr(value);
        }
    }

    fn stmt(&mut self, stmt: &Stmt) {
        match &stmt.kind {
            StmtKind::Let {
                init: Some(init), ..
            } => self.expr(*init),
            StmtKind::Assign { target, op, value } => {
                self.expr(*value);
                self.place(target);
                if let (Some(op), false) = (op, self.is_accumulator(target)) {
                    let ty = self.function.exprs[*value].ty.scalar().expect("a scalar");
                    self.arithmetic(SiteKey::Compound(*value), *op, ty, ty);
                }
            }
            StmtKind::Expr(id) => self.expr(*id),
            StmtKind::For(id) => {
                let node = &self.function.loops[*id];
                self.expr(node.range.start);
                self.expr(node.range.end);
                self.block(&node.body);
            }
            StmtKind::While { cond, body, .. } => {
                self.expr(*cond);
                self.block(body);
            }
            StmtKind::Loop { body, .. } => self.block(body),
            _ => {}
        }
    }

    fn is_accumulator(&self, target: &Place) -> bool {
        let accumulators = &self.region.accumulators;
        matches!(target, Place::Var(var) if accumulators.iter().any(|a| a.var == *var))
    }

    fn place(&mut self, place: &Place) {
        match place {
            Place::Element(access) => self.access(*access),
            Place::LocalElement { base, index } => self.local(*base, *index),
            _ => {}
        }
    }

    fn access(&mut self, access: AccessId) {
        for index in self.function.accesses[access].index.clone() {
            self.expr(index);
        }
        if self.region.bounds[&access] == Bounds::Checked {
            self.push(SiteKey::Access(access), SiteKind::Index(access), false);
        }
    }

    fn local(&mut self, base: VarId, index: ExprId) {
        self.expr(index);
        let Ty::Array(_, len) = self.function.vars[base].ty else {
            panic!("an array")
        };
        self.push(
            SiteKey::LocalIndex(index),
            SiteKind::LocalIndex { len },
            false,
        );
    }

    fn expr(&mut self, id: ExprId) {
        match &self.function.exprs[id].kind {
            ExprKind::Load(access) => return self.access(*access),
            ExprKind::Block(block) => return self.block(&block.clone()),
            ExprKind::If {
                cond,
                then,
                otherwise,
            } => {
                self.expr(*cond);
                self.block(then);
                if let Some(otherwise) = otherwise {
                    self.block(otherwise);
                }
                return;
            }
            _ => {}
        }
        for operand in verify::operands(&self.function.exprs[id].kind) {
            self.expr(operand);
        }
        match &self.function.exprs[id].kind {
            ExprKind::Binary(op, left, right) => {
                let ty = |id: ExprId| self.function.exprs[id].ty.scalar().expect("a scalar");
                self.arithmetic(SiteKey::Expr(id), *op, ty(*left), ty(*right));
            }
            ExprKind::Unary(UnaryOp::Neg, inner) => {
                let ty = self.function.exprs[*inner].ty.scalar().expect("a scalar");
                if ty.is_int() {
                    self.push(SiteKey::Expr(id), SiteKind::Neg(ty), true);
                }
            }
            ExprKind::Call(builtin, args) => {
                let ty = self.function.exprs[args[0]].ty.scalar().expect("a scalar");
                let kind = SiteKind::Call {
                    builtin: *builtin,
                    ty,
                };
                match builtin {
                    Builtin::Abs if ty.is_int() => self.push(SiteKey::Expr(id), kind, true),
                    Builtin::RemEuclid | Builtin::DivEuclid if ty.is_int() => {
                        self.push(SiteKey::Expr(id), kind, false);
                    }
                    Builtin::Clamp => self.push(SiteKey::Expr(id), kind, false),
                    _ => {}
                }
            }
            ExprKind::LocalElement { base, index } => self.local(*base, *index),
            _ => {}
        }
    }

    fn arithmetic(&mut self, key: SiteKey, op: BinaryOp, left: Scalar, right: Scalar) {
        let kind = SiteKind::Binary { op, left, right };
        match op {
            _ if !left.is_int() => {}
            BinaryOp::Div | BinaryOp::Rem => self.push(key, kind, false),
            BinaryOp::Add | BinaryOp::Sub | BinaryOp::Mul | BinaryOp::Shl | BinaryOp::Shr => {
                self.push(key, kind, true);
            }
            _ => {}
        }
    }
}
