//! The state of one entry under construction, and values computed once.

use super::atomic;
use super::code::{Arg, Class, Code, Label, Operand, Reg, Section};
use super::fail::Failures;
use super::grouped::Copy;
use super::hole::Hole;
use super::names;
use super::params::{self, DeviceParam, Shape};
use super::poly::Poly;
use super::staged::Staged;
use super::streams::Streams;
use super::uses::Uses;
use super::value::Slot;
use super::vectors::{Touch, Vectors};
use crate::analysis::plan::{Bounds, Region, SiteKey};
use crate::ir::{AccessId, Function, Scalar, VarId};
use crate::tables::HashMap;

/// A pure computation: opcode and operands.
type Key = (String, Vec<Operand>);

/// A stretch of the program whose values are dropped at its end: an entry, a loop, a branch.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    known: HashMap<Key, Operand>,
    /// In front of the loop, if this is one.
    pub header: Option<Section>,
    pub induction: Option<Induction>,
}

/// Registers that a loop advances from iteration to iteration.
#[derive(Clone, Debug, Default)]
pub struct Induction {
    /// Counters as 64-bit values; all else is affine in them.
    pub counters: Vec<Reg>,
    pub pointers: Vec<Pointer>,
}

/// A register that follows an affine function of the counters.
#[derive(Clone, Debug)]
pub struct Pointer {
    pub poly: Poly,
    pub reg: Reg,
    /// What the function grows by with each counter.
    pub slopes: Vec<Poly>,
}

/// Where `break` and `continue` of a loop inside an iteration lead.
#[derive(Clone, Copy, Debug)]
pub struct Exits {
    pub next: Label,
    pub done: Label,
    /// Depth of the loop's scope, if its first iteration, once begun, reaches the body's end.
    pub certain: Option<usize>,
}

#[derive(Clone)]
pub struct Emitter<'a> {
    pub function: &'a Function,
    pub region: &'a Region,
    pub debug: bool,
    /// Whether [`Region::relaxed`] is known to hold.
    pub relaxed: bool,
    /// Whether array accumulators are updated by atomic instructions.
    pub atomic: bool,
    pub uses: Uses,
    pub code: Code,
    pub scopes: Vec<Scope>,
    pub slots: HashMap<VarId, Slot>,
    /// Loops inside the iteration, innermost last.
    pub loops: Vec<Exits>,
    /// Where `continue` of the parallel loop leads.
    pub next_iteration: Label,
    pub failures: Failures,
    /// Accesses of arrays, in the order in which they were emitted.
    pub touches: Vec<Touch>,
    /// How a map's iterations go together.
    pub vectors: Option<Vectors>,
    /// What iterations load and store together at present.
    pub staged: Option<Staged>,
    /// What the inner loop being written loads as vectors.
    pub streams: Option<Streams>,
    /// Whether the last stride of every array is known to be one element.
    pub unit_strides: bool,
    /// Whether indices are computed in 32 bits.
    pub narrow: bool,
    /// 64-bit registers whose lower halves are registers of their own.
    pub lower_halves: HashMap<Reg, Reg>,
    /// Array accumulators of which the present group of iterations has a copy.
    pub copies: HashMap<VarId, Copy>,
    params: HashMap<DeviceParam, Operand>,
    param_section: Section,
}

impl<'a> Emitter<'a> {
    pub fn new(function: &'a Function, region: &'a Region, debug: bool) -> Self {
        let mut code = Code::new();
        let param_section = code.current();
        code.open();
        let next_iteration = code.label("NEXT");
        Emitter {
            function,
            region,
            debug,
            relaxed: false,
            atomic: !region.shared.is_empty() && atomic::serve(function, region),
            uses: Uses::of(function, &region.body),
            failures: Failures::new(&mut code),
            code,
            scopes: vec![Scope::default()],
            slots: HashMap::default(),
            loops: Vec::new(),
            next_iteration,
            touches: Vec::new(),
            vectors: None,
            staged: None,
            streams: None,
            unit_strides: false,
            narrow: false,
            lower_halves: HashMap::default(),
            copies: HashMap::default(),
            params: HashMap::default(),
            param_section,
        }
    }

    // Scopes.

    /// Depth of the innermost scope.
    pub fn depth(&self) -> usize {
        self.scopes.len() - 1
    }

    /// Runs `inside` in a scope that ends with it: a branch, or one copy of a body.
    pub fn scoped<T>(&mut self, inside: impl FnOnce(&mut Self) -> T) -> T {
        self.scopes.push(Scope::default());
        let result = inside(self);
        self.scopes.pop();
        result
    }

