//! `zelf phone serve`: one daemon that plays many phones. One JSON object a line on stdout says what happens.

use std::path::PathBuf;
use std::sync::Arc;

use demo::phone::{Customer, Home, MatchBook, Phone, PhoneError, Servant, listen};
use serde_json::{Value, json};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::Semaphore;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinSet;

use super::phone::{Place, ServeArgs};

/// How many phones activate side by side.
const ACTIVATIONS: usize = 4;
/// Longest list of numbers one daemon plays.
const MAX_PHONES: u64 = 10_000;

/// A phone to play: its file, and its number and customer should it have to activate.
struct Part {
    state: PathBuf,
    number: Option<String>,
    customer: Customer,
}

pub(super) async fn run(place: &Place, args: &ServeArgs) -> Result<(), PhoneError> {
    let code = args.person.code.clone().ok_or(PhoneError::InputNeeded("code"))?;
    let (events, printed) = unbounded_channel();
    let printer = tokio::spawn(print(printed));
    let book = MatchBook::default();
    let mut tasks = JoinSet::new();
    if let Some(at) = args.listen {
        let (at, door) = listen(at, book.clone()).await?;
        tell(&events, json!({ "event": "listening", "address": at.to_string() }));
        tasks.spawn(async move {
            // An open door ends only with the program.
            let _ = door.await;
        });
    }
    let servants = open_all(place, args, &code, &book, &events).await?;
    tell(&events, json!({ "event": "ready", "phones": servants.len() }));
    let mut phones = JoinSet::new();
    for servant in servants {
        phones.spawn(servant.run());
    }
    let failed = |e: std::io::Error| PhoneError::Internal(e.to_string());
    let mut terminate = signal(SignalKind::terminate()).map_err(failed)?;
    let outcome = tokio::select! {
        () = async { while phones.join_next().await.is_some() {} } => Err(PhoneError::Internal("every phone has stopped".into())),
        _ = tokio::signal::ctrl_c() => Ok(()),
        _ = terminate.recv() => Ok(()),
    };
    drop((phones, tasks, events));
    // Whatever was said is printed before we go.
    let _ = tokio::time::timeout(std::time::Duration::from_secs(1), printer).await;
    outcome
}

/// Opens every phone, activating those that are new; the first that fails stops the daemon.
async fn open_all(
    place: &Place,
    args: &ServeArgs,
    code: &str,
    book: &MatchBook,
    events: &UnboundedSender<Value>,
) -> Result<Vec<Servant>, PhoneError> {
    let http = demo::phone::http()?;
    let gate = Arc::new(Semaphore::new(ACTIVATIONS));
    let mut opening: JoinSet<Result<Phone, PhoneError>> = JoinSet::new();
    for part in parts(place, args)? {
        let (http, gate) = (http.clone(), Arc::clone(&gate));
        let (server, lang) = (place.server.clone(), place.lang.clone());
        let plan = args.person.plan(Some(part.customer), part.number);
        opening.spawn(async move {
            let _turn = gate.acquire().await;
            let mut phone = Phone::open_with(http, server.as_deref(), Home::File(part.state), lang.as_deref()).await?;
            if !phone.operator().known.test_world {
                return Err(PhoneError::NotATestWorld);
            }
            phone.activate(&plan).await?;
            Ok(phone)
        });
    }
    let mut servants = Vec::new();
    while let Some(opened) = opening.join_next().await {
        let phone = opened.map_err(|e| PhoneError::Internal(e.to_string()))??;
        servants.push(Servant {
            phone,
            auto: args.auto,
            code: code.to_owned(),
            pause: args.pause(),
            book: book.clone(),
            events: events.clone(),
        });
    }
    Ok(servants)
}

fn parts(place: &Place, args: &ServeArgs) -> Result<Vec<Part>, PhoneError> {
    let numbers = args.numbers.iter().map(|range| spread(range)).collect::<Result<Vec<_>, _>>()?.concat();
    let customer = |at: usize| {
        let guest = || format!("guest-{}", at.saturating_sub(args.customer.len()));
        Customer::new(&args.customer.get(at).cloned().unwrap_or_else(guest))
    };
    if numbers.is_empty() {
        return Ok(vec![Part { state: place.state.clone(), number: None, customer: customer(0) }]);
    }
    let part = |(at, number): (usize, String)| Part {
        state: place.state.join(format!("{number}.json")),
        number: Some(number),
        customer: customer(at),
    };
    Ok(numbers.into_iter().enumerate().map(part).collect())
}

/// `+32470000001-+32470000003` → three numbers; one number stands for itself.
fn spread(range: &str) -> Result<Vec<String>, PhoneError> {
    let number = |text: &str| {
        let digits = text.strip_prefix('+').filter(|d| d.len() >= 8 && d.len() <= 15);
        digits.and_then(|d| d.parse::<u64>().ok()).ok_or(PhoneError::InputNeeded("numbers"))
    };
    let (from, to) = range.split_once('-').unwrap_or((range, range));
    let (from, to) = (number(from)?, number(to)?);
    if to < from || to - from >= MAX_PHONES {
        return Err(PhoneError::InputNeeded("numbers"));
    }
    Ok((from..=to).map(|n| format!("+{n}")).collect())
}

fn tell(events: &UnboundedSender<Value>, event: Value) {
    // The printer ends only with the program.
    let _ = events.send(event);
}

async fn print(mut events: UnboundedReceiver<Value>) {
    while let Some(event) = events.recv().await {
        println!("{event}");
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_range_of_numbers_is_spread() {
        assert_eq!(spread("+32470000009-+32470000011").unwrap(), ["+32470000009", "+32470000010", "+32470000011"]);
        assert_eq!(spread("+32470000009").unwrap(), ["+32470000009"]);
        for odd in ["", "+", "32470000009", "+32470000011-+32470000009", "+32470000000-+32480000000", "+3247000000x"] {
            assert!(spread(odd).is_err(), "{odd}");
        }
    }
}
