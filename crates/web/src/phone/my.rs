//! What a person sees of their own account, takes along and takes back (docs/life.md §3).

use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;
use journeys::{my_data, my_history, my_rights};

use super::commands::{Body, answer, doors, signed};
use crate::Doors;
use crate::place::Caller;

doors! {
    /// `POST /api/v1/my/data`
    my_data => my_data::data;
    /// `POST /api/v1/my/history`
    my_history => my_history::history;
    /// `POST /api/v1/my/events`
    my_events => my_history::events;
    /// `POST /api/v1/my/evidence`
    my_evidence => my_history::evidence;
    /// `POST /api/v1/my/partners`
    my_partners => my_rights::partners;
    /// `POST /api/v1/my/partners/withdraw`
    my_partners_withdraw => my_rights::withdraw;
    /// `POST /api/v1/my/messages`
    my_messages => my_history::messages;
    /// `POST /api/v1/my/export`
    my_export => my_rights::export;
}