    /// Opens the scope of a loop here; what it does not change goes in front.
    pub fn begin_loop(&mut self, induction: Option<Induction>) {
        self.scopes.push(Scope {
            known: HashMap::default(),
            header: Some(self.code.current()),
            induction,
        });
        self.code.open();
    }

    pub fn end_loop(&mut self) -> Scope {
        self.scopes.pop().expect("the scope of the loop")
    }

    /// Runs `inside` in front of the loop at depth `level`, where its counters have their first
    /// values.
    pub fn in_front<T>(&mut self, level: usize, inside: impl FnOnce(&mut Self) -> T) -> T {
        let header = self.scopes[level].header.expect("the scope of a loop");
        let hidden = self.scopes.split_off(level);
        let section = self.code.switch(header);
        let result = inside(self);
        self.code.switch(section);
        self.scopes.extend(hidden);
        result
    }

    /// Runs `inside` where parameters are loaded.
    pub fn at_start<T>(&mut self, inside: impl FnOnce(&mut Self) -> T) -> T {
        self.in_section(self.param_section, inside)
    }

    /// Whether this is a device function, not an entry.
    pub fn is_function(&self) -> bool {
        self.region.nest.is_empty()
    }

    /// Runs `inside` with its instructions going to the end of `section`.
    pub fn in_section<T>(&mut self, section: Section, inside: impl FnOnce(&mut Self) -> T) -> T {
        let before = self.code.switch(section);
        let result = inside(self);
        self.code.switch(before);
        result
    }

    // Registers.

    /// A register for one value, written here.
    pub fn fresh(&mut self, class: Class) -> Reg {
        let level = self.depth();
        self.code.value(class, level)
    }

    /// A register that is written more than once.
    pub fn variable(&mut self, class: Class, name: Option<String>) -> Reg {
        let level = self.depth();
        self.code.variable(class, level, name)
    }

    pub fn is_mutable(&self, operand: Operand) -> bool {
        operand.reg().is_some_and(|reg| self.code.is_mutable(reg))
    }

    /// The value in a register that later assignments leave alone.
    pub fn snapshot(&mut self, operand: Operand) -> Operand {
        match operand {
            Operand::Reg(reg) if self.code.is_mutable(reg) => {
                let class = self.code.class(reg);
                let copy = self.fresh(class);
                self.mov(copy, operand);
                Operand::Reg(copy)
            }
            _ => operand,
        }
    }

    pub fn mov(&mut self, dest: Reg, source: Operand) {
        let op = format!("mov.{}", self.code.class(dest).name());
        self.code.def(op, dest, &[source]);
    }

    /// Gives `target` the value, by letting its last instruction write there if that is possible.
    pub fn assign(&mut self, target: Reg, value: Operand) {
        if value == Operand::Reg(target) {
            return;
        }
        if let Operand::Reg(reg) = value
            && !self.code.is_mutable(reg)
            && self.code.retarget(reg, target)
        {
            for scope in &mut self.scopes {
                scope.known.retain(|_, known| *known != value);
            }
            return;
        }
        self.mov(target, value);
    }

    /// The value in a register.
    pub fn register(&mut self, class: Class, operand: Operand) -> Reg {
        match operand {
            Operand::Reg(reg) => reg,
            constant => {
                let op = format!("mov.{}", class.name());
                let value = self.pure(op, class, &[constant]);
                value.reg().expect("`pure` gives a register")
            }
        }
    }

    // Computations.

    /// A computation without effect, done here unless its result is known already.
    pub fn pure(&mut self, op: impl Into<String>, class: Class, args: &[Operand]) -> Operand {
        self.known_or(op.into(), class, args)
    }

    /// As [`Self::pure`], in front of all loops that do not change its operands.
    pub fn hoisted(&mut self, op: impl Into<String>, class: Class, args: &[Operand]) -> Operand {
        let op = op.into();
        let mutable = args.iter().any(|arg| self.is_mutable(*arg));
        let level = self.level(args.iter().filter_map(|arg| arg.reg()));
        let loops = level + 1..self.scopes.len();
        match loops.into_iter().find(|n| self.scopes[*n].header.is_some()) {
            Some(outer) if !mutable => self.in_front(outer, |e| e.known_or(op, class, args)),
            _ => self.known_or(op, class, args),
        }
    }

    /// Depth of the innermost scope that defines one of the registers.
    pub fn level(&self, regs: impl Iterator<Item = Reg>) -> usize {
        regs.map(|reg| self.code.level(reg)).max().unwrap_or(0)
    }

