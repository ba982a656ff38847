//! A citizen's browser: cookies, forms, and redirects that are looked at.

use std::collections::BTreeMap;

use super::{Partner, Reply, Town};

/// One browser at one address.
#[derive(Clone)]
pub struct Browser {
    pub cookies: BTreeMap<String, String>,
    /// The address it calls from, as the proxy in front tells it.
    pub at: String,
    pub agent: String,
}

/// One login on its way.
#[derive(Clone, Debug, Default)]
pub struct Login {
    pub verifier: String,
    pub state: String,
    pub nonce: String,
    /// Path of the waiting page.
    pub wait: String,
    /// The two digits it shows.
    pub number: String,
}

impl Login {
    /// `apr_…`.
    pub fn approval(&self) -> String {
        self.wait.rsplit('/').next().unwrap().to_owned()
    }
}

impl Browser {
    pub fn at(address: &str) -> Browser {
        let agent = "Mozilla/5.0 (X11; Linux x86_64) Chrome/150.0.0.0 Safari/537.36".into();
        Browser { cookies: BTreeMap::new(), at: address.into(), agent }
    }

    /// Gets a page of the login site: a path, or a whole address.
    pub async fn get(&mut self, town: &Town, path: &str) -> Reply {
        let request = town.http.get(self.address(town, path));
        self.send(request).await
    }

    pub async fn post(&mut self, town: &Town, path: &str, form: &[(&str, &str)]) -> Reply {
        let request = town.http.post(self.address(town, path)).form(form);
        self.send(request).await
    }

    fn address(&self, town: &Town, path: &str) -> String {
        if path.starts_with("http") { path.to_owned() } else { format!("{}{path}", town.issuer) }
    }

    async fn send(&mut self, request: reqwest::RequestBuilder) -> Reply {
        let cookies: Vec<String> = self.cookies.iter().map(|(k, v)| format!("{k}={v}")).collect();
        let request = request.header("x-forwarded-for", &self.at).header("user-agent", &self.agent);
        let request = if cookies.is_empty() { request } else { request.header("cookie", cookies.join("; ")) };
        let reply = Reply::read(request.send().await.unwrap()).await;
        for line in reply.headers.get_all("set-cookie") {
            let pair = line.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            if value.is_empty() {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.into(), value.into());
            }
        }
        reply
    }

    /// From the service's button to the form that asks for a number.
    pub async fn number_page(&mut self, town: &Town, partner: &Partner) -> (Login, Reply) {
        let login = partner.ask();
        let page = self.get(town, &partner.authorize_url(town, &login)).await;
        (login, page)
    }

    /// Types the number; the answer as it came.
    pub async fn type_number(&mut self, town: &Town, page: &Reply, number: &str) -> Reply {
        self.post(town, "/login", &[("req", &page.field("req")), ("country", "BE"), ("phone", number)]).await
    }

    /// From the service's button to the page that waits for the phone.
    pub async fn login(&mut self, town: &Town, partner: &Partner, number: &str) -> Login {
        let (mut login, page) = self.number_page(town, partner).await;
        assert_eq!(page.status, 200, "{}", page.body);
        let sent = self.type_number(town, &page, number).await;
        assert_eq!(sent.status, 303, "{}", sent.body);
        login.wait = sent.location().to_owned();
        let waiting = self.get(town, &login.wait).await;
        login.number = waiting.text("match");
        assert_eq!(login.number.len(), 2, "{}", waiting.body);
        login
    }

    /// The waiting page as it is now.
    pub async fn look(&mut self, town: &Town, login: &Login) -> Reply {
        self.get(town, &login.wait).await
    }

    /// The waiting page sends the browser back to the service: the code it takes along.
    pub async fn arrive(&mut self, town: &Town, partner: &Partner, login: &Login) -> String {
        let page = self.look(town, login).await;
        assert_eq!(page.status, 303, "{}", page.body);
        let to = reqwest::Url::parse(page.location()).unwrap();
        assert!(page.location().starts_with(&partner.redirect_uri), "{to}");
        let query: BTreeMap<_, _> = to.query_pairs().into_owned().collect();
        assert_eq!(query["state"], login.state);
        assert_eq!(query["iss"], town.issuer);
        query["code"].clone()
    }
}
