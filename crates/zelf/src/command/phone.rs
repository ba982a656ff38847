//! `zelf phone`: a phone in the terminal (docs/phone-cli.md). Results are JSON on stdout, errors JSON on stderr.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Args, Subcommand};
use demo::phone::{Auto, Customer, Home, Phone, PhoneError, Plan, Verdict, choose};
use protocol::phone::SettingsBody;
use serde_json::{Value, json};

use super::phone_serve;

#[derive(Args)]
pub struct PhoneArgs {
    /// Issuer or app address; the state file remembers it.
    #[arg(long, global = true, value_name = "URL")]
    server: Option<String>,
    /// Where this phone keeps its keys; for `serve` with `--numbers` a folder.
    #[arg(long, global = true, value_name = "FILE", default_value = "phone.json")]
    state: PathBuf,
    /// Language of requests: nl, fr, de, en.
    #[arg(long, global = true)]
    lang: Option<String>,
    #[command(subcommand)]
    command: PhoneCommand,
}

#[derive(Subcommand)]
enum PhoneCommand {
    /// Activate through a bank, or go on where an earlier run stopped.
    Activate(ActivateArgs),
    /// Where a half-finished activation stands.
    Status,
    /// What waits for an answer.
    Pending {
        /// Let the server hold its answer until something waits, at most 25 seconds.
        #[arg(long, default_value_t = 0, value_name = "SECONDS")]
        wait: u8,
    },
    /// Take the request behind a code on a page or a link of the app.
    Scan {
        /// What the code says, `https://app…/q#apr_…`.
        #[arg(long, value_name = "TEXT")]
        text: String,
    },
    /// Say yes with the code, or with a finger.
    Approve {
        /// Which request; the newest when left out.
        #[arg(long)]
        rid: Option<String>,
        /// The two-digit number on the browser's page.
        #[arg(long = "match", value_name = "NN")]
        matched: Option<String>,
        #[arg(long, required_unless_present = "finger")]
        code: Option<String>,
        /// Claims to keep back, where the service can do without: `email,birthdate`.
        #[arg(long, value_delimiter = ',', value_name = "CLAIMS")]
        without: Vec<String>,
        /// Fingerprint or face in place of the code, where the request allows it.
        #[arg(long, conflicts_with = "code")]
        finger: bool,
    },
    /// Say no.
    Refuse {
        #[arg(long)]
        rid: Option<String>,
        /// "I did not start this."
        #[arg(long)]
        fraud: bool,
    },
    /// What the home screen shows.
    Home,
    /// Change settings; what is left out stays.
    Settings {
        #[arg(long)]
        biometrics: Option<bool>,
        #[arg(long)]
        notifications: Option<bool>,
        #[arg(long)]
        sharing: Option<bool>,
        /// May services find this person by phone number?
        #[arg(long)]
        by_number: Option<bool>,
    },
    /// Block the account, at once and without a code.
    Block,
    /// Another code.
    ChangeCode {
        #[arg(long)]
        code: String,
        #[arg(long)]
        new: String,
    },
    /// Fingerprint or face, on or off.
    Biometrics {
        #[arg(long)]
        on: bool,
        #[arg(long)]
        code: String,
    },
    /// On a new phone: the text and the six words for the old one. Then `activate --code`.
    NewPhone {
        /// Version of the terms to agree to.
        #[arg(long)]
        terms: Option<String>,
    },
    /// On the old phone: let the new one in.
    Vouch {
        /// What the new phone shows, `zelf:new:…`.
        #[arg(long, value_name = "TEXT")]
        text: String,
        #[arg(long)]
        code: String,
    },
    /// Any other command of docs/life.md §3, such as `my/history`.
    Ask {
        command: String,
        /// Its body.
        #[arg(default_value = "{}", value_name = "JSON")]
        body: String,
    },
    /// Answer by itself, for one phone or many, until stopped.
    Serve(ServeArgs),
}

