//! The plugin's functions, and their arguments in memory as C has them (xla/pjrt/c/pjrt_c_api.h). The one idea to know: **each function takes one pointer to
//! a struct that begins with its own size**, so that plugins of other versions can read it; and returns an error, or null.
//!
//! This is the only file of the crate with `unsafe`. What it hands out frees itself, and keeps alive what it needs.

use crate::error::PjrtError;
use libloading::Library;
use std::ffi::c_void;
use std::fmt;
use std::marker::PhantomData;
use std::path::Path;
use std::ptr::null_mut;
use std::sync::Arc;

/// A pointer that only the plugin looks behind.
type Pointer = *mut c_void;

/// The least version 0.x that was tried; the functions' places in the table have been the same since.
const LEAST: i32 = 60;

/// A function of the plugin: its place in the table, and the struct that it takes.
struct Function<T>(usize, PhantomData<fn(T)>);

/// The functions that are used. Each takes the struct that stands here: so says the interface, and all calls rely on it.
macro_rules! functions {
    ($($name:ident: $arguments:ident = $place:literal;)*) => {
        $(const $name: Function<$arguments> = Function($place, PhantomData);)*
        /// The number of functions up to the last that is used.
        const COUNT: usize = { let mut most = 0; $(if $place >= most { most = $place + 1; })* most };
    };
}

functions! {
    DESTROY_ERROR: One = 0;
    ERROR_MESSAGE: Message = 1;
    INITIALIZE: Nothing = 3;
    DESTROY_EVENT: One = 5;
    AWAIT: One = 8;
    CREATE_CLIENT: CreateClient = 10;
    DESTROY_CLIENT: One = 11;
    ADDRESSABLE_DEVICES: Devices = 16;
    COMPILE: Compile = 20;
    BUFFER_FROM_HOST: FromHost = 22;
    DESTROY_EXECUTABLE: One = 50;
    DEVICES_OF_EXECUTABLE: Devices = 52;
    EXECUTE: Execute = 55;
    DESTROY_BUFFER: One = 58;
    BUFFER_TO_HOST: ToHost = 70;
}

/// The beginning of the plugin's table.
#[repr(C)]
struct Api {
    size: usize,
    extension: Pointer,
    version_size: usize,
    version_extension: Pointer,
    version: [i32; 2],
    functions: [Option<unsafe extern "C" fn(Pointer) -> Pointer>; COUNT],
}

/// Structs of arguments: their fields stand behind the struct's size and a pointer to extensions, and begin as zeros.
macro_rules! arguments {
    ($($name:ident { $($field:ident: $type:ty),* $(,)? })*) => {$(
        #[repr(C)]
        struct $name {
            size: usize,
            extension: Pointer,
            $($field: $type,)*
        }

        impl Default for $name {
            fn default() -> Self {
                // SAFETY: all fields are whole numbers and raw pointers, for which zeros are valid.
                let zeros: Self = unsafe { std::mem::zeroed() };
                $name { size: size_of::<Self>(), ..zeros }
            }
        }
    )*};
}

arguments! {
    Nothing {}
    One { object: Pointer }
    Message { error: Pointer, text: *const u8, length: usize }
    NamedNumber { name: *const u8, name_length: usize, kind: i32, number: i64, count: usize }
    CreateClient {
        options: *const NamedNumber, option_count: usize, get: Pointer, get_argument: Pointer, put: Pointer, put_argument: Pointer,
        client: Pointer, try_get: Pointer, try_get_argument: Pointer,
    }
    Devices { of: Pointer, devices: *const Pointer, count: usize }
    Program { code: *const u8, length: usize, format: *const u8, format_length: usize }
    Compile { client: Pointer, program: *const Program, options: *const u8, options_length: usize, executable: Pointer }
    FromHost {
        client: Pointer, data: *const c_void, kind: i32, lengths: *const i64, rank: usize, strides: Pointer, stride_count: usize,
        semantics: i32, device: Pointer, memory: Pointer, layout: Pointer, done: Pointer, buffer: Pointer,
    }
    ExecuteOptions {
        send: Pointer, receive: Pointer, send_count: usize, receive_count: usize, launch: i32, kept: *const i64, kept_count: usize,
        context: Pointer, call_location: Pointer, task_count: usize, tasks: Pointer, incarnations: Pointer,
    }
    Execute {
        executable: Pointer, options: *const ExecuteOptions, arguments: *const *const Pointer, device_count: usize, argument_count: usize,
        results: *const *mut Pointer, done: *mut Pointer, device: Pointer,
    }
    ToHost { buffer: Pointer, layout: Pointer, to: Pointer, bytes: usize, done: Pointer }
}

/// The kind of a [`NamedNumber`]: a whole number of 64 bits.
const WHOLE: i32 = 1;

