//! `cargo run -p fuzz -- <target> <inputs> <seed> <file>`: a long run. The input that is tried is kept in the file, so that the
//! one that broke the reader is there afterwards.

use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [name, inputs, seed, file] = arguments.as_slice() else {
        eprintln!("usage: fuzz <target> <inputs> <seed> <file>");
        return ExitCode::FAILURE;
    };
    let (Some(target), Ok(inputs), Ok(seed)) = (fuzz::find(name), inputs.parse(), seed.parse()) else {
        let names: Vec<_> = fuzz::TARGETS.iter().map(|target| target.name).collect();
        eprintln!("targets: {}; inputs and seed are whole numbers", names.join(", "));
        return ExitCode::FAILURE;
    };
    let kept = std::cell::RefCell::new(Vec::new());
    let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        fuzz::run(target, inputs, seed, |input| {
            input.clone_into(&mut kept.borrow_mut());
        });
    }));
    if outcome.is_ok() {
        println!("{name}: {inputs} inputs, seed {seed}: nothing broke");
        return ExitCode::SUCCESS;
    }
    match std::fs::write(file, kept.borrow().as_slice()) {
        Ok(()) => eprintln!("{name}: broken by the input in {file}; seed {seed}"),
        Err(error) => eprintln!("{name}: broken; {file} cannot be written: {error}"),
    }
    ExitCode::FAILURE
}
