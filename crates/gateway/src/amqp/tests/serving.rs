//! What goes right, and what is turned away.

use super::{DIRECT, Scene, asking, next, until};
use crate::amqp::AmqpState;
use domain::Code;
use lapin::BasicProperties;
use lapin::options::{QueueBindOptions, QueueDeclareOptions};
use lapin::types::{AMQPValue, FieldTable, LongString};
use std::sync::atomic::Ordering::SeqCst;

#[tokio::test]
async fn a_request_is_answered_by_direct_reply_to() {
    let scene = Scene::new().await;
    let door = scene.serve().await;
    let mut replies = scene.listen_directly().await;
    scene.ask("p1", DIRECT).await;
    let (reply, properties) = next(&mut replies).await;
    assert_eq!(
        (reply["id"].as_str(), reply["final"].as_bool()),
        (Some("p1"), Some(false))
    );
    assert_eq!(properties.correlation_id().as_ref().unwrap().as_str(), "p1");
    assert_eq!(
        properties.content_type().as_ref().unwrap().as_str(),
        "application/json"
    );
    until("the outbox is empty", || {
        scene.desk.rows.lock().unwrap().is_empty()
    })
    .await;
    scene.clear(door).await;
}

#[tokio::test]
async fn a_request_is_answered_in_a_named_queue_and_both_keys_are_served() {
    let mut scene = Scene::new().await;
    scene.options.connection_name = "a door under test".to_owned();
    let door = scene.serve().await;
    let queue = scene.reply_queue().await;
    scene.ask("p1", &queue).await;
    let answer = scene.fetch(&queue).await;
    assert_eq!(
        *answer.properties.delivery_mode(),
        Some(2),
        "it survives a restart of the broker"
    );
    let key = format!("servplus.{}.cancel", scene.module);
    let body = scene.pay("p2").to_string();
    let sent = scene
        .channel
        .basic_publish(
            "amq.topic".into(),
            key.as_str().into(),
            lapin::options::BasicPublishOptions::default(),
            body.as_bytes(),
            asking(&queue, "c2"),
        )
        .await
        .unwrap();
    sent.await.unwrap();
    let answer = scene.fetch(&queue).await;
    assert_eq!(
        answer.properties.correlation_id().as_ref().unwrap().as_str(),
        "c2"
    );
    scene.clear(door).await;
}

#[tokio::test]
async fn a_message_without_reply_to_and_without_module_is_handled_all_the_same() {
    let scene = Scene::new().await;
    let door = scene.serve().await;
    let mut body = scene.pay("quiet");
    body.as_object_mut().unwrap().remove("module");
    scene
        .send(body.to_string().as_bytes(), BasicProperties::default())
        .await;
    until("it is handled", || {
        *scene.desk.handled.lock().unwrap() == ["quiet"]
    })
    .await;
    assert!(scene.desk.rows.lock().unwrap().is_empty());
    assert_eq!(scene.depth(&scene.options.dead_letter_queue).await, 0);
    scene.clear(door).await;
}

#[tokio::test]
async fn poison_is_answered_and_kept_once_and_never_comes_again() {
    let mut scene = Scene::new().await;
    scene.options.max_body_bytes = 2_000;
    let door = scene.serve().await;
    let queue = scene.reply_queue().await;
    let mut foreign = scene.pay("p1");
    foreign["module"] = "another".into();
    let cases: [(Vec<u8>, Code); 4] = [
        (b"{\"id\":\"x\",".to_vec(), Code::Malformed),
        (vec![b' '; 2_001], Code::TooLarge),
        (b"\xff".to_vec(), Code::Malformed),
        (foreign.to_string().into_bytes(), Code::InvalidField),
    ];
    for (body, code) in cases {
        scene.send(&body, asking(&queue, "c")).await;
        let reply: serde_json::Value = serde_json::from_slice(&scene.fetch(&queue).await.data).unwrap();
        assert_eq!(reply["error"]["code"], code.as_str());
        let copy = scene.fetch(&scene.options.dead_letter_queue).await;
        assert_eq!(copy.data, body);
        let headers = copy.properties.headers().clone().unwrap();
        let header = |key: &str| match headers.inner().get(key) {
            Some(AMQPValue::LongString(text)) => text.to_string(),
            other => panic!("{key}: {other:?}"),
        };
        assert_eq!(header("code"), code.as_str());
        assert_eq!(
            header("routing_key"),
            format!("servplus.{}.payment", scene.module)
        );
        assert_eq!(header("when"), "2026-11-22T10:00:00.000Z");
        assert!(!header("reason").is_empty());
    }
    // A good message behind them passes: the queue is not blocked, and nothing is left or doubled.
    scene.ask("good", &queue).await;
    scene.fetch(&queue).await;
    let dead = scene.options.dead_letter_queue.clone();
    let module = scene.module.to_string();
    door.stop().await;
    assert_eq!((scene.depth(&dead).await, scene.depth(&module).await), (0, 0));
    assert_eq!(scene.desk.turned_away.lock().unwrap().len(), 4);
    assert_eq!(scene.desk.attempts.load(SeqCst), 1);
    let door = scene.serve().await;
    scene.clear(door).await;
}

