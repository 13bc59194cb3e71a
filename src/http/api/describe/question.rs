//! The requests that this program sends to the company's own system, as `webhooks` of OpenAPI.
//!
//! The schemas come from the types that are sent and read, the examples from
//! [`crate::control::contract`], which `docs/decision-webhook.md` shows as well.

use schemars::SchemaGenerator;
use serde_json::{Map, Value, json};

use crate::control::{SystemAnswer, SystemQuestion, contract};
use crate::limits::{ASK_ANSWER_MAX, ASK_FAILURES, ASK_REST};

pub(super) fn webhooks(generator: &mut SchemaGenerator) -> Value {
    let question = generator.subschema_for::<SystemQuestion<'_>>();
    let answer = generator.subschema_for::<SystemAnswer>();
    let header = |name: &str, text: &str| {
        json!({
            "name": name, "in": "header", "required": true, "description": text,
            "schema": { "type": "string" },
        })
    };
    let id = "Names the question: the same again where the same one is put again.";
    let at = "Seconds since 1970. Refuse what is more than five minutes off.";
    let signature = "`v1,` and the Base64 of HMAC-SHA256 over `webhook-id`.`webhook-timestamp`.body, with the bytes \
                     whose Base64 follows `whsec_` in the app's secret (Standard Webhooks 1.0).";
    json!({ "question": { "post": {
        "operationId": "askOwnSystem",
        "summary": "Asks the company's own system what becomes of a call or a message",
        "description": format!(
            "Put to the address of a rule that asks, while the phone rings. Whatever is no valid answer within the \
             rule's `timeout_ms` leaves the question to the next rule; after {ASK_FAILURES} failures in a row the \
             address is left alone for {} s. Fields that an answer has besides those named are passed over.",
            ASK_REST.as_secs()
        ),
        "tags": ["routing"],
        "security": [],
        "parameters": [
            header("webhook-id", id),
            header("webhook-timestamp", at),
            header("webhook-signature", signature),
        ],
        "requestBody": { "required": true, "content": { "application/json": {
            "schema": question,
            "examples": examples([contract::CALL_QUESTION, contract::SMS_QUESTION]),
        } } },
        "responses": {
            "200": {
                "description": format!("What is done; at most {ASK_ANSWER_MAX} bytes"),
                "content": { "application/json": {
                    "schema": answer,
                    "examples": examples(contract::ANSWERS.iter().flat_map(|answer| answer.examples).copied()),
                } },
            },
            "204": { "description": "The same as `next`: it is left to the next rule" },
            "default": { "description": "No answer: the next rule is looked at. Redirects are not followed" },
        },
    } } })
}

/// Examples by name: `call.question`, `connect`, `connect 2`.
fn examples<'a>(bodies: impl IntoIterator<Item = &'a str>) -> Map<String, Value> {
    let mut examples = Map::new();
    for body in bodies {
        let value: Value = serde_json::from_str(body).expect("an example is JSON");
        let name = value["do"].as_str().or_else(|| value["type"].as_str()).unwrap_or_default();
        let name = if examples.contains_key(name) { format!("{name}-2") } else { name.to_owned() };
        examples.insert(name, json!({ "value": value }));
    }
    examples
}

#[cfg(test)]
mod tests {
    use super::super::document;
    use super::*;

    #[test]
    fn the_question_and_each_answer_are_described_with_examples() {
        let document = document();
        let post = &document["webhooks"]["question"]["post"];
        let asked = &post["requestBody"]["content"]["application/json"];
        assert_eq!(asked["schema"]["$ref"], "#/components/schemas/SystemQuestion");
        assert_eq!(asked["examples"].as_object().unwrap().len(), 2);
        let shown = post["responses"]["200"]["content"]["application/json"]["examples"].as_object().unwrap();
        let examples: usize = contract::ANSWERS.iter().map(|answer| answer.examples.len()).sum();
        assert_eq!(shown.len(), examples);
        let answers = document["components"]["schemas"]["SystemAnswer"]["oneOf"].as_array().unwrap();
        assert_eq!(answers.len(), contract::ANSWERS.len());
    }
}
