//! The ratios as a chart: a row for each kernel, a mark for each peer, on a logarithmic scale.

use crate::report::{Report, VERSIONS};
use plotters::prelude::*;
use std::error::Error;
use std::path::Path;

const ROW: u32 = 34;
const HEADER: u32 = 70;
const FOOTER: u32 = 60;
const COLOURS: [RGBColor; VERSIONS.len()] = [
    BLACK,
    RGBColor(0x9c, 0x6b, 0x30),
    RGBColor(0x25, 0x63, 0xeb),
    RGBColor(0x93, 0xb4, 0xf5),
    RGBColor(0x16, 0xa3, 0x4a),
    RGBColor(0x8f, 0xd4, 0xa8),
];

/// Writes the chart as SVG.
///
/// # Errors
/// If the file cannot be written.
pub fn draw(report: &Report, path: &Path) -> Result<(), Box<dyn Error>> {
    let rows = report.lines.len() as u32;
    let area = SVGBackend::new(path, (960, HEADER + rows * ROW + FOOTER)).into_drawing_area();
    area.fill(&WHITE)?;
    let ratios = |at: usize| report.lines.iter().map(move |line| line.ratio(at));
    let all = (1..VERSIONS.len()).flat_map(ratios);
    let (low, high) = all.fold((0.5f64, 2.0f64), |(low, high), ratio| {
        (low.min(ratio * 0.9), high.max(ratio * 1.1))
    });
    let mut chart = ChartBuilder::on(&area)
        .caption("time of the peer / time of ours", ("sans-serif", 20))
        .margin(10)
        .x_label_area_size(FOOTER - 20)
        .y_label_area_size(130)
        .build_cartesian_2d((low..high).log_scale(), 0.0..f64::from(rows))?;
    let name = |y: &f64| {
        let row = report.lines.len().checked_sub(1 + *y as usize);
        let line = row.and_then(|row| report.lines.get(row));
        line.map_or_else(String::new, |line| line.name.to_owned())
    };
    chart
        .configure_mesh()
        .disable_y_mesh()
        .y_labels(report.lines.len() + 1)
        .y_label_formatter(&name)
        .x_label_formatter(&|x| format!("{x}"))
        .draw()?;
    let one = vec![(1.0, 0.0), (1.0, f64::from(rows))];
    chart.draw_series([PathElement::new(one, BLACK)])?;
    for at in 1..VERSIONS.len() {
        let marks = ratios(at).enumerate().map(|(row, ratio)| {
            let y = f64::from(rows) - row as f64 - 0.5;
            Circle::new((ratio, y), 5, COLOURS[at].filled())
        });
        chart
            .draw_series(marks)?
            .label(VERSIONS[at])
            .legend(move |(x, y)| Circle::new((x + 8, y), 5, COLOURS[at].filled()));
    }
    chart
        .configure_series_labels()
        .background_style(WHITE.mix(0.85))
        .border_style(BLACK.mix(0.3))
        .draw()?;
    area.present()?;
    Ok(())
}