    fn known_or(&mut self, op: String, class: Class, args: &[Operand]) -> Operand {
        let key = (op, args.to_vec());
        let stable = self.is_stable(args);
        if stable && let Some(known) = self.lookup(&key) {
            self.code.pin(known);
            return known;
        }
        let reg = self.fresh(class);
        self.code.def(key.0.clone(), reg, args);
        if stable {
            self.remember(key, Operand::Reg(reg));
        }
        Operand::Reg(reg)
    }

    /// Whether the operands keep their values until the scope ends.
    fn is_stable(&self, args: &[Operand]) -> bool {
        let mut regs = args.iter().filter_map(|arg| arg.reg());
        regs.all(|reg| !self.code.is_mutable(reg) && self.code.level(reg) < self.scopes.len())
    }

    fn lookup(&self, key: &Key) -> Option<Operand> {
        let mut scopes = self.scopes.iter().rev();
        scopes.find_map(|scope| scope.known.get(key).copied())
    }

    fn remember(&mut self, key: Key, value: Operand) {
        let scope = self.scopes.last_mut().expect("the entry's scope");
        scope.known.insert(key, value);
    }

    /// A load from memory that nothing writes while the entry runs, in front of the loop at this
    /// depth if there is one.
    pub fn constant_load_from(
        &mut self,
        front: Option<usize>,
        op: &str,
        class: Class,
        (address, offset): (Operand, i64),
    ) -> Reg {
        match front {
            Some(level) => self.in_front(level, |e| e.constant_load(op, class, address, offset)),
            None => self.constant_load(op, class, address, offset),
        }
    }

    /// The outermost loop in front of which an element can be loaded that is at this address: none
    /// that changes the address, none that may not come to load it, unless it is there in any case.
    pub fn front_of_load(&self, address: Operand, access: AccessId) -> Option<usize> {
        let Operand::Reg(reg) = address else {
            return None;
        };
        if self.code.is_mutable(reg) {
            return None;
        }
        let mut loops = self.code.level(reg) + 1..self.scopes.len();
        let anyway = self.relaxed && self.region.free.contains(&access);
        if anyway && self.region.bounds.get(&access) == Some(&Bounds::Relaxed) {
            return loops.find(|level| self.scopes[*level].header.is_some());
        }
        let level = self.loops.last().and_then(|of| of.certain)?;
        let proved = self.region.bounds.get(&access) == Some(&Bounds::Proved);
        (proved && loops.contains(&level) && self.depth() == level + 1).then_some(level)
    }

    fn constant_load(&mut self, op: &str, class: Class, address: Operand, offset: i64) -> Reg {
        let key = (op.to_owned(), vec![address, Operand::Int(offset)]);
        let stable = self.is_stable(&[address]);
        if stable && let Some(Operand::Reg(known)) = self.lookup(&key) {
            self.code.pin(Operand::Reg(known));
            return known;
        }
        let reg = self.fresh(class);
        self.code
            .def_args(op, reg, vec![Arg::Memory(address, offset)]);
        if stable {
            self.remember(key, Operand::Reg(reg));
        }
        reg
    }

    // The contract with the host.

    /// A parameter's value; for a captured scalar, of the scalar's class.
    pub fn param(&mut self, param: DeviceParam) -> Operand {
        if let Some(value) = self.params.get(&param) {
            return *value;
        }
        let value = self.load_param(param);
        self.params.insert(param, value);
        value
    }

    /// The registers that hold parameters.
    pub fn param_registers(&self) -> impl Iterator<Item = (Reg, DeviceParam)> {
        let params = self.params.iter();
        params.filter_map(|(param, value)| Some((value.reg()?, *param)))
    }

    fn load_param(&mut self, param: DeviceParam) -> Operand {
        let name = names::parameter(self.function, self.region, param);
        let ty = match param {
            DeviceParam::Scalar(n) => self.scalar_type(self.region.scalars[usize::from(n)]),
            DeviceParam::Initial(n) => self.region.accumulators[usize::from(n)].ty,
            _ => Scalar::U64,
        };
        let before = self.code.switch(self.param_section);
        let class = match ty {
            Scalar::Bool => Class::B32,
            _ => Class::of(ty),
        };
        let reg = self.code.value(class, 0);
        match param {
            DeviceParam::Scalar(n) if self.is_function() => self.constant(reg, usize::from(n)),
            _ => {
                let op = format!("ld.param.{}", memory_suffix(ty));
                self.code.def_args(op, reg, vec![Arg::Param(name.clone())]);
            }
        }
        self.code.name(reg, name);
        let mut value = reg;
        if ty == Scalar::Bool {
            value = self.code.value(Class::Pred, 0);
            let args = [Operand::Reg(reg), Operand::Int(0)];
            self.code.def("setp.ne.s32", value, &args);
        }
        self.code.switch(before);
        Operand::Reg(value)
    }

