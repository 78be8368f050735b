//! Times and sizes as people write them: three significant digits and a unit.

use std::time::Duration;

/// `1.23 s`, `45.6 ms`, `789 µs`.
#[must_use]
pub fn duration(time: Duration) -> String {
    scaled(time.as_secs_f64() * 1e9, &["ns", "µs", "ms", "s"])
}

/// [`duration`] without zeros that say nothing: `5 ms`, `0.5 s`.
#[must_use]
pub fn brief(time: Duration) -> String {
    let text = duration(time);
    match text.split_once(' ') {
        Some((number, unit)) if number.contains('.') => {
            let number = number.trim_end_matches('0').trim_end_matches('.');
            format!("{number} {unit}")
        }
        _ => text,
    }
}

/// `3.20 GB`, `512 kB`, `8 B`; powers of a thousand.
#[must_use]
pub fn bytes(bytes: u64) -> String {
    if bytes < 1000 {
        return format!("{bytes} B");
    }
    scaled(bytes as f64, &["B", "kB", "MB", "GB", "TB"])
}

/// Three significant digits, more only where the whole part has more; fewer for small values.
#[must_use]
pub fn significant(value: f64) -> String {
    let decimals = match value.abs() {
        x if x >= 99.95 => 0,
        x if x >= 9.995 => 1,
        x if x >= 0.0995 || x == 0.0 => 2,
        _ => 4,
    };
    format!("{value:.decimals$}")
}

/// `value` in the first of `units`, each a thousand of the one before, that keeps it below one
/// thousand.
fn scaled(mut value: f64, units: &[&str]) -> String {
    let mut units = units.iter().peekable();
    loop {
        let unit = units.next().copied().unwrap_or_default();
        // 999.6 would be written as a thousand.
        if value < 999.5 || units.peek().is_none() {
            return format!("{} {unit}", significant(value));
        }
        value /= 1000.0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_pick_their_unit() {
        let written = |nanos| duration(Duration::from_nanos(nanos));
        assert_eq!(written(0), "0.00 ns");
        assert_eq!(written(850), "850 ns");
        assert_eq!(written(999_600), "1.00 ms");
        assert_eq!(written(7_500), "7.50 µs");
        assert_eq!(written(45_600_000), "45.6 ms");
        assert_eq!(written(1_234_000_000), "1.23 s");
        assert_eq!(written(4_321_000_000_000), "4321 s");
    }

    #[test]
    fn brief_durations_end_in_no_zero() {
        let written = |micros| brief(Duration::from_micros(micros));
        assert_eq!(written(5_000), "5 ms");
        assert_eq!(written(1_500_000), "1.5 s");
        assert_eq!(written(200_000), "200 ms");
        assert_eq!(written(100), "100 µs");
    }

    #[test]
    fn bytes_count_in_thousands() {
        assert_eq!(bytes(8), "8 B");
        assert_eq!(bytes(2_000_000), "2.00 MB");
        assert_eq!(bytes(3_200_000_000), "3.20 GB");
    }

    #[test]
    fn three_digits_are_kept() {
        assert_eq!(significant(9.999), "10.0");
        assert_eq!(significant(99.97), "100");
        assert_eq!(significant(0.123), "0.12");
        assert_eq!(significant(0.0297), "0.0297");
        assert_eq!(significant(0.0), "0.00");
    }
}
