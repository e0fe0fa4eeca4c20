mod any_input;
mod docs;
mod reading;
mod rendering;
mod sample;
