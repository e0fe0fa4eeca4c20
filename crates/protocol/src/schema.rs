//! The machine-readable description of the protocol, made from the types: JSON Schema, AsyncAPI 3.0, OpenAPI 3.1.
//! The files in `docs/schemas` are these documents; a test compares them.

use crate::{Cancel, Confirm, LinkBind, LinkCheck, Pay, ReceiptFind, Refund, Reply, Status, VERSION};
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, SchemaGenerator};
use serde_json::{Map, Value, json};

/// Where descriptions of parts stand in AsyncAPI and OpenAPI documents.
const COMPONENTS: &str = "#/components/schemas/";

/// Every document, by its file name in `docs/schemas`.
pub fn documents() -> Vec<(&'static str, Value)> {
    vec![
        ("pay.json", json_schema::<Pay>()),
        ("cancel.json", json_schema::<Cancel>()),
        ("refund.json", json_schema::<Refund>()),
        ("confirm.json", json_schema::<Confirm>()),
        ("status.json", json_schema::<Status>()),
        ("link_check.json", json_schema::<LinkCheck>()),
        ("link_bind.json", json_schema::<LinkBind>()),
        ("receipt_find.json", json_schema::<ReceiptFind>()),
        ("reply.json", json_schema::<Reply>()),
        ("asyncapi.json", asyncapi()),
        ("openapi.json", openapi()),
    ]
}

/// The JSON Schema (2020-12) of a message or of the reply.
pub fn json_schema<T: JsonSchema>() -> Value {
    let generator = SchemaSettings::draft2020_12().into_generator();
    generator.into_root_schema_for::<T>().to_value()
}

/// The parts that AsyncAPI and OpenAPI documents share.
fn components() -> Map<String, Value> {
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        settings.definitions_path = "/components/schemas".into();
        settings.meta_schema = None;
    });
    let mut generator = SchemaGenerator::new(settings);
    generator.subschema_for::<Pay>();
    generator.subschema_for::<Cancel>();
    generator.subschema_for::<Refund>();
    generator.subschema_for::<Confirm>();
    generator.subschema_for::<Status>();
    generator.subschema_for::<LinkCheck>();
    generator.subschema_for::<LinkBind>();
    generator.subschema_for::<ReceiptFind>();
    generator.subschema_for::<Reply>();
    generator.take_definitions(true)
}

fn part(name: &str) -> Value {
    json!({ "$ref": format!("{COMPONENTS}{name}") })
}

/// Names of the parts that are messages of a register.
const MESSAGES: [&str; 8] = [
    "Pay",
    "Cancel",
    "Refund",
    "Confirm",
    "Status",
    "LinkCheck",
    "LinkBind",
    "ReceiptFind",
];

/// The AMQP door.
pub fn asyncapi() -> Value {
    let named = |address: &str, what: &str| {
        let messages: Map<String, Value> = MESSAGES
            .iter()
            .map(|name| {
                let at = format!("#/components/messages/{name}");
                ((*name).to_owned(), json!({ "$ref": at }))
            })
            .collect();
        json!({
            "address": address,
            "description": what,
            "parameters": { "module": { "description": "The module: its queue has this name." } },
            "messages": messages,
            "bindings": { "amqp": {
                "is": "routingKey",
                "exchange": { "name": "amq.topic", "type": "topic", "durable": true }
            } }
        })
    };
    let mut messages: Map<String, Value> = MESSAGES
        .iter()
        .map(|name| {
            let message = json!({
                "contentType": "application/json",
                "correlationId": { "location": "$message.header#/correlation_id" },
                "payload": part(name)
            });
            ((*name).to_owned(), message)
        })
        .collect();
    messages.insert(
        "Reply".to_owned(),
        json!({
            "contentType": "application/json",
            "correlationId": { "location": "$message.header#/correlation_id" },
            "payload": part("Reply")
        }),
    );
    let receive = |channel: &str| {
        json!({
            "action": "receive",
            "channel": { "$ref": format!("#/channels/{channel}") },
            "reply": {
                "address": { "location": "$message.header#/reply_to" },
                "channel": { "$ref": "#/channels/reply" }
            }
        })
    };
    json!({
        "asyncapi": "3.0.0",
        "info": {
            "title": "qrpayd: the register's AMQP door",
            "version": VERSION.to_string(),
            "description": "Either key takes every operation; by custom `cancel` carries cancels. Several replies \
                may answer one request; the last has `final: true`."
        },
        "channels": {
            "payment": named("servplus.{module}.payment", "Payments and questions."),
            "cancel": named("servplus.{module}.cancel", "Cancels and refunds."),
            "reply": {
                "address": null,
                "description": "The queue that the request names in reply_to, through the default exchange.",
                "messages": { "Reply": { "$ref": "#/components/messages/Reply" } }
            }
        },
        "operations": { "payment": receive("payment"), "cancel": receive("cancel") },
        "components": { "messages": messages, "schemas": components() }
    })
}

