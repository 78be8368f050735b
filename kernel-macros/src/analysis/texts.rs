//! Every message of the analysis, in one table. Each says what stands in the way and, where there
//! is one, the way out; names are the user's.

pub fn headline(index: &str, reason: &str) -> String {
    format!("the loop over `{index}` cannot run in parallel: {reason}")
}

/// The same for a loop over `prange`.
pub fn demanded_headline(index: &str, reason: &str) -> String {
    format!(
        "`prange` demands that the loop over `{index}` run in parallel, and it cannot: {reason}"
    )
}

pub fn assumed_arguments(name: &str, most: usize) -> String {
    format!("`{name}` takes something else than up to {most} numbers")
}

pub const ASSUMED_ARGUMENTS_HELP: &str = "where a function of `assume_pure` panics, the numbers that it was called with are recorded: wrap \
     it in a function of fewer, or mark it `#[kernel(device)]`";

/// The same for a device function.
pub fn no_device_function(name: &str, reason: &str) -> String {
    format!("`{name}` cannot be a device function: {reason}")
}

pub fn not_in_a_region(what: &str) -> String {
    format!("{what} cannot stand inside it (not in the kernel language, or not supported yet)")
}

pub fn unknown_type(name: &str) -> String {
    format!("the type of `{name}` is not known here")
}

pub fn annotate(name: &str) -> String {
    format!("annotate it where it is bound, as in `let {name}: f64 = ..;`")
}

/// The same for a name from outside the function.
pub fn annotate_outside(path: &str) -> String {
    format!("give it a type before the loop, as in `let value: f64 = {path};`, and use that")
}

/// The same for what a call gives.
pub fn annotate_result(call: &str) -> String {
    format!("bind it to a variable of a type that is written there, as in `let y: f64 = {call};`")
}

pub fn call_for_effect(name: &str) -> String {
    format!("`{name}` is called for its effect, and functions that a loop calls have none")
}

pub const CALL_FOR_EFFECT_HELP: &str = "use the value that it gives, or call it outside the loop";

/// The same for an array from outside.
pub fn annotate_table(path: &str) -> String {
    format!("give it a type before the loop, as in `let table: &[f64] = &{path};`, and index that")
}

pub fn mismatch(message: &str) -> String {
    format!("its types do not fit: {message}")
}

/// A range, or an iterator's length, that is not known when the loop begins.
pub fn unknown_range(index: &str, position: usize, iterator: bool) -> (String, Option<String>) {
    if position > 0 {
        let message = format!("the range of `{index}` depends on the loop around it");
        return (message, None);
    }
    let help = "bind lengths, sizes and steps to variables before the loop".to_string();
    let what = if iterator { "iterator" } else { "range" };
    let message = format!("nothing is known of the length of its {what} before it runs");
    (message, Some(help))
}

/// An inner loop over several arrays of several dimensions.
pub fn not_alike() -> String {
    "an inner loop goes over all elements of two arrays, whose shapes may differ".to_string()
}

pub const ALIKE_HELP: &str = "loop over the indices of one, as in `for i in 0..a.nrows()`";

/// A name of a loop around a region that the region cannot have.
pub fn handed_out(name: &str) -> String {
    format!("`{name}` is handed out by a loop around it that runs in order")
}

pub const HANDED_OUT_HELP: &str = "loop over an index outside, and index the array itself inside";

/// A slice that can be written, bound around a region.
pub fn borrowed_outside(name: &str) -> String {
    format!("`{name}` is borrowed outside of it")
}

pub const BORROWED_OUTSIDE_HELP: &str = "index the array that it is part of";

pub fn leaves_the_loop(what: &str) -> String {
    format!("`{what}` leaves it, and parallel iterations have no order to leave in")
}

pub const BREAK_HELP: &str =
    "make the rest of the body conditional, or search in a loop of its own outside";

pub fn assigns_index(name: &str) -> String {
    format!("the loop variable `{name}` is assigned to")
}

pub const COPY_INDEX_HELP: &str = "change a copy: `let mut k = ..;`";

pub fn demanded_inside(name: &str) -> String {
    format!("`prange` over `{name}` stands inside an iteration of it")
}

pub const DEMANDED_HELP: &str =
    "put `prange` on the outer loop; loops inside an iteration run in order";

pub fn run_time_step() -> String {
    "an inner loop has a step that is no number".to_string()
}

pub const STEP_HELP: &str = "write the step as a number, or multiply the index by it";

pub fn not_recorded(name: &str) -> String {
    format!("an assertion names `{name}`, which is no number")
}

pub const RECORDED_HELP: &str = "bind what is asserted to variables of its own before";

