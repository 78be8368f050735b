//! Sums by key: each element of an array collects what many iterations have for it.

use super::{close, kernels, use_software_device};
use kernel_examples::data;
use ndarray::Array2;

#[test]
fn histogram() {
    let n = 400_000;
    let (x, weight) = (data::vector(5, n), data::vector(6, n));
    let (serial, parallel) = versions!(histogram, |histogram| {
        let (mut count, mut sum) = (vec![0; 1000], vec![0.0; 1000]);
        histogram(&x, &weight, &mut count, &mut sum);
        (count, sum)
    });
    assert_eq!(serial.0, parallel.0);
    let count = &serial.0;
    assert_eq!((count[0], count[999], count[380]), (392, 407, 474));
    assert_eq!(count.iter().max(), Some(&474));
    assert_eq!(count.iter().map(|n| n * n).sum::<i64>(), 160_406_844);
    for sum in [serial.1, parallel.1] {
        close(sum[0], 202.140_060_135_772);
        close(sum.iter().sum(), 200_189.120_716_315);
    }
    let part = 5000;
    let start = || (vec![3; 20], vec![0.5; 20]);
    let ((mut count, mut sum), (mut on_device, mut sum_on_device)) = (start(), start());
    kernels::histogram::parallel(&x[..part], &weight, &mut count, &mut sum);
    on_device!(histogram(
        &x[..part],
        &weight,
        &mut on_device,
        &mut sum_on_device
    ));
    assert_eq!((on_device, sum_on_device), (count, sum));
}

#[test]
fn k_means() {
    let input = |n: usize| {
        let shaped = |seed, rows| {
            let values = data::vector(seed, rows * 10);
            Array2::from_shape_vec((rows, 10), values).expect("as many as the shape has")
        };
        (shaped(28, n), shaped(29, 5))
    };
    let (points, start) = input(20_000);
    let (serial, parallel) = versions!(k_means, |k_means| {
        let (mut centres, mut count) = (start.clone(), vec![0; 5]);
        k_means(points.view(), centres.view_mut(), &mut count, 3);
        (centres, count)
    });
    for (centres, count) in [serial, parallel] {
        assert_eq!(count, [3413, 4099, 3643, 4296, 4549]);
        close(centres.sum(), 25.108_415_497_015_4);
    }
    let (points, start) = input(700);
    let mut host = (start.clone(), vec![0; 5]);
    let mut device = host.clone();
    kernels::k_means::parallel(points.view(), host.0.view_mut(), &mut host.1, 2);
    on_device!(k_means(
        points.view(),
        device.0.view_mut(),
        &mut device.1,
        2
    ));
    assert_eq!(host, device);
}
