//! qrpayd
fn main() {}
