//! The little of a browser that a robot needs: cookies, forms, redirects that are looked at before they are followed.
//! Reads our own pages and the demo bank's; it is no HTML parser for the world.

use reqwest::header::{ACCEPT, LOCATION, SET_COOKIE};
use reqwest::{Client, RequestBuilder, Url};

use super::{PhoneError, door};

/// A browser of one person. Cookies are kept per origin until they are set to nothing.
#[derive(Clone)]
pub struct Browser {
    http: Client,
    cookies: Vec<(String, String, String)>,
}

/// What a server answered.
#[derive(Debug)]
pub struct Page {
    pub url: Url,
    pub status: u16,
    /// Where it sends us, made absolute.
    pub location: Option<Url>,
    pub body: String,
}

impl Browser {
    pub fn new(http: Client) -> Self {
        Browser { http, cookies: Vec::new() }
    }

    pub async fn get(&mut self, url: &Url) -> Result<Page, PhoneError> {
        let request = self.http.get(url.clone());
        self.send(url, request).await
    }

    /// `application/x-www-form-urlencoded`, as a button sends it.
    pub async fn post_form(&mut self, url: &Url, fields: &[(&str, &str)]) -> Result<Page, PhoneError> {
        let request = self.http.post(url.clone()).form(fields);
        self.send(url, request).await
    }

    /// The same, asking for JSON in return.
    pub async fn post_form_for_json(&mut self, url: &Url, fields: &[(&str, &str)]) -> Result<Page, PhoneError> {
        let request = self.http.post(url.clone()).form(fields).header(ACCEPT, "application/json");
        self.send(url, request).await
    }

    pub async fn post_json(&mut self, url: &Url, body: &serde_json::Value) -> Result<Page, PhoneError> {
        let request = self.http.post(url.clone()).json(body).header(ACCEPT, "application/json");
        self.send(url, request).await
    }

    pub async fn get_json(&mut self, url: &Url) -> Result<Page, PhoneError> {
        let request = self.http.get(url.clone()).header(ACCEPT, "application/json");
        self.send(url, request).await
    }

    /// Gets `url` and follows at most ten redirects, except one that `stop` wants to look at.
    pub async fn follow(&mut self, url: &Url, stop: impl Fn(&Url) -> bool) -> Result<Page, PhoneError> {
        let mut page = self.get(url).await?;
        for _ in 0..10 {
            match page.location.clone() {
                Some(next) if !stop(&next) => page = self.get(&next).await?,
                _ => return Ok(page),
            }
        }
        Err(PhoneError::Network("more than ten redirects".into()))
    }

    async fn send(&mut self, url: &Url, request: RequestBuilder) -> Result<Page, PhoneError> {
        let origin = url.origin().ascii_serialization();
        let mine: Vec<String> =
            self.cookies.iter().filter(|(o, ..)| *o == origin).map(|(_, k, v)| format!("{k}={v}")).collect();
        let request = if mine.is_empty() { request } else { request.header("cookie", mine.join("; ")) };
        let request = request.build().map_err(|e| PhoneError::Internal(e.to_string()))?;
        let response = self.http.execute(request).await.map_err(|e| door::network(&e))?;
        for cookie in response.headers().get_all(SET_COOKIE) {
            self.keep(&origin, cookie.to_str().unwrap_or_default());
        }
        let location = response.headers().get(LOCATION).and_then(|l| l.to_str().ok()).and_then(|l| url.join(l).ok());
        let status = response.status().as_u16();
        let body = response.text().await.map_err(|e| door::network(&e))?;
        Ok(Page { url: url.clone(), status, location, body })
    }

    fn keep(&mut self, origin: &str, header: &str) {
        let pair = header.split(';').next().unwrap_or_default();
        if let Some((name, value)) = pair.split_once('=') {
            self.cookies.retain(|(o, k, _)| o != origin || k != name.trim());
            if !value.trim().is_empty() {
                self.cookies.push((origin.to_owned(), name.trim().to_owned(), value.trim().to_owned()));
            }
        }
    }
}

