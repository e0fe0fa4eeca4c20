use super::*;

#[test]
fn every_shipped_profile_is_right() {
    for shipped in SHIPPED {
        if let Err(faults) = shipped.read() {
            panic!("{faults}");
        }
    }
}

/// Every request of every profile, with made-up values.
#[test]
fn every_request_is_as_it_was() {
    for shipped in SHIPPED {
        let name = shipped.file.replace("/profile.conf", "");
        insta::assert_snapshot!(name, profile::explain(&shipped.read().unwrap()));
    }
}