/// How several devices run a program together.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Together {
    /// Each has a part of the work, as the annotations of the program say, which are Shardy's.
    Divided,
    /// Each runs all of it on arrays of its own, and the program says what is summed over them.
    Replicated,
}

/// How a program is compiled, as a protocol buffer. Field 3, the build options: device -1 (any), the number of replicas, the number of partitions; for several
/// partitions, that they are made, and by Shardy.
fn compile_options(devices: usize, together: Together) -> Vec<u8> {
    let (replicas, partitions) = if together == Together::Replicated { (devices, 1) } else { (1, devices) };
    let mut options = vec![0x08, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1];
    for (field, mut left) in [(0x20, replicas), (0x28, partitions)] {
        options.push(field);
        while left >= 128 {
            options.push((left % 128) as u8 + 128);
            left /= 128;
        }
        options.push(left as u8);
    }
    if partitions > 1 {
        options.extend([0x30, 1, 0x98, 1, 1]);
    }
    [vec![0x1a, options.len() as u8], options].concat()
}

/// A plugin that was loaded, with a client and the number of devices that are used.
pub(crate) struct Client {
    api: *const Api,
    client: Pointer,
    pub(crate) devices: usize,
    /// Loaded as long as anything of it is used.
    _library: Library,
}

// SAFETY: the interface says of clients, devices, executables and buffers that any thread may use them, at the same time, too.
unsafe impl Send for Client {}
// SAFETY: as above.
unsafe impl Sync for Client {}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.debug_struct("Client").finish_non_exhaustive()
    }
}

impl Client {
    pub(crate) fn load(path: &Path, devices: usize) -> Result<Client, PjrtError> {
        let no_library =
            |error: libloading::Error| PjrtError::Library { path: path.to_owned(), reason: error.to_string() };
        let no_plugin = |reason: String| PjrtError::NoPlugin { path: path.to_owned(), reason };
        // SAFETY: the library's own initialisers run. Who names a file trusts it, as a program that he starts.
        let library = unsafe { Library::new(path) }.map_err(no_library)?;
        // SAFETY: a symbol of this name is, by the interface, a function of this type.
        let entry = unsafe { library.get::<unsafe extern "C" fn() -> *const Api>(b"GetPjrtApi") };
        let entry = entry.map_err(|error| no_plugin(error.to_string()))?;
        // SAFETY: it takes nothing and returns a table that lives as long as the library.
        let api = unsafe { entry() };
        if api.is_null() {
            return Err(no_plugin("GetPjrtApi returned no table of functions".to_owned()));
        }
        // SAFETY: every version of the table begins with these fields; the functions behind them are not read here.
        let (size, version) = unsafe { ((*api).size, (*api).version) };
        if version[0] != 0 || version[1] < LEAST || size < size_of::<Api>() {
            return Err(PjrtError::Version { path: path.to_owned(), found: version, least: LEAST });
        }
        let mut client = Client { api, client: null_mut(), devices, _library: library };
        client.call(INITIALIZE, "be initialised", &mut Nothing::default())?;
        let mut found = client.create(&[])?;
        if found < devices {
            // A plugin for the CPU makes as many devices of it as it is told to; others do not know the option.
            client.free(DESTROY_CLIENT, client.client);
            client.client = null_mut();
            let name = "cpu_device_count";
            let (name_length, number) = (name.len(), devices as i64);
            let option = NamedNumber {
                name: name.as_ptr(),
                name_length,
                kind: WHOLE,
                number,
                count: 1,
                ..NamedNumber::default()
            };
            found = client.create(&[option]).unwrap_or(found);
        }
        match found < devices {
            true => Err(PjrtError::Devices { expected: devices, found }),
            false => Ok(client),
        }
    }

    /// Creates the client, and returns how many devices it has.
    fn create(&mut self, options: &[NamedNumber]) -> Result<usize, PjrtError> {
        let mut created =
            CreateClient { options: options.as_ptr(), option_count: options.len(), ..CreateClient::default() };
        self.call(CREATE_CLIENT, "make a client", &mut created)?;
        self.client = created.client;
        let devices = self.devices_of(ADDRESSABLE_DEVICES, self.client)?;
        Ok(devices.len())
    }

    /// The devices of the client, or of an executable, in the order in which it is run on them.
    fn devices_of(&self, function: Function<Devices>, of: Pointer) -> Result<Vec<Pointer>, PjrtError> {
        let mut devices = Devices { of, ..Devices::default() };
        self.call(function, "tell its devices", &mut devices)?;
        if devices.count == 0 {
            return Ok(Vec::new());
        }
        // SAFETY: the plugin returned an array of `count` devices, which lives as long as what they were asked of.
        Ok(unsafe { std::slice::from_raw_parts(devices.devices, devices.count) }.to_vec())
    }

