//! What the tests of the software device share.

#![allow(dead_code, reason = "each test program uses a part of it")]

use kernel_runtime::software::device::{self, Finding};

/// A device buffer.
pub struct Buffer {
    pub ptr: u64,
    pub bytes: usize,
}

impl Buffer {
    pub fn new(bytes: usize) -> Self {
        let ptr = device::mem_alloc(bytes).expect("memory for a test");
        Buffer { ptr, bytes }
    }

    pub fn of<T: Plain>(values: &[T]) -> Self {
        let bytes: Vec<u8> = values.iter().flat_map(|v| v.bytes()).collect();
        let buffer = Buffer::new(bytes.len());
        device::copy_to_device(buffer.ptr, &bytes).expect("a copy into a buffer");
        buffer
    }

    pub fn get<T: Plain>(&self) -> Vec<T> {
        let mut bytes = vec![0; self.bytes];
        device::copy_to_host(&mut bytes, self.ptr).expect("a copy out of a buffer");
        bytes
            .chunks_exact(size_of::<T>())
            .map(T::from_bytes)
            .collect()
    }

    /// As a kernel parameter.
    pub fn param(&self) -> Vec<u8> {
        self.ptr.to_le_bytes().to_vec()
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        device::mem_free(self.ptr).expect("a buffer is freed once");
    }
}

/// Numbers.
pub trait Plain: Copy {
    fn bytes(self) -> Vec<u8>;
    fn from_bytes(bytes: &[u8]) -> Self;
}

macro_rules! plain {
    ($($t:ty)*) => {$(
        impl Plain for $t {
            fn bytes(self) -> Vec<u8> {
                self.to_le_bytes().to_vec()
            }
            fn from_bytes(bytes: &[u8]) -> Self {
                Self::from_le_bytes(bytes.try_into().unwrap())
            }
        }
    )*};
}

plain!(u8 i8 u16 i16 u32 i32 u64 i64 f32 f64);

pub const HEADER: &str = ".version 8.0\n.target sm_80\n.address_size 64\n";

/// Loads a text, runs entry `k`, unloads.
pub fn run(
    ptx: &str,
    grid: [u32; 3],
    block: [u32; 3],
    shared: u32,
    params: &[Vec<u8>],
) -> Result<(), i32> {
    let module = device::module_load(ptx).unwrap_or_else(|log| panic!("{log}\n{ptx}"));
    let function = device::function(module, "k").expect("an entry `k`");
    let result = device::launch(function, grid, block, shared, params);
    device::module_unload(module).expect("a loaded module");
    result
}

/// As [`run`], along x.
pub fn run_x(ptx: &str, grid: u32, block: u32, params: &[Vec<u8>]) -> Result<(), i32> {
    run(ptx, [grid, 1, 1], [block, 1, 1], 0, params)
}

/// As [`run_x`], which must succeed.
pub fn run_ok(ptx: &str, grid: u32, block: u32, params: &[Vec<u8>]) {
    let result = run_x(ptx, grid, block, params);
    assert_eq!(result, Ok(()), "{:?}", device::findings());
}

/// As [`run_x`], which must fail; the one finding.
pub fn run_bad(ptx: &str, grid: u32, block: u32, params: &[Vec<u8>]) -> Finding {
    let code = run_x(ptx, grid, block, params).expect_err("the launch fails");
    let mut findings = device::findings();
    assert_eq!(findings.len(), 1);
    let finding = findings.remove(0);
    assert_eq!(finding.code(), code);
    finding
}

/// A kernel `k(.param .u64 p0, p1, ..)` with registers of all types and `%p<i>` in `%ptr<i>`;
/// `%t` is the thread's number in the block, `%g` its number in a one-dimensional grid, `%cta` its
/// block's, `%nt` the block's length.
pub fn kernel(pointers: usize, body: &str) -> String {
    kernel_with(pointers, "", body)
}

