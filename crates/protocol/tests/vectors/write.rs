//! Writes `vectors/protocol-rust.json`: keys from labels, the shape of `protocol.json`.

use crate::protocol::jose::{Jws, SigningKey, b64u, digest, sha256};
use crate::protocol::label::{TYP_ANSWER, TYP_COMMAND, TYP_REQUEST};
use crate::protocol::phone::{
    Answer, Decision, DeviceCertificate, Field, IdentityProof, KeyEntry, KeysDocument, Outcome, Payload, PendingBody,
    Receipt, Request, RequestingParty, Role, UserVerification, bio_challenge, bio_enrol_challenge, pin, words,
};
use serde_json::{Value, json};

use super::{hex, path};

const NOW: i64 = 1_796_000_000;
const ACTIVATION: &str = "act_MDEyMzQ1Njc4OTo7PD0-Pw";
const CHANGE: &str = "chg_Pz49PDs6OTg3NjU0MzIxMA";

fn key(label: &str) -> SigningKey {
    SigningKey::from_bare_scalar(&sha256(format!("zelf rust vector {label}").as_bytes()), label).unwrap()
}

fn private(key: &SigningKey) -> Value {
    let mut jwk = serde_json::to_value(key.public().jwk()).unwrap();
    jwk["d"] = json!(b64u(&*key.scalar().unwrap()));
    jwk
}

struct Cast {
    root: SigningKey,
    rq: SigningKey,
    rc: SigningKey,
    dc: SigningKey,
    vs: SigningKey,
    dev: SigningKey,
}

#[test]
#[ignore = "writes vectors/protocol-rust.json"]
fn write_the_rust_vectors() {
    let cast = Cast { root: key("root"), rq: key("rq"), rc: key("rc"), dc: key("dc"), vs: key("vs"), dev: key("dev") };
    let (m1, m2, receipts) = approval(&cast, &request(&cast), Vec::new());
    let (_, _, shared) = approval(&cast, &share(&cast), vec!["birthdate".into()]);
    let (refused, refused_payload) = refusals(&cast);
    let thumbprints = [&cast.root, &cast.vs, &cast.dev].map(thumbprint);
    let codes = ["27935", "00000", "99999", "04711"].map(|code| pin_key(&cast, code));
    let drawn = [request(&cast), plain_request(&cast), share(&cast), payment(&cast), text(&cast)];
    let drawn = drawn.map(|r| json!({ "m1": r, "lines": r.lines(), "shown": r.shown() }));
    let texts = [format!("zelf:new:{ACTIVATION}:{}", cast.dev.kid()), "Zoë".to_owned()];
    let six_words = texts.map(|text| json!({ "words": words(&text), "text": text }));
    let file = json!({
        "about": "docs/protocol.md in values. Written by crates/protocol/tests/vectors/write.rs in the shape of protocol.json.",
        "thumbprint": thumbprints,
        "pin_key": codes,
        "shown": drawn,
        "command": [command(&cast)],
        "pin_proof": [pin_proof(&cast, &m2)],
        "pin_enrol": [pin_enrol(&cast)],
        "pin_change": [pin_change(&cast)],
        "bio": [bio(&cast)],
        "words": six_words,
        "receipts": [receipts, shared],
        "refused": refused,
        "refused_payload": refused_payload,
    });
    assert!(m1.len() < protocol::jose::MAX_JWS_BYTES);
    std::fs::write(path("protocol-rust.json"), format!("{:#}\n", file)).unwrap();
}

fn thumbprint(key: &SigningKey) -> Value {
    let public = key.public();
    json!({ "jwk": public.jwk(), "thumbprint": public.thumbprint(), "dev": public.name("dev") })
}

fn pepper(code: &str) -> [u8; 32] {
    sha256(format!("zelf rust vector pepper {code}").as_bytes())
}

fn pin_key(cast: &Cast, code: &str) -> Value {
    let (pepper, dev) = (pepper(code), cast.dev.kid());
    json!({
        "pepper_hex": hex(&pepper), "dev": dev, "code": code, "k_hex": hex(&*pin::scalar(&pepper, dev, code)),
        "point_hex": hex(pin::key(&pepper, dev, code).unwrap().public().point()),
    })
}

