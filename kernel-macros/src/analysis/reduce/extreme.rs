//! Arg-reductions: the extreme value and the variables that go along with it.
//!
//! `if x < best { best = x; at = i; }` keeps what the iteration with the least `x` assigns, of
//! equal ones the first (with `<=` the last), and nothing if `best` starts out no greater or is
//! NaN. Lanes do what the source says and keep the iteration's number beside it; of two lanes the
//! smaller value wins, of equal ones the smaller (larger) number. So the winner is serial's, to
//! the bit, whatever the order.
//!
//! Where further values decide about equal ones, `if (x, k) < (best, key) { .. }`, they are integers: a NaN
//! that goes along with the least `x` stays if it comes first and does not enter if it comes later, so
//! that lanes would have to know each other's order.
//!
//! What counts equal values, `else if x == best { count += 1; }`, adds up where leaders are equal, and goes
//! with the leader that is ahead elsewhere. What keeps the next best, `else if x > second { second = x; }`, is
//! the next best of two leaders and their next bests: whatever both start at, the loop as written comes to that,
//! since a new leader leaves what it follows.

use super::select::Contest;
use super::{Found, ReducePlan, UpdateKind, reason};
use crate::analysis::plan::{Accumulator, Extreme, Fold, Follower, Reason};
use crate::analysis::texts;
use crate::ir::{Function, Span, VarId};

/// Judges the variables about which contests decide.
pub fn judge(function: &Function, found: &Found, out: &mut ReducePlan) {
    let mut leaders: Vec<VarId> = Vec::new();
    for contest in &out.rewrites.contests {
        if !leaders.contains(&contest.leader) {
            leaders.push(contest.leader);
        }
    }
    for leader in leaders {
        let judge = Judge {
            function,
            found,
            contests: &out.rewrites.contests,
            leader,
        };
        match judge.members() {
            Ok(members) => push(members, out),
            Err(reason) => out.reasons.push(*reason),
        }
    }
    // The places come behind all others: [`super::apply`] makes their variables.
    let places = out.accumulators.len()..;
    for (extreme, place) in out.extremes.iter_mut().zip(places) {
        extreme.place = place;
    }
}

/// What belongs to one leader.
struct Members {
    leader: Accumulator,
    /// Variables whose values decide where the leader's are equal, and whether the smaller one wins.
    further: Vec<(Accumulator, bool)>,
    companions: Vec<Accumulator>,
    tallies: Vec<Accumulator>,
    /// What keeps the next best value, and whether that is another than the leader's.
    follower: Option<(Accumulator, bool)>,
    least: bool,
    last: bool,
}

fn push(members: Members, out: &mut ReducePlan) {
    let Members {
        leader,
        further,
        companions,
        tallies,
        follower,
        least,
        last,
    } = members;
    let mut add = |of: Accumulator| {
        out.accumulators.push(of);
        out.accumulators.len() - 1
    };
    let leader = add(leader);
    let further = further
        .into_iter()
        .map(|(of, least)| (add(of), least))
        .collect();
    let companions = companions.into_iter().map(&mut add).collect();
    let tallies = tallies.into_iter().map(&mut add).collect();
    let follower = follower.map(|(of, apart)| Follower { at: add(of), apart });
    out.extremes.push(Extreme {
        leader,
        further,
        companions,
        tallies,
        follower,
        place: 0,
        least,
        last,
    });
}

struct Judge<'a> {
    function: &'a Function,
    found: &'a Found,
    contests: &'a [Contest],
    leader: VarId,
}

