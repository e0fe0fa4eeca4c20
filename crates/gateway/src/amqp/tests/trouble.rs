//! Broken journals, wires and brokers.

use super::proxy::Proxy;
use super::{DIRECT, PATIENCE, Scene, address, broker_url, connected, disconnected, next, until};
use domain::Waiter;
use lapin::BasicProperties;
use lapin::options::{QueueDeclareOptions, QueueDeleteOptions};
use lapin::types::{AMQPValue, FieldTable};
use std::sync::atomic::Ordering::SeqCst;

#[tokio::test]
async fn while_the_journal_is_down_messages_come_again_and_none_is_lost() {
    let scene = Scene::new().await;
    scene.desk.journal_down.store(true, SeqCst);
    let door = scene.serve().await;
    let queue = scene.reply_queue().await;
    scene.ask("p1", &queue).await;
    scene.send(b"poison", super::asking(&queue, "c")).await;
    until("it was delivered more than once", || {
        scene.desk.attempts.load(SeqCst) >= 2
    })
    .await;
    assert!(scene.desk.handled.lock().unwrap().is_empty());
    assert_eq!(
        scene.depth(&scene.options.dead_letter_queue).await,
        0,
        "no copy before the answer is kept"
    );
    scene.desk.journal_down.store(false, SeqCst);
    let mut seen = [scene.fetch(&queue).await, scene.fetch(&queue).await]
        .map(|d| d.properties.correlation_id().as_ref().unwrap().to_string());
    seen.sort();
    assert_eq!(seen, ["c", "p1"]);
    scene.fetch(&scene.options.dead_letter_queue).await;
    assert_eq!(*scene.desk.handled.lock().unwrap(), ["p1"]);
    scene.clear(door).await;
}

#[tokio::test]
async fn a_desk_that_goes_down_or_breaks_gives_messages_back() {
    let scene = Scene::new().await;
    scene.desk.shutting_down.store(true, SeqCst);
    let door = scene.serve().await;
    scene
        .send(scene.pay("p1").to_string().as_bytes(), BasicProperties::default())
        .await;
    until("it was offered", || scene.desk.attempts.load(SeqCst) >= 1).await;
    scene.desk.panics.store(true, SeqCst);
    let before = scene.desk.attempts.load(SeqCst);
    until("it was offered again", || {
        scene.desk.attempts.load(SeqCst) > before
    })
    .await;
    door.stop().await;
    assert_eq!(
        scene.depth(scene.module.as_str()).await,
        1,
        "it waits for the next daemon"
    );
    scene.desk.shutting_down.store(false, SeqCst);
    scene.desk.panics.store(false, SeqCst);
    let door = scene.serve().await;
    until("it is handled", || *scene.desk.handled.lock().unwrap() == ["p1"]).await;
    scene.clear(door).await;
}

#[tokio::test]
async fn after_a_cut_wire_the_door_opens_again_and_unsettled_messages_come_again() {
    let mut scene = Scene::new().await;
    let proxy = Proxy::to(&broker_url()).await;
    scene.options.addresses = vec![address(&proxy.url(&broker_url()))];
    scene.desk.gate.forget_permits(10_000);
    let door = scene.serve().await;
    let mut replies = scene.listen_directly().await;
    scene.ask("p1", DIRECT).await;
    until("it is in hand", || scene.desk.working.load(SeqCst) == 1).await;
    proxy.refuse(true);
    proxy.cut();
    let state = disconnected(&door).await;
    assert!(
        state.starts_with("disconnected since 2026-11-22T10:00:00.000Z: amqp://"),
        "{state}"
    );
    // The work in hand is not torn by the lost wire; its answer waits in the outbox.
    scene.desk.gate.add_permits(10_000);
    until("it is handled", || scene.desk.handled.lock().unwrap().len() == 1).await;
    assert_eq!(scene.desk.rows.lock().unwrap().len(), 1);
    proxy.refuse(false);
    connected(&door).await;
    // Redelivered, it finds its own operation: the answers are the same.
    let (first, _) = next(&mut replies).await;
    let (second, _) = next(&mut replies).await;
    assert_eq!(
        (first["id"].as_str(), &first["operation_id"]),
        (Some("p1"), &second["operation_id"])
    );
    assert!(proxy.accepted.load(SeqCst) >= 2);
    until("the outbox is empty", || {
        scene.desk.rows.lock().unwrap().is_empty()
    })
    .await;
    scene.clear(door).await;
}

