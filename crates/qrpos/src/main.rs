//! qrpos
fn main() {}