pub fn new_array(name: Option<&str>) -> String {
    match name {
        Some(name) => format!("the array `{name}` is made in each iteration"),
        None => "it makes an array in each iteration".to_string(),
    }
}

pub const NEW_ARRAY_HELP: &str =
    "make it before the loop, or use an array of fixed length, as in `[0.0; 8]`";

pub fn whole_array(name: &str) -> String {
    format!("the array `{name}` is used as a whole")
}

/// A fixed array that a loop of the driver makes.
pub fn drivers_array(name: &str) -> String {
    format!("the fixed array `{name}` is made in a loop around it")
}

pub fn drivers_array_help(name: &str) -> String {
    format!("make it before that loop, or bind it as a slice, as in `let {name}: &[f64] = &[..];`")
}

pub const ELEMENTS_HELP: &str = "read its elements by index";

pub fn no_such_method(method: &str, ty: &str) -> String {
    format!("there is no `{method}` on `{ty}` in the kernel language")
}

/// An update of an element that the index chooses: a histogram, most likely.
pub fn not_affine_update(access: &str) -> (String, String) {
    (
        format!(
            "two iterations may update the same element: the index of `{access}` is not an affine \
             function of the loop variables"
        ),
        "loop over the elements outside, and count for each of them inside".to_string(),
    )
}

pub fn not_affine_write(access: &str, array: &str) -> (String, String) {
    (
        format!(
            "nothing proves that two iterations never write the same element: the index of \
             `{access}` is not an affine function of the loop variables"
        ),
        format!(
            "if iterations never write the same element (a permutation, say), give your word with \
             `#[kernel(.., unsafe(independent({array})))]`"
        ),
    )
}

/// The index is affine, but where inner loops go is out of reach.
pub fn unstated_range(access: &str, inner: &[String]) -> (String, String) {
    let loops = match inner {
        [] => "the conditions around it".to_string(),
        inner => format!("the range of the loop over `{}`", inner.join("` and `")),
    };
    (
        format!(
            "nothing proves that iterations have `{access}` to themselves: {loops} cannot be stated \
             before the loop starts"
        ),
        "let the range of inner loops be sums and products of outer loop variables and of values \
         that the loop does not change"
            .to_string(),
    )
}

pub fn not_affine_read(access: &str, array: &str) -> (String, String) {
    (
        format!(
            "`{array}` is written in it, and the index of `{access}` is not an affine function of \
             the loop variables, so it may read what another iteration writes"
        ),
        format!("read from a copy made before the loop, and write to `{array}`"),
    )
}

/// When a conflicting read comes, as seen from the write of the same element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reads {
    /// In a later iteration: it needs what was written (a flow dependence).
    Afterwards,
    /// In an earlier one: it needs what was there before (an antidependence).
    Before,
    /// That depends.
    Sometime,
}

/// The two halves of a conflict of a write and a read, and the way out.
pub fn conflict(write: &str, read: &str, array: &str, reads: Reads) -> (String, String, String) {
    let help = match reads {
        Reads::Afterwards => {
            "a value carried from one iteration to the next has no parallel form; if the rows are \
             independent, loop over rows outside"
                .to_string()
        }
        Reads::Before => format!(
            "it reads what is there before the loop: read from a copy of `{array}` made before it"
        ),
        Reads::Sometime => format!(
            "if it is to read what is there before the loop, read from a copy of `{array}` made \
             before it; what another iteration has written, none can wait for"
        ),
    };
    let (first, second) = halves(write, "reads", read);
    (first, second, help)
}

/// The same for two writes.
pub fn write_conflict(write: &str, other: &str, array: &str) -> (String, String, String) {
    let help = format!(
        "give each iteration elements of its own, or, if iterations never meet, give your word \
         with `#[kernel(.., unsafe(independent({array})))]`"
    );
    let (first, second) = halves(write, "writes", other);
    (first, second, help)
}

fn halves(write: &str, verb: &str, other: &str) -> (String, String) {
    (
        format!("one iteration writes `{write}` ..."),
        format!("... and another iteration {verb} the same element here, as `{other}`"),
    )
}

pub fn self_conflict(write: &str) -> String {
    format!("different iterations write the same element as `{write}`")
}

pub fn self_conflict_help(update: bool, array: &str) -> String {
    if update {
        format!(
            "loop over the elements of `{array}` outside, and over what is combined into them inside"
        )
    } else {
        format!("index `{array}` with the loop variable, or write it after the loop")
    }
}

pub fn last_value(name: &str) -> String {
    format!("`{name}` lives outside, and each iteration assigns it: the last one would win")
}