    /// A constant from outside of a device function.
    fn constant(&mut self, reg: Reg, number: usize) {
        let hole = Hole::Constant(self.region.scalars[number]);
        let op = match self.code.class(reg) {
            Class::B64 | Class::F64 => "mov.b64",
            _ => "mov.b32",
        };
        let value = vec![Arg::Symbol(hole.to_string())];
        self.code.def_args(op, reg, value);
    }

    /// Trip count of a parallel loop.
    pub fn trip(&mut self, n: usize) -> Operand {
        match Shape::of(&self.region.nest[n]).trip {
            Some(trip) => Operand::Int(trip),
            None => self.param(DeviceParam::Trip(small(n))),
        }
    }

    /// Value of a parallel loop's variable in trip `t`, in 64 bits.
    pub fn loop_value(&mut self, n: usize, t: &Poly) -> Poly {
        let shape = Shape::of(&self.region.nest[n]);
        let first = match shape.first {
            Some(first) => Operand::Int(first),
            None => self.param(DeviceParam::First(small(n))),
        };
        let step = match shape.step {
            Some(step) => Operand::Int(step),
            None => self.param(DeviceParam::Step(small(n))),
        };
        let product = t.times(&Poly::of(step)).expect("a product of two factors");
        Poly::of(first).plus(&product)
    }

    /// Position of an array in the region's list.
    pub fn array(&self, var: VarId) -> u8 {
        let position = self.region.arrays.iter().position(|a| a.var == var);
        small(position.expect("the plan lists every array of a region"))
    }

    /// Length of a dimension.
    pub fn len(&mut self, array: VarId, dim: u32) -> Operand {
        self.param(DeviceParam::Len(self.array(array), params::dimension(dim)))
    }

    /// Distance of neighbours along a dimension, in elements.
    pub fn stride(&mut self, array: VarId, dim: u32) -> Operand {
        if let Some(copy) = self.copies.get(&array) {
            return copy.strides[dim as usize];
        }
        let last = self.unit_strides && dim == self.last_dimension(array);
        if last || params::has_unit_stride(self.region, array, dim) {
            return Operand::Int(1);
        }
        self.param(DeviceParam::Stride(
            self.array(array),
            params::dimension(dim),
        ))
    }

    /// Distance of neighbours along the last dimension, in elements, where only a parameter says it.
    pub fn last_stride(&mut self, array: VarId) -> Operand {
        let dim = params::dimension(self.last_dimension(array));
        self.param(DeviceParam::Stride(self.array(array), dim))
    }

    pub fn last_dimension(&self, array: VarId) -> u32 {
        self.region.arrays[usize::from(self.array(array))].rank - 1
    }

    pub fn base(&mut self, array: VarId) -> Operand {
        if let Some(copy) = self.copies.get(&array) {
            return copy.base;
        }
        self.param(DeviceParam::Base(self.array(array)))
    }

    pub fn is_checked(&self, access: AccessId) -> bool {
        let relaxed = self.region.bounds.get(&access) == Some(&Bounds::Relaxed);
        params::is_checked(self.region, access) && !(self.relaxed && relaxed)
    }

    /// The site at a node, if it can fail in this build.
    pub fn site(&self, key: SiteKey) -> Option<u32> {
        let number = *self.region.site_of.get(&key)?;
        let site = &self.region.sites[number as usize];
        (self.debug || !site.debug_only).then_some(number)
    }

    /// Type of an element.
    pub fn element_type(&self, access: AccessId) -> Scalar {
        let array = self.function.accesses[access].array;
        let elem = self.function.vars[array].ty.view().map(|view| view.elem);
        elem.expect("an array is a view")
    }

    /// Type of a scalar variable.
    pub fn scalar_type(&self, var: VarId) -> Scalar {
        let ty = self.function.vars[var].ty.scalar();
        ty.expect("inference types every variable of a region")
    }

    pub fn variable_name(&self, var: VarId) -> String {
        names::variable(self.function, var)
    }
}

/// The type in `ld`, `st` and `.param`.
pub fn memory_suffix(ty: Scalar) -> String {
    match ty {
        Scalar::Bool => "u8".to_owned(),
        ty if ty.is_float() => format!("f{}", ty.bits()),
        ty if ty.is_signed() => format!("s{}", ty.bits()),
        ty => format!("u{}", ty.bits()),
    }
}

fn small(n: usize) -> u8 {
    u8::try_from(n).expect("positions in parameter lists fit in 8 bits")
}
