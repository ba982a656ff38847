//! Every door of partners stands in the OpenAPI file, and nothing else does.

use std::collections::BTreeSet;

use serde_json::Value;
use web::routes::{self, Guard};

/// The file.
pub fn document() -> Value {
    serde_json::from_str(&crate::file("openapi.json")).unwrap()
}

/// Doors of partners and of the browsers that they send, by method and path.
fn doors() -> BTreeSet<(String, String)> {
    const OPEN: [&str; 5] = ["/.well-known/o", "/authorize", "/jwks.json", "/logout", "/register"];
    let of_partners = |door: &&routes::Entry| {
        let named = door.path.starts_with("/v2/") || OPEN.iter().any(|start| door.path.starts_with(start));
        named || matches!(door.guard, Guard::Partner | Guard::Token)
    };
    let site = routes::site();
    let named = site.iter().filter(of_partners).map(|door| (door.method.to_ascii_lowercase(), door.path.to_owned()));
    named.collect()
}

#[test]
fn every_door_is_described_and_every_description_has_a_door() {
    let document = document();
    let paths = document["paths"].as_object().unwrap();
    let described = paths
        .iter()
        .flat_map(|(path, methods)| methods.as_object().unwrap().keys().map(|method| (method.clone(), path.clone())));
    let (described, doors): (BTreeSet<_>, _) = (described.collect(), doors());
    assert_eq!(doors.difference(&described).collect::<Vec<_>>(), Vec::<&(String, String)>::new(), "not described");
    let strange: Vec<_> = described.difference(&doors).collect();
    assert!(strange.is_empty(), "no such door: {strange:?}");
}

#[test]
fn every_operation_says_what_it_does_who_may_and_what_comes_back() {
    let document = document();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let at = format!("{method} {path}");
            assert!(operation["summary"].as_str().is_some_and(|s| s.len() > 5), "{at}");
            assert!(operation["responses"].as_object().is_some_and(|r| !r.is_empty()), "{at}");
            let named = path.split('{').skip(1).map(|rest| rest.split('}').next().unwrap());
            let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
            for name in named {
                assert!(parameters.iter().any(|p| p["in"] == "path" && p["name"] == name), "{at}: {name}");
            }
            for scheme in
                operation["security"].as_array().into_iter().flatten().flat_map(|s| s.as_object().unwrap().keys())
            {
                assert!(document["components"]["securitySchemes"].get(scheme).is_some(), "{at}: {scheme}");
            }
            references(&document, operation);
        }
    }
    references(&document, &document["components"]["schemas"]);
}

/// Every `$ref` leads somewhere.
fn references(whole: &Value, part: &Value) {
    match part {
        Value::Object(members) => {
            if let Some(target) = members.get("$ref").and_then(Value::as_str) {
                assert!(whole.pointer(target.trim_start_matches('#')).is_some(), "{target} leads nowhere");
            }
            members.values().for_each(|member| references(whole, member));
        }
        Value::Array(all) => all.iter().for_each(|one| references(whole, one)),
        _ => {}
    }
}