/// As [`kernel`], with declarations at module scope.
pub fn kernel_with(pointers: usize, declarations: &str, body: &str) -> String {
    let params: Vec<String> = (0..pointers).map(|i| format!(".param .u64 p{i}")).collect();
    let loads: String = (0..pointers)
        .map(|i| format!("    ld.param.u64 %ptr{i}, [p{i}];\n"))
        .collect();
    format!(
        "{HEADER}{declarations}
.visible .entry k({})
{{
    .reg .pred %p<10>;
    .reg .b16 %h<20>;
    .reg .b32 %r<40>;
    .reg .b64 %rd<40>;
    .reg .f32 %f<20>;
    .reg .f64 %d<20>;
    .reg .b64 %ptr<10>;
    .reg .b32 %t, %g, %cta, %nt;
{loads}
    mov.u32 %t, %tid.x;
    mov.u32 %cta, %ctaid.x;
    mov.u32 %nt, %ntid.x;
    mad.lo.s32 %g, %cta, %nt, %t;
{body}
    ret;
}}
",
        params.join(", ")
    )
}

/// Evaluates one instruction in one thread. In the template, `$d` is the destination of type
/// `out`, `$0`, `$1`, .. the arguments, given as type and bits.
pub fn eval(template: &str, out: &str, args: &[(&str, u64)]) -> u64 {
    try_eval(template, out, args).unwrap_or_else(|log| panic!("{template}: {log}"))
}

/// As [`eval`]; the log of a refused text.
pub fn try_eval(template: &str, out: &str, args: &[(&str, u64)]) -> Result<u64, String> {
    let mut body = template.replace("$d", "%out");
    let mut setup = format!("    .reg {} %out;\n", register_type(out));
    let mut params = vec![];
    for (i, (ty, _)) in args.iter().enumerate() {
        body = body.replace(&format!("${i}"), &format!("%in{i}"));
        let register = register_type(ty);
        setup += &format!("    .reg {register} %in{i};\n");
        setup += &match register {
            ".pred" => format!(
                "    .reg .b64 %raw{i};\n    ld.param.b64 %raw{i}, [a{i}];\n    \
                 setp.ne.b64 %in{i}, %raw{i}, 0;\n"
            ),
            _ => format!(
                "    ld.param{} %in{i}, [a{i}];\n",
                register.replace(".s", ".b")
            ),
        };
        params.push(format!(", .param .b64 a{i}"));
    }
    let store = match register_type(out) {
        ".pred" => "    .reg .b64 %res;\n    selp.b64 %res, 1, 0, %out;\n    \
                    st.global.b64 [%ptr], %res;\n"
            .to_owned(),
        ty => format!("    st.global{ty} [%ptr], %out;\n"),
    };
    let text = format!(
        "{HEADER}.visible .entry k(.param .u64 p{}) {{\n    .reg .b64 %ptr;\n    \
         ld.param.u64 %ptr, [p];\n{setup}    {body}\n{store}    ret;\n}}\n",
        params.concat()
    );
    let module = device::module_load(&text)?;
    let result = Buffer::of(&[0u64]);
    let mut values = vec![result.param()];
    values.extend(args.iter().map(|(_, bits)| bits.to_le_bytes().to_vec()));
    let function = device::function(module, "k").unwrap();
    device::launch(function, [1; 3], [1; 3], 0, &values)
        .unwrap_or_else(|_| panic!("{template}: {:?}", device::findings()));
    device::module_unload(module).unwrap();
    Ok(result.get::<u64>()[0])
}

fn register_type(ty: &str) -> &'static str {
    match ty {
        "pred" => ".pred",
        "f32" => ".f32",
        "f64" => ".f64",
        t if t.ends_with("16") => ".b16",
        t if t.ends_with("32") => ".b32",
        t if t.ends_with("64") => ".b64",
        other => panic!("no register of type {other}"),
    }
}
