//! A bar chart of running times as an SVG file.

use crate::timing::Measurement;
use crate::units;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use std::error::Error;
use std::path::Path;

const WIDTH: i32 = 1000;
const HEADER: i32 = 112;
const ROW: i32 = 56;
const BAR: i32 = 34;
const FOOTER: i32 = 98;
/// Where bars begin, and how long the longest may be: what is left holds its figures.
const ORIGIN: i32 = 220;
const LONGEST: i32 = 480;
/// What plotters divides a font size by on its way to SVG.
const POINTS: f64 = 1.24;
/// Mean width of a sans-serif character, as a part of its size.
const ASPECT: f64 = 0.56;

const INK: RGBColor = RGBColor(0x1f, 0x29, 0x37);
const FAINT: RGBColor = RGBColor(0x6b, 0x72, 0x80);
const GRID: RGBColor = RGBColor(0xe5, 0xe7, 0xeb);

/// One bar.
#[derive(Clone, Debug)]
pub struct Bar {
    /// Left of it.
    pub label: String,
    /// Its length.
    pub seconds: f64,
    /// Right of it.
    pub figures: String,
    /// Its colour.
    pub colour: Colour,
}

/// What a bar stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colour {
    /// Something to compare with.
    Other,
    /// A version of the kernel that runs on the host.
    Host,
    /// A version of the kernel that runs on a device.
    Device,
}

/// The colours in the order of the legend.
const COLOURS: [Colour; 3] = [Colour::Other, Colour::Host, Colour::Device];

impl Colour {
    fn fill(self) -> RGBColor {
        match self {
            Colour::Other => RGBColor(0x9c, 0xa3, 0xaf),
            Colour::Host => RGBColor(0x25, 0x63, 0xeb),
            Colour::Device => RGBColor(0x16, 0xa3, 0x4a),
        }
    }

    fn meaning(self) -> &'static str {
        match self {
            Colour::Other => "without #[kernel]",
            Colour::Host => "#[kernel], host",
            Colour::Device => "#[kernel], device",
        }
    }
}

/// A bar that says time, throughput and speed-up over `baseline`.
#[must_use]
pub fn bar(measurement: &Measurement, baseline: &Measurement, bytes: u64, colour: Colour) -> Bar {
    let time = measurement.times.median();
    let rate = units::significant(measurement.gigabytes_per_second(bytes));
    let gain = units::significant(measurement.speed_up_over(baseline));
    Bar {
        label: measurement.name.clone(),
        seconds: time.as_secs_f64(),
        figures: format!("{} · {rate} GB/s · {gain}x", units::duration(time)),
        colour,
    }
}

/// Writes a chart of `bars` to `path`.
///
/// # Errors
/// If the file cannot be written.
pub fn write(path: &Path, title: &str, subtitle: &str, bars: &[Bar]) -> Result<(), Box<dyn Error>> {
    let svg = render(title, subtitle, bars)?;
    std::fs::write(path, svg)
        .map_err(|error| format!("cannot write `{}`: {error}", path.display()).into())
}

/// The SVG text of a chart of `bars`.
///
/// # Errors
/// If plotters cannot draw it.
pub fn render(title: &str, subtitle: &str, bars: &[Bar]) -> Result<String, Box<dyn Error>> {
    let rows = i32::try_from(bars.len())?;
    let height = HEADER + rows * ROW + FOOTER;
    let mut svg = String::new();
    {
        let size = (WIDTH as u32, u32::try_from(height)?);
        let canvas = Canvas(SVGBackend::with_string(&mut svg, size).into_drawing_area());
        canvas.0.fill(&WHITE)?;
        let room = WIDTH - 64;
        let size = shrunk(title, 22.0, room);
        canvas.text((32, 40), title, size, &INK, HPos::Left)?;
        let size = shrunk(subtitle, 14.0, room);
        canvas.text((32, 74), subtitle, size, &FAINT, HPos::Left)?;
        let longest = bars.iter().map(|bar| bar.seconds).fold(0.0, f64::max);
        let axis = Axis::up_to(longest);
        canvas.axis(&axis, HEADER + rows * ROW)?;
        canvas.legend(bars, height - 30)?;
        for (bar, top) in bars.iter().zip((HEADER..).step_by(ROW as usize)) {
            canvas.bar(bar, &axis, top)?;
        }
        canvas.0.present()?;
    }
    Ok(svg)
}

/// A scale of seconds from zero, with ticks at round numbers.
struct Axis {
    longest: f64,
    step: f64,
}

impl Axis {
    /// A scale on which `longest` is the longest bar.
    fn up_to(longest: f64) -> Self {
        let longest = longest.max(1e-9);
        let rough = longest / 4.0;
        let magnitude = 10f64.powf(rough.log10().floor());
        let round = [1.0, 2.0, 5.0, 10.0]
            .into_iter()
            .find(|it| it * magnitude >= rough)
            .unwrap_or(10.0);
        let step = round * magnitude;
        Self { longest, step }
    }

    fn x(&self, seconds: f64) -> i32 {
        ORIGIN + (seconds / self.longest * f64::from(LONGEST)).round() as i32
    }

    fn ticks(&self) -> impl Iterator<Item = f64> {
        let count = (self.longest / self.step * (1.0 + 1e-9)).floor() as u32;
        (0..=count).map(|tick| f64::from(tick) * self.step)
    }
}

struct Canvas<'a>(DrawingArea<SVGBackend<'a>, plotters::coord::Shift>);

type Drawn = Result<(), Box<dyn Error>>;