#[derive(Args)]
pub(super) struct ActivateArgs {
    #[command(flatten)]
    pub(super) person: PersonArgs,
    /// Bank customer who signs: an id from `GET {bank}/demo/customers`, or `guest-0` to `guest-999`.
    #[arg(long)]
    customer: Option<String>,
    #[arg(long, value_name = "+32…")]
    number: Option<String>,
    #[arg(long)]
    email: Option<String>,
    /// Identification token from the computer, instead of a bank.
    #[arg(long)]
    token: Option<String>,
    /// The SMS code, when there is no inbox to read.
    #[arg(long, value_name = "CODE")]
    sms: Option<String>,
    /// PIN of the bank card, instead of the right one.
    #[arg(long)]
    pin: Option<String>,
    /// Say no on the bank's page.
    #[arg(long)]
    refuse_at_bank: bool,
}

/// What is the same for one phone and for many.
#[derive(Args)]
pub(super) struct PersonArgs {
    #[arg(long)]
    bank: Option<String>,
    /// Region the number is read in when it has no country code.
    #[arg(long, default_value = "BE")]
    country: String,
    /// The test world's inbox, when the server does not name it.
    #[arg(long, value_name = "URL")]
    inbox: Option<String>,
    /// The five digits.
    #[arg(long)]
    pub(super) code: Option<String>,
    /// Version of the terms to agree to, when the server has another than 2026-11.
    #[arg(long)]
    terms: Option<String>,
    /// Take a code that everybody chooses.
    #[arg(long)]
    any_code: bool,
}

impl PersonArgs {
    pub(super) fn plan(&self, customer: Option<Customer>, number: Option<String>) -> Plan {
        Plan {
            country: Some(self.country.clone()),
            number,
            bank: self.bank.clone(),
            customer,
            inbox: self.inbox.clone(),
            code: self.code.clone(),
            terms: self.terms.clone(),
            any_code: self.any_code,
            ..Plan::default()
        }
    }
}

#[derive(Args)]
pub(super) struct ServeArgs {
    #[command(flatten)]
    pub(super) person: PersonArgs,
    /// approve, refuse, fraud, ignore, wrong-code-once, slow, told or by-number; `--auto` alone is by-number.
    #[arg(long, default_value = "approve", default_missing_value = "by-number", num_args = 0..=1)]
    pub(super) auto: Auto,
    /// `+32470000001-+32470000099`, or one number; may be repeated.
    #[arg(long, value_name = "FROM-TO")]
    pub(super) numbers: Vec<String>,
    /// Bank customers of phones that must still activate, in order; then `guest-0`, `guest-1` and on.
    #[arg(long)]
    pub(super) customer: Vec<String>,
    /// Loopback address of the door that takes the numbers browsers show; port 0 picks one.
    #[arg(long, value_name = "ADDRESS")]
    pub(super) listen: Option<SocketAddr>,
    /// How long `slow` waits.
    #[arg(long, default_value_t = 20, value_name = "SECONDS")]
    pub(super) pause: u64,
}

impl ServeArgs {
    pub(super) fn pause(&self) -> Duration {
        Duration::from_secs(self.pause)
    }
}

/// Where the phone lives and whom it talks to.
pub(super) struct Place {
    pub(super) server: Option<String>,
    pub(super) state: PathBuf,
    pub(super) lang: Option<String>,
}

pub async fn run(args: PhoneArgs) -> ExitCode {
    let place = Place { server: args.server, state: args.state, lang: args.lang };
    let outcome = match args.command {
        PhoneCommand::Serve(serve) => phone_serve::run(&place, &serve).await.map(|()| None),
        command => once(&place, command).await.map(Some),
    };
    match outcome {
        Ok(result) => {
            if let Some(result) = result {
                println!("{result:#}");
            }
            ExitCode::SUCCESS
        }
        Err(e) => {
            eprintln!("{}", e.to_json());
            ExitCode::from(e.exit_code())
        }
    }
}

