//! A device function as a `.func`.

use super::call::{result_declaration, result_word, word_suffix};
use super::code::{Arg, Class, Operand};
use super::emitter::Emitter;
use super::hole::{Hole, Part, split};
use super::value::{Value, assemble, leaves};
use super::{names, source};
use crate::analysis::plan::Region;
use crate::ir::{ExprId, Function, Pat, Scalar, VarId};
use std::fmt::Write;

/// The result inside a function.
const RESULT: &str = "result";

/// The text of a device function, whose body `region` holds.
pub fn device_function(function: &Function, region: &Region, debug: bool) -> Vec<Part> {
    let mut text = String::from("\n");
    let name = names::comment(&function.name.to_string());
    let head = source::numbered(
        crate::ir::Span::at(function.name.span()),
        &format!("fn {name}"),
    );
    _ = writeln!(text, "// {head}");
    let mut emitter = Emitter::new(function, region, debug);
    let params = emitter.take_params();
    let result = result_declaration(RESULT, &function.ret);
    _ = writeln!(
        text,
        ".func ({result}) {}(\n{}\n)\n{{",
        Hole::Own,
        params.join(",\n")
    );
    emitter.function_body();
    text += &emitter.code.print();
    text += "}\n";
    split(&text)
}

impl Emitter<'_> {
    /// Binds the parameters; gives their declarations.
    fn take_params(&mut self) -> Vec<String> {
        let function = self.function;
        let mut declared = Vec::new();
        for var in &function.params {
            self.take_param(*var, &mut declared);
        }
        let fault = self.load_parameter("fault", Scalar::U64);
        declared.push("    .param .u64 fault".to_owned());
        self.failures.fault = Some(fault);
        declared
    }

    fn take_param(&mut self, var: VarId, declared: &mut Vec<String>) {
        let ty = &self.function.vars[var].ty;
        let name = self.variable_name(var);
        let mut scalars = Vec::new();
        for (n, scalar) in leaves(ty).into_iter().enumerate() {
            // An array that is indexed lies in memory by names of its own.
            let name = format!("{name}$in{n}");
            scalars.push(self.load_parameter(&name, scalar));
            declared.push(format!("    .param .{} {name}", word_suffix(scalar)));
        }
        let value = assemble(ty, &mut scalars.into_iter());
        self.bind(&Pat::Var(var), value);
    }

    fn load_parameter(&mut self, name: &str, ty: Scalar) -> Operand {
        let class = match ty {
            Scalar::Bool => Class::B32,
            _ => Class::of(ty),
        };
        let reg = self.fresh(class);
        let op = format!("ld.param.{}", word_suffix(ty));
        self.code
            .def_args(op, reg, vec![Arg::Param(name.to_owned())]);
        self.value_of_stored(ty, reg)
    }

    fn function_body(&mut self) {
        let block = &self.region.body;
        for stmt in &block.stmts {
            self.stmt(stmt);
        }
        if let Some(value) = block.value {
            self.return_value(value);
        }
        self.failing_ends(|e| e.code.act("ret", Vec::<Arg>::new()));
    }

    /// Leaves the function with a value.
    pub fn return_value(&mut self, value: ExprId) {
        let value = self.value(value);
        self.store_result(&value);
        self.store_status(Operand::Int(0));
        self.code.act("ret", Vec::new());
    }

    fn store_result(&mut self, value: &Value) {
        let scalars = self.flatten(value);
        let types = leaves(&self.function.ret);
        for (n, (scalar, ty)) in scalars.into_iter().zip(types).enumerate() {
            let scalar = self.stored_form(ty, scalar);
            let op = format!("st.param.{}", word_suffix(ty));
            self.code
                .act(op, vec![result_word(RESULT, n), scalar.into()]);
        }
    }

    pub fn store_status(&mut self, status: Operand) {
        let word = result_word(RESULT, leaves(&self.function.ret).len());
        self.code.act("st.param.u32", vec![word, status.into()]);
    }
}