#[tokio::test]
async fn a_repeat_reaches_the_desk_again() {
    let scene = Scene::new().await;
    let door = scene.serve().await;
    let queue = scene.reply_queue().await;
    scene.ask("p1", &queue).await;
    scene.ask("p1", &queue).await;
    let (first, second) = (scene.fetch(&queue).await, scene.fetch(&queue).await);
    assert_eq!(first.data, second.data);
    scene.clear(door).await;
}

#[tokio::test]
async fn no_more_is_taken_than_the_prefetch() {
    let mut scene = Scene::new().await;
    scene.options.prefetch = 3;
    scene.desk.gate.forget_permits(10_000);
    let door = scene.serve().await;
    for n in 0..10 {
        scene
            .send(
                scene.pay(&format!("p{n}")).to_string().as_bytes(),
                BasicProperties::default(),
            )
            .await;
    }
    until("three are in hand", || scene.desk.working.load(SeqCst) == 3).await;
    assert_eq!(
        scene.depth(scene.module.as_str()).await,
        7,
        "the rest waits in the broker"
    );
    assert_eq!(scene.desk.working.load(SeqCst), 3);
    scene.desk.gate.add_permits(1);
    until("all are handled", || {
        scene.desk.handled.lock().unwrap().len() == 10
    })
    .await;
    scene.clear(door).await;
}

#[tokio::test]
async fn a_queue_that_exists_with_arguments_of_its_own_is_used() {
    let scene = Scene::new().await;
    let mut arguments = FieldTable::default();
    arguments.insert(
        "x-queue-type".into(),
        AMQPValue::LongString(LongString::from("quorum")),
    );
    let durable = QueueDeclareOptions {
        durable: true,
        ..QueueDeclareOptions::default()
    };
    let name = scene.module.to_string();
    scene
        .channel
        .queue_declare(name.as_str().into(), durable, arguments)
        .await
        .unwrap();
    let key = format!("servplus.{name}.payment");
    scene
        .channel
        .queue_bind(
            name.as_str().into(),
            "amq.topic".into(),
            key.as_str().into(),
            QueueBindOptions::default(),
            FieldTable::default(),
        )
        .await
        .unwrap();
    // It was sent before the daemon was up.
    scene
        .send(
            scene.pay("early").to_string().as_bytes(),
            BasicProperties::default(),
        )
        .await;
    let door = scene.serve().await;
    until("it is handled", || {
        *scene.desk.handled.lock().unwrap() == ["early"]
    })
    .await;
    scene.clear(door).await;
}

#[tokio::test]
async fn a_stop_finishes_what_is_in_hand_and_sends_its_replies() {
    let scene = Scene::new().await;
    scene.desk.gate.forget_permits(10_000);
    let door = scene.serve().await;
    let queue = scene.reply_queue().await;
    for id in ["p1", "p2"] {
        scene.ask(id, &queue).await;
    }
    until("both are in hand", || scene.desk.working.load(SeqCst) == 2).await;
    let state = door.state();
    let stopping = tokio::spawn(door.stop());
    scene.desk.gate.add_permits(2);
    stopping.await.unwrap();
    assert_eq!(*state.borrow(), AmqpState::Stopped);
    assert_eq!(
        (
            scene.depth(&queue).await,
            scene.depth(scene.module.as_str()).await
        ),
        (2, 0)
    );
    assert!(scene.desk.rows.lock().unwrap().is_empty());
    let door = scene.serve().await;
    scene.clear(door).await;
}
