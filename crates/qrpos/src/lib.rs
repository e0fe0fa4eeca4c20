//! qrpos
