//! Measurements as a table for the terminal.

use crate::timing::Measurement;
use crate::units;
use comfy_table::{CellAlignment, LineStyle, Table, TableStyle};

const HEADER: [&str; 7] = [
    "version",
    "time",
    "best",
    "GB/s",
    "speed-up",
    "result",
    "rel. diff.",
];

/// A rule under the header and nothing else.
const STYLE: TableStyle =
    TableStyle::new().header_separator(LineStyle::none().fill('─').junction('─'));

/// One line per measurement of work on `bytes` bytes; the first is what the others compare to.
#[must_use]
pub fn render(measurements: &[Measurement], bytes: u64) -> String {
    let mut table = Table::new();
    table.load_style(STYLE);
    table.set_header(HEADER);
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    for measurement in measurements {
        table.add_row(row(measurement, &measurements[0], bytes));
    }
    table.to_string()
}

fn row(measurement: &Measurement, baseline: &Measurement, bytes: u64) -> [String; 7] {
    [
        measurement.name.clone(),
        units::duration(measurement.times.median()),
        units::duration(measurement.times.best()),
        units::significant(measurement.gigabytes_per_second(bytes)),
        format!(
            "{}x",
            units::significant(measurement.speed_up_over(baseline))
        ),
        format!("{:?}", measurement.value),
        difference(measurement.relative_difference(baseline)),
    ]
}

fn difference(relative: f64) -> String {
    if relative == 0.0 {
        "0".to_owned()
    } else {
        format!("{relative:.1e}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::timing::Times;
    use std::time::Duration;

    fn measured(name: &str, millis: u64, value: f64) -> Measurement {
        Measurement {
            name: name.to_owned(),
            times: Times::new(vec![Duration::from_millis(millis)]).unwrap(),
            value,
        }
    }

    #[test]
    fn every_figure_is_in_its_line() {
        let rows = [
            measured("plain", 400, 200.0),
            measured("parallel", 50, 200.0 + 2e-9),
        ];
        let text = render(&rows, 800_000_000);
        let line = text.lines().find(|it| it.contains("parallel")).unwrap();
        let figures: Vec<&str> = line.split_whitespace().collect();
        let expected = [
            "parallel",
            "50.0",
            "ms",
            "50.0",
            "ms",
            "16.0",
            "8.00x",
            "200.000000002",
            "1.0e-11",
        ];
        assert_eq!(figures, expected);
    }

    #[test]
    fn the_baseline_does_not_differ_from_itself() {
        let text = render(&[measured("plain", 400, 200.0)], 800_000_000);
        let line = text.lines().find(|it| it.contains("plain")).unwrap();
        assert!(line.contains("1.00x"), "{line}");
        assert!(line.trim_end().ends_with(" 0"), "{line}");
    }
}
