//! What a kernel is called with: a recipe, as Rust that calls all versions and as values.

use crate::scope::{Array, Bins, Maker};
use crate::types::Ty;

/// Rows of all kernels' planes are around this number, columns around the size of the data.
pub const ROWS: usize = 3;

/// A call with data of any size.
pub struct Call {
    pub scalars: Vec<Scalar>,
    pub arrays: Vec<Data>,
    pub bins: Vec<(Bins, u64)>,
    /// Types of what the kernel returns.
    pub results: Vec<Ty>,
}

pub struct Scalar {
    pub name: String,
    pub ty: Ty,
    pub seed: u64,
}

/// An array and what is in it.
pub struct Data {
    pub array: Array,
    pub seed: u64,
    /// `None` for a slice.
    pub plane: Option<Plane>,
}

/// A view of a plane: every so manyth row and column of a larger one, turned perhaps.
#[derive(Clone, Copy)]
pub struct Plane {
    /// The plane that it is taken from, for `ROWS` and a size.
    pub base: fn(usize, usize) -> [usize; 2],
    base_text: [&'static str; 2],
    pub steps: [isize; 2],
    pub turned: bool,
}

const PLANES: &[Plane] = &[
    Plane {
        base: |m, n| [m + 1, n + 1],
        base_text: ["m + 1", "n + 1"],
        steps: [1, 1],
        turned: false,
    },
    Plane {
        base: |m, n| [n + 1, m + 1],
        base_text: ["n + 1", "m + 1"],
        steps: [1, 1],
        turned: true,
    },
    Plane {
        base: |m, n| [m + 1, 2 * n + 2],
        base_text: ["m + 1", "2 * n + 2"],
        steps: [1, 2],
        turned: false,
    },
    Plane {
        base: |m, n| [2 * m + 2, n + 1],
        base_text: ["2 * m + 2", "n + 1"],
        steps: [2, 1],
        turned: false,
    },
    Plane {
        base: |m, n| [m + 1, n + 1],
        base_text: ["m + 1", "n + 1"],
        steps: [-1, -1],
        turned: false,
    },
];

impl Call {
    /// Draws a recipe for the kernel in the making.
    pub fn of(maker: &mut Maker, scalars: Vec<(String, Ty)>, results: Vec<Ty>) -> Call {
        let scalars = scalars.into_iter().map(|(name, ty)| Scalar {
            name,
            ty,
            seed: maker.choices.below(99) as u64,
        });
        let scalars = scalars.collect();
        let arrays = maker.arrays.clone().into_iter().map(|array| Data {
            seed: maker.choices.below(1000) as u64,
            plane: (array.rank > 1).then(|| maker.choices.of(PLANES)),
            array,
        });
        let arrays = arrays.collect();
        let bins = maker.bins.clone().into_iter();
        let bins = bins.map(|of| (of, maker.choices.below(1000) as u64));
        Call {
            scalars,
            arrays,
            bins: bins.collect(),
            results,
        }
    }

    /// Where what iterations combine into is kept: floating-point numbers depend on the order.
    fn list(ty: Ty) -> &'static str {
        if ty.is_float() { "loose" } else { "all" }
    }

    /// A function that calls all versions of a kernel with data of a size.
    pub fn check(&self, name: &str) -> String {
        let mut setup = format!("let (m, n) = ({ROWS}usize, size);\n");
        let mut args = vec!["m".to_owned(), "n".to_owned()];
        for Scalar { name, ty, seed } in &self.scalars {
            setup += &format!("let {name} = data::<{ty}>(1, {seed})[0];\n");
            args.push(name.clone());
        }
        let mut left = String::new();
        for data in &self.arrays {
            setup += &data.setup();
            args.push(data.argument());
            if data.array.written {
                left += &format!("all.extend(numbers(all_{}.iter()));\n", data.array.name);
            }
        }
        for (Bins { name, ty }, seed) in &self.bins {
            let length = Bins::LENGTH;
            setup += &format!("let mut all_{name} = data::<{ty}>({length}, {seed});\n");
            args.push(format!("&mut all_{name}"));
            let list = Call::list(*ty);
            left += &format!("{list}.extend(numbers(all_{name}.iter()));\n");
        }
        let results = self.results.iter().enumerate().map(|(at, ty)| {
            let list = Call::list(*ty);
            format!("{list}.extend(numbers(&[result.{at}]));\n")
        });
        let (args, results) = (args.join(", "), results.collect::<String>());
        format!(
            "pub fn check_{name}(size: usize) -> Result<Outcome, String> {{\nagree(|version| {{\n{setup}\
             let result = match version {{\n\
             Version::Serial => {name}::serial({args}),\n\
             Version::Parallel => {name}::parallel({args}),\n\
             Version::Plain => {name}({args}),\n\
             Version::Cuda => {name}::cuda({args})?,\n}};\n\
             let (mut all, mut loose) = (Vec::<String>::new(), Vec::<String>::new());\n\
             {left}{results}Ok((all, loose))\n}})\n}}\n"
        )
    }
}

impl Data {
    /// Elements of a slice.
    pub fn length(&self, size: usize) -> usize {
        if self.array.written {
            2 * ROWS * size
        } else {
            size + 2
        }
    }

    fn setup(&self) -> String {
        let (name, ty, seed) = (&self.array.name, self.array.ty, self.seed);
        let word = if self.array.written { "mut " } else { "" };
        let Some(plane) = &self.plane else {
            let length = if self.array.written {
                "2 * m * n"
            } else {
                "n + 2"
            };
            return format!("let {word}all_{name} = data::<{ty}>({length}, {seed});\n");
        };
        let [rows, columns] = plane.base_text;
        format!(
            "let {word}all_{name} = Array2::from_shape_vec(({rows}, {columns}), \
             data::<{ty}>(({rows}) * ({columns}), {seed})).unwrap();\n"
        )
    }

    fn argument(&self) -> String {
        let (name, written) = (&self.array.name, self.array.written);
        let Some(plane) = &self.plane else {
            let borrow = if written { "&mut " } else { "&" };
            return format!("{borrow}all_{name}");
        };
        let method = if written { "slice_mut" } else { "slice" };
        let turned = if plane.turned { ".reversed_axes()" } else { "" };
        let [rows, columns] = plane.steps;
        format!("all_{name}.{method}(s![..;{rows}, ..;{columns}]){turned}")
    }
}