    /// Calls a function of the plugin.
    fn call<T>(&self, function: Function<T>, what: &'static str, arguments: &mut T) -> Result<(), PjrtError> {
        // SAFETY: `load` has seen that the table is as large as `Api`, and `_library` keeps it where it is.
        let entry = unsafe { (*self.api).functions[function.0] };
        let Some(entry) = entry else {
            return Err(PjrtError::Plugin { what, reason: "it has no such function".to_owned() });
        };
        // SAFETY: the argument is the struct of this function (`functions!`), with its size in its first field; what it points to outlives the call.
        let error = unsafe { entry(std::ptr::from_mut(arguments).cast()) };
        if error.is_null() { Ok(()) } else { Err(PjrtError::Plugin { what, reason: self.message(error) }) }
    }

    /// The words of an error, which is freed.
    fn message(&self, error: Pointer) -> String {
        let mut message = Message { error, ..Message::default() };
        self.call_without_error(ERROR_MESSAGE, &mut message);
        let text = match message.text.is_null() {
            true => "it does not say why".to_owned(),
            // SAFETY: the plugin points to so many bytes, which live as long as the error.
            false => unsafe { std::slice::from_raw_parts(message.text, message.length) }
                .iter()
                .map(|&byte| char::from(byte))
                .collect(),
        };
        self.free(DESTROY_ERROR, error);
        text
    }

    /// Calls one of the functions that return nothing.
    fn call_without_error<T>(&self, function: Function<T>, arguments: &mut T) {
        // SAFETY: as in `call`; what is returned is not looked at, since these functions return nothing.
        if let Some(entry) = unsafe { (*self.api).functions[function.0] } {
            // SAFETY: as in `call`.
            unsafe { entry(std::ptr::from_mut(arguments).cast()) };
        }
    }

    /// Frees an object of the plugin. (Nobody could act upon an error.)
    fn free(&self, function: Function<One>, object: Pointer) {
        if !object.is_null() {
            self.call_without_error(function, &mut One { object, ..One::default() });
        }
    }

    /// Waits until an event has happened, and frees it.
    fn wait(&self, event: Pointer, what: &'static str) -> Result<(), PjrtError> {
        if event.is_null() {
            return Ok(());
        }
        let outcome = self.call(AWAIT, what, &mut One { object: event, ..One::default() });
        self.free(DESTROY_EVENT, event);
        outcome
    }

    /// Compiles a program in StableHLO, which has results of so many numbers, for all devices together.
    pub(crate) fn compile(
        self: &Arc<Self>,
        text: &str,
        sizes: Vec<usize>,
        together: Together,
    ) -> Result<Executable, PjrtError> {
        let format = "mlir";
        let program = Program {
            code: text.as_ptr(),
            length: text.len(),
            format: format.as_ptr(),
            format_length: format.len(),
            ..Program::default()
        };
        let options = compile_options(self.devices, together);
        let mut compile = Compile {
            client: self.client,
            program: &raw const program,
            options: options.as_ptr(),
            options_length: options.len(),
            ..Compile::default()
        };
        self.call(COMPILE, "compile the step", &mut compile)?;
        // Frees itself from here on.
        let mut executable =
            Executable { client: self.clone(), executable: compile.executable, devices: Vec::new(), sizes };
        executable.devices = self.devices_of(DEVICES_OF_EXECUTABLE, compile.executable)?;
        match executable.devices.len() {
            found if found == self.devices => Ok(executable),
            found => Err(PjrtError::Devices { expected: self.devices, found }),
        }
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        self.free(DESTROY_CLIENT, self.client);
    }
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for f32 {}
    impl Sealed for f64 {}
}

/// A kind of number that gradus and XLA both have.
pub trait Number: gradus::Scalar + sealed::Sealed {
    /// What the interface calls it.
    #[doc(hidden)]
    const KIND: i32;
}

impl Number for f32 {
    const KIND: i32 = 11;
}

impl Number for f64 {
    const KIND: i32 = 12;
}

/// An array on the device.
#[derive(Debug)]
pub(crate) struct Buffer<F> {
    client: Arc<Client>,
    buffer: Pointer,
    size: usize,
    number: PhantomData<F>,
}

// SAFETY: as for the client; a buffer is changed by nobody.
unsafe impl<F: Send> Send for Buffer<F> {}
// SAFETY: as above.
unsafe impl<F: Sync> Sync for Buffer<F> {}

