//! Sites: an iteration that fails writes the failure record if it is the earliest so far.

use super::arith::{bits_suffix, is_narrow};
use super::builtin::{signed_bits, when};
use super::code::{Arg, Class, Code, Label, Operand, Reg};
use super::emitter::Emitter;
use super::hole::Hole;
use super::params::DeviceParam;
use crate::ir::{LoopId, Scalar};

/// Arguments that a record holds.
pub const MAX_ARGS: usize = 4;

/// Offsets in the record.
const SITE: i64 = 4;
const NUMBER: i64 = 8;
const ARGS: i64 = 16;

/// How a failing iteration finds its number.
#[derive(Clone, Debug)]
pub enum Number {
    /// From the trip numbers of the parallel loops, outermost first.
    Trips(Vec<Operand>),
    /// A counter plus a constant.
    Counter(Operand, i64),
    /// From the trip of the loop that runs in order inside the iterations (its variable's value is
    /// given), then from the trip numbers as above.
    InOrder(LoopId, Operand),
}

/// A way to a site, taken out of the line of the program.
#[derive(Clone, Debug)]
struct Exit {
    label: Label,
    cause: Cause,
    number: Option<Number>,
}

#[derive(Clone, Debug)]
enum Cause {
    Site {
        site: u32,
        args: Vec<(Operand, Scalar)>,
    },
    /// A function that was called failed: what it gave as status, and its position among the
    /// region's calls.
    Call { status: Reg, call: usize },
}

/// The failing ends of an entry.
#[derive(Clone, Debug)]
pub struct Failures {
    exits: Vec<Exit>,
    record: Label,
    site: Reg,
    number: Reg,
    args: Vec<Reg>,
    used: bool,
    /// Address of the words where functions leave their sites' arguments, once it is needed.
    pub fault: Option<Operand>,
    /// How the iteration being emitted is numbered.
    pub current: Option<Number>,
}

impl Failures {
    pub fn new(code: &mut Code) -> Failures {
        let record = code.label("FAIL");
        let mut variable =
            |class, name: &str| code.variable(class, 0, Some(format!("fail_{name}")));
        Failures {
            exits: Vec::new(),
            record,
            site: variable(Class::B32, "site"),
            number: variable(Class::B64, "k"),
            args: (0..MAX_ARGS)
                .map(|n| variable(Class::B64, &format!("arg{n}")))
                .collect(),
            used: false,
            fault: None,
            current: None,
        }
    }

    /// Whether anything can fail.
    pub fn any(&self) -> bool {
        self.used || !self.exits.is_empty()
    }
}

