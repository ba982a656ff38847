//! docs/partners/reference.md: the tables between its markers are written from the code.

use protocol::oidc::Mount;
use protocol::oidc::attributes::Scope;
use protocol::oidc::authorize::{ErrorCode, PageError};
use protocol::oidc::ciba::BackchannelCode;
use protocol::oidc::registration::RegistrationError;
use protocol::oidc::release::{CLAIMS, Claim, Offered};
use protocol::oidc::token::{TokenError, TokenErrorCode};

use crate::openapi::document;

const FILE: &str = "reference.md";

/// Each table by the name in its markers.
fn tables() -> [(&'static str, String); 8] {
    [
        ("addresses", addresses()),
        ("scopes", scopes()),
        ("claims", claims()),
        ("pages", pages()),
        ("answers", answers()),
        ("tokens", tokens()),
        ("backchannel", backchannel()),
        ("registration", registration()),
    ]
}

/// The file with every table written anew.
fn written() -> String {
    let mut text = crate::file(FILE);
    for (name, table) in tables() {
        let (begin, end) = (format!("<!-- {name}: written by cargo xtask gen -->\n"), format!("<!-- /{name} -->"));
        let (before, rest) = text.split_once(&begin).unwrap_or_else(|| panic!("{FILE} has no place for {name}"));
        let (_, after) = rest.split_once(&end).unwrap_or_else(|| panic!("{FILE}: {name} has no end"));
        text = format!("{before}{begin}{table}{end}{after}");
    }
    text
}

fn table(head: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
    let head: Vec<String> = head.iter().map(|&cell| cell.to_owned()).collect();
    let rule = format!("|{}\n", "---|".repeat(head.len()));
    rows.into_iter().fold(line(&head) + &rule, |text, row| text + &line(&row))
}

fn code(text: &str) -> String {
    format!("`{text}`")
}

fn addresses() -> String {
    let document = document();
    let paths = document["paths"].as_object().unwrap().iter();
    let rows = paths.flat_map(|(path, methods)| {
        methods.as_object().unwrap().iter().map(move |(method, operation)| {
            vec![code(path), method.to_ascii_uppercase(), operation["summary"].as_str().unwrap().to_owned()]
        })
    });
    table(&["Under the issuer", "", ""], rows)
}

fn scopes() -> String {
    let claims = |scope: Scope, mount: Mount| {
        let known = Scope::of(mount).contains(&scope);
        let names: Vec<String> = scope.claims_of(mount).iter().map(|name| code(short(name))).collect();
        match (known, names.is_empty()) {
            (false, _) => "not there".to_owned(),
            (true, true) => code("sub"),
            (true, false) => names.join(" "),
        }
    };
    let row = |scope: Scope| vec![code(scope.as_str()), claims(scope, Mount::Standard), claims(scope, Mount::Compat)];
    table(&["Scope", "Standard", "`/v2`"], Scope::ALL.map(row))
}

/// Names of the compatible mount are long: the table says once what stands before them.
fn short(name: &str) -> &str {
    name.strip_prefix("http://itsme.services/v2/claim/")
        .map_or(name, |_| &name["http://itsme.services/v2/claim".len()..])
}

fn claims() -> String {
    let mount = |claim: &Claim| match claim.offered {
        Offered::Both => "both",
        Offered::Only(Mount::Standard) => "standard",
        Offered::Only(Mount::Compat) => "`/v2`",
    };
    let row = |claim: &Claim| {
        let (form, told) = (claim.format.name(), claim.told.name());
        vec![code(short(claim.name)), mount(claim).to_owned(), form.to_owned(), told.to_owned(), claim.about.to_owned()]
    };
    table(&["Claim", "Where", "Form", "Told", ""], CLAIMS.iter().map(row))
}

fn pages() -> String {
    let about = |error: PageError| match error {
        PageError::ClientUnknown => "No such `client_id` at this address: another mount, or not registered.",
        PageError::RedirectUriNotRegistered => {
            "`redirect_uri` differs from every registered one, in one character perhaps."
        }
        PageError::RequestInvalid => "`client_id` or `redirect_uri` is missing, or there twice.",
    };
    let row = |error: PageError| {
        let names = [Mount::Standard, Mount::Compat].map(|mount| code(error.code(mount)));
        vec![names[0].clone(), names[1].clone(), about(error).to_owned()]
    };
    table(&["Code on the page", "On `/v2`", ""], PageError::ALL.map(row))
}

fn answers() -> String {
    let row = |error: ErrorCode| {
        let (standard, compat) = (error.name(Mount::Standard), error.name(Mount::Compat));
        let names =
            if standard == compat { code(standard) } else { format!("{}, on `/v2` {}", code(standard), code(compat)) };
        vec![names, about_answer(error).to_owned()]
    };
    table(&["`error`", ""], ErrorCode::ALL.map(row))
}

fn about_answer(error: ErrorCode) -> &'static str {
    match error {
        ErrorCode::InvalidRequest => {
            "A parameter is missing, there twice, or not of the right form; the description says which."
        }
        ErrorCode::AccessDenied => "The person refused, reported fraud, or did not answer in time.",
        ErrorCode::UnsupportedResponseType => "Only `code`.",
        ErrorCode::InvalidScope => "`openid` is missing, or a scope or service is not registered for you.",
        ErrorCode::LoginRequired => {
            "`prompt=none`, and no login of this browser counts: there is none, it is over or older than `max_age`, or it is somebody else's than `id_token_hint` or `claims` name."
        }
        ErrorCode::InteractionRequired => {
            "`prompt=none`, with a payment, a text, or an `acr` for which the person types the code."
        }
        ErrorCode::ConsentRequired => {
            "`prompt=none`, and more is asked than was agreed to: other data, `authorization_details`, `offline_access`."
        }
        ErrorCode::UnmetAuthenticationRequirements => "An essential `acr` that we do not reach.",
        ErrorCode::UnauthorizedClient => "Your registration does not allow this.",
        ErrorCode::UnsupportedDisplay => "Only `page`.",
        ErrorCode::InvalidRequestObject => {
            "The request object does not open, is not signed by a key of yours, or is over."
        }
        ErrorCode::InvalidRequestUri => "The address is not registered, cannot be fetched, or was used.",
        ErrorCode::InvalidAuthorizationDetails => "Of a type that you did not register, or not of the right form.",
        ErrorCode::RequestNotSupported => "Request objects are not taken here.",
        ErrorCode::RequestUriNotSupported => "Addresses of requests are not taken here.",
        ErrorCode::RegistrationNotSupported => "`registration` is not taken.",
        ErrorCode::ServerError => "Ours to mend.",
        ErrorCode::TemporarilyUnavailable => "Try again in a moment.",
    }
}

