//! The part of JSON Schema 2020-12 that the OpenAPI file uses. A keyword that is not known here is a mistake: it would pass for checked.

use serde_json::Value;

/// What tells people something and checks nothing.
const WORDS: [&str; 2] = ["description", "title"];

/// Why `value` is not what `schema` says; empty when it is. `whole` resolves `$ref`.
pub fn faults(whole: &Value, schema: &Value, value: &Value) -> Vec<String> {
    let mut found = Vec::new();
    check(whole, schema, value, "", &mut found);
    found
}

fn check(whole: &Value, schema: &Value, value: &Value, at: &str, found: &mut Vec<String>) {
    for (keyword, rule) in schema.as_object().unwrap_or_else(|| panic!("{at}: a schema is an object")) {
        let number = || rule.as_u64().unwrap();
        let holds = match keyword.as_str() {
            "$ref" => {
                let target = rule.as_str().unwrap().strip_prefix('#').unwrap();
                let target = whole.pointer(target).unwrap_or_else(|| panic!("{rule} leads nowhere"));
                check(whole, target, value, at, found);
                true
            }
            "type" => is(rule.as_str().unwrap(), value),
            "enum" => rule.as_array().unwrap().contains(value),
            "const" => rule == value,
            "minLength" => value.as_str().is_none_or(|s| s.chars().count() as u64 >= number()),
            "minimum" => value.as_i64().is_none_or(|n| n >= rule.as_i64().unwrap()),
            "minItems" => value.as_array().is_none_or(|all| all.len() as u64 >= number()),
            "items" => {
                let items = value.as_array().into_iter().flatten().enumerate();
                items.for_each(|(n, item)| check(whole, rule, item, &format!("{at}/{n}"), found));
                true
            }
            "required" => {
                let missing =
                    rule.as_array().unwrap().iter().filter(|name| value.get(name.as_str().unwrap()).is_none());
                missing.for_each(|name| found.push(format!("{at}: {name} is missing")));
                true
            }
            "properties" => {
                for (name, schema) in rule.as_object().unwrap() {
                    if let Some(member) = value.get(name) {
                        check(whole, schema, member, &format!("{at}/{name}"), found);
                    }
                }
                true
            }
            "additionalProperties" => {
                if rule == false {
                    let known = |name: &String| schema["properties"].get(name).is_some();
                    let strange = value.as_object().into_iter().flat_map(|o| o.keys()).filter(|name| !known(name));
                    strange.for_each(|name| found.push(format!("{at}: {name} is not described")));
                }
                true
            }
            "oneOf" => {
                let fits = |rule: &&Value| faults(whole, rule, value).is_empty();
                rule.as_array().unwrap().iter().filter(fits).count() == 1
            }
            word if WORDS.contains(&word) => true,
            unknown => panic!("{at}: this test does not know {unknown}"),
        };
        if !holds {
            found.push(format!("{at}: {value} against {keyword} {rule}"));
        }
    }
}

fn is(kind: &str, value: &Value) -> bool {
    match kind {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "boolean" => value.is_boolean(),
        other => panic!("this test does not know the type {other}"),
    }
}

#[test]
fn the_checker_sees_what_is_wrong() {
    let schema = serde_json::json!({
        "type": "object", "required": ["a"], "additionalProperties": false,
        "properties": { "a": { "type": "string", "minLength": 2 }, "b": { "type": "array", "minItems": 1, "items": { "enum": [1, 2] } },
            "c": { "oneOf": [{ "const": true }, { "type": "integer", "minimum": 3 }] } },
    });
    let wrong = |value: Value| faults(&schema, &schema, &value).len();
    let good = serde_json::json!({ "a": "xy", "b": [2], "c": 3 });
    assert_eq!(wrong(good), 0);
    for bad in [
        serde_json::json!({}),
        serde_json::json!({ "a": "x" }),
        serde_json::json!({ "a": 5 }),
        serde_json::json!({ "a": "xy", "b": [] }),
        serde_json::json!({ "a": "xy", "b": [3] }),
        serde_json::json!({ "a": "xy", "c": false }),
        serde_json::json!({ "a": "xy", "c": 2 }),
        serde_json::json!({ "a": "xy", "d": 1 }),
        serde_json::json!([]),
    ] {
        assert!(wrong(bad.clone()) > 0, "{bad}");
    }
}