impl Emitter<'_> {
    /// Fails at a site if the predicate holds.
    pub fn fail_if(&mut self, test: Operand, site: u32, args: &[(Operand, Scalar)]) {
        if test == Operand::Bool(false) {
            return;
        }
        let label = self.code.label(&format!("SITE{site}"));
        for (operand, _) in args {
            self.code.pin(*operand);
        }
        let args = args.iter().take(MAX_ARGS).copied().collect();
        let number = self.pinned_number();
        self.failures.exits.push(Exit {
            label,
            cause: Cause::Site { site, args },
            number,
        });
        match test {
            Operand::Bool(_) => self.code.jump(label),
            _ => self.code.jump_if(when(test, true), label),
        }
    }

    /// Fails at a site.
    pub fn fail_here(&mut self, site: u32, args: &[(Operand, Scalar)]) {
        let number = self.failures.current.clone();
        self.leave(site, args, number);
    }

    /// Fails if a function that was called says so.
    pub fn fail_in_call(&mut self, status: Reg, call: usize) {
        let label = self.code.label(&format!("CALL{call}"));
        let number = self.pinned_number();
        self.failures.exits.push(Exit {
            label,
            cause: Cause::Call { status, call },
            number,
        });
        let failed = self.fresh(Class::Pred);
        let args = [Operand::Reg(status), Operand::Int(0)];
        self.code.def("setp.ne.s32", failed, &args);
        self.code.jump_if((failed, true), label);
    }

    fn leave(&mut self, site: u32, args: &[(Operand, Scalar)], number: Option<Number>) {
        let site_reg = self.failures.site;
        // A function's status is one more than the site: 0 is no failure.
        let named = i64::from(site) + i64::from(self.is_function());
        self.mov(site_reg, Operand::Int(named));
        for n in 0..MAX_ARGS {
            let bits = match args.get(n) {
                Some((operand, ty)) => self.raw_bits(*operand, *ty),
                None => Operand::Int(0),
            };
            self.leave_argument(n, bits);
        }
        self.go_to_record(number);
    }

    fn leave_argument(&mut self, n: usize, bits: Operand) {
        if !self.is_function() {
            let arg = self.failures.args[n];
            return self.mov(arg, bits);
        }
        let place = self.fault_word(n);
        self.code.act("st.local.u64", vec![place, bits.into()]);
    }

    /// Goes on with the failure of a function that was called.
    fn leave_call(&mut self, status: Reg, call: usize, number: Option<Number>) {
        let first = Hole::Sites {
            region: self.region.index,
            call,
        };
        let site = self.failures.site;
        let args = vec![status.into(), Arg::Symbol(first.to_string())];
        self.code.def_args("add.s32", site, args);
        if !self.is_function() {
            self.code
                .def("sub.s32", site, &[Operand::Reg(site), Operand::Int(1)]);
            for n in 0..MAX_ARGS {
                let (arg, place) = (self.failures.args[n], self.fault_word(n));
                self.code.def_args("ld.local.u64", arg, vec![place]);
            }
        }
        self.go_to_record(number);
    }

    fn fault_word(&self, n: usize) -> Arg {
        let fault = self.failures.fault.expect("calls and functions have it");
        Arg::Memory(fault, 8 * n as i64)
    }

    fn go_to_record(&mut self, number: Option<Number>) {
        self.failures.used = true;
        match number {
            Some(Number::Counter(counter, offset)) => {
                let args = [counter, Operand::Int(offset)];
                self.code.def("add.s64", self.failures.number, &args);
            }
            Some(Number::InOrder(id, value)) => self.trip_in_order(id, value),
            Some(Number::Trips(_)) | None => {}
        }
        self.code.jump(self.failures.record);
    }

    /// How the present iteration is numbered, from registers that stay.
    fn pinned_number(&mut self) -> Option<Number> {
        if let Some(Number::InOrder(_, value)) = self.failures.current {
            self.code.pin(value);
        }
        self.failures.current.clone()
    }

    /// The trip's number becomes the first part of the iteration's.
    fn trip_in_order(&mut self, id: LoopId, value: Operand) {
        let node = &self.function.loops[id];
        let ty = self.scalar_type(node.var);
        let wide = if ty.is_signed() {
            Scalar::I64
        } else {
            Scalar::U64
        };
        let start = self.scalar(node.range.start);
        let [value, start] = [value, start].map(|operand| self.cast(operand, ty, wide));
        self.code
            .def("sub.s64", self.failures.number, &[value, start]);
    }

    /// The bits of a value, zero-extended to 64.
    fn raw_bits(&mut self, operand: Operand, ty: Scalar) -> Operand {
        let (operand, ty) = match ty {
            Scalar::Bool => (self.cast(operand, Scalar::Bool, Scalar::U8), Scalar::U8),
            Scalar::F32 | Scalar::F64 => (self.bits_of(ty, operand), signed_bits(ty)),
            _ => (operand, ty),
        };
        if bits_suffix(ty) == "b64" {
            return operand;
        }
        if let Operand::Int(value) = operand {
            let mask = (1i64 << ty.bits()) - 1;
            return Operand::Int(value & mask);
        }
        let low = if is_narrow(ty) {
            self.zero_extended(ty, operand)
        } else {
            operand
        };
        self.pure("cvt.u64.u32", Class::B64, &[low])
    }

    /// The failing ends, behind the entry's own; `stop` is how a failed thread goes on.
    pub fn failing_ends(&mut self, stop: impl FnOnce(&mut Self)) {
        let trips = match &self.failures.current {
            Some(Number::Trips(trips)) => trips.clone(),
            _ => Vec::new(),
        };
        for exit in std::mem::take(&mut self.failures.exits) {
            self.code.place(exit.label);
            self.scoped(|e| match exit.cause {
                Cause::Site { site, args } => e.leave(site, &args, exit.number),
                Cause::Call { status, call } => e.leave_call(status, call, exit.number),
            });
        }
        if !self.failures.used {
            return;
        }
        self.code.place(self.failures.record);
        self.scoped(|e| {
            if e.is_function() {
                e.store_status(Operand::Reg(e.failures.site));
                return;
            }
            e.row_major(&trips);
            e.write_record();
        });
        stop(self);
    }

    /// The number of the iteration in a map.
    fn row_major(&mut self, trips: &[Operand]) {
        let number = self.failures.number;
        let in_order = self.region.in_order.is_some();
        for (n, trip) in trips.iter().enumerate() {
            if n == 0 && !in_order {
                self.mov(number, *trip);
                continue;
            }
            let count = self.trip(n);
            let args = [Operand::Reg(number), count, *trip];
            self.code.def("mad.lo.s64", number, &args);
        }
    }

    fn write_record(&mut self) {
        let record = self.param(DeviceParam::Failure);
        let spin = self.code.label("LOCK");
        let release = self.code.label("UNLOCK");
        let old = self.fresh(Class::B32);
        let done = self.code.label("RECORDED");
        let at = |offset| Arg::Memory(record, offset);
        let int = |value| Arg::Value(Operand::Int(value));
        // Numbers in the record only fall: where all iterations fail, few queue, and not to the end.
        self.code.place(spin);
        self.leave_if_later(record, done);
        self.code
            .def_args("atom.global.cas.b32", old, vec![at(0), int(0), int(1)]);
        let taken = [Operand::Reg(old), Operand::Int(0)];
        let busy = self.fresh(Class::Pred);
        self.code.def("setp.ne.s32", busy, &taken);
        self.code.jump_if((busy, true), spin);
        self.code.act("membar.gl", Vec::new());
        self.leave_if_later(record, release);
        let store = |e: &mut Self, ty: &str, offset, value: Reg| {
            let op = format!("st.volatile.global.{ty}");
            e.code.act(op, vec![at(offset), value.into()]);
        };
        store(self, "u32", SITE, self.failures.site);
        store(self, "u64", NUMBER, self.failures.number);
        for (n, arg) in (0..).zip(self.failures.args.clone()) {
            store(self, "u64", ARGS + 8 * n, arg);
        }
        self.code.place(release);
        self.code.act("membar.gl", Vec::new());
        self.code
            .def_args("atom.global.exch.b32", old, vec![at(0), int(0)]);
        self.code.place(done);
    }

    /// To `label` if the record holds an earlier iteration, or this one.
    fn leave_if_later(&mut self, record: Operand, label: Label) {
        let earliest = self.fresh(Class::B64);
        let place = vec![Arg::Memory(record, NUMBER)];
        self.code
            .def_args("ld.volatile.global.u64", earliest, place);
        let later = self.fresh(Class::Pred);
        let number = Operand::Reg(self.failures.number);
        let pair = [number, Operand::Reg(earliest)];
        self.code.def("setp.ge.u64", later, &pair);
        self.code.jump_if((later, true), label);
    }
}
