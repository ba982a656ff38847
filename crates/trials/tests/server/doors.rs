//! Every door, tried by who may not pass: one clear error each, and not a row changes.
//!
//! The table here is compared with the routes: a new door without a line in it fails the test.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use web::routes;
use zelf_trials::town::phone::{CODE, jti};
use zelf_trials::town::tables::Tables;
use zelf_trials::town::{Browser, Phone, Reply, Town};

use crate::{AN, ELSEWHERE, HOME, JAN, once};

/// A knock: how it is made is in [`knock`].
type Tried = (&'static str, u16, &'static str);

/// Commands of a phone, with a body that is in order.
fn commands(phone: &Phone) -> Vec<(&'static str, Value)> {
    vec![
        ("activation/start", phone.start_body()),
        ("activation/get", json!({})),
        ("activation/number", json!({ "country": "BE", "number": AN })),
        ("activation/email", json!({ "email": null })),
        ("activation/bank", json!({ "bank": "belfius" })),
        ("activation/return", json!({ "typed": "123456" })),
        ("activation/eid", json!({})),
        ("activation/token", json!({ "token": "aB3dE4" })),
        ("activation/sms", json!({ "code": "12345" })),
        ("activation/resend", json!({})),
        ("activation/finish", json!({ "sealed": { "kid": "vs_x", "enc": "", "ct": "" } })),
        ("activation/cancel", json!({})),
        ("activation/vouch", json!({})),
        ("block", json!({})),
        ("block-code", json!({})),
        ("careful", json!({ "on": true })),
        ("mute", json!({ "rid": "apr_AAAAAAAAAAAAAAAAAAAAAA" })),
        ("language", json!({ "lang": "fr" })),
        ("act/number", json!({ "country": "BE", "number": "0499 30 01 94" })),
        ("act/number/code", json!({ "code": "12345" })),
        ("act/email", json!({ "email": "a@voorbeeld.be" })),
        ("act/biometrics", json!({ "on": false })),
        ("act/code", json!({ "change": "chg_x", "sealed": { "kid": "vs_x", "enc": "", "ct": "" } })),
        ("act/new-phone", json!({ "activation": "act_x", "device": "dev_x" })),
        ("act/close", json!({})),
        ("my/data", json!({})),
        ("my/history", json!({ "before": null, "state": "approved", "partner": null })),
        ("my/events", json!({})),
        ("my/evidence", json!({ "rid": "apr_AAAAAAAAAAAAAAAAAAAAAA" })),
        ("my/partners", json!({})),
        ("my/partners/withdraw", json!({ "partner": "gemeente" })),
        ("my/messages", json!({})),
        ("my/export", json!({})),
        ("home", json!({})),
        ("settings", json!({ "sharing": true })),
        ("pending", json!({ "lang": "nl" })),
        ("scan", json!({ "text": "https://example.com/q#x" })),
    ]
}

