//! Who may come in: a token per register.

use crate::TokenOwner;
use ring::digest::{SHA256, digest};
use secrecy::{ExposeSecret, SecretString};
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fmt;
use std::sync::Arc;

/// The fewest characters of a token: 64 bits in hexadecimal; 48 characters are advised.
pub const MIN_TOKEN: usize = 16;
/// The most characters of a token.
pub const MAX_TOKEN: usize = 512;
/// The most tokens.
pub const MAX_TOKENS: usize = 10_000;

/// The tokens, kept as SHA-256 hashes: by hash, the place and the owner of each.
#[derive(Clone)]
pub struct Tokens(Arc<HashMap<[u8; 32], (usize, TokenOwner)>>);

/// Why tokens cannot be used. No token is repeated in it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TokensError {
    /// Its length is not within limits.
    #[error(
        "the token of store `{store}`, terminal `{terminal}` must have {MIN_TOKEN} to {MAX_TOKEN} characters"
    )]
    Length {
        /// The store.
        store: String,
        /// The register.
        terminal: String,
    },
    /// It could not stand in a header.
    #[error(
        "the token of store `{store}`, terminal `{terminal}` may hold Latin letters, digits and - . _ ~ + / ="
    )]
    Characters {
        /// The store.
        store: String,
        /// The register.
        terminal: String,
    },
    /// Two registers share one: neither could be told from the other.
    #[error("store `{store}`, terminal `{terminal}` has the same token as another register")]
    Shared {
        /// The store.
        store: String,
        /// The register.
        terminal: String,
    },
    /// More than [`MAX_TOKENS`].
    #[error("at most {MAX_TOKENS} tokens, these are {0}")]
    TooMany(usize),
}

impl Tokens {
    /// Takes tokens with their owners. One register may have several (while a token is being changed).
    pub fn new(tokens: Vec<(SecretString, TokenOwner)>) -> Result<Self, TokensError> {
        if tokens.len() > MAX_TOKENS {
            return Err(TokensError::TooMany(tokens.len()));
        }
        let mut known: HashMap<[u8; 32], (usize, TokenOwner)> = HashMap::with_capacity(tokens.len());
        for (token, owner) in tokens {
            let token = token.expose_secret();
            let (store, terminal) = (owner.store.to_string(), owner.terminal.to_string());
            if !(MIN_TOKEN..=MAX_TOKEN).contains(&token.len()) {
                return Err(TokensError::Length { store, terminal });
            }
            if !token
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"-._~+/=".contains(&b))
            {
                return Err(TokensError::Characters { store, terminal });
            }
            let place = known.len();
            match known.entry(hash(token)) {
                Entry::Occupied(same) if same.get().1 != owner => {
                    return Err(TokensError::Shared { store, terminal });
                }
                Entry::Occupied(_) => {}
                Entry::Vacant(free) => {
                    free.insert((place, owner));
                }
            }
        }
        Ok(Self(Arc::new(known)))
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether nobody may come in.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whose token it is, and its place below [`Tokens::len`].
    ///
    /// The lookup takes no constant time, and need not: it is by the token's SHA-256 hash. All that the time could
    /// ever tell is a part of a known hash, and no way leads from a hash back to a token.
    pub(super) fn find(&self, token: &str) -> Option<(usize, &TokenOwner)> {
        if token.len() > MAX_TOKEN {
            return None;
        }
        let (place, owner) = self.0.get(&hash(token))?;
        Some((*place, owner))
    }
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} tokens", self.len())
    }
}

fn hash(token: &str) -> [u8; 32] {
    let mut out = [0; 32];
    out.copy_from_slice(digest(&SHA256, token.as_bytes()).as_ref());
    out
}