impl Canvas<'_> {
    fn text(&self, at: (i32, i32), text: &str, size: f64, colour: &RGBColor, side: HPos) -> Drawn {
        let style = TextStyle::from(("sans-serif", size * POINTS).into_font())
            .pos(Pos::new(side, VPos::Center))
            .color(colour);
        Ok(self.0.draw(&Text::new(text.to_owned(), at, style))?)
    }

    fn rectangle(&self, corners: [(i32, i32); 2], colour: &RGBColor) -> Drawn {
        Ok(self.0.draw(&Rectangle::new(corners, colour.filled()))?)
    }

    /// What each colour that occurs means, in a line around `y`.
    fn legend(&self, bars: &[Bar], y: i32) -> Drawn {
        let mut left = ORIGIN;
        let used = |colour: &&Colour| bars.iter().any(|bar| bar.colour == **colour);
        for colour in COLOURS.iter().filter(used) {
            let text = colour.meaning();
            self.rectangle([(left, y - 6), (left + 12, y + 6)], &colour.fill())?;
            self.text((left + 20, y), text, 13.0, &FAINT, HPos::Left)?;
            left += 20 + (text.len() as f64 * 13.0 * ASPECT) as i32 + 24;
        }
        Ok(())
    }

    /// Grid lines behind the bars, and what they stand for below.
    fn axis(&self, axis: &Axis, bottom: i32) -> Drawn {
        for tick in axis.ticks() {
            let x = axis.x(tick);
            self.rectangle([(x, HEADER - 8), (x + 1, bottom)], &GRID)?;
            let label = match tick {
                0.0 => "0".to_owned(),
                _ => units::brief(std::time::Duration::from_secs_f64(tick)),
            };
            self.text((x, bottom + 16), &label, 13.0, &FAINT, HPos::Center)?;
        }
        let note = "median time of one call; shorter is better";
        self.text((ORIGIN, bottom + 42), note, 13.0, &FAINT, HPos::Left)
    }

    fn bar(&self, bar: &Bar, axis: &Axis, top: i32) -> Drawn {
        let middle = top + ROW / 2;
        // A bar that rounds to nothing still shows where it would be.
        let end = axis.x(bar.seconds).max(ORIGIN + 2);
        let corners = [(ORIGIN, middle - BAR / 2), (end, middle + BAR / 2)];
        self.rectangle(corners, &bar.colour.fill())?;
        let size = shrunk(&bar.label, 15.0, ORIGIN - 44);
        self.text((ORIGIN - 12, middle), &bar.label, size, &INK, HPos::Right)?;
        let size = shrunk(&bar.figures, 14.0, WIDTH - end - 22);
        self.text((end + 10, middle), &bar.figures, size, &INK, HPos::Left)
    }
}

/// `size`, or less where `text` would be wider than `room` pixels.
fn shrunk(text: &str, size: f64, room: i32) -> f64 {
    let width = text.chars().count() as f64 * ASPECT;
    size.min(f64::from(room) / width.max(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::timing::Times;
    use std::time::Duration;

    fn measured(name: &str, millis: u64) -> Measurement {
        Measurement {
            name: name.to_owned(),
            times: Times::new(vec![Duration::from_millis(millis)]).unwrap(),
            value: 1.0,
        }
    }

    #[test]
    fn every_bar_carries_its_name_and_figures() {
        let plain = measured("plain <loop>", 400);
        let fast = measured("fast", 50);
        let bars = [
            bar(&plain, &plain, 800_000_000, Colour::Other),
            bar(&fast, &plain, 800_000_000, Colour::Host),
        ];
        let svg = render("A title", "and what was measured", &bars).unwrap();
        for text in [
            "A title",
            "and what was measured",
            "plain &lt;loop&gt;",
            "400 ms · 2.00 GB/s · 1.00x",
            "50.0 ms · 16.0 GB/s · 8.00x",
            "shorter is better",
            "without #[kernel]",
            "#[kernel], host",
        ] {
            assert!(svg.contains(text), "{text} is missing in\n{svg}");
        }
        assert!(!svg.contains("#[kernel], device"), "no bar has this colour");
    }

    #[test]
    fn bars_are_as_long_as_their_times() {
        let axis = Axis::up_to(0.4);
        assert_eq!(axis.x(0.4) - ORIGIN, LONGEST);
        assert_eq!(axis.x(0.1) - ORIGIN, LONGEST / 4);
        assert_eq!(
            axis.ticks().collect::<Vec<_>>(),
            [0.0, 0.1, 0.2, 0.3, 0.4].map(|tick: f64| (tick * 10.0).round() * 0.1)
        );
    }

    #[test]
    fn ticks_are_round_and_few() {
        for longest in [3e-9, 0.00123, 0.0456, 0.4, 1.0, 7.3, 950.0] {
            let axis = Axis::up_to(longest);
            let ticks = axis.ticks().count();
            assert!((2..=6).contains(&ticks), "{ticks} ticks up to {longest}");
        }
    }

    #[test]
    fn no_time_and_no_bars_still_draw() {
        assert!(render("nothing", "", &[]).unwrap().contains("nothing"));
        let none = Bar {
            label: "none".to_owned(),
            seconds: 0.0,
            figures: "0".to_owned(),
            colour: Colour::Device,
        };
        assert!(render("zero", "", &[none]).unwrap().contains("none"));
    }

    #[test]
    fn long_labels_shrink() {
        assert_eq!(shrunk("short", 16.0, 200), 16.0);
        assert!(shrunk(&"x".repeat(80), 16.0, 200) < 5.0);
    }

    #[test]
    fn an_unwritable_path_is_named() {
        let path = std::env::temp_dir()
            .join("no-such-folder")
            .join("chart.svg");
        let error = write(&path, "t", "s", &[]).unwrap_err().to_string();
        assert!(error.contains("chart.svg"), "{error}");
    }
}
