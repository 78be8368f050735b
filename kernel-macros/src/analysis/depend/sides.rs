//! One access: the dimensions that the proof may rely on, and why it may not on the others.

use super::Side;
use crate::analysis::bounds::reliable;
use crate::analysis::extent::Domain;
use crate::analysis::form::Former;
use crate::analysis::plan::Reason;
use crate::analysis::scan::{Step, Visit};
use crate::analysis::texts;
use crate::ir::{AccessMode, ExprKind, dump, walk};

impl<'a> Side<'a> {
    pub(super) fn of(former: &Former, visit: &'a Visit) -> Self {
        let access = &former.function.accesses[visit.access];
        let domain = Domain::new(former, &visit.context);
        let dims = access.index.iter();
        Side {
            visit,
            dims: dims.map(|id| reliable(former, &domain, *id)).collect(),
            mode: access.mode,
            loops: domain.known_loops,
            known: domain.known,
        }
    }

    /// Why the proof knows less of it than of other accesses.
    pub(super) fn unreliable(&self, former: &Former) -> Option<Reason> {
        if self.dims.iter().all(Option::is_some) {
            return None;
        }
        let function = former.function;
        let access = &function.accesses[self.visit.access];
        let text = dump::access(function, self.visit.access);
        let array = function.vars[access.array].ident.to_string();
        let form = |id| former.form(id).is_some_and(|form| form.poly.is_affine());
        let (message, help) = match access.mode {
            _ if access.index.iter().all(|id| form(*id)) => {
                texts::unstated_range(&text, &self.unstated(former))
            }
            AccessMode::Update => texts::not_affine_update(&text),
            AccessMode::Store => texts::not_affine_write(&text, &array),
            AccessMode::Load => texts::not_affine_read(&text, &array),
        };
        Some(Reason {
            message,
            span: access.span,
            help: Some(help),
            second: None,
        })
    }

    /// Whether its index is made of a variable that iterations assign.
    pub(super) fn follows_a_value(&self, former: &Former) -> bool {
        let mut found = false;
        for index in &former.function.accesses[self.visit.access].index {
            walk::below(former.function, *index, &mut |id| {
                if let ExprKind::Var(var) = former.function.exprs[id].kind {
                    found |= former.is_assigned(var) && !former.is_local(var);
                }
            });
        }
        found
    }

    /// Variables of the loops around it whose ranges the guard does not know.
    fn unstated(&self, former: &Former) -> Vec<String> {
        let around = self
            .visit
            .context
            .steps
            .iter()
            .filter_map(|step| match step {
                Step::Loop(id) if !self.loops.contains(id) => Some(*id),
                _ => None,
            });
        let var = |id| &former.function.vars[former.function.loops[id].var].ident;
        around.map(|id| var(id).to_string()).collect()
    }
}
