//! Calls of device functions.
//!
//! A function takes every scalar of its arguments as a parameter of its own, and last the address
//! of [`MAX_ARGS`] words of the calling thread's memory. It gives an array of words: the scalars of
//! its value, then 0, or, if it failed, the number of the site plus one; the site's arguments are
//! then in the thread's memory.

use super::code::{Arg, Class, Operand, Reg};
use super::emitter::{Emitter, memory_suffix};
use super::fail::MAX_ARGS;
use super::hole::{Hole, Literal};
use super::value::{Value, assemble, leaves};
use crate::ir::{Builtin, CalleeId, ExprId, Scalar, Ty};

/// Bytes of a word of a function's result.
pub const WORD: usize = 8;

/// The declaration of a function's result.
pub fn result_declaration(name: &str, ty: &Ty) -> String {
    let bytes = WORD * (leaves(ty).len() + 1);
    format!(".param .align 8 .b8 {name}[{bytes}]")
}

/// The n-th word of a result.
pub fn result_word(name: &str, n: usize) -> Arg {
    match n {
        0 => Arg::Param(name.to_owned()),
        n => Arg::Param(format!("{name}+{}", WORD * n)),
    }
}

/// A scalar's type as a parameter or result: no narrower than 32 bits, which registers have too.
pub fn word_suffix(ty: Scalar) -> String {
    match ty {
        Scalar::I8 | Scalar::I16 => "s32".to_owned(),
        Scalar::Bool | Scalar::U8 | Scalar::U16 => "u32".to_owned(),
        ty => memory_suffix(ty),
    }
}

/// The result at a call.
const RETURNED: &str = "returned";

/// What a call hands over.
enum Passed {
    Scalar(Operand, Scalar),
    Literal(Literal),
}

impl Emitter<'_> {
    /// A call of a function outside.
    pub fn call_outside(&mut self, id: ExprId, callee: CalleeId, args: &[ExprId]) -> Value {
        let function = self.function;
        let (passed, fault) = (self.passed(callee, args), self.fault_memory());
        let (value, status) =
            self.call_function(Hole::Callee(callee), &passed, &function.exprs[id].ty, fault);
        let mut calls = self.region.calls.iter();
        let call = calls.position(|known| *known == callee);
        let call = call.expect("the plan lists every function that is called");
        self.fail_in_call(status, call);
        value
    }

    /// An elementary function, which cannot fail.
    pub fn elementary(&mut self, builtin: Builtin, ty: Scalar, args: &[Operand]) -> Operand {
        let types = (0..args.len()).map(|n| match (builtin, n) {
            (Builtin::Powi, 1) => Scalar::I32,
            _ => ty,
        });
        let passed = args.iter().zip(types);
        let passed: Vec<Passed> = passed
            .map(|(operand, ty)| Passed::Scalar(*operand, ty))
            .collect();
        let name = Hole::Elementary(builtin, ty);
        let (value, _) = self.call_function(name, &passed, &Ty::Scalar(ty), Operand::Int(0));
        value.scalar()
    }

    fn passed(&mut self, callee: CalleeId, args: &[ExprId]) -> Vec<Passed> {
        let function = self.function;
        let values = self.values(args);
        let mut passed = Vec::new();
        for (position, (expr, value)) in args.iter().zip(values).enumerate() {
            if function.open.contains(expr) {
                passed.push(Passed::Literal(Literal {
                    callee,
                    position,
                    expr: *expr,
                }));
                continue;
            }
            let scalars = self.flatten(&value);
            let types = leaves(&function.exprs[*expr].ty);
            let typed = scalars.into_iter().zip(types);
            passed.extend(typed.map(|(scalar, ty)| Passed::Scalar(scalar, ty)));
        }
        passed
    }

    /// The call itself: the value, and the word that says whether it failed.
    fn call_function(
        &mut self,
        name: Hole,
        passed: &[Passed],
        ty: &Ty,
        fault: Operand,
    ) -> (Value, Reg) {
        let ready: Vec<Operand> = passed
            .iter()
            .map(|passed| match passed {
                Passed::Scalar(operand, ty) => self.stored_form(*ty, *operand),
                Passed::Literal(_) => Operand::Int(0),
            })
            .collect();
        self.code.raw("{".to_owned());
        self.code
            .raw(format!("{};", result_declaration(RETURNED, ty)));
        let mut names = Vec::new();
        for (n, (passed, ready)) in passed.iter().zip(ready).enumerate() {
            let name = format!("arg{n}");
            let (ty, value) = match passed {
                Passed::Scalar(_, ty) => (word_suffix(*ty), Arg::Value(ready)),
                Passed::Literal(literal) => (
                    Hole::LiteralType(*literal).to_string(),
                    Arg::Symbol(Hole::LiteralBits(*literal).to_string()),
                ),
            };
            self.pass(&name, &ty, value);
            names.push(name);
        }
        self.pass("arg_fault", "u64", Arg::Value(fault));
        names.push("arg_fault".to_owned());
        let names = names.join(", ");
        self.code
            .raw(format!("call ({RETURNED}), {name}, ({names});"));
        let types = leaves(ty);
        let status = self.fresh(Class::B32);
        let scalars: Vec<Operand> = (0..)
            .zip(&types)
            .map(|(n, ty)| self.returned(n, *ty))
            .collect();
        let word = result_word(RETURNED, types.len());
        self.code.def_args("ld.param.u32", status, vec![word]);
        self.code.raw("}".to_owned());
        let scalars = types.iter().zip(scalars).map(|(ty, scalar)| match scalar {
            Operand::Reg(reg) => self.value_of_stored(*ty, reg),
            other => other,
        });
        let scalars: Vec<Operand> = scalars.collect();
        (assemble(ty, &mut scalars.into_iter()), status)
    }

    fn pass(&mut self, name: &str, ty: &str, value: Arg) {
        self.code.raw(format!(".param .{ty} {name};"));
        let place = Arg::Param(name.to_owned());
        self.code.act(format!("st.param.{ty}"), vec![place, value]);
    }

    /// A word of the result, as it stands in memory.
    fn returned(&mut self, n: usize, ty: Scalar) -> Operand {
        let class = match ty {
            Scalar::Bool => Class::B32,
            _ => Class::of(ty),
        };
        let reg = self.fresh(class);
        let op = format!("ld.param.{}", word_suffix(ty));
        self.code.def_args(op, reg, vec![result_word(RETURNED, n)]);
        Operand::Reg(reg)
    }

    /// Address of the words where a function that fails leaves its site's arguments.
    fn fault_memory(&mut self) -> Operand {
        if let Some(address) = self.failures.fault {
            return address;
        }
        self.code.local("fault", (WORD * MAX_ARGS) as u64);
        let symbol = vec![Arg::Symbol("fault".to_owned())];
        let address = self.at_start(|e| {
            let reg = e.code.value(Class::B64, 0);
            e.code.def_args("mov.u64", reg, symbol);
            e.code.name(reg, "fault".to_owned());
            Operand::Reg(reg)
        });
        self.failures.fault = Some(address);
        address
    }
}
