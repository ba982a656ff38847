//! The program itself, at a reader of its own (pcscd with the vpcd driver) and a server that keeps the contract.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use eid_proof::web_eid;
use eid_virtual::person::Person;
use eid_virtual::personalise::{self, Fault};
use eid_virtual::pki::TestPki;
use eid_virtual::reader::{Inserted, Reader};
use eid_virtual::{Applet, VirtualCard};
use protocol::eid::ProofBody;
use serde_json::{Value, json};

const PROGRAM: &str = env!("CARGO_BIN_EXE_zelf-eid");
const SESSION: &str = "A1b2C3d4E5f6G7h8J9k0Lm";

/// A reader, test roots and cards made for today.
struct Desk {
    reader: Reader,
    pki: TestPki,
    folder: tempfile::TempDir,
}

#[expect(clippy::disallowed_methods, reason = "the program under test reads the real clock")]
fn now() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    i64::try_from(since.as_secs()).unwrap()
}

impl Desk {
    fn new() -> Desk {
        let folder = tempfile::tempdir().unwrap();
        let pki = TestPki::load_or_create(&folder.path().join("pki"), "http://127.0.0.1:1").unwrap();
        for (at, pem) in pki.root_pems().iter().enumerate() {
            std::fs::write(folder.path().join(format!("root{at}.pem")), pem).unwrap();
        }
        let place = folder.path().join("pcscd");
        std::fs::create_dir(&place).unwrap();
        let reader = Reader::start(&place).expect("Debian: apt-get install pcscd vsmartcard-vpcd");
        Desk { reader, pki, folder }
    }

    fn insert(&self, applet: Applet, fault: Option<Fault>) -> Inserted {
        let person = Person {
            given_names: "An Maria".into(),
            surname: "Peeters".into(),
            pin: "1234".into(),
            ..Person::default()
        };
        let image = personalise::card(&person, applet, &self.pki, fault, now()).unwrap();
        self.reader.insert(VirtualCard::new(image)).unwrap()
    }

    fn program(&self, arguments: &[&str]) -> Command {
        let mut command = self.reader.program(PROGRAM);
        command.args(arguments).env("LC_ALL", "en_GB.UTF-8").env("HOME", self.folder.path());
        // A test that waits for a card that never comes ends.
        if arguments.first() == Some(&"activate") && !arguments.contains(&"--wait") {
            command.args(["--wait", "60"]);
        }
        command.env_remove("XDG_CONFIG_HOME").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    fn root(&self, at: usize) -> String {
        self.folder.path().join(format!("root{at}.pem")).to_string_lossy().into_owned()
    }

    /// `show` or `bench` with the test roots.
    fn look(&self, task: &str, more: &[&str]) -> Output {
        let (one, two) = (self.root(0), self.root(1));
        let arguments = [&[task, "--json", "--root", &one, "--root", &two, "--wait", "60"], more].concat();
        self.program(&arguments).output().unwrap()
    }
}

fn value(output: &Output) -> Value {
    let read = serde_json::from_slice(&output.stdout);
    assert!(read.is_ok(), "{output:?}");
    read.unwrap()
}

#[test]
fn a_card_is_shown_and_what_does_not_hold_is_told() {
    let desk = Desk::new();
    for (applet, name) in [(Applet::V1_7, "1.7"), (Applet::V1_8, "1.8")] {
        let card = desk.insert(applet, None);
        let output = desk.look("show", &[]);
        let shown = value(&output);
        assert_eq!(
            (output.status.code(), &shown["verified"], &shown["applet"]),
            (Some(0), &json!(true), &json!(name)),
            "{output:?}"
        );
        assert_eq!(
            (&shown["surname"], &shown["test_root"], &shown["pin_tries"]),
            (&json!("Peeters"), &json!(true), &json!(3))
        );
        assert!(String::from_utf8_lossy(&output.stderr).contains("CAUTION"), "a test root is never silent");
        card.pull_out();
    }
    for (fault, code, exit) in [
        (Fault::TamperedAddress, "address_signature", 6),
        (Fault::ClonedChip, "chip_signature", 6),
        (Fault::UnknownRoot, "certificate_chain", 6),
        (Fault::WrongHolder, "holder_mismatch", 6),
    ] {
        let card = desk.insert(Applet::V1_8, Some(fault));
        let output = desk.look("show", &[]);
        assert_eq!((value(&output)["error"].as_str(), output.status.code()), (Some(code), Some(exit)), "{output:?}");
        card.pull_out();
    }
    let card = desk.insert(Applet::V1_8, None);
    let output = desk.program(&["show", "--wait", "60"]).output().unwrap();
    assert_eq!(output.status.code(), Some(6), "without --root a test card is nobody's");
    card.pull_out();
}

#[test]
fn reading_and_checking_is_measured() {
    let desk = Desk::new();
    let card = desk.insert(Applet::V1_8, None);
    let output = desk.look("bench", &["--rounds", "3"]);
    let told = value(&output);
    assert_eq!(told["rounds"], json!(3), "{output:?}");
    assert!(told["commands"].as_u64().unwrap() > 20 && told["whole_ms"]["median"].as_f64().unwrap() > 0.0, "{told}");
    card.pull_out();
}

/// Serves the four doors; gives the proof.
fn server() -> (String, Receiver<(String, Value)>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    let (seen, requests) = channel();
    let here = origin.clone();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = BufReader::new(stream.unwrap());
            // A kept connection carries several requests.
            while let Some((door, body)) = request(&mut stream) {
                let (status, answer) = answer(&here, &door, &body);
                let _ = seen.send((door, body));
                let text = answer.to_string();
                let head = format!(
                    "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
                    text.len()
                );
                if stream.get_mut().write_all((head + &text).as_bytes()).is_err() {
                    break;
                }
            }
        }
    });
    (origin, requests)
}