/// Doors of the login site that are not a phone's, and what strangers get there.
const SITE: &[(&str, &str, &[Tried])] = &[
    ("GET", "/", &[("", 200, "<html"), ("/?lang=nl&lang=fr", 200, "<html"), ("/?lang=%ff", 200, "<html")]),
    ("GET", "/health", &[("", 200, "ok")]),
    ("GET", "/static/{file}", &[("/static/none.js", 404, ""), ("/static/..%2f..%2fetc%2fpasswd", 404, "")]),
    ("GET", "/logo/{client_id}", &[("/logo/nobody", 404, ""), ("/logo/gemeente", 404, ""), ("/logo/..%2fx", 404, "")]),
    ("GET", "/.well-known/zelf", &[("", 200, "root")]),
    ("GET", "/.well-known/openid-configuration", &[("", 200, "issuer")]),
    ("GET", "/.well-known/oauth-authorization-server", &[("", 200, "issuer")]),
    ("GET", "/v2/.well-known/openid-configuration", &[("", 200, "/v2/authorization")]),
    ("GET", "/v2/.well-known/oauth-authorization-server", &[("", 200, "/v2/authorization")]),
    ("GET", "/.well-known/openid-configuration/v2", &[("", 200, "/v2/authorization")]),
    ("GET", "/.well-known/oauth-authorization-server/v2", &[("", 200, "/v2/authorization")]),
    (
        "GET",
        "/v2/authorization",
        &[
            ("", 400, "invalid_request"),
            ("/v2/authorization?client_id=gemeente", 400, "invalid_client_id"),
            ("/v2/authorization?client_id=nobody&redirect_uri=https://evil.example/", 400, "invalid_client_id"),
        ],
    ),
    ("GET", "/jwks.json", &[("", 200, "\"RSA\"")]),
    ("GET", "/bank/jwks.json", &[("", 200, "ES256")]),
    (
        "GET",
        "/authorize",
        &[
            ("", 400, "request_invalid"),
            ("/authorize?client_id=nobody", 400, "client_unknown"),
            ("/authorize?client_id=gemeente&redirect_uri=https://evil.example/", 400, "redirect_uri_not_registered"),
            ("/authorize?client_id=gemeente&client_id=club", 400, "request_invalid"),
            ("/authorize?client_id=gemeente&redirect_uri=https://gemeente.example/login/zelf", 303, "error="),
        ],
    ),
    (
        "POST",
        "/authorize",
        &[
            ("", 400, "request_invalid"),
            ("client_id=nobody", 400, "client_unknown"),
            ("oversize", 413, "too_large"),
            ("notutf8", 400, "request_invalid"),
        ],
    ),
    (
        "GET",
        "/login",
        &[
            ("", 400, "request_expired"),
            ("/login?req=AAAA", 400, "request_expired"),
            ("/login?req=A&req=B", 400, "request_invalid"),
        ],
    ),
    (
        "POST",
        "/login",
        &[
            ("", 303, "/login/problem/request_invalid/"),
            ("req=AAAA&phone=0468758960", 303, "/login/problem/request_expired/"),
            ("json", 303, "/login/problem/request_invalid/"),
            ("oversize", 303, "/login/problem/too_large/"),
        ],
    ),
    (
        "POST",
        "/login/qr",
        &[
            ("", 303, "/login/problem/request_expired/"),
            ("req=AAAA", 303, "/login/problem/request_expired/"),
            ("oversize", 303, "/login/problem/"),
        ],
    ),
    (
        "POST",
        "/login/link",
        &[
            ("", 303, "/login/problem/request_expired/"),
            ("req=AAAA", 303, "/login/problem/request_expired/"),
            ("oversize", 303, "/login/problem/"),
        ],
    ),
    ("GET", "/login/frame/{approval}", &[("/login/frame/{hers}", 403, ""), ("/login/frame/x", 403, "")]),
    (
        "GET",
        "/login/return/{approval}",
        &[
            ("/login/return/{hers}?rt=AAAAAAAAAAAAAAAAAAAAAA", 400, "session_lost"),
            ("/login/return/x", 400, "session_lost"),
            ("/login/return/%3Cscript%3E?rt=%3Cscript%3E", 400, "session_lost"),
        ],
    ),
    (
        "POST",
        "/login/retry",
        &[
            ("", 303, "/login/problem/request_expired/"),
            ("req=AAAA", 303, "/login/problem/request_expired/"),
            ("oversize", 303, "/login/problem/"),
        ],
    ),
    (
        "POST",
        "/login/cancel",
        &[
            ("", 303, "/login/problem/request_expired/"),
            ("req=AAAA", 303, "/login/problem/request_expired/"),
            ("stolen", 200, "error=access_denied"),
            ("oversize", 303, "/login/problem/"),
        ],
    ),
    (
        "GET",
        "/login/wait/{approval}",
        &[("/login/wait/{hers}", 400, "session_lost"), ("/login/wait/x", 400, "session_lost")],
    ),
    ("GET", "/login/events/{approval}", &[("/login/events/{hers}", 403, ""), ("/login/events/x", 403, "")]),
    (
        "GET",
        "/login/problem/{code}/{id}",
        &[
            ("/login/problem/request_expired/abc", 400, "request_expired"),
            ("/login/problem/made_up/abc", 404, "not_found"),
            ("/login/problem/request_expired/%3Cscript%3E", 404, "not_found"),
        ],
    ),
    (
        "GET",
        "/help",
        &[
            ("", 200, "<html"),
            ("/help?q=code%20vergeten&lang=nl", 200, "forgotten-code"),
            ("/help?q=%3Cscript%3Ealert(1)%3C/script%3E", 200, "&lt;script"),
            ("/help?q=a&q=b", 200, "<html"),
            ("/help?q=%ff%00&lang=%ff", 200, "<html"),
        ],
    ),
    (
        "GET",
        "/help/a/{slug}",
        &[
            ("/help/a/forgotten-code?lang=en", 200, "id=\"next\""),
            ("/help/a/nothing", 404, "not_found"),
            ("/help/a/%3Cscript%3E", 404, "not_found"),
            ("/help/a/..%2f..%2fetc%2fpasswd", 404, "not_found"),
        ],
    ),
    (
        "GET",
        "/help/contact",
        &[
            ("", 200, "<html"),
            ("/help/contact?lang=a&lang=b", 200, "<html"),
            ("/help/contact?topic=%22%3E", 200, "<html"),
        ],
    ),
    (
        "POST",
        "/help/contact",
        &[
            ("", 422, "id=\"error\""),
            ("topic=other&name=An&reach=x&text=y", 422, "id=\"error\""),
            ("topic=other&name=An&reach=an@voorbeeld.be&text=y&altcha=AAAA", 422, "id=\"error\""),
            ("topic=new_number&name=An&reach=022792211&old_number=1&new_number=2", 422, "id=\"error\""),
            ("topic=other&topic=other", 303, "/login/problem/request_invalid/"),
            ("json", 303, "/login/problem/request_invalid/"),
            ("oversize", 303, "/login/problem/too_large/"),
        ],
    ),
    (
        "GET",
        "/help/contact/{ticket}",
        &[
            ("/help/contact/K7QM4TXP", 404, "not_found"),
            ("/help/contact/K7QM4TXP-0000000000000000", 404, "not_found"),
            ("/help/contact/%3Cscript%3E", 404, "not_found"),
        ],
    ),
    (
        "GET",
        "/help/near",
        &[("", 200, "<html"), ("/help/near?q=1000", 200, "<html"), ("/help/near?q=%22%3E", 200, "q=%22%3E&amp;lang=")],
    ),
    (
        "GET",
        "/help/guides/{file}",
        &[("/help/guides/none.pdf", 404, "not_found"), ("/help/guides/..%2f..%2fzelf.toml", 404, "not_found")],
    ),
    (
        "GET",
        "/activate",
        &[("", 200, "<html"), ("/activate?form=AAAA", 200, "<html"), ("/activate?lang=a&lang=b", 200, "<html")],
    ),
    (
        "POST",
        "/activate",
        &[
            ("", 200, "id=\"error\""),
            ("form=AAAA&phone=0468758960&no_email=1", 200, "id=\"error\""),
            ("country=BE&phone=0468758960&no_email=1&location=1&altcha=AAAA", 200, "id=\"error\""),
            ("country=BE&phone=022792211&no_email=1&location=1", 200, "id=\"error\""),
            ("country=BE&phone=0468758960&email=nobody&location=1", 200, "id=\"error\""),
            ("country=BE&phone=0468758960&no_email=1&location=1", 200, "id=\"error\""),
            // In order, but no browser that was given this form.
            ("country=BE&phone=0468758960&no_email=1&location=1&terms=1", 200, "id=\"error\""),
            ("json", 303, "/login/problem/request_invalid/"),
            ("oversize", 303, "/login/problem/too_large/"),
        ],
    ),
    ("GET", "/activate/challenge", &[("", 200, "SHA-256")]),
    (
        "GET",
        "/activate/continue",
        &[
            ("", 400, "request_expired"),
            ("/activate/continue?form=AAAA", 400, "request_expired"),
            ("/activate/continue?form=A&form=B", 400, "request_invalid"),
        ],
    ),
    ("POST", "/activate/change", &[("", 404, "lost"), ("oversize", 404, "lost")]),
    ("GET", "/activate/reader", &[("", 404, "lost"), ("/activate/reader?left=A", 404, "lost")]),
    ("POST", "/activate/reader", &[("", 404, "lost"), ("oversize", 404, "lost")]),
    ("GET", "/activate/events", &[("", 403, "")]),
    ("POST", "/activate/web-eid/challenge", &[("{}", 404, "session_unknown"), ("", 404, "session_unknown")]),
    ("POST", "/activate/web-eid", &[("{}", 404, "session_unknown"), ("oversize", 404, "session_unknown")]),
    ("GET", "/activate/finish", &[("", 200, "<html")]),
    (
        "POST",
        "/activate/finish",
        &[
            ("", 303, "/login/problem/request_invalid/"),
            ("secret=AAAAAAAAAAAAAAAAAAAAAA", 303, "/activate/ended"),
            ("digits=123456", 404, "lost"),
            ("secret=A&digits=1", 303, "/login/problem/request_invalid/"),
            ("oversize", 303, "/login/problem/too_large/"),
        ],
    ),
    ("GET", "/activate/token", &[("", 404, "lost")]),
    ("POST", "/activate/token", &[("", 404, "lost")]),
    ("GET", "/activate/blocked", &[("", 404, "lost")]),
    ("POST", "/activate/blocked", &[("", 404, "lost"), ("oversize", 404, "lost")]),
    ("POST", "/activate/stop", &[("", 404, "lost")]),
    ("GET", "/activate/ended", &[("", 404, "lost")]),
    ("GET", "/block", &[("", 200, "<html"), ("/block?lang=a&lang=b", 200, "<html"), ("/block?lang=%ff", 200, "<html")]),
    (
        "POST",
        "/block",
        &[
            ("", 200, "id=\"error\""),
            ("code=+", 200, "id=\"error\""),
            ("code=7KQ2-M4XD-9RTB-H3FW", 200, "id=\"error\""),
            ("code=7KQ2-M4XD", 200, "id=\"error\""),
            ("code=%27%20OR%201%3D1--", 200, "id=\"error\""),
            ("code=%00%00%00%00%00%00%00%00", 200, "id=\"error\""),
            ("code=A&code=B", 303, "/login/problem/request_invalid/"),
            ("json", 303, "/login/problem/request_invalid/"),
            ("oversize", 303, "/login/problem/too_large/"),
        ],
    ),
    (
        "GET",
        "/block/card",
        &[("", 200, "<html"), ("/block/card?form=AAAA", 200, "<html"), ("/block/card?form=A&form=B", 200, "<html")],
    ),
    (
        "POST",
        "/block/card",
        &[
            ("", 200, "id=\"error\""),
            ("form=AAAA&country=BE&phone=0468758960", 200, "id=\"error\""),
            ("country=BE&phone=0468758960&altcha=AAAA", 200, "id=\"error\""),
            ("json", 303, "/login/problem/request_invalid/"),
            ("oversize", 303, "/login/problem/too_large/"),
        ],
    ),
    (
        "POST",
        "/eid/v1/claim",
        &[
            ("", 400, "malformed"),
            ("{}", 400, "malformed"),
            (r#"{"v":1,"program":"x"}"#, 400, "malformed"),
            (r#"{"v":2,"program":"x","code":"7KQ2M4XD"}"#, 400, "malformed"),
            (r#"{"v":1,"program":"x","code":"7KQ2M4XD","session":"AAAAAAAAAAAAAAAAAAAAAA"}"#, 400, "malformed"),
            (r#"{"v":1,"program":"x","code":"7KQ2M4XD","admin":true}"#, 400, "malformed"),
            (r#"{"v":1,"program":"x","code":"7KQ2M4XD"}"#, 404, "session_unknown"),
            (r#"{"v":1,"program":"x","code":"' OR 1=1"}"#, 404, "session_unknown"),
            (r#"{"v":1,"program":"x","session":"AAAAAAAAAAAAAAAAAAAAAA"}"#, 404, "session_unknown"),
            ("bigjson", 413, "too_large"),
        ],
    ),
    (
        "POST",
        "/eid/v1/progress",
        &[
            ("{}", 400, "malformed"),
            (r#"{"ticket":"AAAA","progress":"dance"}"#, 400, "malformed"),
            (r#"{"ticket":"AAAA","progress":"pin","left":300}"#, 400, "malformed"),
            (r#"{"ticket":"AAAA","progress":"pin"}"#, 404, "session_unknown"),
            ("bigjson", 413, "too_large"),
        ],
    ),
    (
        "POST",
        "/eid/v1/proof",
        &[
            ("{}", 400, "malformed"),
            (r#"{"ticket":"AAAA","files":[]}"#, 400, "malformed"),
            ("bigjson", 413, "too_large"),
        ],
    ),
    (
        "POST",
        "/eid/v1/state",
        &[("{}", 400, "malformed"), (r#"{"ticket":"AAAA"}"#, 404, "session_unknown"), ("bigjson", 413, "too_large")],
    ),
    (
        "POST",
        "/token",
        &[
            ("", 401, "invalid_client"),
            ("json", 400, "invalid_request"),
            ("query client_id=gemeente&client_secret=gemeente-secret-0123456789abcdef", 400, "belong into the body"),
            ("client_id=gemeente&client_secret=guess&grant_type=authorization_code", 401, "invalid_client"),
            ("client_id=gemeente&client_id=gemeente", 400, "invalid_request"),
            ("oversize", 400, "invalid_request"),
        ],
    ),
    (
        "POST",
        "/par",
        &[
            ("", 401, "invalid_client"),
            ("json", 400, "invalid_request"),
            ("query client_id=gemeente&client_secret=gemeente-secret-0123456789abcdef", 400, "belong into the body"),
            ("client_id=gemeente&client_secret=guess&response_type=code", 401, "invalid_client"),
            ("client_id=gemeente&client_id=gemeente", 400, "invalid_request"),
            ("oversize", 400, "invalid_request"),
        ],
    ),
    (
        "POST",
        "/register",
        &[("", 401, "invalid_token"), ("json", 401, "invalid_token"), ("oversize", 413, "invalid_client_metadata")],
    ),
    ("GET", "/register/{client_id}", &[("/register/dyn_x", 401, "invalid_token"), ("bearer", 401, "invalid_token")]),
    ("PUT", "/register/{client_id}", &[("{}", 401, "invalid_token"), ("oversize", 413, "invalid_client_metadata")]),
    ("DELETE", "/register/{client_id}", &[("", 401, "invalid_token")]),
    ("GET", "/evidence", &[("", 401, "invalid_token"), ("bearer", 401, "invalid_token")]),
    (
        "GET",
        "/logout",
        &[
            ("", 200, "id=\"logout\""),
            ("/logout?client_id=gemeente", 200, "id=\"logout\""),
            ("/logout?client_id=nobody", 400, "client_unknown"),
            ("/logout?id_token_hint=AAAA", 400, "id_token_hint_invalid"),
            ("/logout?state=a&state=b", 400, "invalid_request"),
            ("/logout?post_logout_redirect_uri=https://evil.example/", 400, "post_logout_redirect_uri_not_registered"),
            (
                "/logout?client_id=gemeente&post_logout_redirect_uri=https://evil.example/",
                400,
                "post_logout_redirect_uri_not_registered",
            ),
        ],
    ),
    (
        "POST",
        "/logout",
        &[
            ("", 303, "/logout"),
            ("req=AAAA&answer=yes", 400, "request_expired"),
            ("id_token_hint=AAAA", 400, "id_token_hint_invalid"),
            ("json", 400, "invalid_request"),
            ("oversize", 400, "invalid_request"),
        ],
    ),
    (
        "POST",
        "/introspect",
        &[
            ("", 401, "invalid_client"),
            ("json", 400, "invalid_request"),
            ("token=AAAA", 401, "invalid_client"),
            ("client_id=gemeente&client_secret=guess&token=AAAA", 401, "invalid_client"),
            ("oversize", 400, "invalid_request"),
        ],
    ),
    (
        "POST",
        "/revoke",
        &[
            ("", 401, "invalid_client"),
            ("json", 400, "invalid_request"),
            ("client_id=gemeente&client_secret=guess&token=AAAA", 401, "invalid_client"),
            ("oversize", 400, "invalid_request"),
        ],
    ),
    ("GET", "/userinfo", &[("", 401, "invalid_token"), ("bearer", 401, "invalid_token")]),
    (
        "POST",
        "/userinfo",
        &[
            ("", 401, "invalid_token"),
            ("access_token=AAAA", 401, "invalid_token"),
            ("bearer access_token=AAAA", 400, "invalid_request"),
            ("access_token=AAAA&access_token=AAAA", 400, "invalid_request"),
            ("oversize", 401, ""),
        ],
    ),
    ("GET", "/picture", &[("", 401, "invalid_token"), ("bearer", 401, "invalid_token")]),
    (
        "POST",
        "/bc-authorize",
        &[
            ("", 401, "invalid_client"),
            ("json", 400, "invalid_request"),
            ("client_id=gemeente&client_secret=guess&scope=openid", 401, "invalid_client"),
            ("client_id=gemeente&client_id=gemeente", 400, "invalid_request"),
            ("oversize", 400, "invalid_request"),
        ],
    ),
    ("GET", "/v2/jwkSet", &[("", 200, "keys")]),
    (
        "POST",
        "/v2/token",
        &[
            ("", 400, "invalid_client"),
            ("json", 400, "invalid_request"),
            ("query client_id=gemeente&client_secret=guess", 400, "belong into the body"),
            ("client_id=gemeente&client_secret=guess&scope=openid", 400, "invalid_client"),
            (
                "client_id=gemeente&client_secret=guess&grant_type=urn:openid:params:grant-type:ciba",
                401,
                "invalid_client",
            ),
            ("client_id=gemeente&client_id=gemeente", 400, "invalid_request"),
            ("oversize", 400, "invalid_request"),
        ],
    ),
    ("GET", "/v2/userinfo", &[("", 401, "invalid_token"), ("bearer", 401, "invalid_token")]),
    ("GET", "/v2/evidence", &[("", 401, "invalid_token"), ("bearer", 401, "invalid_token")]),
    ("GET", "/v2/picture", &[("", 401, "invalid_token"), ("bearer", 401, "invalid_token")]),
    (
        "POST",
        "/v2/user_discovery_sessions",
        &[
            ("", 401, "invalid_client"),
            ("json", 400, "invalid_request"),
            ("client_id=gemeente&client_secret=guess&scope=openid", 401, "invalid_client"),
            ("client_id=gemeente&client_id=gemeente", 400, "invalid_request"),
            ("oversize", 400, "invalid_request"),
        ],
    ),
    (
        "POST",
        "/v2/user_discovery_sessions/{id}",
        &[
            ("", 401, "invalid_client"),
            ("json", 400, "invalid_request"),
            ("client_id=gemeente&client_secret=guess&scope=openid", 401, "invalid_client"),
            ("client_id=gemeente&client_id=gemeente", 400, "invalid_request"),
            ("oversize", 400, "invalid_request"),
        ],
    ),
    (
        "POST",
        "/v2/backchannel/authentication",
        &[
            ("", 401, "invalid_client"),
            ("json", 400, "invalid_request"),
            ("client_id=gemeente&client_secret=guess&scope=openid", 401, "invalid_client"),
            ("client_id=gemeente&client_id=gemeente", 400, "invalid_request"),
            ("oversize", 400, "invalid_request"),
        ],
    ),
];

const APP: &[(&str, &str, &[Tried])] = &[
    ("GET", "/.well-known/zelf", &[("", 200, "root")]),
    (
        "GET",
        "/bank/return",
        &[
            ("", 404, ""),
            ("/bank/return?state=guess&code=an", 404, ""),
            ("/bank/return?state=guess&error=access_denied", 404, ""),
            ("/bank/return?state=a&state=b&code=an", 404, "<html"),
        ],
    ),
    ("GET", "/static/{file}", &[("/static/none.js", 404, "")]),
    ("GET", "/api/v1/nonce", &[("", 200, "nonce")]),
];

/// Doors of the helpdesk's console. Whoever is not inside gets no further than the login.
const CONSOLE: &[(&str, &str, &[Tried])] = &[
    ("GET", "/", &[("", 303, "/login")]),
    ("GET", "/static/{file}", &[("/static/none.js", 404, ""), ("/static/..%2f..%2fetc%2fpasswd", 404, "")]),
    ("GET", "/language/{lang}", &[("/language/fr", 303, "/"), ("/language/%22%3E", 303, "/")]),
    ("GET", "/login", &[("", 200, "<html"), ("/login?name=%3Cscript%3E", 200, "<html")]),
    (
        "POST",
        "/login",
        &[
            ("", 422, "id=\"error\""),
            ("name=nobody&password=guess", 422, "id=\"error\""),
            ("name=' OR 1=1&password=guess", 422, "id=\"error\""),
            ("json", 400, ""),
            ("oversize", 413, ""),
        ],
    ),
    ("GET", "/login/key", &[("", 303, "/login")]),
    (
        "POST",
        "/login/key",
        &[("", 422, "id=\"error\""), ("id=AAAA&signature=AAAA", 422, "id=\"error\""), ("oversize", 413, "")],
    ),
    ("GET", "/invitation", &[("", 200, "<html")]),
    (
        "POST",
        "/invitation",
        &[
            ("", 422, "id=\"error\""),
            ("name=jo.maes&code=AAAA&password=vier losse woorden", 422, "id=\"error\""),
            ("name=nobody&code=7KQ2-M4XD-9RTB-H3FW&password=vier losse woorden", 422, "id=\"error\""),
            ("oversize", 413, ""),
        ],
    ),
    ("GET", "/invitation/key", &[("", 303, "/login")]),
    ("POST", "/invitation/key", &[("", 422, "id=\"error\""), ("spki=AAAA", 422, "id=\"error\"")]),
    ("POST", "/logout", &[("", 403, "id=\"error\"")]),
    ("GET", "/cases", &[("", 303, "/login"), ("/cases?after=1.K7QM4TXP", 303, "/login")]),
    ("GET", "/case/{reference}", &[("/case/K7QM4TXP", 303, "/login")]),
    ("POST", "/case/{reference}/decide", &[("reason=called back about it", 403, "id=\"error\"")]),
    ("POST", "/case/{reference}/refuse", &[("reason=called back about it", 403, "id=\"error\"")]),
    ("POST", "/case/{reference}/close", &[("reason=called back about it", 403, "id=\"error\"")]),
    ("GET", "/search", &[("", 303, "/login")]),
    (
        "POST",
        "/search",
        &[
            ("", 403, "id=\"error\""),
            ("query=number&typed=0468758960&reason=called back about it", 403, "id=\"error\""),
        ],
    ),
    ("GET", "/look/{look}", &[("/look/AAAA", 303, "/login")]),
    ("POST", "/look/{look}/block", &[("reason=called back about it", 403, "id=\"error\"")]),
    ("POST", "/look/{look}/hold", &[("reason=called back about it", 403, "id=\"error\"")]),
    ("POST", "/look/{look}/number", &[("reason=called back about it", 403, "id=\"error\"")]),
    ("POST", "/look/{look}/release", &[("reason=called back about it", 403, "id=\"error\"")]),
    ("GET", "/log", &[("", 303, "/login"), ("/log?by=staff&value=x", 303, "/login")]),
    ("GET", "/staff", &[("", 303, "/login")]),
    ("POST", "/staff/add", &[("name=thief&role=admin", 403, "id=\"error\"")]),
    ("POST", "/staff/invite", &[("name=jo.maes", 403, "id=\"error\"")]),
    ("POST", "/staff/remove", &[("name=jo.maes", 403, "id=\"error\"")]),
];

/// A town with An active and logging in, Jan half-way, so that every table has something to lose.
async fn lived_in() -> (Town, Phone, Phone, String) {
    let town = once().await;
    let an = Phone::activate(&town, HOME, AN, "an").await;
    let mut jan = Phone::new(&town, ELSEWHERE);
    jan.to_sms(&town, JAN, "jan").await;
    let login = Browser::at(HOME).login(&town, &town.partner("gemeente"), AN).await;
    (town, an, jan, login.approval())
}

async fn unchanged(town: &Town, before: &Tables, what: &str) {
    assert!(town.tables().await == *before, "{what}: a row changed");
}

#[test]
fn every_door_stands_in_the_table() {
    let named = |entries: &[routes::Entry]| -> BTreeSet<String> {
        entries.iter().map(|e| format!("{} {}", e.method, e.path)).collect()
    };
    let table = |doors: &[(&str, &str, &[Tried])]| -> BTreeSet<String> {
        doors.iter().map(|(method, path, _)| format!("{method} {path}")).collect()
    };
    assert_eq!(named(&routes::site()), table(SITE));
    assert_eq!(named(&routes::console()), table(CONSOLE));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let phone = runtime.block_on(async { Phone::new(&once().await, HOME) });
    let mut app = table(APP);
    app.extend(commands(&phone).iter().map(|(name, _)| format!("POST /api/v1/{name}")));
    app.insert("POST /api/v1/answer".into());
    assert_eq!(named(&routes::app()), app);
}

#[tokio::test]
async fn strangers_get_one_clear_answer_at_every_door_and_change_nothing() {
    let (town, _, _, hers) = lived_in().await;
    let mut thief = Browser::at(ELSEWHERE);
    let theirs = thief.login(&town, &town.partner("gemeente"), JAN).await;
    let stolen = thief.look(&town, &theirs).await.field("req");
    thief.cookies.clear();
    let before = town.tables().await;
    for (base, doors) in [(&town.issuer, SITE), (&town.app, APP)] {
        for (method, path, tries) in doors {
            for (how, status, says) in *tries {
                let reply = knock(&town, base, method, path, &how.replace("{hers}", &hers), &stolen).await;
                let told = format!("{}{}", reply.location(), reply.body);
                assert_eq!(reply.status, *status, "{method} {path} {how}: {told}");
                assert!(told.contains(says), "{method} {path} {how}: {told}");
                assert!(!told.contains("deserialize") && !told.contains("panicked"), "{method} {path} {how}: {told}");
                unchanged(&town, &before, &format!("{method} {path} {how}")).await;
            }
            let other = "PATCH";
            let url = format!(
                "{base}{}",
                path.replace("{file}", "x").replace("{approval}", "x").replace("{code}/{id}", "x/x")
            );
            let reply = town.http.request(other.parse().unwrap(), url).send().await.unwrap();
            assert_eq!(reply.status(), 405, "{other} {path}");
        }
    }
    unchanged(&town, &before, "other methods").await;
}

#[tokio::test]
async fn programs_hear_json_where_they_went_wrong() {
    let town = once().await;
    for entry in routes::site() {
        let reply = town.http.patch(format!("{}{}", town.issuer, entry.path)).send().await.unwrap();
        let reply = Reply::read(reply).await;
        assert_eq!(reply.status, 405, "{}", entry.path);
        let machine = matches!(entry.guard, routes::Guard::Partner | routes::Guard::Token);
        assert_eq!(reply.error() == "invalid_request", machine, "{}: {}", entry.path, reply.body);
        assert!(reply.header("allow").contains(entry.method), "{}: {}", entry.path, reply.header("allow"));
    }
    for (path, machine) in [
        ("/token/x", true),
        ("/v2", true),
        ("/v2/introspect", true),
        ("/userinfo/", true),
        ("/tokens", false),
        ("/nothing", false),
        ("/login/x/y/z", false),
    ] {
        let reply = Reply::read(town.http.get(format!("{}{path}", town.issuer)).send().await.unwrap()).await;
        assert_eq!((reply.status, reply.error() == "not_found"), (404, machine), "{path}: {}", reply.body);
    }
}

#[tokio::test]
async fn a_token_may_come_in_the_body_of_userinfo_alone() {
    let (town, mut an, _, _) = lived_in().await;
    let town_hall = town.partner("gemeente");
    let mut browser = Browser::at(HOME);
    town.pass(600);
    let login = browser.login(&town, &town_hall, AN).await;
    an.approve(&town, &login.number, CODE).await.ok();
    let code = browser.arrive(&town, &town_hall, &login).await;
    let tokens = town_hall.exchange(&town, &login, &code).await.ok();
    let token = tokens["access_token"].as_str().unwrap();
    let url = format!("{}/userinfo", town.issuer);
    let form = [("access_token", token)];
    let said = Reply::read(town.http.post(&url).form(&form).send().await.unwrap()).await.ok();
    assert_eq!(said["name"], "An Van Linden");
    let twice = Reply::read(town.http.post(&url).bearer_auth(token).form(&form).send().await.unwrap()).await;
    assert_eq!(twice.refusal(), (400, "invalid_request".into()), "two ways at once");
    let in_query = town.http.get(format!("{url}?access_token={token}")).send().await.unwrap();
    assert_eq!(in_query.status(), 401, "a token in an address is not looked at");
}

#[tokio::test]
async fn strangers_get_no_further_than_the_consoles_login() {
    let (town, _, _, _) = lived_in().await;
    zelf_trials::town::Worker::joined(&town, "jo.maes", domain::helpdesk::Role::Lead).await;
    // Attempts are counted before anything else happens; nothing else may.
    let rows = async || {
        let mut rows = town.tables().await;
        rows.remove("staff_try");
        rows
    };
    let before = rows().await;
    for (method, path, tries) in CONSOLE {
        for (how, status, says) in *tries {
            let reply = knock(&town, &town.console, method, path, how, "").await;
            let told = format!("{}{}", reply.location(), reply.body);
            assert_eq!(reply.status, *status, "{method} {path} {how}: {told}");
            assert!(told.contains(says) && !told.contains("deserialize"), "{method} {path} {how}: {told}");
            assert!(!told.contains("jo.maes") || how.contains("jo.maes"), "{method} {path} {how}: {told}");
            assert!(rows().await == before, "{method} {path} {how}: a row changed");
        }
        let other = if *method == "GET" { "DELETE" } else { "PUT" };
        let url = format!("{}{}", town.console, path.replace(['{', '}'], "x"));
        let reply = town.http.request(other.parse().unwrap(), url).send().await.unwrap();
        assert_eq!(reply.status(), 405, "{other} {path}");
    }
}

async fn knock(town: &Town, base: &str, method: &str, path: &str, how: &str, stolen: &str) -> Reply {
    let other = |url: String| town.http.request(method.parse().unwrap(), url);
    let request = match (method, how) {
        ("GET", "bearer") => town.http.get(format!("{base}{path}")).bearer_auth("A".repeat(54)),
        ("GET", "") => town.http.get(format!("{base}{path}")),
        ("GET", target) => town.http.get(format!("{base}{target}")),
        (_, "bigjson") => other(format!("{base}{path}")).json(&json!({ "ticket": "A".repeat(70_000) })),
        (_, json) if json.starts_with('{') => {
            let post = other(format!("{base}{path}"));
            post.header("content-type", "application/json").body(json.to_owned())
        }
        (_, "json") => other(format!("{base}{path}")).json(&json!({ "req": "x" })),
        (_, "stolen") => other(format!("{base}{path}")).form(&[("req", stolen)]),
        (_, "notutf8") => other(format!("{base}{path}")).body(vec![0xff, 0xfe]),
        (_, "oversize") => {
            let form = other(format!("{base}{path}"));
            form.header("content-type", "application/x-www-form-urlencoded")
                .body(format!("req={}", "A".repeat(140_000)))
        }
        (_, both) if both.starts_with("bearer ") || both.starts_with("query ") => {
            let (how, form) = both.split_once(' ').unwrap();
            let url = if how == "query" { format!("{base}{path}?{form}") } else { format!("{base}{path}") };
            let post = other(url).header("content-type", "application/x-www-form-urlencoded").body(form.to_owned());
            if how == "bearer" { post.bearer_auth("A".repeat(54)) } else { post }
        }
        (_, form) => {
            let post = other(format!("{base}{path}"));
            post.header("content-type", "application/x-www-form-urlencoded").body(form.to_owned())
        }
    };
    let request = request.header("origin", "https://evil.example").header("x-forwarded-for", ELSEWHERE);
    Reply::read(request.send().await.unwrap()).await
}

#[tokio::test]
async fn a_command_that_is_not_in_order_is_refused_at_every_door_of_the_phone() {
    let (town, an, jan, _) = lived_in().await;
    let nobody = Phone::new(&town, ELSEWHERE);
    let before = town.tables().await;
    for (command, body) in commands(&jan) {
        let active = !command.starts_with("activation/");
        let starts = command == "activation/start";
        let phone = if active { &an } else { &jan };
        let body = if starts { phone.start_body() } else { body };
        let payload = phone.payload(&town, command, body);
        let with = |key: &str, value: Value| {
            let mut changed = payload.clone();
            changed[key] = value;
            phone.sign(&changed)
        };
        let good = phone.sign(&payload);
        let flipped = with("jti", jti().into());
        let spliced = format!("{}.{}", good.rsplit_once('.').unwrap().0, flipped.rsplit_once('.').unwrap().1);
        let mut greedy = payload.clone();
        greedy["body"]["extra"] = json!(1);
        let compact = payload.to_string();
        let doubled = compact.replacen("{", "{\"v\":1,", 1);
        let raw = |typ: &str, alg: &str, payload: &str| raw_jws(phone, typ, alg, payload);
        let cmd = "zelf-cmd+jws";
        let tries: Vec<(&str, String, u16, &str)> = vec![
            ("nothing", String::new(), 400, "malformed"),
            ("words", "hello".into(), 400, "malformed"),
            ("json instead", compact.clone(), 400, "malformed"),
            ("half of it", good[..good.len() / 2].into(), 400, "malformed"),
            ("short signature", good[..good.len() - 6].into(), 401, "bad_signature"),
            ("another's signature", spliced, 401, "bad_signature"),
            ("alg none", raw(cmd, "none", &compact), 400, "malformed"),
            ("another typ", raw("zelf-apr+jws", "ES256", &compact), 400, "malformed"),
            ("doubled member", raw(cmd, "ES256", &doubled), 400, "malformed"),
            ("more than a member", with("admin", json!(true)), 400, "malformed"),
            ("more in the body", phone.sign(&greedy), 400, "malformed"),
            ("body of another type", with("body", json!([1])), 400, "malformed"),
            ("another htu", with("htu", format!("{}/api/v1/elsewhere", town.app).into()), 400, "malformed"),
            ("another host", with("htu", format!("https://evil.example/api/v1/{command}").into()), 400, "malformed"),
            ("another htm", with("htm", "GET".into()), 400, "malformed"),
            ("another version", with("v", json!(2)), 400, "malformed"),
            ("no nonce", with("nonce", "".into()), 401, "use_nonce"),
            ("old nonce", with("nonce", town.world.keys.command_nonce(town.now() - 600).into()), 401, "use_nonce"),
            ("endless jti", with("jti", "A".repeat(100).into()), 400, "malformed"),
            ("41 KiB", with("jti", "A".repeat(41_000).into()), 413, "too_large"),
            ("70 KiB", "A".repeat(70_000), 413, "too_large"),
        ];
        for (what, sent, status, error) in tries {
            let reply = phone.post(&town, command, sent).await;
            assert_eq!(reply.refusal(), (status, error.into()), "{command}: {what}: {}", reply.body);
            assert!(reply.json()["id"].is_string() && !reply.header("zelf-nonce").is_empty(), "{command}: {what}");
            unchanged(&town, &before, &format!("{command}: {what}")).await;
        }
        // A key nobody knows, and a key that calls itself by another's name.
        let mine = nobody.sign(&nobody.payload(&town, command, payload["body"].clone()));
        let expected = if starts { "bad_signature" } else { "device_unknown" };
        assert_eq!(nobody.post(&town, command, mine).await.refusal(), (401, expected.into()), "{command}");
        let header = json!({ "alg": "ES256", "typ": cmd, "kid": phone.id() });
        let forged = nobody.key.sign_with(&header, &payload).unwrap();
        assert_eq!(nobody.post(&town, command, forged).await.refusal(), (401, "bad_signature".into()), "{command}");
        unchanged(&town, &before, command).await;
    }
}

/// A JWS by the phone's key with any header and any payload text.
fn raw_jws(phone: &Phone, typ: &str, alg: &str, payload: &str) -> String {
    let header = json!({ "alg": alg, "typ": typ, "kid": phone.id() });
    let b64u = |text: &str| protocol::jose::b64u(text);
    let input = format!("{}.{}", b64u(&header.to_string()), b64u(payload));
    let signature = phone.key.sign_bytes(input.as_bytes()).unwrap();
    format!("{input}.{}", protocol::jose::b64u(signature))
}

#[tokio::test]
async fn an_answer_that_is_not_in_order_is_refused_and_costs_no_try() {
    let (town, an, jan, _) = lived_in().await;
    let nobody = Phone::new(&town, ELSEWHERE);
    let waiting = an.waiting(&town).await;
    let good = an.approval(&waiting, "47", CODE);
    let before = town.tables().await;
    let say = |change: &dyn Fn(&mut protocol::phone::Answer)| {
        let mut answer = an.say(&waiting, protocol::phone::Decision::Approve, "47");
        change(&mut answer);
        serde_json::to_value(an.compose(&waiting, &answer, Some(CODE))).unwrap()
    };
    let body = serde_json::to_value(&good).unwrap();
    let with = |key: &str, value: Value| {
        let mut changed = body.clone();
        changed[key] = value;
        changed
    };
    let forged = {
        let answer = an.say(&waiting, protocol::phone::Decision::Approve, "47");
        let header = json!({ "alg": "ES256", "typ": "zelf-apr+jws", "kid": an.id() });
        nobody.key.sign_with(&header, &answer).unwrap()
    };
    let strange = nobody.approval(&waiting, "47", CODE);
    let theirs = jan.approval(&waiting, "47", CODE);
    let tries: Vec<(&str, Value, u16, &str)> = vec![
        ("nothing", json!({}), 400, "malformed"),
        ("a list", json!([]), 400, "malformed"),
        ("more than a member", with("admin", json!(true)), 400, "malformed"),
        ("no proof of the code", with("pin", json!(null)), 400, "malformed"),
        ("a torn M2", with("m2", good.m2[..good.m2.len() / 2].into()), 400, "malformed"),
        ("a torn M1", with("m1", good.m1[..good.m1.len() / 2].into()), 400, "malformed"),
        ("M1 as M2", with("m2", good.m1.clone().into()), 400, "malformed"),
        ("a key nobody knows", serde_json::to_value(strange).unwrap(), 401, "device_unknown"),
        ("a phone that is not active yet", serde_json::to_value(theirs).unwrap(), 401, "device_unknown"),
        ("another key under her name", with("m2", forged.into()), 401, "bad_signature"),
        ("another request", say(&|a| a.rid = "apr_AAAAAAAAAAAAAAAAAAAAAA".into()), 400, "malformed"),
        ("another text shown", say(&|a| a.shown = "A".repeat(43)), 400, "malformed"),
        ("another challenge", say(&|a| a.chal = "A".repeat(43)), 400, "malformed"),
        ("another number in the row", say(&|a| a.seq += 1), 400, "malformed"),
        ("the smallest number there is", say(&|a| (a.seq, a.prev) = (i64::MIN, "x".into())), 409, "out_of_step"),
        ("another receipt before it", say(&|a| a.prev = "A".repeat(43)), 409, "out_of_step"),
        ("without a code", say(&|a| a.uv = "none".into()), 400, "malformed"),
        ("another version", say(&|a| a.v = 2), 400, "malformed"),
        ("a proof for another key", with("pin", json!({ "kid": "vs_x", "enc": "AA", "ct": "AA" })), 400, "malformed"),
        ("41 KiB", with("m1", "A".repeat(41_000).into()), 413, "too_large"),
        ("70 KiB", with("m1", "A".repeat(70_000).into()), 413, "too_large"),
    ];
    for (what, sent, status, error) in tries {
        let url = format!("{}/api/v1/answer", town.app);
        let reply = Reply::read(town.http.post(url).json(&sent).send().await.unwrap()).await;
        assert_eq!(reply.refusal(), (status, error.into()), "{what}: {}", reply.body);
        unchanged(&town, &before, what).await;
    }
    let url = format!("{}/api/v1/answer", town.app);
    for (media, text) in
        [("text/plain", body.to_string()), ("application/json", body.to_string().replacen('{', "{\"m1\":\"\",", 1))]
    {
        let request = town.http.post(&url).header("content-type", media).body(text);
        let reply = Reply::read(request.send().await.unwrap()).await;
        assert_eq!(reply.refusal(), (400, "malformed".into()), "{media}");
    }
    unchanged(&town, &before, "media").await;
}
