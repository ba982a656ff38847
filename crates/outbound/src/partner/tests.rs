#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::sync::Mutex;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use super::*;

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

#[test]
fn only_the_public_internet_is_called() {
    for good in [
        "1.1.1.1",
        "81.240.0.1",
        "100.63.0.1",
        "172.32.0.1",
        "2a02:a03f::1",
        "2001:4860:4860::8888",
        "64:ff9b::101:101",
    ] {
        assert!(public(ip(good)), "{good}");
    }
    for bad in [
        "0.0.0.0",
        "0.1.2.3",
        "127.0.0.1",
        "127.255.0.1",
        "10.0.0.1",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "100.127.255.255",
        "192.0.0.8",
        "192.0.2.1",
        "198.18.0.1",
        "198.51.100.1",
        "203.0.113.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::ffff:127.0.0.1",
        "::ffff:8.8.8.8",
        "::127.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::1",
        "2002:7f00:1::",
        "2001::1",
        "2001:db8::1",
        "3fff::1",
        "fc00::1",
        "fd00:ec2::254",
        "fe80::1",
        "fec0::1",
        "ff02::1",
    ] {
        assert!(!public(ip(bad)), "{bad}");
    }
}

#[test]
fn an_address_is_https_and_a_name() {
    for good in ["https://rp.example/jwks", "https://rp.example:8443/jwks"] {
        assert!(callable(good, false).is_ok(), "{good}");
    }
    for bad in [
        "http://rp.example/",
        "http://localhost/",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://[::ffff:1.1.1.1]/",
        "https://1.1.1.1/",
        "https://2130706433/",
        "https://0x7f.1/",
        "https://0177.0.0.1/",
        "https://me@rp.example/",
        "https://me:pw@rp.example/",
        "file:///etc/passwd",
        "ftp://rp.example/",
        "gopher://rp.example/",
        "//rp.example",
        "",
    ] {
        assert!(callable(bad, false).is_err(), "{bad}");
    }
    for here in ["http://localhost:8404/", "http://127.0.0.1:1/", "http://[::1]:1/", "https://127.0.0.1/"] {
        assert!(callable(here, true).is_ok(), "{here}");
        assert!(callable(here, false).is_err(), "{here}");
    }
    for never in ["http://rp.example/", "http://169.254.169.254/", "https://10.0.0.1/", "http://localhost.rp.example/"]
    {
        assert!(callable(never, true).is_err(), "{never}");
    }
}

#[test]
fn how_long_it_may_be_kept_is_read_from_the_answer() {
    for (control, seconds) in [
        ("max-age=3600", Some(3600)),
        ("public, max-age=60, must-revalidate", Some(60)),
        ("Max-Age=\"5\"", Some(5)),
        ("max-age=5, no-store", Some(0)),
        ("no-cache", Some(0)),
        ("max-age=soon", None),
        ("s-maxage=9", None),
        ("", None),
    ] {
        assert_eq!(max_age(control), seconds, "{control}");
    }
}

/// Answers every connection with the same bytes, then more and more of `flood`.
async fn server(head: &'static str, flood: usize) -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://127.0.0.1:{}/jwks", listener.local_addr().unwrap().port());
    let asked = Arc::new(Mutex::new(Vec::new()));
    let heard = Arc::clone(&asked);
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = vec![0; 4000];
            let read = stream.read(&mut request).await.unwrap();
            heard.lock().unwrap().push(String::from_utf8_lossy(request.get(..read).unwrap()).into_owned());
            let _ = stream.write_all(head.as_bytes()).await;
            let mut sent = 0;
            while sent < flood && stream.write_all(&[b'x'; 8192]).await.is_ok() {
                sent += 8192;
            }
            heard.lock().unwrap().push(format!("sent {sent}"));
        }
    });
    (url, asked)
}

fn client(test_world: bool) -> PartnerClient {
    PartnerClient::new(&[], Rules { test_world, ..Rules::default() }).unwrap()
}

async fn get(url: &str) -> Result<Answer, CallError> {
    client(true).get(url).await
}

#[tokio::test]
async fn what_comes_back_is_told() {
    let head = "HTTP/1.1 200 OK\r\ncontent-type: application/JWK-set+json; charset=x\r\ncache-control: max-age=9\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}";
    let (url, asked) = server(head, 0).await;
    let answer = get(&url).await.unwrap();
    assert_eq!((answer.status, answer.max_age, answer.body.as_slice()), (200, Some(9), b"{}".as_slice()));
    assert_eq!(answer.content_type, "application/jwk-set+json");
    let posted = client(true).post(&url, "application/json", Some("token"), b"{\"a\":1}".to_vec()).await;
    assert_eq!(posted, Ok(200));
    let asked = asked.lock().unwrap().join("\n");
    assert!(asked.contains("authorization: Bearer token") && asked.ends_with("sent 0"), "{asked}");
    assert!(asked.contains("{\"a\":1}"));
}