fn request(stream: &mut BufReader<std::net::TcpStream>) -> Option<(String, Value)> {
    let mut first = String::new();
    stream.read_line(&mut first).ok().filter(|read| *read > 0)?;
    let mut length = 0;
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).ok()?;
        if line == "\r\n" {
            break;
        }
        if let Some(text) = line.to_lowercase().strip_prefix("content-length:") {
            length = text.trim().parse().ok()?;
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).ok()?;
    let door = first.split(' ').nth(1)?.rsplit('/').next()?.to_owned();
    Some((door, serde_json::from_slice(&body).ok()?))
}

fn nonce() -> String {
    STANDARD.encode([7; 32])
}

fn answer(origin: &str, door: &str, body: &Value) -> (&'static str, Value) {
    match door {
        "claim" if body["session"] == json!(SESSION) => (
            "200 OK",
            json!({
                "ticket": "t".repeat(22), "name": "zelf", "origin": origin, "number": "+32 ••• •• 89 60", "email": null,
                "terms": "2026-11", "lang": "en", "nonce": nonce(), "challenge": URL_SAFE_NO_PAD.encode([9; 48]),
                "expires": 1600, "now": 1000, "test_world": true,
            }),
        ),
        "claim" => ("404 Not Found", json!({ "error": "session_unknown", "id": "x" })),
        "proof" => (
            "200 OK",
            json!({ "return": format!("{origin}/activate/finish#{}", "s".repeat(22)), "digits": "123456", "first_name": "An" }),
        ),
        _ => ("200 OK", json!({})),
    }
}

fn activate(desk: &Desk, server: &str, pin: &str, more: &[&str]) -> Output {
    let arguments = [&["activate", "--server", server, "--pin-stdin", "--no-open", "--json"], more].concat();
    let mut child = desk.program(&arguments).spawn().unwrap();
    // A program that ends before it reads the PIN closes the pipe.
    let _ = writeln!(child.stdin.take().unwrap(), "{pin}");
    child.wait_with_output().unwrap()
}

