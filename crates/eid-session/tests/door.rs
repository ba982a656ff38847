//! The HTTPS client against servers that answer well, badly and not at all (over loopback, where plain HTTP is taken).

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::mpsc::{Receiver, channel};
use std::thread;

use zelf_eid_session::{Failure, HttpServer, Server, ServerAddress, Start};

/// Answers one request with `answer`, byte for byte; gives the request.
fn server(answer: Vec<u8>) -> (HttpServer, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = ServerAddress::parse(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
    let (seen, request) = channel();
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut text = String::new();
        let mut buffer = [0; 4096];
        while !text.contains('}') {
            let read = stream.read(&mut buffer).unwrap();
            text.push_str(std::str::from_utf8(buffer.get(..read).unwrap()).unwrap());
        }
        // Large answers are cut off by the client: that is no failure here.
        let _ = stream.write_all(&answer);
        let _ = seen.send(text);
    });
    (HttpServer::new(address, || 1000).unwrap(), request)
}

fn http(status: &str, headers: &str, body: &str) -> Vec<u8> {
    format!("HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: {}\r\n{headers}\r\n{body}", body.len())
        .into_bytes()
}

fn claim(answer: Vec<u8>) -> Result<String, Failure> {
    let (mut server, _request) = server(answer);
    server.claim(&Start::from_code("7K3M-9X2Q").unwrap()).map(|claimed| claimed.ticket)
}

const CLAIMED: &str = r#"{"ticket":"tttttttttttttttttttttt","name":"zelf","origin":"https://zelf.example","number":"+32",
    "email":null,"terms":"1","lang":"nl","nonce":"n","challenge":"c","expires":2,"now":1,"later":"ignored"}"#;

#[test]
fn a_claim_says_what_the_contract_says() {
    let (mut server, request) = server(http("200 OK", "content-type: application/json\r\n", CLAIMED));
    let claimed = server.claim(&Start::from_session("A1b2C3d4E5f6G7h8J9k0Lm").unwrap()).unwrap();
    assert_eq!((claimed.ticket.len(), claimed.test_world), (22, false));
    let request = request.recv().unwrap();
    assert!(request.starts_with("POST /eid/v1/claim HTTP/1.1"), "{request}");
    assert!(request.ends_with(r#"{"v":1,"program":"zelf-eid 0.1.0","session":"A1b2C3d4E5f6G7h8J9k0Lm"}"#), "{request}");
    assert!(!request.to_lowercase().contains("cookie"), "{request}");
}

#[test]
fn refusals_are_told_and_waits_reckoned() {
    assert_eq!(
        claim(http("409 Conflict", "", r#"{"error":"session_taken","id":"x"}"#)).unwrap_err().code(),
        "session_taken"
    );
    let waits = claim(http("422 Unprocessable", "", r#"{"error":"person_waits","id":"x","until":1600}"#)).unwrap_err();
    assert_eq!((waits.code(), waits.wait), ("person_waits", Some(600)));
    assert_eq!(claim(http("503 Busy", "", r#"{"error":"busy","id":"x"}"#)).unwrap_err().code(), "busy");
}

#[test]
fn nonsense_is_not_used() {
    let answers = [
        http("200 OK", "content-type: text/html\r\n", "<html>Log in to this hotel's wifi</html>"),
        http("200 OK", "", ""),
        http("200 OK", "", "[]"),
        http("200 OK", "", r#"{"ticket":7}"#),
        http("404 Not Found", "", "<html>"),
        http("422 Unprocessable", "", r#"{"error":"rm -rf","id":"x"}"#),
        http("302 Found", "location: https://evil.example/eid/v1/claim\r\n", ""),
        http("307 Temporary Redirect", "location: /eid/v1/claim\r\n", CLAIMED),
        http("200 OK", "", &format!(r#"{{"ticket":"{}"}}"#, "t".repeat(70_000))),
        http("200 OK", "", &"[".repeat(60_000)),
    ];
    for answer in answers {
        let shown = String::from_utf8_lossy(&answer).chars().take(90).collect::<String>();
        assert_eq!(claim(answer), Err(Failure::SERVER_NONSENSE), "{shown}");
    }
}

#[test]
fn an_endless_answer_is_cut_off() {
    let mut answer = b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n".to_vec();
    answer.extend(vec![b' '; 10_000_000]);
    assert_eq!(claim(answer), Err(Failure::SERVER_NONSENSE));
}

#[test]
fn no_server_and_a_broken_one_are_unreachable() {
    assert_eq!(claim(http("502 Bad Gateway", "", "<html>")), Err(Failure::SERVER_UNREACHABLE));
    assert_eq!(claim(b"HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n{".to_vec()), Err(Failure::SERVER_UNREACHABLE));
    assert_eq!(claim(b"\x00\x00\x00".to_vec()), Err(Failure::SERVER_UNREACHABLE));
    let address = ServerAddress::parse("http://127.0.0.1:9").unwrap();
    let mut nobody = HttpServer::new(address, || 0).unwrap();
    assert_eq!(nobody.state("t").unwrap_err(), Failure::SERVER_UNREACHABLE);
}