#[tokio::test]
async fn an_endless_answer_ends_at_its_limit() {
    let endless = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\n\r\n";
    let (url, asked) = server(endless, 10_000_000).await;
    assert!(matches!(get(&url).await, Err(CallError::TooLarge)));
    tokio::time::sleep(Duration::from_millis(300)).await;
    let told = asked.lock().unwrap().last().cloned().unwrap();
    let sent: usize = told.trim_start_matches("sent ").parse().unwrap_or_else(|_| panic!("{told}"));
    assert!(sent < 9_000_000, "{sent} bytes left the other side: the connection was not cut");
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_is_not_followed() {
    let (secret, asked) = server("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n", 0).await;
    let head = format!("HTTP/1.1 302 Found\r\nlocation: {secret}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
    let (url, _) = server(head.leak(), 0).await;
    assert_eq!(get(&url).await.unwrap().status, 302);
    assert!(asked.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_silent_machine_costs_three_seconds() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://127.0.0.1:{}/", listener.local_addr().unwrap().port());
    let begun = tokio::time::Instant::now();
    let told = get(&url).await.err().unwrap();
    assert!(matches!(&told, CallError::Unreachable(why) if why.contains("3 seconds")), "{told:?}");
    assert!(begun.elapsed() < PATIENCE * 2);
}

#[tokio::test]
async fn a_name_that_leads_inside_is_not_called() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    // `localhost` is a name like any other to the resolver: it stands for whatever a partner's DNS answers.
    let told = client(false).get(&format!("https://localhost:{port}/")).await.err().unwrap();
    assert!(matches!(told, CallError::Forbidden(_)), "{told:?}");
    let called = tokio::time::timeout(Duration::from_millis(200), listener.accept()).await;
    assert!(called.is_err(), "nobody knocked");
}

/// A certificate with these policies and this organisation.
fn certificate(policies: &[&[u64]], organization: Option<&str>) -> Vec<u8> {
    let mut params = rcgen::CertificateParams::new(vec!["rp.example".into()]).unwrap();
    params.not_after = rcgen::date_time_ymd(2027, 3, 4);
    params.distinguished_name = rcgen::DistinguishedName::new();
    if let Some(name) = organization {
        params.distinguished_name.push(rcgen::DnType::OrganizationName, name);
    }
    if !policies.is_empty() {
        let one = |oid: &&[u64]| {
            let oid = yasna_oid(oid);
            [&[0x30, u8::try_from(oid.len()).unwrap()], oid.as_slice()].concat()
        };
        let all: Vec<u8> = policies.iter().flat_map(one).collect();
        let content = [&[0x30, u8::try_from(all.len()).unwrap()], all.as_slice()].concat();
        params.custom_extensions.push(rcgen::CustomExtension::from_oid_content(&[2, 5, 29, 32], content));
    }
    params.self_signed(&rcgen::KeyPair::generate().unwrap()).unwrap().der().to_vec()
}

/// An OBJECT IDENTIFIER of small arcs below 2.23.
fn yasna_oid(arcs: &[u64]) -> Vec<u8> {
    let mut body = vec![u8::try_from(40 * arcs[0] + arcs[1]).unwrap()];
    for arc in arcs.get(2..).unwrap() {
        if *arc >= 128 {
            body.push(u8::try_from(arc >> 7).unwrap() | 0x80);
        }
        body.push(u8::try_from(arc & 0x7f).unwrap());
    }
    [&[6, u8::try_from(body.len()).unwrap()], body.as_slice()].concat()
}

#[test]
fn a_certificate_tells_its_end_and_whether_somebody_was_checked() {
    let (ov, ev, dv): (&[u64], &[u64], &[u64]) = (&[2, 23, 140, 1, 2, 2], &[2, 23, 140, 1, 1], &[2, 23, 140, 1, 2, 1]);
    for (policies, organization, vetted) in [
        (&[ov][..], None, true),
        (&[ev], None, true),
        (&[dv], None, false),
        (&[dv], Some("Shop"), false),
        (&[], Some("Shop"), true),
        (&[], None, false),
    ] {
        let read = certificate::read(&certificate(policies, organization)).unwrap();
        assert_eq!(read, HostCertificate { ends_at: 1_804_118_400, vetted }, "{policies:?} {organization:?}");
    }
    assert!(certificate::read(b"").is_none() && certificate::read(b"\x30\x03\x02\x01\x01").is_none());
}
