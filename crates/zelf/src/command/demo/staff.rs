//! People of the demo's helpdesk: whoever has not come in yet has a fresh invitation, printed and in `demo.json`.

use domain::helpdesk::Role;
use journeys::World;
use journeys::helpdesk::Denied;
use journeys::helpdesk::invite::{self, By};

/// Somebody who may come in with `code` at the console's `/invitation`.
pub struct Invited {
    pub name: &'static str,
    pub role: Role,
    pub code: String,
}

/// Two who agree to each other's decisions, one who reads the log, one who lets others in.
const PEOPLE: [(&str, Role); 4] =
    [("els", Role::Agent), ("bram", Role::Lead), ("mia", Role::Auditor), ("noor", Role::Admin)];

/// Invites everybody who did not set a password yet.
pub async fn invite(world: &World) -> Result<Vec<Invited>, String> {
    let said = |denied: Denied| format!("the helpdesk's people: {denied:?}");
    let members = invite::list(world, By::Operator).await.map_err(said)?;
    let mut invited = Vec::new();
    for (name, role) in PEOPLE {
        let code = match members.iter().find(|member| member.name == name) {
            Some(member) if member.password.is_some() => continue,
            Some(_) => invite::again(world, By::Operator, name).await.map_err(said)?,
            None => invite::add(world, By::Operator, name, role).await.map_err(said)?,
        };
        invited.push(Invited { name, role, code });
    }
    Ok(invited)
}

/// One line each.
pub fn table(invited: &[Invited]) -> String {
    let line = |i: &Invited| format!("  {:<8} {:<8} {}", i.name, i.role.word(), i.code);
    let lines: Vec<_> = invited.iter().map(line).collect();
    format!(
        "\n  Invitations to the console, good for 72 hours (name, role, code; a passkey is asked):\n{}",
        lines.join("\n")
    )
}