fn request(cast: &Cast) -> Request {
    let field = |l: &str, v: &str| Field::line(l, v);
    Request {
        v: 1,
        rid: "apr_MDEyMzQ1Njc4OTo7PD0-Pw".into(),
        kind: "login".into(),
        dev: cast.dev.kid().into(),
        lang: "de".into(),
        title: "Anmelden".into(),
        rp: RequestingParty {
            id: "stadt".into(),
            name: "Stadt Eupen – Bürgerdienst".into(),
            domain: "localhost".into(),
        },
        from: "22.11.2026 14:05 · dieser Rechner · Firefox unter Windows".into(),
        fields: vec![field("Vorname", "Zoë"), field("Name", "d'Haeyer-Šimić \"Jr\" \\ 東")],
        claims: vec!["given_name".into(), "family_name".into()],
        uv: "pin".into(),
        purpose: None,
        text: None,
        wants_match: true,
        head: digest("an earlier receipt"),
        seq: 17,
        chal: b64u(sha256(b"zelf rust vector challenge")),
        iat: NOW,
        exp: NOW + 180,
    }
}

fn plain_request(cast: &Cast) -> Request {
    let (head, wants_match) = (String::new(), false);
    Request {
        fields: Vec::new(),
        claims: Vec::new(),
        seq: 1,
        lang: "en".into(),
        title: "Log in".into(),
        head,
        wants_match,
        ..request(cast)
    }
}

fn share(cast: &Cast) -> Request {
    let claim = |l: &str, v: &str, c: &str, o| Field { c: Some(c.into()), o, ..Field::line(l, v) };
    Request {
        kind: "share".into(),
        title: "Daten teilen".into(),
        purpose: Some("Für Ihre Anmeldung im „Bürgerdienst“.".into()),
        fields: vec![
            claim("Vorname", "Zoë", "given_name", false),
            claim("Geburtsdatum", "12. März 1955", "birthdate", true),
        ],
        claims: vec!["given_name".into(), "birthdate".into()],
        ..request(cast)
    }
}

fn payment(cast: &Cast) -> Request {
    let fields =
        [("Betrag", "1.234.567,89 EUR"), ("Empfänger", "Café \\ & Söhne"), ("Konto", "DE89 3704 0044 0532 0130 00")];
    Request {
        kind: "payment".into(),
        title: "Zahlung".into(),
        fields: fields.into_iter().map(|(l, v)| Field::line(l, v)).collect(),
        claims: Vec::new(),
        ..request(cast)
    }
}

fn text(cast: &Cast) -> Request {
    Request {
        kind: "text".into(),
        title: "Bestätigen".into(),
        fields: Vec::new(),
        claims: Vec::new(),
        text: Some("<b>Vertrag</b><br>1 &lt; 2 &amp; 3 &gt; 2, <u>„so <i>ist</i> es“</u>.".into()),
        ..request(cast)
    }
}

fn command(cast: &Cast) -> Value {
    let payload = Payload {
        v: 1,
        htm: "POST".into(),
        htu: "https://app.example/api/v1/pending".into(),
        nonce: "cnVzdA".into(),
        jti: b64u([9; 16]),
        body: PendingBody { lang: "de".into(), wait: 0 },
    };
    let header = json!({ "alg": "ES256", "typ": TYP_COMMAND, "kid": cast.dev.kid() });
    json!({ "jwk_private": private(&cast.dev), "header": header, "payload": payload, "jws": payload.sign(&cast.dev).unwrap() })
}

fn pin_proof(cast: &Cast, m2: &str) -> Value {
    let pin = pin::key(&pepper("27935"), cast.dev.kid(), "27935").unwrap();
    let input = Jws::parse(m2, TYP_ANSWER).unwrap().input_digest();
    let sealed = pin::seal_proof(&pin, &input, cast.vs.public(), cast.vs.kid()).unwrap();
    let point = hex(pin.public().point());
    json!({ "vs_private": private(&cast.vs), "kid": cast.vs.kid(), "m2": m2, "point_hex": point, "sealed": sealed })
}

fn pin_enrol(cast: &Cast) -> Value {
    let pin = pin::key(&pepper("27935"), cast.dev.kid(), "27935").unwrap();
    let sealed = pin::seal_enrolment(&pin, cast.dev.kid(), ACTIVATION, cast.vs.public(), cast.vs.kid()).unwrap();
    json!({
        "vs_private": private(&cast.vs), "kid": cast.vs.kid(), "dev": cast.dev.kid(), "act": ACTIVATION,
        "point_hex": hex(pin.public().point()), "sealed": sealed,
    })
}

fn pin_change(cast: &Cast) -> Value {
    let pin = pin::key(&pepper("04711"), cast.dev.kid(), "04711").unwrap();
    let sealed = pin::seal_enrolment(&pin, cast.dev.kid(), CHANGE, cast.vs.public(), cast.vs.kid()).unwrap();
    json!({
        "vs_private": private(&cast.vs), "kid": cast.vs.kid(), "dev": cast.dev.kid(), "change": CHANGE,
        "point_hex": hex(pin.public().point()), "mark": hex(&sha256(pin.public().point())[..4]), "sealed": sealed,
    })
}

