//! What the engine promises: [`stories`] and [`reservations`] to read, the rows of the failure [`catalogue`], every short sequence of events
//! ([`exhaustive`]), and random long ones against small banks that lose answers ([`properties`]).

#[cfg(test)]
mod bank;
#[cfg(test)]
mod catalogue;
#[cfg(test)]
mod exhaustive;
#[cfg(test)]
mod moves;
#[cfg(test)]
mod openings;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod reservations;
#[cfg(test)]
mod rules;
#[cfg(test)]
mod stories;