impl<F: Number> Buffer<F> {
    /// A copy of its numbers, row by row.
    pub(crate) fn download(&self) -> Result<Vec<F>, PjrtError> {
        let mut numbers = vec![F::ZERO; self.size];
        let bytes = size_of_val(&numbers[..]);
        let mut to = ToHost { buffer: self.buffer, to: numbers.as_mut_ptr().cast(), bytes, ..ToHost::default() };
        self.client.call(BUFFER_TO_HOST, "return an array", &mut to)?;
        // The numbers are written until then.
        self.client.wait(to.done, "return an array")?;
        Ok(numbers)
    }
}

impl<F> Drop for Buffer<F> {
    fn drop(&mut self) {
        self.client.free(DESTROY_BUFFER, self.buffer);
    }
}

/// An array, on each device: all of it or, if it is divided, a part.
pub(crate) type Spread<F> = Vec<Buffer<F>>;

/// A program that was compiled.
#[derive(Debug)]
pub(crate) struct Executable {
    client: Arc<Client>,
    executable: Pointer,
    /// The devices that it is run on, in their order.
    devices: Vec<Pointer>,
    /// The count of numbers of each result.
    sizes: Vec<usize>,
}

// SAFETY: as for the client.
unsafe impl Send for Executable {}
// SAFETY: as above.
unsafe impl Sync for Executable {}

impl Executable {
    /// Brings numbers of a kind, row by row, to the devices: all of them to each or, if they are divided, as many rows to each.
    pub(crate) fn upload<F: Number>(
        &self,
        numbers: &[F],
        shape: &[usize],
        is_divided: bool,
    ) -> Result<Spread<F>, PjrtError> {
        assert_eq!(numbers.len(), shape.iter().product::<usize>(), "as many numbers as the shape has");
        let mut lengths: Vec<i64> = shape.iter().map(|&length| length as i64).collect();
        let mut part = numbers.len();
        if is_divided {
            assert_eq!(shape[0] % self.devices.len(), 0, "as many rows for each device");
            lengths[0] /= self.devices.len() as i64;
            part /= self.devices.len();
        }
        let mut spread = Vec::new();
        for (place, &device) in self.devices.iter().enumerate() {
            let numbers = if is_divided { &numbers[place * part..][..part] } else { numbers };
            let mut from = FromHost {
                client: self.client.client,
                data: numbers.as_ptr().cast(),
                kind: F::KIND,
                lengths: lengths.as_ptr(),
                rank: lengths.len(),
                device,
                ..FromHost::default()
            };
            self.client.call(BUFFER_FROM_HOST, "take an array", &mut from)?;
            spread.push(Buffer { client: self.client.clone(), buffer: from.buffer, size: part, number: PhantomData });
            // The numbers may be read until then.
            self.client.wait(from.done, "take an array")?;
        }
        Ok(spread)
    }

    /// Runs the program on all devices, and waits for its end. Arguments that the program donates cannot be used again.
    pub(crate) fn run<F: Number>(&self, arguments: &[&Spread<F>]) -> Result<Vec<Spread<F>>, PjrtError> {
        let devices = self.devices.len();
        assert!(arguments.iter().all(|spread| spread.len() == devices), "a buffer on each device");
        let of_device = |device: usize| arguments.iter().map(|spread| spread[device].buffer).collect();
        let arguments: Vec<Vec<Pointer>> = (0..devices).map(of_device).collect();
        let mut results = vec![vec![null_mut(); self.sizes.len()]; devices];
        let of_devices: Vec<*const Pointer> = arguments.iter().map(|buffers| buffers.as_ptr()).collect();
        let to_devices: Vec<*mut Pointer> = results.iter_mut().map(|buffers| buffers.as_mut_ptr()).collect();
        let (options, mut done) = (ExecuteOptions::default(), vec![null_mut(); devices]);
        let mut execute = Execute {
            executable: self.executable,
            options: &raw const options,
            arguments: of_devices.as_ptr(),
            device_count: devices,
            argument_count: arguments[0].len(),
            results: to_devices.as_ptr(),
            done: done.as_mut_ptr(),
            ..Execute::default()
        };
        self.client.call(EXECUTE, "run the step", &mut execute)?;
        let buffer = |place: usize, device: usize| Buffer {
            client: self.client.clone(),
            buffer: results[device][place],
            size: self.sizes[place],
            number: PhantomData,
        };
        let spread = |place: usize| (0..devices).map(|device| buffer(place, device)).collect();
        let spreads = (0..self.sizes.len()).map(spread).collect();
        // Every event is waited for, also behind one that tells of an error.
        let outcomes: Vec<_> = done.into_iter().map(|event| self.client.wait(event, "run the step")).collect();
        outcomes.into_iter().collect::<Result<(), _>>()?;
        Ok(spreads)
    }
}

impl Drop for Executable {
    fn drop(&mut self) {
        self.client.free(DESTROY_EXECUTABLE, self.executable);
    }
}
