//! The log, for auditors.

use axum::Extension;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use journeys::helpdesk::Staff;
use journeys::helpdesk::log::{self, Filter, PAGE};
use pages::console::{ConsoleLog, LogLine};
use serde::Deserialize;

use super::{desk, lang_of};
use crate::Doors;
use crate::site::page;

#[derive(Default, Deserialize)]
pub struct Asked {
    #[serde(default)]
    by: String,
    #[serde(default)]
    value: String,
    #[serde(default)]
    before: String,
}

impl Asked {
    fn filter(&self) -> Filter {
        let value = self.value.trim().to_owned();
        match self.by.as_str() {
            "staff" if !value.is_empty() => Filter::Staff(value.to_lowercase()),
            "action" if !value.is_empty() => Filter::Action(value),
            "subject" if !value.is_empty() => Filter::Subject(value),
            _ => Filter::All,
        }
    }
}

/// `GET /log?by=&value=&before=`
pub async fn log(
    State(doors): State<Doors>,
    Extension(staff): Extension<Staff>,
    headers: HeaderMap,
    query: Result<Query<Asked>, QueryRejection>,
) -> Response {
    let asked = query.map(|Query(query)| query).unwrap_or_default();
    let lines = match log::page(&doors.world, &staff, asked.filter(), asked.before.parse().ok()).await {
        Ok(lines) => lines,
        Err(error) => {
            tracing::error!(?error, "the log could not be read");
            return StatusCode::SERVICE_UNAVAILABLE.into_response();
        }
    };
    let full = i64::try_from(lines.len()).is_ok_and(|count| count == PAGE);
    let value: String = asked.value.chars().filter(|c| c.is_ascii_alphanumeric() || "_-.".contains(*c)).collect();
    let more = lines.last().filter(|_| full).map(|last| {
        format!(
            "/log?by={}&value={value}&before={}",
            if asked.filter() == Filter::All { "" } else { &asked.by },
            last.seq
        )
    });
    let times: Vec<String> = lines.iter().map(|line| doors.world.settings.local_time(line.at)).collect();
    let shown = ConsoleLog {
        desk: desk(&staff, lang_of(&doors, &headers)),
        by: &asked.by,
        value: &asked.value,
        lines: lines
            .iter()
            .zip(&times)
            .map(|(line, at)| LogLine {
                seq: line.seq,
                at,
                staff: &line.staff,
                action: &line.action,
                subject: &line.subject,
                reason: &line.reason,
                digest: line.digest.get(..12).unwrap_or(&line.digest),
            })
            .collect(),
        more: more.as_deref(),
    };
    page(shown.render())
}
