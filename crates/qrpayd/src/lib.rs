//! qrpayd
