//! What a person sees.

use crate::bench::Bench;
use crate::build::{HOLDER, OTHER_HOLDER, at, change, next, opening, payment};
use domain::{CallKind, Fact, ModuleName, Operation, OperationId, State};
use journal::{Change, JournalError, ListFilter, Opening, StoryLine};

pub async fn pages_newest_first(bench: Bench) {
    let mut all = Vec::new();
    for n in 0..7 {
        let operation = Operation {
            id: OperationId::mint(at(n * 10)),
            ..payment(&format!("r{n}"), 100)
        };
        bench.open(&operation).await;
        all.push(operation);
    }
    all.reverse();
    let mut listed = Vec::new();
    let mut filter = ListFilter {
        limit: 3,
        ..ListFilter::default()
    };
    for expected in [3, 3, 1, 0] {
        let page = bench.journal.list(&filter).await.unwrap();
        assert_eq!(page.len(), expected);
        filter.before = page.last().map(|last| last.id).or(filter.before);
        listed.extend(page);
    }
    assert_eq!(listed, all);
}

pub async fn filters(bench: Bench) {
    let open = payment("open", 100);
    bench.open(&open).await;
    let ended = bench.open_paid("ended", 100).await;
    let mut elsewhere = payment("elsewhere", 100);
    elsewhere.request.module = ModuleName::new("qrsberpay").unwrap();
    bench.open(&elsewhere).await;

    let listed = async |open_only, module: Option<&str>| {
        let filter = ListFilter {
            open_only,
            module: module.map(|name| ModuleName::new(name).unwrap()),
            before: None,
            limit: 100,
        };
        let mut ids: Vec<_> = bench
            .journal
            .list(&filter)
            .await
            .unwrap()
            .iter()
            .map(|one| one.id)
            .collect();
        ids.sort();
        ids
    };
    let sorted = |mut ids: Vec<OperationId>| {
        ids.sort();
        ids
    };
    assert_eq!(
        listed(false, None).await,
        sorted(vec![open.id, ended.id, elsewhere.id])
    );
    assert_eq!(listed(true, None).await, sorted(vec![open.id, elsewhere.id]));
    assert_eq!(
        listed(false, Some("qrraiffd")).await,
        sorted(vec![open.id, ended.id])
    );
    assert_eq!(listed(true, Some("qrsberpay")).await, [elsewhere.id]);
}

pub async fn tells_the_story_in_order(bench: Bench) {
    let first = payment("a", 100);
    let call = |attempt| Fact::Deciding {
        call: CallKind::Register,
        attempt,
    };
    let new = Opening {
        facts: vec![Fact::Accepted, call(1)],
        now: at(5),
        ..opening(&first)
    };
    bench.journal.open(new).await.unwrap();
    // More facts than fit into one statement.
    let many: Vec<_> = (2..22).map(call).collect();
    let second = next(&first, State::AwaitingPayment);
    let done = Change {
        facts: many.clone(),
        now: at(6),
        ..change(&second)
    };
    bench.journal.commit(done).await.unwrap();
    let last = Change {
        facts: vec![Fact::Registered],
        now: at(6),
        ..change(&next(&second, State::AwaitingPayment))
    };
    bench.journal.commit(last).await.unwrap();

    let mut expected = vec![(at(5), Fact::Accepted), (at(5), call(1))];
    expected.extend(many.into_iter().map(|fact| (at(6), fact)));
    expected.push((at(6), Fact::Registered));
    let expected: Vec<_> = expected
        .into_iter()
        .map(|(at, fact)| StoryLine { at, fact })
        .collect();
    assert_eq!(bench.journal.story(first.id).await.unwrap(), expected);
}

pub async fn names_the_damaged_operation(bench: Bench) {
    let broken = payment("broken", 100);
    let whole = payment("whole", 100);
    bench.open(&broken).await;
    bench.open(&whole).await;
    bench.damage(broken.id).await;
    let named = |error: &JournalError| matches!(error, JournalError::Damaged(text) if text.contains(&broken.id.to_string()));
    let filter = ListFilter {
        limit: 10,
        ..ListFilter::default()
    };
    assert!(named(&bench.journal.get(broken.id).await.unwrap_err()));
    assert!(named(&bench.journal.list(&filter).await.unwrap_err()));
    assert!(named(
        &bench
            .journal
            .open(opening(&payment("broken", 100)))
            .await
            .unwrap_err()
    ));
    // The others are taken up all the same.
    bench.journal.release(HOLDER).await.unwrap();
    let adopted = bench
        .journal
        .adopt(OTHER_HOLDER, at(1), at(9_000), 1)
        .await
        .unwrap();
    assert_eq!(adopted.len(), 1);
    assert_eq!(adopted[0].operation, whole);
}