fn bio(cast: &Cast) -> Value {
    let request = Request { uv: "pin_or_bio".into(), ..request(cast) };
    let m1 = request.sign(&cast.rq).unwrap();
    let m2 = Answer { uv: "bio".into(), ..answer(&request, &m1) }.sign(&cast.dev).unwrap();
    let input = Jws::parse(&m2, TYP_ANSWER).unwrap().input_digest();
    json!({
        "m2": m2, "challenge_hex": hex(&bio_challenge(&input)), "dev": cast.dev.kid(),
        "enrol_challenge_hex": hex(&bio_enrol_challenge(cast.dev.kid())),
    })
}

/// The whole of one approval; `without` is what the person keeps back.
fn approval(cast: &Cast, request: &Request, without: Vec<String>) -> (String, String, Value) {
    let entry = |key: &SigningKey, role| KeyEntry { kid: key.kid().into(), role, jwk: key.public().jwk() };
    let keys = [(&cast.rq, Role::Rq), (&cast.rc, Role::Rc), (&cast.dc, Role::Dc), (&cast.vs, Role::Vs)];
    let keys = KeysDocument { v: 1, iat: NOW, keys: keys.into_iter().map(|(k, r)| entry(k, r)).collect() };
    let m1 = request.sign(&cast.rq).unwrap();
    let answer = Answer { without, ..answer(request, &m1) };
    let m2 = answer.sign(&cast.dev).unwrap();
    let m4 = certificate(cast).sign(&cast.dc).unwrap();
    let receipt = Receipt {
        v: 1,
        rid: request.rid.clone(),
        rq: digest(&m1),
        apr: digest(&m2),
        dec: Decision::Approve,
        res: Outcome::Ok,
        uv: UserVerification { m: "pin".into(), generation: 1 },
        dc: digest(&m4),
        seq: request.seq,
        prev: request.head.clone(),
        ts: NOW + 31,
    };
    let mut row = json!({
        "root": cast.root.public().jwk(), "keys": keys.sign(&cast.root).unwrap(), "m1": m1, "m2": m2,
        "m3": receipt.sign(&cast.rc).unwrap(), "m4": m4, "device": cast.dev.public().jwk(),
    });
    if !answer.without.is_empty() {
        row["without"] = json!(answer.without);
    }
    (m1, m2, row)
}

fn answer(request: &Request, m1: &str) -> Answer {
    Answer {
        v: 1,
        rid: request.rid.clone(),
        rq: digest(m1),
        shown: request.shown(),
        without: Vec::new(),
        lang: request.lang.clone(),
        dec: Decision::Approve,
        matched: "08".into(),
        chal: request.chal.clone(),
        seq: request.seq,
        prev: request.head.clone(),
        uv: "pin".into(),
        ts: NOW + 30,
        app: "cli 0.1.0".into(),
    }
}

fn certificate(cast: &Cast) -> DeviceCertificate {
    DeviceCertificate {
        v: 1,
        dev: cast.dev.kid().into(),
        acctc: b64u(sha256(b"zelf rust vector account")),
        jwk: cast.dev.public().jwk(),
        att: "none".into(),
        cap: "substantial".into(),
        proof: IdentityProof { method: "bank".into(), evidence_sha256: b64u(sha256(b"evidence")), ts: NOW },
        nbf: NOW,
        exp: NOW + 157_680_000,
    }
}

/// `typ`, `kid` and any payload text, signed by `by`: also what our own types would never write.
fn raw(header: &Value, payload: &str, by: &SigningKey) -> String {
    let input = format!("{}.{}", b64u(header.to_string()), b64u(payload));
    format!("{input}.{}", b64u(by.sign_bytes(input.as_bytes()).unwrap()))
}