fn lines(output: &Output) -> Vec<Value> {
    String::from_utf8_lossy(&output.stdout).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn a_script_activates_with_both_generations() {
    let desk = Desk::new();
    for applet in [Applet::V1_7, Applet::V1_8] {
        let (origin, requests) = server();
        let card = desk.insert(applet, None);
        let output = activate(&desk, &origin, "1234", &["--session", SESSION]);
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        let told = lines(&output);
        assert_eq!(told.last().unwrap()["return"], json!(format!("{origin}/activate/finish#{}", "s".repeat(22))));
        assert_eq!(told.last().unwrap()["digits"], json!("123456"));
        let proof = requests.iter().find(|(door, _)| door == "proof").unwrap().1;
        let proof: ProofBody = serde_json::from_value(proof).unwrap();
        assert_eq!(web_eid::read(&proof.token).unwrap().signed_by_holder(&origin, &nonce()), Ok(()));
        assert_eq!(card.pull_out().unwrap().pin_tries(), 3);
    }
}

#[test]
fn a_wrong_pin_ends_a_script_after_one_try() {
    let desk = Desk::new();
    let (origin, _requests) = server();
    let card = desk.insert(Applet::V1_8, None);
    let output = activate(&desk, &origin, "4321", &["--session", SESSION]);
    assert_eq!(
        (output.status.code(), &lines(&output).last().unwrap()["error"]),
        (Some(4), &json!("pin_wrong")),
        "{output:?}"
    );
    let all = [output.stdout, output.stderr].concat();
    assert!(!String::from_utf8_lossy(&all).contains("4321"), "the PIN is said nowhere");
    assert_eq!(card.pull_out().unwrap().pin_tries(), 2);
}

#[test]
fn a_card_pulled_out_and_put_back_goes_on() {
    let desk = Desk::new();
    let (origin, requests) = server();
    let arguments = ["activate", "--server", &origin, "--pin-stdin", "--no-open", "--json", "--session", SESSION];
    let mut child = desk.program(&arguments).spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    // The card goes as soon as it is being read, and comes back.
    let card = desk.insert(Applet::V1_8, None);
    let until = |progress: &str| {
        while requests.recv_timeout(Duration::from_secs(60)).unwrap().1["progress"] != json!(progress) {}
    };
    until("reading");
    card.pull_out();
    until("removed");
    let back = desk.insert(Applet::V1_8, None);
    let _ = writeln!(input, "1234");
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    drop(back);
}

/// Sockets of a process that wait for others to call.
#[cfg(target_os = "linux")]
fn listening(pid: u32) -> Vec<String> {
    let links = std::fs::read_dir(format!("/proc/{pid}/fd")).unwrap();
    let own: Vec<String> =
        links.filter_map(|fd| Some(std::fs::read_link(fd.ok()?.path()).ok()?.display().to_string())).collect();
    let sockets =
        ["tcp", "tcp6", "udp", "udp6"].map(|kind| std::fs::read_to_string(format!("/proc/{pid}/net/{kind}")).unwrap());
    // proc(5): column 4 is the state (0A listens; 07 is a bound UDP socket), column 10 the inode.
    let columns = |line: &str| line.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    let lines = sockets.iter().flat_map(|table| table.lines().skip(1)).map(columns);
    lines
        .filter(|c| ["0A", "07"].contains(&c[3].as_str()) && own.contains(&format!("socket:[{}]", c[9])))
        .map(|c| c[1].clone())
        .collect()
}

#[test]
#[cfg(target_os = "linux")]
fn the_program_listens_to_nobody() {
    let own = TcpListener::bind("127.0.0.1:0").unwrap();
    assert!(!listening(std::process::id()).is_empty(), "a listener would be seen: {own:?}");
    let desk = Desk::new();
    let (origin, requests) = server();
    let arguments = ["activate", "--server", &origin, "--pin-stdin", "--no-open", "--json", "--session", SESSION];
    let mut child = desk.program(&arguments).spawn().unwrap();
    while requests.recv_timeout(Duration::from_secs(60)).unwrap().1["progress"] != json!("no_card") {}
    assert_eq!(listening(child.id()), [""; 0], "while it waits for a card");
    let card = desk.insert(Applet::V1_8, None);
    while requests.recv_timeout(Duration::from_secs(60)).unwrap().1["progress"] != json!("pin") {}
    assert_eq!(listening(child.id()), [""; 0], "while it waits for the PIN");
    let _ = writeln!(child.stdin.take().unwrap(), "1234");
    assert_eq!(child.wait_with_output().unwrap().status.code(), Some(0));
    drop(card);
}

#[test]
fn what_is_missing_has_an_exit_code() {
    let desk = Desk::new();
    let (origin, _requests) = server();
    let cases: [(&[&str], i32, &str); 5] = [
        (&["--session", "short"], 2, "link_invalid"),
        (&["--code", "7K3M-9X2U"], 2, "code_invalid"),
        (&["--code", "7K3M-9X2Q"], 6, "session_unknown"),
        (&["--session", SESSION, "--wait", "1"], 3, "no_card"),
        (&["--session", SESSION, "--server", "http://zelf.example"], 2, "server_none"),
    ];
    for (arguments, exit, code) in cases {
        let output = if arguments.contains(&"--server") {
            desk.program(&[&["activate", "--json", "--pin-stdin"], arguments].concat()).output().unwrap()
        } else {
            activate(&desk, &origin, "1234", arguments)
        };
        assert_eq!(
            (output.status.code(), lines(&output).last().unwrap()["error"].as_str()),
            (Some(exit), Some(code)),
            "{output:?}"
        );
    }
    let output = activate(&desk, "http://127.0.0.1:9", "1234", &["--session", SESSION]);
    assert_eq!((output.status.code(), lines(&output)[0]["error"].as_str()), (Some(5), Some("server_unreachable")));
}

#[test]
fn the_desktop_learns_the_link_without_an_administrator() {
    let folder = tempfile::tempdir().unwrap();
    let output =
        Command::new(PROGRAM).arg("register").env("HOME", folder.path()).env("XDG_DATA_HOME", folder.path()).output();
    assert!(output.unwrap().status.success());
    let entry = PathBuf::from(folder.path()).join("applications/zelf-eid.desktop");
    let entry = std::fs::read_to_string(entry).unwrap();
    assert!(entry.contains(&format!("Exec=\"{PROGRAM}\" open -- %u")), "{entry}");
}