pub fn last_value_help(name: &str) -> String {
    format!(
        "if each iteration needs its own, bind it inside with `let`; if the last value is wanted, \
         compute `{name}` after the loop from the last index; a reduction combines it, as in \
         `{name} += ..`"
    )
}

/// A value that an iteration reads before it assigns its own.
pub fn carried(name: &str) -> (String, String) {
    (
        format!("`{name}` gets a value in each iteration ..."),
        "... and the iteration after it reads that here: values carried from one iteration to the \
         next have no parallel form"
            .to_string(),
    )
}

pub fn carried_help(name: &str) -> String {
    format!(
        "if `{name}` is an element or an index of the iteration before, name that, as in `x[i - 1]`, \
         and leave the first iteration out of the loop"
    )
}

/// The same of what looks like an extreme.
pub fn carried_extreme_help(name: &str) -> String {
    format!(
        "if `{name}` is to be the greatest or least of all, let the `if` that compares with it do \
         nothing but `if x > {name} {{ {name} = x; }}`, and have one for each extreme; an `else if` \
         may count equal values, keep the next best, or the other end"
    )
}

pub fn reads_accumulator(name: &str, op: &str) -> (String, String) {
    (
        format!("`{name}` is combined over all iterations with `{op}` ..."),
        "... and read here, where its value would depend on their order".to_string(),
    )
}

/// The same for elements of an array.
pub fn reads_shared(name: &str, op: &str) -> (String, String) {
    (
        format!("iterations combine into the same elements of `{name}` with `{op}` ..."),
        format!("... and `{name}` is read here, where its value would depend on their order"),
    )
}

pub fn prefix_sum(name: &str) -> (String, String) {
    (
        format!("`{name}` is a running total ..."),
        "... and its value so far is used here: that is a prefix sum (a scan), which is not \
         supported yet"
            .to_string(),
    )
}

/// The same where it may merely count.
pub fn counter_help(name: &str) -> String {
    format!(
        "if `{name}` counts iterations, compute it from the loop's variable, as in `let {name} = i;` \
         or `start + 2 * i`; a total of other things has no parallel form while it is read"
    )
}

pub fn mixed_operators(name: &str, first: &str, second: &str) -> (String, String) {
    (
        format!("`{name}` is combined with `{first}` ..."),
        format!("... and with `{second}` here: mixed, the order of iterations matters"),
    )
}

pub fn mixed_help(name: &str) -> String {
    format!(
        "use two variables, one for each operator, and combine them into `{name}` after the loop"
    )
}

/// The same for elements of an array.
pub fn mixed_elements_help(name: &str) -> String {
    format!("use two arrays, one for each operator, and combine them into `{name}` after the loop")
}

/// An array into which iterations combine, and which they use in another way.
pub fn assigned_elements(name: &str) -> String {
    format!(
        "iterations combine into the same elements of `{name}`, and here assign them otherwise: \
         the order of iterations matters"
    )
}

pub const ASSIGNED_ELEMENTS_HELP: &str = "set elements in a loop of its own, before or after";

pub fn no_reduction(name: &str, op: &str) -> String {
    format!("`{name}` is updated with `{op}`, which is no reduction")
}

/// For a complex number, which is assigned part by part.
pub fn complex_value(name: &str) -> String {
    format!(
        "`{name}` lives outside, and each iteration assigns it: of complex numbers, iterations \
         combine only sums, for the parts of a product depend on each other"
    )
}

/// For an option.
pub fn option_value(name: &str) -> String {
    format!(
        "`{name}` lives outside, and iterations assign it: they combine numbers, and no `Option`"
    )
}

pub fn option_value_help(name: &str) -> String {
    format!(
        "keep what `{name}` holds in variables of their own that start at an end, as in `let (mut best, mut at) = \
         (f64::NEG_INFINITY, 0);` and `if x > best {{ best = x; at = i; }}`, and make the `Option` after the loop; \
         the first or last that matches is the least or greatest `i`; of a whole array, chains such as \
         `xs.iter().copied().reduce(f64::max)` give one"
    )
}

/// The same for `s = s * x + y` and kin.
pub fn recurrence(name: &str) -> String {
    format!(
        "`{name}` is computed from its value before, and not by one operator alone: that is no \
         reduction"
    )
}

pub const NO_REDUCTION_HELP: &str = "reductions combine with `+`, `-`, `*`, float `/`, `&`, `|`, \
                                     `^`, `&&`, `||`, `min` or `max`, and read the variable \
                                     nowhere else";