fn refusals(cast: &Cast) -> (Vec<Value>, Vec<Value>) {
    let header = |typ: &str| json!({ "alg": "ES256", "typ": typ, "kid": cast.dev.kid() });
    let text = serde_json::to_string(&command(cast)["payload"]).unwrap();
    let good = raw(&header(TYP_COMMAND), &text, &cast.dev);
    let (body, sig) = good.rsplit_once('.').unwrap();
    let (head, payload) = body.split_once('.').unwrap();
    let other = raw(&header(TYP_COMMAND), &text.replace("\"de\"", "\"fr\""), &cast.dev);
    let none = json!({ "alg": "none", "typ": TYP_COMMAND, "kid": cast.dev.kid() });
    let row = |why: &str, jws: String| json!({ "why": why, "typ": TYP_COMMAND, "kid": cast.dev.kid(), "jwk": cast.dev.public().jwk(), "jws": jws });
    let refused = vec![
        row("another typ", raw(&header(TYP_REQUEST), &text, &cast.dev)),
        row("alg none, signed", raw(&none, &text, &cast.dev)),
        row("alg none, no signature", format!("{}.{payload}.", b64u(none.to_string()))),
        row("no kid", raw(&json!({ "alg": "ES256", "typ": TYP_COMMAND }), &text, &cast.dev)),
        row(
            "crit in the header",
            raw(
                &json!({ "alg": "ES256", "typ": TYP_COMMAND, "kid": cast.dev.kid(), "crit": ["exp"] }),
                &text,
                &cast.dev,
            ),
        ),
        row("signature of 63 bytes", format!("{body}.{}", b64u([7; 63]))),
        row("signature of 65 bytes", format!("{body}.{}", b64u([7; 65]))),
        row("r and s are n", format!("{body}.{}", b64u([0xff; 64]))),
        row("a signature in DER", format!("{body}.{}", b64u([&[0x30, 0x44][..], &[1; 68]].concat()))),
        row("the signature of another message", format!("{body}.{}", other.rsplit_once('.').unwrap().1)),
        row("the payload of another message", format!("{head}.{}.{sig}", other.split('.').nth(1).unwrap())),
        row("cut in the middle of the signature", good[..good.len() - 20].to_owned()),
        row("standard base64", good.replace('-', "+").replace('_', "/") + "+"),
        row("base64 with padding", format!("{good}==")),
        row("a line break at the end of the payload", format!("{head}.{payload}\n.{sig}")),
        row("nothing", String::new()),
        row("three empty parts", "..".into()),
    ];
    let shaped = |why: &str, typ: &str, payload: String| json!({ "why": why, "typ": typ, "jwk": cast.dev.public().jwk(), "jws": raw(&header(typ), &payload, &cast.dev) });
    let request = serde_json::to_string(&request(cast)).unwrap();
    let m1 = raw(&header(TYP_REQUEST), &request, &cast.dev);
    let answer = serde_json::to_string(&answer(
        &super::read(&super::read::<Value>(&serde_json::from_str(&request).unwrap())),
        &m1,
    ))
    .unwrap();
    let refused_payload = vec![
        shaped("an unknown member in a command", TYP_COMMAND, text.replacen('{', r#"{"more":1,"#, 1)),
        shaped(
            "an unknown member in the body of a command",
            TYP_COMMAND,
            text.replace(r#""wait":0"#, r#""wait":0,"more":1"#),
        ),
        shaped("a member twice in a command", TYP_COMMAND, text.replacen('{', r#"{"v":1,"#, 1)),
        shaped("a member twice in the body", TYP_COMMAND, text.replace(r#""wait":0"#, r#""wait":0,"wait":0"#)),
        shaped("bytes after the JSON", TYP_COMMAND, format!("{text}{{}}")),
        shaped("an array", TYP_COMMAND, format!("[{text}]")),
        shaped("wait is negative", TYP_COMMAND, text.replace(r#""wait":0"#, r#""wait":-1"#)),
        shaped("wait is a fraction", TYP_COMMAND, text.replace(r#""wait":0"#, r#""wait":0.5"#)),
        shaped("an unknown member in a request", TYP_REQUEST, request.replacen('{', r#"{"more":1,"#, 1)),
        shaped("a request without a challenge", TYP_REQUEST, request.replacen(r#""chal":"#, r#""cha":"#, 1)),
        shaped("seq of a request is text", TYP_REQUEST, request.replace(r#""seq":17"#, r#""seq":"17""#)),
        shaped(
            "an unknown member in a field",
            TYP_REQUEST,
            request.replace(r#""l":"Vorname""#, r#""l":"Vorname","x":1"#),
        ),
        shaped(
            "a purpose of a field",
            TYP_REQUEST,
            request.replace(r#""l":"Vorname""#, r#""l":"Vorname","purpose":"x""#),
        ),
        shaped(
            "a choice that is text",
            TYP_REQUEST,
            request.replace(r#""l":"Vorname""#, r#""l":"Vorname","c":"given_name","o":"true""#),
        ),
        shaped("kept back is text", TYP_ANSWER, answer.replacen('{', r#"{"without":"email","#, 1)),
        shaped("an unknown decision", TYP_ANSWER, answer.replace(r#""dec":"approve""#, r#""dec":"Approve""#)),
        shaped("a member twice in an answer", TYP_ANSWER, answer.replacen('{', r#"{"match":"08","#, 1)),
        shaped("null for the match", TYP_ANSWER, answer.replace(r#""match":"08""#, r#""match":null"#)),
    ];
    (refused, refused_payload)
}
