//! Change first and last name.

use super::Caller;
use super::guards::{Guards, guarded};
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
    guarded(app, caller, &Guards::verified(), async |account| {
        let mut refusals = Refusals::default();
        let first = name(&mut refusals, Field::FirstName, first_name);
        let last = name(&mut refusals, Field::LastName, last_name);
        refusals.into_result()?;
        let (first, last) = (
            first.as_ref().map(PersonName::stored),
            last.as_ref().map(PersonName::stored),
        );
        if first.is_none() && last.is_none() {
            return Ok(Some(()));
        }
        match app.store.set_names(account, first, last).await? {
            Written::Done(_) => Ok(Some(())),
            Written::Unchanged(_) => Ok(None),
        }
    })
    .await
}

fn name(refusals: &mut Refusals, field: Field, text: Option<&str>) -> Option<PersonName> {
    PersonName::parse(text?)
        .map_err(|wrong| refusals.extend(field, wrong))
        .ok()
}