fn tokens() -> String {
    let row = |error: TokenErrorCode| {
        let name = serde_json::to_value(error).unwrap();
        let status = TokenError { error, description: "" }.status();
        vec![code(name.as_str().unwrap()), status.to_string(), about_token(error).to_owned()]
    };
    table(&["`error`", "Status", ""], TokenErrorCode::ALL.map(row))
}

fn about_token(error: TokenErrorCode) -> &'static str {
    match error {
        TokenErrorCode::InvalidRequest => "A parameter is missing, there twice, or in the address instead of the form.",
        TokenErrorCode::InvalidClient => {
            "You did not prove yourself: unknown client, wrong secret, an assertion that is old, used, or for another audience. At `/v2/token` the status is 400, but for CIBA and after an `Authorization` header, and a bad assertion is `unauthorized_client`."
        }
        TokenErrorCode::InvalidGrant => {
            "The code or token is unknown, used, over, another's, or its verifier, address or key is another."
        }
        TokenErrorCode::InvalidScope => "More than was granted.",
        TokenErrorCode::UnauthorizedClient => "Your registration does not allow this grant.",
        TokenErrorCode::UnsupportedGrantType => "Not one of ours.",
        TokenErrorCode::InvalidDpopProof => "The proof is missing, old, used, or by another key.",
        TokenErrorCode::UseDpopNonce => "Again, with the nonce of `DPoP-Nonce`.",
        TokenErrorCode::AuthorizationPending => "CIBA: nobody answered yet. Ask again after `interval`.",
        TokenErrorCode::SlowDown => "CIBA: five seconds more between questions from now on.",
        TokenErrorCode::ExpiredToken => "CIBA: the request is over.",
        TokenErrorCode::AccessDenied => "CIBA: the person refused, or could not be asked.",
        TokenErrorCode::TemporarilyUnavailable => "Try again in a moment.",
    }
}

fn backchannel() -> String {
    let row = |error: BackchannelCode| vec![code(error.as_str()), about_backchannel(error).to_owned()];
    table(&["`error`", ""], BackchannelCode::ALL.map(row))
}

fn about_backchannel(error: BackchannelCode) -> &'static str {
    match error {
        BackchannelCode::Request(ErrorCode::InvalidRequest) => {
            "A parameter is missing, there twice, or not of the right form; more than one hint; a request object that is over or came before."
        }
        BackchannelCode::Request(ErrorCode::InvalidRequestObject) => {
            "The request object is not signed by a key of yours."
        }
        BackchannelCode::Request(other) => about_answer(other),
        BackchannelCode::ExpiredLoginHintToken => "`login_hint_token` was used, or its session is over.",
        BackchannelCode::UnknownUserId => {
            "The hint names nobody you know. A number that nobody has is never told: it waits and lapses like any other."
        }
        BackchannelCode::UnauthorizedClient => "Your registration does not allow CIBA.",
        BackchannelCode::InvalidUserCode => "`user_code` is not used here.",
        BackchannelCode::InvalidBindingMessage => "`binding_message` is one line of at most 128 plain characters.",
    }
}

fn registration() -> String {
    let row = |error: &'static str| vec![code(error), about_registration(error).to_owned()];
    table(&["`error`", ""], RegistrationError::ALL.map(row))
}

fn about_registration(error: &str) -> &'static str {
    match error {
        "invalid_redirect_uri" => "A redirect address is missing, or may not be one; the description says which.",
        "invalid_client_metadata" => "Another member is not of the right form, or does not go with the others.",
        other => panic!("{other} has no words"),
    }
}

#[test]
fn the_reference_is_what_the_code_says() {
    assert!(crate::file(FILE) == written(), "docs/partners/{FILE} is not up to date: cargo xtask gen");
}

#[test]
#[ignore = "writes a file of the repository: cargo xtask gen"]
fn write() {
    std::fs::write(crate::path(FILE), written()).unwrap();
}
