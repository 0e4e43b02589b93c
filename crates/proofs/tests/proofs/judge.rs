//! Go, which judges: its program lies in `go/`, and is asked line by line.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use galleria_tests::tools::tool;
use serde_json::Value;

pub struct Judge {
    process: Child,
    questions: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl Judge {
    /// Built out of what is on this machine, and nothing else: without a network it is the same.
    pub fn called() -> Self {
        let go = tool("proofs", "go/bin/go");
        let built = go.ancestors().nth(3).unwrap().join("go-build");
        let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/proofs/go/main.go");
        let mut process = Command::new(&go)
            .args(["run".as_ref(), program.as_os_str()])
            .envs([("GO111MODULE", "off"), ("GOPATH", "/usr/share/gocode"), ("GOPROXY", "off")])
            .envs([("GOENV", "off"), ("GOFLAGS", ""), ("GOTOOLCHAIN", "local"), ("CGO_ENABLED", "0")])
            .env("XDG_CONFIG_HOME", &built)
            .env("GOCACHE", built)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|why| {
                panic!(
                    "{} does not start: {why}. Remove its folder and run crates/proofs/tests/needs.sh.",
                    go.display()
                )
            });
        let questions = process.stdin.take();
        let answers = BufReader::new(process.stdout.take().unwrap());
        Self { process, questions, answers }
    }

    pub fn ask(&mut self, question: &Value) -> Value {
        let mut answer = String::new();
        let asked =
            self.questions.as_mut().is_some_and(|questions| writeln!(questions, "{question}").is_ok());
        let read = self.answers.read_line(&mut answer).unwrap();
        assert!(asked && read > 0, "Go ended before it answered {question}; what it wrote above says why");
        let answer: Value = serde_json::from_str(&answer).unwrap();
        let why = answer["error"].as_str().unwrap();
        assert!(!why.starts_with("question: "), "{why}");
        answer
    }

    pub fn accepts(&mut self, question: &Value) -> bool {
        self.ask(question)["error"] == ""
    }
}

impl Drop for Judge {
    fn drop(&mut self) {
        drop(self.questions.take());
        let _ = self.process.wait();
    }
}