impl Page {
    /// Value of the first form field with this name.
    pub fn field(&self, name: &str) -> Option<String> {
        self.tag(|t| matches!(t.name, "input" | "button") && t.attribute("name").as_deref() == Some(name))?
            .attribute("value")
    }

    /// Text directly inside the element with this id.
    pub fn text(&self, id: &str) -> Option<String> {
        let tag = self.tag(|t| t.attribute("id").as_deref() == Some(id))?;
        tag.after.split('<').next().map(|text| unescape(text.trim()))
    }

    /// Attribute of the element with this id.
    pub fn attribute(&self, id: &str, name: &str) -> Option<String> {
        self.tag(|t| t.attribute("id").as_deref() == Some(id))?.attribute(name)
    }

    pub fn json(&self) -> Result<serde_json::Value, PhoneError> {
        serde_json::from_str(&self.body).map_err(|_| PhoneError::Network(format!("{}: not JSON", self.url.path())))
    }

    fn tag(&self, wanted: impl Fn(&Tag<'_>) -> bool) -> Option<Tag<'_>> {
        let mut rest = self.body.as_str();
        while let Some((_, after)) = rest.split_once('<') {
            rest = after;
            if let Some(tag) = Tag::read(after)
                && wanted(&tag)
            {
                return Some(tag);
            }
        }
        None
    }
}

/// An opening tag: what stands between `<name` and `>`, and what follows.
struct Tag<'a> {
    name: &'a str,
    inside: &'a str,
    after: &'a str,
}

impl<'a> Tag<'a> {
    fn read(text: &'a str) -> Option<Tag<'a>> {
        let end = closing(text)?;
        let (inside, after) = text.split_at_checked(end)?;
        let name = inside.split([' ', '\n', '\t', '/']).next()?;
        let inside = inside.strip_prefix(name)?;
        Some(Tag { name, inside, after: after.strip_prefix('>')? })
    }

    fn attribute(&self, wanted: &str) -> Option<String> {
        let mut rest = self.inside;
        loop {
            rest = rest.trim_start_matches([' ', '\n', '\t', '/']);
            let end = rest.find(['=', ' ', '\n', '\t', '/']).unwrap_or(rest.len());
            let (name, after) = rest.split_at_checked(end)?;
            let value = after.strip_prefix("=\"").and_then(|v| v.split_once('"'));
            if name == wanted {
                return Some(value.map(|(v, _)| unescape(v)).unwrap_or_default());
            }
            rest = value.map_or(after.trim_start_matches('='), |(_, more)| more);
            if rest.is_empty() {
                return None;
            }
        }
    }
}

/// Where the tag ends: the first `>` outside quotes.
fn closing(text: &str) -> Option<usize> {
    let mut quoted = false;
    text.char_indices().find_map(|(at, c)| {
        quoted ^= c == '"';
        (c == '>' && !quoted).then_some(at)
    })
}

fn unescape(text: &str) -> String {
    let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"");
    text.replace("&#39;", "'").replace("&#x27;", "'").replace("&amp;", "&")
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn page(body: &str) -> Page {
        Page { url: "http://localhost/".parse().unwrap(), status: 200, location: None, body: body.into() }
    }

    #[test]
    fn fields_links_and_texts_are_found_in_any_order_of_attributes() {
        let p = page(
            "<!doctype html><p class=big>a < b</p><form><input type=\"hidden\" required value=\"a&amp;b\" name=\"req\">\
             </form>\n<a href=\"http://x/#return=1&amp;q\" id=\"to-app\">to the app</a><strong id=\"match\" > 47 </strong>",
        );
        assert_eq!(p.field("req").unwrap(), "a&b");
        assert_eq!(p.attribute("to-app", "href").unwrap(), "http://x/#return=1&q");
        assert_eq!(p.text("match").unwrap(), "47");
        assert_eq!(p.text("nothing"), None);
        assert_eq!(p.field("match"), None);
    }

    #[test]
    fn broken_pages_are_no_trouble() {
        for body in ["", "<", "<<<<", "<a", "<a b=\"", "<a b=\"c>", "<é =x>", "<input name=\"req\">", "< / >"] {
            assert_eq!(page(body).field("req").unwrap_or_default(), "", "{body}");
        }
    }
}