/// The HTTP door.
pub fn openapi() -> Value {
    let reply = |what: &str| {
        json!({
            "description": what,
            "content": { "application/json": { "schema": part("Reply") } }
        })
    };
    let operation_id = json!([{
        "name": "operation_id", "in": "path", "required": true,
        "schema": { "type": "string", "format": "uuid" }
    }]);
    let any: Vec<Value> = MESSAGES.iter().map(|name| part(name)).collect();
    json!({
        "openapi": "3.1.0",
        "info": { "title": "qrpayd: the register's HTTP door", "version": VERSION.to_string() },
        "security": [{ "token": [] }],
        "paths": {
            "/api/v1/operations": { "post": {
                "summary": "Hands a message in. A repeat with the same id and content gets the stored state.",
                "parameters": [{
                    "name": "Idempotency-Key", "in": "header", "required": false,
                    "description": "If sent, it must equal the `id` of the body.",
                    "schema": { "type": "string" }
                }],
                "requestBody": { "required": true, "content": {
                    "application/json": { "schema": { "oneOf": any } }
                } },
                "responses": {
                    "200": reply("The last word."),
                    "202": reply("Taken; more follows: ask again or listen to the events."),
                    "400": reply("The message cannot be read, or a header stands twice."),
                    "401": reply("No token, or one that is not valid for this store and register."),
                    "404": reply("No such module or operation."),
                    "408": reply("The body did not arrive in time; nothing was started."),
                    "409": reply("The id was used for something else, or the state forbids it."),
                    "413": reply("Too large."),
                    "415": reply("Not application/json."),
                    "422": reply("Understood and refused: the code says why."),
                    "429": reply("Too many requests; `Retry-After` says how long to wait."),
                    "500": reply("A fault of the daemon."),
                    "503": reply("Nothing was started, or (`unresolved`) it is not known: try again with the same id.")
                }
            } },
            "/api/v1/operations/{operation_id}": { "get": {
                "summary": "How an operation of the token's store stands.",
                "parameters": operation_id,
                "responses": { "200": reply("How it stands."), "401": reply("No valid token."),
                    "404": reply("No such operation in this store.") }
            } },
            "/api/v1/operations/{operation_id}/events": { "get": {
                "summary": "Replies as server-sent events `reply`, the current one first; ends after the final one.",
                "parameters": operation_id,
                "responses": {
                    "200": { "description": "A stream of events.", "content": { "text/event-stream": {
                        "schema": { "type": "string" } } } },
                    "401": reply("No valid token."),
                    "404": reply("No such operation in this store.")
                }
            } },
            "/api/v1/health": { "get": {
                "summary": "Whether the daemon takes work.",
                "security": [],
                "responses": { "200": { "description": "It does.", "content": { "application/json": { "schema": {
                    "type": "object",
                    "properties": { "ok": { "type": "boolean" }, "amqp": { "type": "string" } },
                    "required": ["ok", "amqp"]
                } } } } }
            } },
            "/api/v1/openapi.json": { "get": {
                "summary": "This document.",
                "security": [],
                "responses": { "200": { "description": "OpenAPI 3.1.",
                    "content": { "application/json": {} } } }
            } }
        },
        "components": {
            "securitySchemes": { "token": { "type": "http", "scheme": "bearer" } },
            "schemas": components()
        }
    })
}
