//! What partners are told in docs/partners/, held against the program: tables that the code writes, addresses and answers as the
//! OpenAPI file promises them, and the button.
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod answers;
mod button;
mod openapi;
mod reference;
mod schema;

fn file(name: &str) -> String {
    std::fs::read_to_string(path(name)).unwrap()
}

fn path(name: &str) -> String {
    format!("{}/../../docs/partners/{name}", env!("CARGO_MANIFEST_DIR"))
}
