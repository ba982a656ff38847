//! What a door answered.

use demo::phone::web::Page;
use reqwest::header::HeaderMap;
use serde_json::Value;

/// Status, headers and body of an answer.
#[derive(Clone, Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: String,
}

impl Reply {
    pub async fn read(response: reqwest::Response) -> Reply {
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Reply { status, headers, body: response.text().await.unwrap() }
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("{} is not JSON: {}", self.status, self.body))
    }

    /// The body of a `200`.
    pub fn ok(&self) -> Value {
        assert_eq!(self.status, 200, "{}", self.body);
        self.json()
    }

    /// The error's word, or the empty text.
    pub fn error(&self) -> String {
        let body: Value = serde_json::from_str(&self.body).unwrap_or_default();
        body["error"].as_str().unwrap_or_default().to_owned()
    }

    /// Status and word together, as a table of refusals writes them.
    pub fn refusal(&self) -> (u16, String) {
        (self.status, self.error())
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |v| v.to_str().unwrap())
    }

    pub fn location(&self) -> &str {
        self.header("location")
    }

    fn page(&self) -> Page {
        let url = "http://localhost/".parse().unwrap();
        Page { url, status: self.status, location: None, body: self.body.clone() }
    }

    /// Value of the first form field of this name.
    pub fn field(&self, name: &str) -> String {
        self.page().field(name).unwrap_or_else(|| panic!("no field {name}: {} {}", self.status, self.body))
    }

    /// Text of the element with this id; empty when there is none.
    pub fn text(&self, id: &str) -> String {
        self.page().text(id).unwrap_or_default()
    }

    /// Attribute of the element with this id; empty when there is none.
    pub fn attribute(&self, id: &str, name: &str) -> String {
        self.page().attribute(id, name).unwrap_or_default()
    }

    /// True when the page has an element with this id.
    pub fn has(&self, id: &str) -> bool {
        self.body.contains(&format!("id=\"{id}\""))
    }
}
