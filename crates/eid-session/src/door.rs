//! The four doors of the server (docs/eid.md §3), and the client that knocks.

use std::io::Read;
use std::time::Duration;

use protocol::eid::{Claim, Claimed, Problem, Progress, ProgressBody, ProofBody, Returned, State, TicketBody};
use reqwest::blocking::{Client, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::address::ServerAddress;
use crate::argument::Start;
use crate::failure::Failure;

/// Longest answer read, in bytes.
pub const MAX_ANSWER: u64 = 64 * 1024;
/// The server asks the state about revocation while we wait.
const WHOLE_CALL: Duration = Duration::from_secs(30);
const CONNECT: Duration = Duration::from_secs(8);

/// What the activation needs of a server. Over HTTPS it is [`HttpServer`]; tests and the demo bring their own.
pub trait Server {
    /// The origin the program is configured for; the card signs for no other.
    fn origin(&self) -> &str;

    /// # Errors
    /// A code of docs/eid.md §6, `server_unreachable` or `server_nonsense`; the same for the other three.
    fn claim(&mut self, start: &Start) -> Result<Claimed, Failure>;

    /// # Errors
    /// As [`Server::claim`].
    fn progress(&mut self, ticket: &str, progress: Progress, left: Option<u8>) -> Result<(), Failure>;

    /// # Errors
    /// As [`Server::claim`].
    fn proof(&mut self, proof: &ProofBody) -> Result<Returned, Failure>;

    /// # Errors
    /// As [`Server::claim`].
    fn state(&mut self, ticket: &str) -> Result<State, Failure>;
}

/// JSON over HTTPS: no cookies, no redirects, bounded answers. Blocks; not for a thread of an async runtime.
pub struct HttpServer {
    address: ServerAddress,
    client: Client,
    now: fn() -> i64,
}

impl HttpServer {
    /// `now` gives unix seconds, for the length of a wait that the server states as a moment.
    ///
    /// # Errors
    /// `server_unreachable` when TLS cannot be set up on this machine.
    pub fn new(address: ServerAddress, now: fn() -> i64) -> Result<Self, Failure> {
        HttpServer::trusting(address, now, &[])
    }

    /// Believes these authorities (PEM) besides the system's.
    ///
    /// # Errors
    /// As [`HttpServer::new`].
    pub fn trusting(address: ServerAddress, now: fn() -> i64, roots: &[String]) -> Result<Self, Failure> {
        let root =
            |pem: &String| reqwest::Certificate::from_pem(pem.as_bytes()).map_err(|_| Failure::SERVER_UNREACHABLE);
        let roots = roots.iter().map(root).collect::<Result<Vec<_>, _>>()?;
        let builder = Client::builder()
            .timeout(WHOLE_CALL)
            .connect_timeout(CONNECT)
            .redirect(reqwest::redirect::Policy::none())
            .tls_certs_merge(roots)
            .user_agent(crate::PROGRAM.replace(' ', "/"));
        let builder = if address.is_loopback() { builder.no_proxy() } else { builder };
        let client = builder.build().map_err(|_| Failure::SERVER_UNREACHABLE)?;
        Ok(HttpServer { address, client, now })
    }

    fn post<B: Serialize, A: DeserializeOwned>(&self, door: &str, body: &B) -> Result<A, Failure> {
        let url = format!("{}/eid/v1/{door}", self.address.origin());
        let response = self.client.post(url).json(body).send().map_err(|_| Failure::SERVER_UNREACHABLE)?;
        let status = response.status();
        let body = bounded(response)?;
        if status.is_success() {
            return serde_json::from_slice(&body).map_err(|_| Failure::SERVER_NONSENSE);
        }
        match serde_json::from_slice::<Problem>(&body) {
            Ok(problem) => Err(Failure::of_server(&problem.error, problem.until.map(|until| until - (self.now)()))),
            Err(_) if status.is_server_error() => Err(Failure::SERVER_UNREACHABLE),
            Err(_) => Err(Failure::SERVER_NONSENSE),
        }
    }
}

fn bounded(response: Response) -> Result<Vec<u8>, Failure> {
    let mut body = Vec::new();
    response.take(MAX_ANSWER + 1).read_to_end(&mut body).map_err(|_| Failure::SERVER_UNREACHABLE)?;
    if body.len() as u64 > MAX_ANSWER { Err(Failure::SERVER_NONSENSE) } else { Ok(body) }
}

/// `{}`: an answer that says nothing more than yes.
#[derive(serde::Deserialize)]
struct Done {}

impl Server for HttpServer {
    fn origin(&self) -> &str {
        self.address.origin()
    }

    fn claim(&mut self, start: &Start) -> Result<Claimed, Failure> {
        let (session, code) = match start {
            Start::Session(id) => (Some(id.to_string()), None),
            Start::Code(code) => (None, Some(code.to_string())),
        };
        self.post("claim", &Claim { v: 1, program: crate::PROGRAM.to_owned(), session, code })
    }

    fn progress(&mut self, ticket: &str, progress: Progress, left: Option<u8>) -> Result<(), Failure> {
        let body = ProgressBody { ticket: ticket.to_owned(), progress, left };
        self.post::<_, Done>("progress", &body).map(|_| ())
    }

    fn proof(&mut self, proof: &ProofBody) -> Result<Returned, Failure> {
        self.post("proof", proof)
    }

    fn state(&mut self, ticket: &str) -> Result<State, Failure> {
        self.post("state", &TicketBody { ticket: ticket.to_owned() })
    }
}
