//! Random programs of iterations that have a row each: loops inside one another write elements of it, and
//! read what they wrote.

use super::random::Random;

/// Writes one program.
struct Writer<'r> {
    random: &'r mut Random,
    /// How an element of the row is named: what is before its place, and behind it.
    row: (&'static str, &'static str),
    /// Variables of the loops inside, and floats, innermost last.
    loops: Vec<String>,
    floats: Vec<String>,
    /// Elements that were written where the writer is: they are read more often.
    written: Vec<String>,
    /// Nothing but loops whose ranges are the same for all iterations, which can go together.
    plain: bool,
    names: usize,
}

/// A random program: one function.
pub fn program(random: &mut Random) -> String {
    const ROWS: [(&str, &str); 3] = [("b[[i, ", "]]"), ("b[[i, ", "]]"), ("a[i * m + ", "]")];
    let mut writer = Writer {
        row: ROWS[random.below(ROWS.len())],
        random,
        loops: Vec::new(),
        floats: Vec::new(),
        written: Vec::new(),
        plain: false,
        names: 0,
    };
    writer.plain = writer.random.percent(70);
    let local = writer.local();
    let body = writer.block(0, 4);
    format!(
        "fn f(a: &mut [f64], x: &[f64], p: &[usize], mut b: ArrayViewMut2<f64>, n: usize, m: usize, s: usize) {{\n\
         for i in 0..n {{\n{local}{body}}}\n}}\n"
    )
}

impl Writer<'_> {
    /// One to `most` statements in a scope of their own.
    fn block(&mut self, depth: usize, most: usize) -> String {
        let (floats, written) = (self.floats.len(), self.written.len());
        let count = 1 + self.random.below(most);
        let text = (0..count).map(|_| self.statement(depth)).collect();
        self.floats.truncate(floats);
        self.written.truncate(written);
        text
    }

    fn statement(&mut self, depth: usize) -> String {
        match self.random.below(12) {
            0 if depth < 3 && !self.plain => {
                let (condition, body) = (self.condition(), self.block(depth + 1, 2));
                format!("if {condition} {{\n{body}}}\n")
            }
            1 => self.local(),
            2..=5 if self.loops.len() < 2 => self.inner(depth),
            6..=8 => self.carried(),
            _ => {
                let element = self.element();
                let text = self.assignment(&element);
                self.written.push(element);
                text
            }
        }
    }

    fn carried(&mut self) -> String {
        let name = self.floats[self.random.below(self.floats.len())].clone();
        self.assignment(&name)
    }

    fn assignment(&mut self, target: &str) -> String {
        let (op, value) = (self.random.pick(&["=", "=", "+=", "-="]), self.value());
        format!("{target} {op} {value};\n")
    }

    fn local(&mut self) -> String {
        let value = self.value();
        let name = self.fresh("c");
        let text = format!("let mut {name}: f64 = {value};\n");
        self.floats.push(name);
        text
    }

    fn inner(&mut self, depth: usize) -> String {
        let name = self.fresh("q");
        let head = match self.random.below(if self.plain { 8 } else { 12 }) {
            0 => "1..m".to_string(),
            1 => "(0..m).rev()".to_string(),
            2 => format!("0..{}", self.place()),
            3 | 4 => "0..s".to_string(),
            8 => "p[i]..p[i + 1]".to_string(),
            9 => "0..i".to_string(),
            _ => "0..m".to_string(),
        };
        let counts = !self.plain && self.random.percent(20);
        self.loops.push(name.clone());
        let body = self.block(depth + 1, 3) + &self.carried();
        self.loops.pop();
        let end = match self.random.below(8) {
            0 if !self.plain => format!("if {} {{ break; }}\n", self.condition()),
            _ => String::new(),
        };
        if counts {
            let pass = format!("{body}{end}{name} += 1;\n");
            return format!("let mut {name} = 0;\nwhile {name} < m {{\n{pass}}}\n");
        }
        format!("for {name} in {head} {{\n{body}{end}}}\n")
    }

    fn fresh(&mut self, stem: &str) -> String {
        self.names += 1;
        format!("{stem}{}", self.names)
    }

    /// A place in the row.
    fn place(&mut self) -> String {
        let Some(inner) = self.loops.len().checked_sub(1) else {
            return "0".to_string();
        };
        let name = self.loops[self.random.below(inner + 1)].clone();
        match self.random.below(12) {
            0 => "0".to_string(),
            1 => format!("m - 1 - {name}"),
            2 if !self.plain => format!("{name} / 2"),
            _ => name,
        }
    }

    fn element(&mut self) -> String {
        if let Some(known) = self.written.last()
            && self.random.percent(50)
        {
            return known.clone();
        }
        let ((before, behind), place) = (self.row, self.place());
        format!("{before}{place}{behind}")
    }

    fn value(&mut self) -> String {
        let known = self.floats.last().cloned();
        match (self.random.below(8), known) {
            (0, _) => "0.25".to_string(),
            (1, _) => format!("x[{}]", self.place()),
            (2, _) => "x[i]".to_string(),
            (3 | 4, Some(name)) => name,
            (5, Some(name)) => format!("{name} + {}", self.element()),
            _ => self.element(),
        }
    }

    fn condition(&mut self) -> String {
        let (left, right) = (self.value(), self.value());
        let op = self.random.pick(&["<", ">=", "=="]);
        format!("{left} {op} {right}")
    }
}
