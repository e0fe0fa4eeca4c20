//! Signatures that several providers share.
