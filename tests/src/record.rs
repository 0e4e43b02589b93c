//! What stories ask and what is answered, as lines of JSON in the file that `STORIES_TOLD` names. The examples of the
//! OpenAPI document are chosen from it (`openapi/examples.py`), so that they are what really went over the wire.

use std::fs::OpenOptions;
use std::io::Write;

use serde_json::{Value, json};

use crate::client::Answer;

pub fn keep(method: &str, path: &str, body: Option<&str>, answer: &Answer) {
    let Ok(file) = std::env::var("STORIES_TOLD") else { return };
    let asked: Value = body.and_then(|body| serde_json::from_str(body).ok()).unwrap_or_default();
    let line = json!({
        "method": method, "path": path, "asked": asked, "status": answer.status, "answered": answer.json(),
    });
    // One write, so that lines of stories that run at the same time do not mix.
    let mut file = OpenOptions::new().create(true).append(true).open(file).unwrap();
    file.write_all(format!("{line}\n").as_bytes()).unwrap();
}