impl Judge<'_> {
    fn members(&self) -> Result<Members, Box<Reason>> {
        let mine: Vec<&Contest> = self
            .contests
            .iter()
            .filter(|contest| contest.leader == self.leader)
            .collect();
        let first = mine[0];
        for contest in &mine {
            self.same_kind(first, contest)?;
            self.no_second_best(contest)?;
        }
        let fold = |least| if least { Fold::MinIf } else { Fold::MaxIf };
        let keys = self.keys(first);
        let ((_, least), later) = (keys[0], &keys[1..]);
        let leader = self.member(self.leader, fold(least))?;
        let further = later.iter().map(|(var, least)| {
            let of = self.member(*var, fold(*least))?;
            self.decides(&of)?;
            Ok((of, *least))
        });
        let further = further.collect::<Result<_, Box<Reason>>>()?;
        let (tallies, follower) = (first.tallies(), first.follower());
        let companions = first.members().into_iter();
        let companions = companions
            .filter(|var| keys.iter().all(|(key, _)| key != var))
            .filter(|var| !tallies.contains(var))
            .filter(|var| follower.is_none_or(|follower| follower.var != *var))
            .map(|var| self.member(var, Fold::Companion))
            .collect::<Result<_, _>>()?;
        let tallies = tallies.into_iter();
        let tallies = tallies.map(|var| self.member(var, Fold::Add));
        let tallies = tallies.collect::<Result<_, _>>()?;
        let follower = match follower {
            Some(follower) => Some((self.member(follower.var, fold(least))?, follower.apart)),
            None => None,
        };
        Ok(Members {
            leader,
            further,
            companions,
            tallies,
            follower,
            least,
            last: first.last(),
        })
    }

    /// The variables whose values are compared, and whether the smaller one wins.
    fn keys(&self, contest: &Contest) -> Vec<(VarId, bool)> {
        let reader = super::chain::Reader {
            function: self.function,
            targets: &contest.members(),
        };
        let keys = contest.keys.iter();
        keys.filter_map(|key| Some((reader.target(key.old)?, key.least)))
            .collect()
    }

    /// That values decide about equal ones in any order.
    fn decides(&self, of: &Accumulator) -> Result<(), Box<Reason>> {
        if of.ty.is_int() {
            return Ok(());
        }
        let message = texts::decides_as_float(&self.name(of.var), &self.name(self.leader));
        let help = texts::DECIDES_AS_FLOAT_HELP.to_string();
        Err(reason(self.found.of(of.var)[0].span, message, help, None))
    }

    fn name(&self, var: VarId) -> String {
        self.function.vars[var].ident.to_string()
    }

    fn span(&self, contest: &Contest) -> Span {
        self.function.exprs[contest.at].span
    }

    /// All contests about a leader go the same way and assign the same variables.
    fn same_kind(&self, first: &Contest, other: &Contest) -> Result<(), Box<Reason>> {
        let sorted = |contest: &Contest| {
            let mut members = contest.members();
            members.sort();
            members
        };
        let roles = |contest: &Contest| {
            let follower = contest.follower();
            let follower = follower.map(|follower| (follower.var, follower.apart));
            let mut tallies = contest.tallies();
            tallies.sort();
            (tallies, follower)
        };
        let same = self.keys(first) == self.keys(other)
            && first.last() == other.last()
            && roles(first) == roles(other)
            && sorted(first) == sorted(other);
        if same {
            return Ok(());
        }
        let (message, second) = texts::unlike_contests(&self.name(self.leader));
        let second = Some((second, self.span(other)));
        let help = texts::UNLIKE_CONTESTS_HELP.to_string();
        Err(reason(self.span(first), message, help, second))
    }

    /// A companion that takes over a value that another member had.
    fn no_second_best(&self, contest: &Contest) -> Result<(), Box<Reason>> {
        let members = contest.members();
        let reader = super::chain::Reader {
            function: self.function,
            targets: &members,
        };
        let takes = contest.follower().map(|follower| follower.takes);
        for (var, value) in &contest.assigned {
            if takes == Some(*value) {
                continue;
            }
            let (Some(var), Some(old)) = (
                var,
                members
                    .iter()
                    .find(|member| reader.mentions(*value, **member)),
            ) else {
                continue;
            };
            let (message, second) = texts::second_best(&self.name(*var), &self.name(*old));
            let second = Some((second, self.function.exprs[*value].span));
            let help = texts::SECOND_BEST_HELP.to_string();
            return Err(reason(self.span(contest), message, help, second));
        }
        Ok(())
    }

    /// A variable that nothing but contests of this leader assign, and nothing reads.
    fn member(&self, var: VarId, fold: Fold) -> Result<Accumulator, Box<Reason>> {
        let name = self.name(var);
        let updates = self.found.of(var);
        let at = updates[0].span;
        let Some(ty) = self.function.vars[var].ty.scalar() else {
            let (message, help) = (texts::unknown_type(&name), texts::annotate(&name));
            return Err(reason(at, message, help, None));
        };
        // An `Option` within a tuple, or within another one.
        let of_option = self.function.vars[var].is_option_part();
        if of_option && !self.function.options.contains_key(&var) {
            let (message, help) = (texts::option_value(&name), texts::option_value_help(&name));
            return Err(reason(at, message, help, None));
        }
        let foreign = updates.iter().find(|update| match update.kind {
            UpdateKind::Contest(number) => self.contests[number].leader != self.leader,
            _ => true,
        });
        if let Some(foreign) = foreign {
            let (message, second) = texts::assigned_besides(&name, &self.name(self.leader));
            let help = texts::ASSIGNED_BESIDES_HELP.to_string();
            return Err(reason(at, message, help, Some((second, foreign.span))));
        }
        if let Some(read) = self.found.read(var) {
            let (message, second) = texts::reads_extreme(&name);
            let help = texts::NO_REDUCTION_HELP.to_string();
            return Err(reason(at, message, help, Some((second, read))));
        }
        Ok(Accumulator { var, ty, fold })
    }
}
