//! Examples in the document: what stories really asked and were answered, as `tests/openapi/examples.py` chose from it.

use serde_json::{Map, Value};

const TOLD: &str = include_str!("examples.json");

/// Shows each operation as it was once asked and answered.
pub(crate) fn add(document: &mut Value) -> Result<(), String> {
    let told: Map<String, Value> =
        serde_json::from_str(TOLD).map_err(|error| format!("the examples cannot be read: {error}"))?;
    each_operation(document, |operation| {
        let Some(example) = operation["operationId"].as_str().and_then(|name| told.get(name)) else { return };
        let parameters = operation.get_mut("parameters").and_then(Value::as_array_mut);
        for parameter in parameters.into_iter().flatten().filter(|parameter| parameter["in"] == "path") {
            let named = &example["named"][parameter["name"].as_str().unwrap_or_default()];
            show(parameter, named);
        }
        each_asked(operation, |body| show(body, &example["asked"]));
        let status = example["status"].to_string();
        each_answered(operation, |answered, body| {
            let otherwise = &example["otherwise"][answered];
            show(body, if answered == status { &example["answered"] } else { otherwise });
        });
    });
    show_patches(document);
    Ok(())
}

/// A patch is a part of what its PUT is asked.
fn show_patches(document: &mut Value) {
    for (_, item) in document["paths"].as_object_mut().into_iter().flatten() {
        let whole = item["put"]["requestBody"]["content"]["application/json"]["example"].clone();
        let part = whole.as_object().and_then(|whole| whole.iter().find(|(_, value)| !value.is_null()));
        let Some((name, value)) = part else { continue };
        let part: Map<String, Value> = [(name.clone(), value.clone())].into_iter().collect();
        let content = item.get_mut("patch").and_then(|patch| patch["requestBody"]["content"].as_object_mut());
        for (_, body) in content.into_iter().flatten().filter(|(_, body)| body["example"].is_null()) {
            body["example"] = Value::Object(part.clone());
        }
    }
}

fn show(place: &mut Value, example: &Value) {
    if !example.is_null() {
        place["example"] = example.clone();
    }
}

pub(crate) fn each_operation(document: &mut Value, mut with: impl FnMut(&mut Value)) {
    let paths = document["paths"].as_object_mut().into_iter().flatten();
    let operations = paths.filter_map(|(_, item)| item.as_object_mut()).flatten();
    operations.filter(|(_, operation)| operation["operationId"].is_string()).for_each(|(_, one)| with(one));
}

pub(crate) fn each_asked(operation: &mut Value, with: impl FnMut(&mut Value)) {
    if let Some(body) = operation.get_mut("requestBody") {
        each_json(body, with);
    }
}

pub(crate) fn each_answered(operation: &mut Value, mut with: impl FnMut(&str, &mut Value)) {
    let answers = operation.get_mut("responses").and_then(Value::as_object_mut).into_iter().flatten();
    let good = answers.filter(|(status, _)| status.starts_with('2'));
    good.for_each(|(status, answer)| each_json(answer, |body| with(status, body)));
}

fn each_json(body: &mut Value, mut with: impl FnMut(&mut Value)) {
    let kinds = body.get_mut("content").and_then(Value::as_object_mut).into_iter().flatten();
    kinds.filter(|(kind, _)| kind.ends_with("json")).for_each(|(_, body)| with(body));
}
