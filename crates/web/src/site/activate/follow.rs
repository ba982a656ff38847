//! Live state: every change as a server-sent event.

use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use journeys::World;
use journeys::enrol_with_eid::{Seen, seen, wait_for_news};
use tokio::sync::mpsc;

use super::super::wait::Events;
use super::EnrolmentCookie;
use crate::Doors;

/// A stream lives so long; the browser opens the next one by itself.
const STREAM_SECONDS: u64 = 240;
/// Tabs of one enrolment that may follow it at once; each looks at the row once a second.
const STREAMS: usize = 4;

/// `GET /activate/events`: `event: state` with docs/eid.md §2.2 at once and at each change.
pub async fn events(State(doors): State<Doors>, headers: HeaderMap) -> Response {
    let Some(cookie) = EnrolmentCookie::of(&doors, &headers) else { return StatusCode::FORBIDDEN.into_response() };
    let Ok(first) = seen(&doors.world, &cookie.enrolment, &cookie.browser).await else {
        return StatusCode::FORBIDDEN.into_response();
    };
    if doors.world.signals.listeners(&cookie.enrolment) >= STREAMS {
        return StatusCode::TOO_MANY_REQUESTS.into_response();
    }
    let (sender, receiver) = mpsc::channel(2);
    tokio::spawn(follow(doors.world.clone(), cookie, first, sender));
    Sse::new(Events(receiver)).keep_alive(KeepAlive::default()).into_response()
}

async fn follow(world: World, cookie: EnrolmentCookie, first: Seen, sender: mpsc::Sender<Event>) {
    let news = async {
        let mut now = first.state;
        loop {
            let Ok(event) = Event::default().event("state").json_data(&now) else { return };
            if sender.send(event).await.is_err() {
                return;
            }
            match wait_for_news(&world, &cookie.enrolment, &cookie.browser, &now, STREAM_SECONDS).await {
                Ok(seen) => now = seen.state,
                Err(_) => return,
            }
        }
    };
    tokio::select! {
        // The browser went away.
        () = sender.closed() => {}
        () = tokio::time::sleep(Duration::from_secs(STREAM_SECONDS)) => {}
        () = news => {}
    }
}
