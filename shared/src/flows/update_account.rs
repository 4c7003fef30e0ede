//! Change first and last name.

use super::Caller;
use super::guards::Guards;
use crate::app::App;
use crate::error::{Field, Refusals, Result};
use crate::names::PersonName;
use crate::store::Written;

/// Stores the names that are given; an omitted one keeps its value.
///
/// # Errors
/// The guards'; what is wrong with the names, both together.
pub async fn update_account(
    app: &App,
    caller: &Caller,
    first_name: Option<&str>,
    last_name: Option<&str>,
) -> Result<()> {
    let mut guards = Guards::verified(app, caller);
    loop {
        let account = guards.judge().await?;
        let mut refusals = Refusals::default();
        let first = name(&mut refusals, Field::FirstName, first_name);
        let last = name(&mut refusals, Field::LastName, last_name);
        refusals.into_result()?;
        let first = first.as_ref().map(PersonName::stored);
        let last = last.as_ref().map(PersonName::stored);
        if first.is_none() && last.is_none() {
            return Ok(());
        }
        if let Written::Done(_) = app.store.set_names(&account, first, last).await? {
            return Ok(());
        }
    }
}

fn name(refusals: &mut Refusals, field: Field, text: Option<&str>) -> Option<PersonName> {
    PersonName::parse(text?)
        .map_err(|wrong| refusals.extend(field, wrong))
        .ok()
}
