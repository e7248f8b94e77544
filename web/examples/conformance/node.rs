//! The engine in another process: Node, which is asked line by line (`ask.mjs`).

use std::io::{BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

pub struct Node {
    process: Child,
    requests: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Node {
    /// Starts Node with this module.
    pub fn start(module: &str) -> Node {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("ask.mjs");
        let mut command = Command::new("node");
        command.arg(script).arg(module).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut process = command.spawn().expect("Node, on the PATH");
        let requests = process.stdin.take().expect("a pipe");
        let answers = BufReader::new(process.stdout.take().expect("a pipe"));
        Node { process, requests, answers }
    }

    /// The engine's answer to a line.
    pub fn ask(&mut self, line: &str) -> Vec<u8> {
        writeln!(self.requests, "{line}").expect("Node is listening");
        let mut length = [0; 4];
        self.answers.read_exact(&mut length).expect("an answer: see above what Node said");
        let mut answer = vec![0; u32::from_le_bytes(length) as usize];
        self.answers.read_exact(&mut answer).expect("the whole answer");
        answer
    }

    /// The same, where the answer is a text.
    pub fn text(&mut self, line: &str) -> String {
        String::from_utf8(self.ask(line)).expect("UTF-8")
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        // Nothing to report if it has already ended.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
