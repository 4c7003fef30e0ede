//! What many measurements say together.

use std::time::Duration;

/// Measurements of one thing.
#[derive(Debug, Default, Clone)]
pub struct Sample(Vec<f64>);

impl Sample {
    /// One more.
    pub fn add(&mut self, value: f64) {
        self.0.push(value);
    }

    /// One more, in milliseconds.
    pub fn add_time(&mut self, time: Duration) {
        self.add(time.as_secs_f64() * 1e3);
    }

    /// The middle one.
    pub fn median(&self) -> f64 {
        self.quantile(0.5)
    }

    /// The smallest.
    pub fn least(&self) -> f64 {
        self.quantile(0.0)
    }

    /// The largest.
    pub fn most(&self) -> f64 {
        self.quantile(1.0)
    }

    /// The value that this part of all lies below.
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a place in a list"
    )]
    pub fn quantile(&self, part: f64) -> f64 {
        let sorted = self.sorted();
        let place = (sorted.len().saturating_sub(1)) as f64 * part;
        sorted
            .get(place.round() as usize)
            .copied()
            .unwrap_or(f64::NAN)
    }

    /// Two samples of every second measurement: how different chance makes them.
    pub fn halves(&self) -> (Self, Self) {
        let every_second = |start| Self(self.0.iter().skip(start).step_by(2).copied().collect());
        (every_second(0), every_second(1))
    }

    fn sorted(&self) -> Vec<f64> {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        sorted
    }

    /// `12.3 (11.9–14.0)`: median, least and most.
    pub fn spread(&self) -> String {
        let [median, least, most] = [self.median(), self.least(), self.most()].map(short);
        format!("{median} ({least}–{most})")
    }
}

/// A number with three digits that count.
pub fn short(number: f64) -> String {
    let decimals = match number.abs() {
        size if size >= 100.0 => 0,
        size if size >= 10.0 => 1,
        size if size >= 1.0 => 2,
        _ => 3,
    };
    format!("{number:.decimals$}")
}

/// Two samples held against each other by Kolmogorov and Smirnov: the largest distance between the
/// two distributions, and how often chance makes one as large if they are the same.
#[derive(Debug, Clone, Copy)]
pub struct Distance {
    /// Between 0 (the same) and 1.
    pub statistic: f64,
    /// Asymptotic; small values say that the distributions differ.
    pub p: f64,
}

impl Distance {
    /// Between two samples.
    #[allow(clippy::cast_precision_loss, reason = "samples are small")]
    pub fn between(one: &Sample, other: &Sample) -> Self {
        let (one, other) = (one.sorted(), other.sorted());
        let (n, m) = (one.len() as f64, other.len() as f64);
        let (mut i, mut j, mut statistic) = (0, 0, 0.0_f64);
        while i < one.len() && j < other.len() {
            let value = one[i].min(other[j]);
            while i < one.len() && one[i] <= value {
                i += 1;
            }
            while j < other.len() && other[j] <= value {
                j += 1;
            }
            statistic = statistic.max((i as f64 / n - j as f64 / m).abs());
        }
        Self {
            statistic,
            p: tail(statistic * (n * m / (n + m)).sqrt()),
        }
    }
}

/// How much of Kolmogorov's distribution lies above a value.
fn tail(value: f64) -> f64 {
    if value < 0.2 {
        // The sum below converges slowly here, and all of the distribution lies above.
        return 1.0;
    }
    let term = |k: i32| {
        let sign = if k % 2 == 1 { 1.0 } else { -1.0 };
        sign * (-2.0 * f64::from(k * k) * value * value).exp()
    };
    (2.0 * (1..=100).map(term).sum::<f64>()).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(values: impl IntoIterator<Item = f64>) -> Sample {
        Sample(values.into_iter().collect())
    }

    #[test]
    fn a_sample_tells_its_middle_and_its_ends() {
        let sample = sample([3.0, 1.0, 2.0, 10.0, 5.0]);
        assert_eq!(sample.spread(), "3.00 (1.00–10.0)");
        assert_eq!(short(0.12345), "0.123");
        assert_eq!(short(1234.5), "1234");
    }

    #[test]
    fn distance_and_probability_are_those_of_the_tables() {
        let close = |found: f64, known: f64| assert!((found - known).abs() < 1e-4, "{found}");
        // Kolmogorov's distribution: 5 % lie above 1.3581, 1 % above 1.6276.
        close(tail(1.3581), 0.05);
        close(tail(1.6276), 0.01);
        let numbers = |from: i32| sample((from..from + 100).map(f64::from));
        let shifted = Distance::between(&numbers(0), &numbers(30));
        close(shifted.statistic, 0.3);
        close(shifted.p, tail(0.3 * 50.0_f64.sqrt()));
        let same = Distance::between(&numbers(0), &numbers(0));
        assert_eq!((same.statistic, same.p), (0.0, 1.0));
    }

    #[test]
    fn equal_values_count_in_both_samples_before_they_are_compared() {
        let distance = Distance::between(&sample([1.0, 1.0, 2.0]), &sample([1.0, 2.0, 2.0]));
        assert!((distance.statistic - 1.0 / 3.0).abs() < 1e-9);
    }
}
