//! Why two accesses may meet, for people.

use super::{Pair, Side};
use crate::analysis::plan::Reason;
use crate::analysis::scan::writes;
use crate::analysis::texts;
use crate::ir::{AccessMode, Adapter, LoopId, dump};

impl Pair<'_> {
    pub(super) fn reason(&self) -> Reason {
        let function = self.former.function;
        let (mut first, mut second) = (self.side, self.other);
        if !writes(first.mode) {
            std::mem::swap(&mut first, &mut second);
        }
        let (a, b) = (
            &function.accesses[first.visit.access],
            &function.accesses[second.visit.access],
        );
        let array = function.vars[a.array].ident.to_string();
        let text = dump::access(self.former.function, first.visit.access);
        if first.dims == second.dims {
            let update = a.mode == AccessMode::Update;
            return Reason {
                message: texts::self_conflict(&text),
                span: a.span,
                help: Some(texts::self_conflict_help(update, &array)),
                second: None,
            };
        }
        let other = dump::access(self.former.function, second.visit.access);
        let (message, at, help) = match writes(second.mode) {
            true => texts::write_conflict(&text, &other, &array),
            false => texts::conflict(&text, &other, &array, self.reads(first, second)),
        };
        Reason {
            message,
            span: a.span,
            help: Some(help),
            second: Some((at, b.span)),
        }
    }

    /// When a read of an element comes, as seen from its write, where the forms differ by numbers.
    fn reads(&self, write: &Side, read: &Side) -> texts::Reads {
        let later = self.former.nest.iter().find_map(|id| {
            let ahead = self.ahead(write, read, *id)?;
            (ahead != 0).then_some(ahead > 0)
        });
        match later {
            Some(true) => texts::Reads::Afterwards,
            Some(false) => texts::Reads::Before,
            None => texts::Reads::Sometime,
        }
    }

    /// By how much the variable of a loop is ahead in the iteration that reads the element, in the
    /// loop's direction, by a dimension that nothing else decides.
    fn ahead(&self, write: &Side, read: &Side, id: LoopId) -> Option<i128> {
        let node = &self.former.function.loops[id];
        let backwards = node.range.adapters.iter();
        let backwards = backwards
            .filter(|adapter| matches!(adapter, Adapter::Rev))
            .count()
            % 2;
        let dims = write.dims.iter().zip(&read.dims);
        let shifts = dims.filter_map(|(f, g)| {
            let (f, g) = (f.as_ref()?, g.as_ref()?);
            let alone = f.indices() == [node.var] && g.indices() == [node.var];
            let (coefficient, _) = f.split(node.var)?;
            let shift = f.checked_sub(g)?.as_constant().filter(|_| alone)?;
            shift.checked_div(coefficient.as_constant()?)
        });
        let shift = shifts.into_iter().next()?;
        Some(if backwards == 1 { -shift } else { shift })
    }
}
