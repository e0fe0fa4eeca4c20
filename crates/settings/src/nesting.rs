//! Whether the timeouts along the chain nest: who asks must wait longer than who is asked, else the register gives up
//! while the daemon still takes the money back (the product manual, "UKM 4", and its chain of timeouts).

use conf::Warning;

/// What must lie between two neighbours, in milliseconds (the product manual).
pub const GAP_MS: u64 = 10_000;
/// UKM 4 must be set to wait at least so long, in milliseconds (the product manual).
pub const UKM4_WAIT_MIN_MS: u64 = 310_000;

/// The times of one module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModuleTimes {
    /// The module's name.
    pub module: String,
    /// How long the daemon works on an answer in all, in milliseconds.
    pub total_ms: u64,
    /// The life of a QR (`qrTtl`), in milliseconds.
    pub qr_ttl_ms: u64,
    /// How long one request to the provider may take (`timeout`), in milliseconds.
    pub http_timeout_ms: u64,
}

/// Names every two neighbours of the chain register > daemon's total > `qrTtl` > HTTP `timeout` that lie less than
/// [`GAP_MS`] apart, and says what to set.
pub fn check_nesting(register_timeout_ms: u64, modules: &[ModuleTimes]) -> Vec<Warning> {
    let mut warnings = Vec::new();
    if register_timeout_ms < UKM4_WAIT_MIN_MS {
        warnings.push(Warning {
            key: "register_timeout".to_owned(),
            message: format!(
                "the registers wait {}, but UKM 4 must wait at least {}; set the answer timeout at the registers and register_timeout to {} or more",
                seconds(register_timeout_ms),
                seconds(UKM4_WAIT_MIN_MS),
                seconds(UKM4_WAIT_MIN_MS)
            ),
        });
    }
    for times in modules {
        let register = Link::new(
            "the registers' answer timeout (register_timeout)",
            register_timeout_ms,
        );
        let total = Link::new("the daemon's total time", times.total_ms);
        let ttl = Link::new("qrTtl", times.qr_ttl_ms);
        let http = Link::new("timeout (HTTP)", times.http_timeout_ms);
        for (outer, inner) in [(&register, &total), (&total, &ttl), (&ttl, &http)] {
            warnings.extend(outer.over(inner, &times.module));
        }
    }
    warnings
}

struct Link {
    name: &'static str,
    ms: u64,
}

impl Link {
    fn new(name: &'static str, ms: u64) -> Self {
        Self { name, ms }
    }

    fn over(&self, inner: &Self, module: &str) -> Option<Warning> {
        let needed = inner.ms.saturating_add(GAP_MS);
        if self.ms >= needed {
            return None;
        }
        let lower = self.ms.saturating_sub(GAP_MS);
        let or_lower = if lower == 0 {
            String::new()
        } else {
            format!(", or {} to {} or less", inner.name, seconds(lower))
        };
        Some(Warning {
            key: module.to_owned(),
            message: format!(
                "{} is {}, which is not {} more than {} ({}); set {} to {} or more{or_lower}",
                self.name,
                seconds(self.ms),
                seconds(GAP_MS),
                inner.name,
                seconds(inner.ms),
                self.name,
                seconds(needed),
            ),
        })
    }
}

fn seconds(ms: u64) -> String {
    if ms.is_multiple_of(1_000) {
        format!("{} s", ms / 1_000)
    } else {
        format!("{ms} ms")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn times(total_s: u64, qr_ttl_s: u64, http_s: u64) -> ModuleTimes {
        ModuleTimes {
            module: "qrraiffd".to_owned(),
            total_ms: total_s * 1_000,
            qr_ttl_ms: qr_ttl_s * 1_000,
            http_timeout_ms: http_s * 1_000,
        }
    }

    fn messages(register_s: u64, module: ModuleTimes) -> Vec<String> {
        check_nesting(register_s * 1_000, &[module])
            .iter()
            .map(ToString::to_string)
            .collect()
    }

    #[test]
    fn row_15_timeouts_that_do_not_nest_are_named() {
        assert_eq!(messages(320, times(310, 300, 30)), Vec::<String>::new());
        assert_eq!(
            messages(320, times(311, 300, 30)),
            [
                "qrraiffd: the registers' answer timeout (register_timeout) is 320 s, which is not 10 s more than the daemon's total time (311 s); set the registers' answer timeout (register_timeout) to 321 s or more, or the daemon's total time to 310 s or less"
            ]
        );
        assert_eq!(
            messages(320, times(300, 300, 30)),
            [
                "qrraiffd: the daemon's total time is 300 s, which is not 10 s more than qrTtl (300 s); set the daemon's total time to 310 s or more, or qrTtl to 290 s or less"
            ]
        );
        assert_eq!(
            messages(320, times(310, 35, 30)),
            [
                "qrraiffd: qrTtl is 35 s, which is not 10 s more than timeout (HTTP) (30 s); set qrTtl to 40 s or more, or timeout (HTTP) to 25 s or less"
            ]
        );
    }

    #[test]
    fn row_15_ukm_4_waits_at_least_310_seconds() {
        let found = messages(309, times(200, 180, 30));
        assert_eq!(found.len(), 1);
        assert!(
            found
                .concat()
                .starts_with("register_timeout: the registers wait 309 s, but UKM 4")
        );
        assert_eq!(messages(310, times(300, 290, 30)), Vec::<String>::new());
    }

    #[test]
    fn row_15_every_module_and_extreme_numbers_are_checked() {
        let all_wrong = times(u64::MAX / 1_000, u64::MAX / 1_000, u64::MAX / 1_000);
        let found = check_nesting(0, &[all_wrong, times(0, 0, 0)]);
        assert_eq!(found.len(), 7);
    }
}
