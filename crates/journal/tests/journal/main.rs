//! One suite for all journals, and what is particular to each.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking, in its helpers too"
)]

mod batches;
mod bench;
mod build;
mod commits;
mod leases;
mod line;
mod links;
mod listing;
mod mariadb_only;
mod memory_faults;
mod opening;
mod outbox;
mod receipts;
mod refunds;
mod settings;
mod sqlite_only;

/// Makes one test per case and journal.
macro_rules! suite {
    ($($room:ident: $($case:ident),+;)+) => {
        mod memory {
            $($(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $case() { crate::bench::run(crate::bench::Kind::Memory, crate::$room::$case).await; })+)+
        }
        mod sqlite {
            $($(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $case() { crate::bench::run(crate::bench::Kind::Sqlite, crate::$room::$case).await; })+)+
        }
        mod mariadb {
            $($(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $case() { crate::bench::run(crate::bench::Kind::MariaDb, crate::$room::$case).await; })+)+
        }
    };
}

suite! {
    opening: opens_once, concurrent_repeats_open_once, shows_conflicting_content, attaches_a_new_waiter,
        attaches_by_id, keeps_the_latest_waiters, row_08_replay_returns_the_stored_final_state, tells_ids_apart,
        keeps_cyrillic_text, refuses_a_taken_id;
    commits: commits_by_compare_and_set, refuses_a_stale_version, refuses_a_lost_lease,
        row_02_a_final_state_is_never_overwritten, row_09_a_conflict_is_journaled_after_the_end,
        concurrent_commits_of_one_version, late_attention_takes_the_lease_again;
    refunds: row_01_concurrent_refunds_never_exceed_the_payment, refunds_in_parts, releases_on_refusal_once,
        one_refund_at_a_time_where_the_provider_wants_it,
        repeats_reserve_once, refuses_refunds_of_what_is_not_paid, opens_a_reversal_with_its_payment,
        undoes_all_when_the_reversal_is_too_large;
    links: one_payment_per_link, concurrent_claims_of_one_link, releases_at_the_end, questions_claim_nothing;
    receipts: one_payment_per_receipt, concurrent_claims_of_one_receipt, an_unpaid_end_frees_the_receipt,
        a_paid_receipt_stays_paid, other_payments_of_a_receipt_are_as_many_as_they_are, finds_the_payments_of_a_receipt;
    leases: adopts_what_is_due, two_holders_never_share, leases_expire, renews_and_releases, what_rests_drops_out, one_is_taken_by_name,
        finds_everything_after_reopening;
    outbox: keeps_order_until_delivered, delivers_many;
    settings: writes_and_reads, missing_module, bumps_the_revision_and_audits, writes_with_a_decision,
        refuses_what_another_register_has, concurrent_registers_never_share;
    listing: pages_newest_first, filters, tells_the_story_in_order, names_the_damaged_operation;
    batches: one_bad_job_spoils_no_other, closes_cleanly;
}