pub fn lazy_failure(name: &str) -> String {
    format!(
        "whether this expression, which can fail, is evaluated depends on `{name}`, and so on the \
         order of iterations"
    )
}

pub fn lazy_help(name: &str) -> String {
    format!("evaluate it first: `let c = ..; {name} = {name} || c;`")
}

/// The same for what the branch of an `if x < best { .. }` evaluates.
pub const TAKEN_HELP: &str = "evaluate it before the `if`, as in `let value = ..;`";

/// Updates of one extreme that do not agree.
pub fn unlike_contests(name: &str) -> (String, String) {
    (
        format!("`{name}` keeps an extreme, and here what belongs to it ..."),
        "... and here in another way: with another comparison, or with other variables".to_string(),
    )
}

pub const UNLIKE_CONTESTS_HELP: &str =
    "compare the same way and assign the same variables wherever it is updated";

pub fn decides_as_float(name: &str, best: &str) -> String {
    format!(
        "`{name}` decides where values are equal to `{best}`, and floating-point numbers cannot do that in \
         any order: a NaN stays if it comes first, and does not enter if it comes later"
    )
}

pub const DECIDES_AS_FLOAT_HELP: &str = "let an integer decide, such as the number of the iteration or \
                                         `x.to_bits()` where no number is below zero";

pub fn second_best(name: &str, best: &str) -> (String, String) {
    (
        format!("`{best}` keeps an extreme ..."),
        format!("... and {}", takes_over(name, best)),
    )
}

pub fn takes_over(name: &str, best: &str) -> String {
    format!(
        "`{name}` takes over the value that `{best}` had: a best and second best in a form that has no \
         parallel one"
    )
}

pub const SECOND_BEST_HELP: &str = "write `if x > best { second = best; best = x; } else if x > second { second = x; }`; or find \
     the best and its place in one loop, and the second best in another that leaves that place out";

pub fn assigned_besides(name: &str, leader: &str) -> (String, String) {
    (
        format!("`{name}` goes along with the extreme that `{leader}` keeps ..."),
        "... and is assigned here as well: the order of iterations matters".to_string(),
    )
}

pub const ASSIGNED_BESIDES_HELP: &str =
    "use a variable of its own for each, and bring them together after the loop";

pub fn reads_extreme(name: &str) -> (String, String) {
    (
        format!("`{name}` belongs to an extreme over all iterations ..."),
        "... and is read here, where its value would depend on their order".to_string(),
    )
}

pub fn saturating(name: &str, method: &str) -> String {
    format!(
        "`{name}` is updated with `{method}`, and what stops at an end of the type depends on the \
         order"
    )
}

pub const SATURATING_HELP: &str = "only `saturating_add` of unsigned integers comes to the same in every order; sum into a wider \
     type, and clamp after the loop";

pub fn not_a_loop_value(name: &str) -> String {
    format!("`{name}` is assigned in part, and lives outside")
}

pub const LISTED: &str = "it goes over values that are written out";

pub const APART_BY_JUMP: &str = "an iteration of the first can skip its end";

pub const APART_BY_FAILURE: &str =
    "an iteration can fail, and the first loop is done before the second begins";

pub const APART_BY_ORDER: &str =
    "their reductions combine in orders of their own, or one needs what the other comes to";

pub fn no_region(name: &str) -> String {
    format!("`{name}` has no loop that could run in parallel")
}

pub fn runs_in_order(names: &[String]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    let names = names.join(" and ");
    format!("... this `while` runs in order: each trip leaves {names} to the next")
}

pub const NO_REGION_HELP: &str = "`#[kernel]` is for functions with `for` loops over integer ranges; \
                                  a `while` that counts can be one, as `for i in 0..n`, and so can \
                                  a chain of iterators: `for x in x.iter() { sum += x; }`";

pub fn not_on_device(function: &str) -> String {
    format!(
        "the standard library's `{function}` has no CUDA version: libraries disagree on its last bits"
    )
}

pub fn no_device_form(function: &str) -> String {
    format!("`{function}` has no CUDA version: `assume_pure` says only that threads may call it")
}

pub const NO_DEVICE_FORM_HELP: &str =
    "mark the function `#[kernel(device)]`, or leave `cuda` out of `#[kernel(..)]`";

pub fn hidden_name(function: &str) -> String {
    format!(
        "`{function}` may mean something else in this block than outside of it, and a device sees the latter"
    )
}

pub const HIDDEN_NAME_HELP: &str =
    "move the block's `use` and other items to the kernel's outermost block, or out of the kernel";

pub const NOT_ON_DEVICE_HELP: &str =
    "leave out `math = \"std\"`: the function is then the same on threads and devices";
