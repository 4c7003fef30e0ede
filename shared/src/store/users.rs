//! The list of all accounts, by the date they joined: the index `by_joined`, read a page at a time.

use anyhow::Context;
use aws_sdk_dynamodb::types::AttributeValue;
use futures::future::try_join_all;

use super::Store;
use super::engine::{Item, in_time, read};
use super::transactions::SHARDS;
use crate::account::Profile;
use crate::clock::iso;

/// A place in the list: date joined, then id. Sorts as text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position(String);

impl Position {
    /// Where an account stands.
    #[must_use]
    pub fn of(profile: &Profile) -> Self {
        Self(format!("{}#{}", iso(profile.date_joined), profile.id))
    }

    /// Reads a position that was written out; none if it cannot have been one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (time, id) = text.split_once('#')?;
        let time: jiff::Timestamp = time.parse().ok()?;
        let id: crate::account::AccountId = id.parse().ok()?;
        let position = format!("{}#{id}", iso(time));
        (position == text).then_some(Self(position))
    }

    /// The position written out.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Which way to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Oldest first.
    Forward,
    /// Newest first.
    Backward,
}

/// The part of the list between two positions, both left out.
#[derive(Debug, Clone, Default)]
pub struct Span {
    /// Begins behind this.
    pub after: Option<Position>,
    /// Ends in front of this.
    pub before: Option<Position>,
}

/// A stretch of the list without gaps.
pub struct Stretch {
    /// In the order of reading.
    pub profiles: Vec<Profile>,
    /// Whether the span goes on behind it.
    pub has_more: bool,
}

struct ShardPage {
    rows: Vec<(Position, Profile)>,
    has_more: bool,
}

impl Store {
    /// Reads the beginning of a span (its end, when reading backward): at least `limit` accounts if
    /// the span has as many, and a few times that at most. May lag behind the accounts by a second
    /// or two.
    ///
    /// # Errors
    /// When the store cannot be asked.
    pub async fn stretch(
        &self,
        span: &Span,
        direction: Direction,
        limit: usize,
    ) -> anyhow::Result<Stretch> {
        let stretch = self.gather(span, direction, share(limit)).await?;
        if !stretch.has_more || stretch.profiles.len() >= limit {
            return Ok(stretch);
        }
        // The ids of a whole stretch fell into few shards.
        self.gather(span, direction, limit).await
    }

    /// Asks every shard for so many accounts, side by side.
    async fn gather(
        &self,
        span: &Span,
        direction: Direction,
        of_each: usize,
    ) -> anyhow::Result<Stretch> {
        let shards = (0..SHARDS).map(|shard| self.shard_page(shard, span, direction, of_each));
        Ok(merge(try_join_all(shards).await?, direction))
    }

    async fn shard_page(
        &self,
        shard: u8,
        span: &Span,
        direction: Direction,
        limit: usize,
    ) -> anyhow::Result<ShardPage> {
        // Both ends of a range are included by DynamoDB.
        let ends = [span.after.as_ref(), span.before.as_ref()];
        let mut rows = Vec::new();
        let mut start: Option<Item> = None;
        // A page of DynamoDB ends at 1 MB, which long names can reach before the limit. One row more
        // is asked for: DynamoDB says that it has more where it has only not looked any further.
        loop {
            let missing = limit + 1 - rows.len();
            let answer = self.query(shard, span, direction, missing, start).await?;
            for item in answer.items.unwrap_or_default() {
                let profile: Profile = read(item)?;
                rows.push((Position::of(&profile), profile));
            }
            rows.retain(|(position, _)| !ends.contains(&Some(position)));
            start = answer.last_evaluated_key.filter(|key| !key.is_empty());
            if start.is_none() || rows.len() > limit {
                break;
            }
        }
        let has_more = rows.len() > limit;
        rows.truncate(limit);
        Ok(ShardPage { rows, has_more })
    }

    async fn query(
        &self,
        shard: u8,
        span: &Span,
        direction: Direction,
        limit: usize,
        start: Option<Item>,
    ) -> anyhow::Result<aws_sdk_dynamodb::operation::query::QueryOutput> {
        let ends = usize::from(span.after.is_some()) + usize::from(span.before.is_some());
        let limit = i32::try_from(limit + ends).unwrap_or(i32::MAX);
        let query = self
            .client
            .query()
            .table_name(&self.accounts)
            .index_name("by_joined")
            .scan_index_forward(direction == Direction::Forward)
            .set_exclusive_start_key(start)
            .limit(limit)
            .expression_attribute_names("#shard", "joined_shard")
            .expression_attribute_values(":shard", AttributeValue::N(shard.to_string()));
        let text = |position: &Position| AttributeValue::S(position.0.clone());
        let position_name = "joined_at_id";
        let query = match (&span.after, &span.before) {
            (None, None) => query.key_condition_expression("#shard = :shard"),
            (Some(after), None) => query
                .key_condition_expression("#shard = :shard AND #position >= :after")
                .expression_attribute_names("#position", position_name)
                .expression_attribute_values(":after", text(after)),
            (None, Some(before)) => query
                .key_condition_expression("#shard = :shard AND #position <= :before")
                .expression_attribute_names("#position", position_name)
                .expression_attribute_values(":before", text(before)),
            (Some(after), Some(before)) => query
                .key_condition_expression(
                    "#shard = :shard AND #position BETWEEN :after AND :before",
                )
                .expression_attribute_names("#position", position_name)
                .expression_attribute_values(":after", text(after))
                .expression_attribute_values(":before", text(before)),
        };
        in_time(query.send())
            .await
            .context("reading the list of users")
    }
}

/// How many accounts of each shard hold `limit` of all, as good as always: ids are random, so the
/// shards are alike but for chance, and twice the mean and some is beyond what chance does.
fn share(limit: usize) -> usize {
    limit.min(2 * limit / usize::from(SHARDS) + 16)
}

/// Puts the shards together, up to the first place where one of them has more than was read.
fn merge(pages: Vec<ShardPage>, direction: Direction) -> Stretch {
    let comes_first = |a: &Position, b: &Position| match direction {
        Direction::Forward => a < b,
        Direction::Backward => a > b,
    };
    let mut known_to: Option<Position> = None;
    let has_more = pages.iter().any(|page| page.has_more);
    for page in pages.iter().filter(|page| page.has_more) {
        let Some((last, _)) = page.rows.last() else {
            return Stretch {
                profiles: Vec::new(),
                has_more: true,
            };
        };
        if known_to
            .as_ref()
            .is_none_or(|known| comes_first(last, known))
        {
            known_to = Some(last.clone());
        }
    }
    let mut rows: Vec<_> = pages.into_iter().flat_map(|page| page.rows).collect();
    if let Some(known_to) = known_to {
        rows.retain(|(position, _)| !comes_first(&known_to, position));
    }
    rows.sort_by(|(a, _), (b, _)| match direction {
        Direction::Forward => a.cmp(b),
        Direction::Backward => b.cmp(a),
    });
    Stretch {
        profiles: rows.into_iter().map(|(_, profile)| profile).collect(),
        has_more,
    }
}
