//! The value of options.

use kernel_runtime::prelude::*;

/// Values of calls and puts by Black and Scholes' formula, the normal distribution by Abramowitz and
/// Stegun's formula 26.2.17.
#[kernel(parallel, cuda)]
pub fn black_scholes(s: &[f64], x: &[f64], t: &[f64], call: &mut [f64], put: &mut [f64]) {
    const RATE: f64 = 0.02;
    const VOLATILITY: f64 = 0.3;
    fn normal(x: f64) -> f64 {
        let k = 1.0 / (1.0 + 0.2316419 * x.abs());
        let inner = -0.356563782 + k * (1.781477937 + k * (-1.821255978 + k * 1.330274429));
        let tail = 0.3989422804014327 * (-0.5 * x * x).exp() * (k * (0.31938153 + k * inner));
        if x > 0.0 { 1.0 - tail } else { tail }
    }
    for i in 0..call.len() {
        let root = t[i].sqrt();
        let drift = (RATE + 0.5 * VOLATILITY * VOLATILITY) * t[i];
        let d1 = ((s[i] / x[i]).ln() + drift) / (VOLATILITY * root);
        let d2 = d1 - VOLATILITY * root;
        let discount = (-RATE * t[i]).exp();
        let inside = normal(d1);
        let outside = normal(d2);
        call[i] = s[i] * inside - x[i] * discount * outside;
        put[i] = x[i] * discount * (1.0 - outside) - s[i] * (1.0 - inside);
    }
}
