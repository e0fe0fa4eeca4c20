//! An operator's own provider: a file in a folder, read at the start and again when it changes.

#![expect(clippy::unwrap_used, reason = "what cannot go on must fail the test")]

use desk::Modules;
use domain::ModuleName;
use journal::memory::MemoryJournal;
use qrpayd::profiles;
use settings::Settings;
use std::path::Path;

/// A shipped description under another name.
fn description(title: &str) -> String {
    let text = connectors::profiles::of_module("qrpodeli").unwrap().text;
    text.replace("modules { qrpodeli {} }", "modules { qrown {} }")
        .replace("Podeli (Alfa-Bank)", title)
}

fn settings(folder: &Path) -> Settings {
    let file = folder.join("qrpayd.conf");
    std::fs::write(&file, "profiles = \"own\"\nmodules = [\"qrown\"]\n").unwrap();
    settings::load(&file, &std::collections::HashMap::new())
        .unwrap()
        .0
}

#[tokio::test]
async fn a_changed_description_is_in_force_without_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let own = folder.path().join("own");
    let file = own.join("own.conf");
    std::fs::create_dir(&own).unwrap();
    std::fs::write(&file, description("First")).unwrap();
    let (registry, renew) = profiles::open(&settings(folder.path())).unwrap();
    assert!(
        registry.find("qrraiffd").is_some(),
        "the modules of this build are there too"
    );

    let journal = MemoryJournal::new();
    let name = ModuleName::new("qrown").unwrap();
    let modules = Modules::switch_on(std::slice::from_ref(&name), &registry, &journal)
        .await
        .unwrap();
    let modules = modules.renewed_by(renew.unwrap());
    let title = || modules.provider(&name).unwrap().title_en;
    assert!(!modules.refresh(&journal).await.unwrap());
    assert_eq!(title(), "First");

    std::fs::write(&file, description("The second")).unwrap();
    assert!(modules.refresh(&journal).await.unwrap());
    assert_eq!(title(), "The second");
    // A broken one is not taken, and neither is one that has gone: the earlier one stays.
    std::fs::write(
        &file,
        description("Broken").replace("money = kopecks", "money = pence"),
    )
    .unwrap();
    assert!(!modules.refresh(&journal).await.unwrap());
    assert_eq!(title(), "The second");
    std::fs::remove_file(&file).unwrap();
    modules.refresh(&journal).await.unwrap();
    assert_eq!(title(), "The second");
}

#[test]
fn a_description_that_cannot_be_used_stops_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let own = folder.path().join("own");
    let settings = settings(folder.path());
    let told = || {
        profiles::open(&settings)
            .err()
            .map(|error| format!("{error:#}"))
            .unwrap_or_default()
    };
    assert!(told().contains("own: the file cannot be read"), "{}", told());
    std::fs::create_dir(&own).unwrap();
    std::fs::write(
        own.join("own.conf"),
        description("x").replace("/v1/orders\n", "v1/orders\n"),
    )
    .unwrap();
    assert!(
        told().contains("calls.register.path: begins with a slash"),
        "{}",
        told()
    );
    std::fs::write(
        own.join("own.conf"),
        description("x").replace("qrown", "qrraiffd"),
    )
    .unwrap();
    assert!(told().contains("two modules are called `qrraiffd`"), "{}", told());
}