/// One command of one phone.
async fn once(place: &Place, command: PhoneCommand) -> Result<Value, PhoneError> {
    let home = Home::File(place.state.clone());
    let mut phone = Phone::open(place.server.as_deref(), home, place.lang.as_deref()).await?;
    match command {
        PhoneCommand::Activate(args) => activate(&mut phone, args).await,
        PhoneCommand::Status => match phone.where_am_i().await? {
            Some(view) => Ok(json!(view)),
            None => Ok(json!({ "step": "active" })),
        },
        PhoneCommand::Pending { wait } => {
            let pending = phone.pending(wait.min(25)).await?;
            Ok(pending.requests.iter().map(demo::phone::Waiting::to_json).collect())
        }
        PhoneCommand::Scan { text } => scan(&mut phone, &text).await,
        PhoneCommand::Approve { rid, matched, code, without, .. } => {
            let verdict = match code {
                Some(code) => Verdict::Approve { code, matched },
                None => Verdict::Touch { matched },
            };
            Ok(phone.answer_without(rid.as_deref(), &verdict, &without).await?.to_json())
        }
        PhoneCommand::Refuse { rid, fraud } => {
            let verdict = if fraud { Verdict::Fraud } else { Verdict::Refuse };
            Ok(phone.answer(rid.as_deref(), &verdict).await?.to_json())
        }
        PhoneCommand::Home => Ok(json!(phone.home().await?)),
        PhoneCommand::Settings { biometrics, notifications, sharing, by_number } => {
            let change = SettingsBody { biometrics, notifications, sharing, by_number };
            Ok(json!(phone.settings(&change).await?))
        }
        command => life(&mut phone, command).await,
    }
}

/// Takes a request and shows it, as `pending` does.
async fn scan(phone: &mut Phone, text: &str) -> Result<Value, PhoneError> {
    let rid = phone.scan(text).await?;
    let pending = phone.pending(0).await?;
    Ok(choose(&pending.requests, Some(&rid))?.to_json())
}

/// What becomes of the account (docs/life.md).
async fn life(phone: &mut Phone, command: PhoneCommand) -> Result<Value, PhoneError> {
    match command {
        PhoneCommand::Block => phone.block().await.map(|()| json!({})),
        PhoneCommand::ChangeCode { code, new } => Ok(phone.change_code(&code, &new).await?.to_json()),
        PhoneCommand::Biometrics { on, code } => Ok(phone.biometrics(on, &code).await?.to_json()),
        PhoneCommand::NewPhone { terms } => {
            let view = phone.ask_to_vouch(&Plan { terms, ..Plan::default() }).await?;
            Ok(json!(view))
        }
        PhoneCommand::Vouch { text, code } => Ok(phone.vouch(&text, &code).await?.to_json()),
        PhoneCommand::Ask { command, body } => {
            let body = serde_json::from_str(&body).map_err(|_| PhoneError::InputNeeded("body"))?;
            phone.ask(&command, &body).await
        }
        _ => Err(PhoneError::Internal("not one command".into())),
    }
}

async fn activate(phone: &mut Phone, args: ActivateArgs) -> Result<Value, PhoneError> {
    let customer = args.customer.map(|id| Customer { id, pin: args.pin, refuses: args.refuse_at_bank });
    let mut plan = args.person.plan(customer, args.number);
    (plan.email, plan.sms, plan.token) = (args.email, args.sms, args.token);
    let account = phone.activate(&plan).await?;
    let result = json!({
        "step": "active", "number": account.number, "first_name": account.first_name, "seq": account.seq,
        "head": account.head, "certificate": account.certificate,
    });
    Ok(with(result, "device", phone.device().id()))
}

fn with(mut object: Value, key: &str, value: &str) -> Value {
    if let Some(map) = object.as_object_mut() {
        map.insert(key.into(), json!(value));
    }
    object
}
