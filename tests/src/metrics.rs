//! What CloudWatch reads out of a line in its embedded metric format, judged by the rules of that
//! format: <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>

use std::collections::BTreeMap;

use serde_json::Value;

/// One value of one metric.
#[derive(Debug, Clone, PartialEq)]
pub struct Measured {
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// How much.
    pub value: f64,
    /// Of what.
    pub unit: String,
    /// What it is told apart by.
    pub dimensions: BTreeMap<String, String>,
}

/// The units that CloudWatch knows, as far as they are no rates or sizes of data.
const UNITS: [&str; 6] = [
    "Seconds",
    "Microseconds",
    "Milliseconds",
    "Percent",
    "Count",
    "None",
];

/// Reads a line; none if it is an ordinary record.
///
/// # Errors
/// What CloudWatch would not take.
pub fn read(line: &Value) -> Result<Option<Vec<Measured>>, String> {
    let Some(aws) = line.get("_aws") else {
        return Ok(None);
    };
    if !aws["Timestamp"].is_u64() {
        return Err(format!("no timestamp in milliseconds: {line}"));
    }
    let directives = aws["CloudWatchMetrics"].as_array();
    let directives = directives.ok_or_else(|| format!("no directives: {line}"))?;
    let mut measured = Vec::new();
    for directive in directives {
        read_directive(line, directive, &mut measured)
            .ok_or_else(|| format!("a directive that is none: {line}"))?;
    }
    Ok(Some(measured))
}

fn read_directive(line: &Value, directive: &Value, measured: &mut Vec<Measured>) -> Option<()> {
    let namespace = text(&directive["Namespace"], 1024)?;
    let sets = directive["Dimensions"].as_array()?;
    let metrics = directive["Metrics"].as_array()?;
    let is_sized = !sets.is_empty() && (1..=100).contains(&metrics.len());
    is_sized.then_some(())?;
    for set in sets {
        let names = set.as_array().filter(|names| names.len() <= 30)?;
        let dimension = |name: &Value| {
            let name = text(name, 250)?;
            let value = text(&line[&name], 1024)?;
            Some((name, value))
        };
        let dimensions: Option<BTreeMap<_, _>> = names.iter().map(dimension).collect();
        for metric in metrics {
            let name = text(&metric["Name"], 1024)?;
            let unit = metric["Unit"]
                .as_str()
                .filter(|unit| UNITS.contains(unit))?;
            measured.push(Measured {
                namespace: namespace.clone(),
                value: line[&name].as_f64()?,
                unit: unit.to_owned(),
                dimensions: dimensions.clone()?,
                name,
            });
        }
    }
    Some(())
}

/// A text of one to so many characters, not only of white space.
fn text(value: &Value, most: usize) -> Option<String> {
    let text = value.as_str()?;
    let is_good = !text.trim().is_empty() && text.chars().count() <= most;
    is_good.then(|| text.to_owned())
}
