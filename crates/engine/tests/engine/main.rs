//! What the engine promises: [`stories`] to read, the rows of the failure [`catalogue`], every short sequence of events
//! ([`exhaustive`]), and random long ones against small banks that lose answers ([`properties`]).

mod bank;
mod exhaustive;
mod moves;
mod openings;
mod properties;
mod rules;
