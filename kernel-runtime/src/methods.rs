//! The names of all methods that kernels call, as methods of everything.
//!
//! A method of a number behind a reference, of a slice that is an array, or of an `Option` that it
//! borrows, is found after those that a trait of the user's has for the receiver itself. Where one of
//! the traits here is in scope beside such a trait, the name is ambiguous: rustc says so, and the
//! kernel is not compiled as something that it is not. Never called.

/// A trait whose methods take the receiver like that.
macro_rules! methods {
    ($($name:ident takes $receiver:ty;)*) => {$(
        methods! { @ $name $receiver;
            []
        abs acos acosh arg asin asinh atan atanh cbrt ceil checked_abs checked_neg conj cos cosh
        count_ones count_zeros exp exp2 exp_m1 floor fract ilog10 ilog2 inv is_ascii
        is_ascii_alphabetic is_ascii_alphanumeric is_ascii_digit is_ascii_lowercase
        is_ascii_punctuation is_ascii_uppercase is_ascii_whitespace is_finite is_infinite is_nan
        is_negative is_none is_positive is_power_of_two is_sign_negative is_sign_positive is_some
        isqrt l1_norm leading_ones leading_zeros ln ln_1p log10 log2 next_power_of_two norm
        norm_sqr overflowing_neg recip reverse_bits round round_ties_even saturating_abs
        saturating_neg signum sin sin_cos sinh sqrt swap_bytes tan tanh to_ascii_lowercase
        to_ascii_uppercase to_bits to_degrees to_polar to_radians trailing_ones trailing_zeros
        trunc unsigned_abs wrapping_abs wrapping_neg;
            [A]
        abs_diff atan2 checked_add checked_add_signed checked_div checked_mul checked_rem
        checked_shl checked_shr checked_sub copysign div_ceil div_euclid fill hypot is_multiple_of
        log max midpoint min next_multiple_of overflowing_add overflowing_mul overflowing_sub pow
        powf powi powu rem_euclid rotate_left rotate_right saturating_add saturating_add_signed
        saturating_mul saturating_sub scale unscale wrapping_add wrapping_add_signed
        wrapping_add_unsigned wrapping_div wrapping_mul wrapping_pow wrapping_rem wrapping_shl
        wrapping_shr wrapping_sub wrapping_sub_unsigned;
            [A B]
        clamp mul_add swap;
        }
    )*};
    (@ $name:ident $receiver:ty;
        [] $($none:ident)*; [A] $($one:ident)*; [A B] $($two:ident)*;
    ) => {
        #[allow(missing_docs, clippy::wrong_self_convention, clippy::should_implement_trait)]
        pub trait $name: Sized {
            $(fn $none(self: $receiver) {})*
            $(fn $one<A>(self: $receiver, _: A) {})*
            $(fn $two<A, B>(self: $receiver, _: A, _: B) {})*
        }

        impl<T> $name for T {}
    };
}

methods! {
    ByValue takes Self;
    ByReference takes &Self;
    ByMut takes &mut Self;
}
