//! Runs programs that others wrote behind walls: limits of time, of memory and of what they write, and no network. (Linux has the walls: `prlimit` sets limits,
//! `unshare` takes the network away; both are part of util-linux.)

use frame::{Error, Result};
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// Maximum number of bytes that a program writes into a file.
const FILE: u64 = 64 << 20;
/// What is kept of the words that a program prints, in bytes.
const KEPT: u64 = 64 << 10;

/// How a program came to its end.
pub struct Ended {
    /// `None` if it was stopped.
    pub status: Option<ExitStatus>,
    /// The end of what it wrote to standard error.
    pub said: String,
}

/// A limit for a program.
#[derive(Clone, Copy)]
pub struct Limit {
    pub time: Duration,
    /// Address space, in bytes.
    pub memory: u64,
}

impl Limit {
    /// Whether the walls stand on this machine.
    ///
    /// # Errors
    /// If they do not.
    pub fn try_out(self) -> Result {
        let cannot = |reason: String| {
            Error::new(format!(
                "what a class has handed in is run only behind walls, and there are none here: {reason}. They need Linux, with prlimit and unshare (util-linux)"
            ))
        };
        let mut command = self.command(Path::new("true"));
        let output = command.output().map_err(|error| cannot(format!("prlimit cannot be run ({error})")))?;
        match output.status.success() {
            true => Ok(()),
            false => Err(cannot(String::from_utf8_lossy(&output.stderr).trim().to_owned())),
        }
    }

    /// A program behind the walls. Each part of the command replaces the one before it, so what is stopped is the program itself.
    pub fn command(self, program: &Path) -> Command {
        let mut command = Command::new("prlimit");
        // A second more of processor time, so that the clock decides.
        let seconds = self.time.as_secs() * 2 + 1;
        command.args([
            format!("--as={}", self.memory),
            format!("--cpu={seconds}"),
            format!("--fsize={FILE}"),
            "--core=0".to_owned(),
        ]);
        command.args(["unshare", "--map-root-user", "--net", "--"]).arg(program);
        command
    }

    /// Runs a command up to its end or to the limit of time, with this on its standard input.
    ///
    /// # Errors
    /// If it cannot be started.
    pub fn run(self, mut command: Command, input: &str) -> Result<Ended> {
        let cannot = |error: std::io::Error| Error::new(format!("cannot run a program behind walls: {error}"));
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().map_err(cannot)?;
        if let Some(mut stdin) = child.stdin.take() {
            // A program that ends at once reads nothing.
            let _ = stdin.write_all(input.as_bytes());
        }
        // Somebody must read what it says, or it waits for ever.
        let reader = child.stderr.take().map(|stderr| std::thread::spawn(move || kept(stderr)));
        let started = Instant::now();
        let status = loop {
            match child.try_wait().map_err(cannot)? {
                Some(status) => break Some(status),
                None if started.elapsed() > self.time => {
                    child.kill().and_then(|()| child.wait()).map_err(cannot)?;
                    break None;
                }
                None => std::thread::sleep(Duration::from_millis(5)),
            }
        };
        let said = reader.and_then(|reader| reader.join().ok()).unwrap_or_default();
        Ok(Ended { status, said })
    }
}

/// The first words of a program; the rest is read and thrown away.
fn kept(mut from: impl Read) -> String {
    let mut bytes = Vec::new();
    // What cannot be read is not told.
    let _ = from.by_ref().take(KEPT).read_to_end(&mut bytes);
    let _ = std::io::copy(&mut from, &mut std::io::sink());
    String::from_utf8_lossy(&bytes).into_owned()
}