#[tokio::test]
async fn the_outbox_is_drained_after_a_reconnect_each_row_once() {
    let mut scene = Scene::new().await;
    let proxy = Proxy::to(&broker_url()).await;
    proxy.refuse(true);
    scene.options.addresses = vec![address(&proxy.url(&broker_url()))];
    let door = scene.open();
    disconnected(&door).await;
    let queue = scene.reply_queue().await;
    let waiter = |n: usize| Waiter {
        reply_to: queue.clone(),
        correlation_id: Some(n.to_string()),
    };
    for n in 0..1_000 {
        scene.desk.put(waiter(n), format!("{{\"n\":{n}}}"));
    }
    proxy.refuse(false);
    connected(&door).await;
    // `delivered` of the desk in memory fails the test when a row is confirmed twice.
    until("the outbox is empty", || {
        scene.desk.rows.lock().unwrap().is_empty()
    })
    .await;
    assert_eq!(scene.depth(&queue).await, 1_000);
    for n in 0..3 {
        let reply = scene.fetch(&queue).await;
        assert_eq!(
            reply.properties.correlation_id().as_ref().unwrap().as_str(),
            n.to_string(),
            "in order"
        );
    }
    scene.clear(door).await;
}

#[tokio::test]
async fn a_reply_that_nobody_waits_for_does_not_block_the_others() {
    let scene = Scene::new().await;
    let door = scene.serve().await;
    let queue = scene.reply_queue().await;
    let to = |reply_to: &str| Waiter {
        reply_to: reply_to.to_owned(),
        correlation_id: None,
    };
    scene.desk.put(to("a queue that was deleted"), "{}".to_owned());
    scene.desk.put(to(&"x".repeat(300)), "{}".to_owned());
    scene.desk.put(to("amq.rabbitmq.reply-to.gone"), "{}".to_owned());
    scene.desk.put(to(&queue), "{}".to_owned());
    scene.fetch(&queue).await;
    until("the outbox is empty", || {
        scene.desk.rows.lock().unwrap().is_empty()
    })
    .await;
    scene.clear(door).await;
}

#[tokio::test]
async fn a_full_reply_queue_gets_its_reply_later_and_holds_up_nobody() {
    let scene = Scene::new().await;
    let full = format!("full_{}", scene.module);
    let mut arguments = FieldTable::default();
    arguments.insert("x-max-length".into(), AMQPValue::LongInt(1));
    arguments.insert(
        "x-overflow".into(),
        AMQPValue::LongString("reject-publish".into()),
    );
    let declared =
        scene
            .channel
            .queue_declare(full.as_str().into(), QueueDeclareOptions::default(), arguments);
    declared.await.unwrap();
    let other = scene.reply_queue().await;
    let door = scene.serve().await;
    let to = |reply_to: &str, body: &str| {
        let waiter = Waiter {
            reply_to: reply_to.to_owned(),
            correlation_id: None,
        };
        scene.desk.put(waiter, body.to_owned());
    };
    to(&full, "1");
    until("the first is taken", || {
        scene.desk.rows.lock().unwrap().is_empty()
    })
    .await;
    to(&full, "2");
    to(&other, "3");
    assert_eq!(scene.fetch(&other).await.data, b"3");
    until("only the refused one waits", || {
        scene.desk.rows.lock().unwrap().len() == 1
    })
    .await;
    assert_eq!(scene.fetch(&full).await.data, b"1");
    assert_eq!(scene.fetch(&full).await.data, b"2");
    until("the outbox is empty", || {
        scene.desk.rows.lock().unwrap().is_empty()
    })
    .await;
    scene
        .channel
        .queue_delete(full.as_str().into(), QueueDeleteOptions::default())
        .await
        .unwrap();
    scene.clear(door).await;
}

#[tokio::test]
async fn a_dead_first_broker_is_passed_over() {
    let mut scene = Scene::new().await;
    // A port that was just free: nobody listens there.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let dead = format!("amqp://guest:guest@127.0.0.1:{port}/%2f");
    scene.options.addresses = vec![address(&dead), address(&broker_url())];
    let door = scene.serve().await;
    let state = door.state().borrow().to_string();
    assert!(
        state.starts_with("connected to ") && !state.contains(&port.to_string()),
        "{state}"
    );
    let mut replies = scene.listen_directly().await;
    scene.ask("p1", DIRECT).await;
    next(&mut replies).await;
    scene.clear(door).await;
}

#[tokio::test]
async fn a_wrong_password_is_told_without_it() {
    let mut scene = Scene::new().await;
    let uri: lapin::uri::AMQPUri = broker_url().parse().unwrap();
    let wrong = format!(
        "amqp://guest:not-the-word@{}:{}/%2f",
        uri.authority.host, uri.authority.port
    );
    scene.options.addresses = vec![address(&wrong)];
    let door = scene.open();
    let state = disconnected(&door).await;
    assert!(!state.contains("not-the-word"), "{state}");
    tokio::time::timeout(PATIENCE, door.stop())
        .await
        .expect("a stop that does not wait for a broker");
}

#[tokio::test]
async fn a_deleted_queue_is_declared_again() {
    let scene = Scene::new().await;
    let door = scene.serve().await;
    let name = scene.module.to_string();
    scene
        .channel
        .queue_delete(name.as_str().into(), QueueDeleteOptions::default())
        .await
        .unwrap();
    disconnected(&door).await;
    connected(&door).await;
    scene
        .send(scene.pay("p1").to_string().as_bytes(), BasicProperties::default())
        .await;
    until("it is handled", || *scene.desk.handled.lock().unwrap() == ["p1"]).await;
    scene.clear(door).await;
}
