//! Instances, permits and a rate limit: four packers of one queue, which an operator scales to eight and then to two; exports of five
//! tenants, of which at most two run at once; ten mails a minute, of which three may be sent at once. Ends by itself after about seven
//! seconds:
//! `cargo run --example workers`

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use taskvisor::prelude::*;
use tokio::sync::{Mutex, mpsc};
use tokio::time::sleep;

/// The queue, and what has been done.
struct Shop {
    began: Instant,
    orders: mpsc::UnboundedSender<u32>,
    queue: Mutex<mpsc::UnboundedReceiver<u32>>,
    packed: AtomicUsize,
    exports: AtomicUsize,
    most_exports: AtomicUsize,
}

impl Shop {
    fn new() -> Self {
        let (orders, queue) = mpsc::unbounded_channel();
        Self {
            began: Instant::now(),
            orders,
            queue: Mutex::new(queue),
            packed: AtomicUsize::new(0),
            exports: AtomicUsize::new(0),
            most_exports: AtomicUsize::new(0),
        }
    }

    fn seconds(&self) -> u64 {
        self.began.elapsed().as_secs()
    }
}

/// Packs orders: `pack/0` to `pack/3`. Each of them has its own attempts and backoff, and receives its own stop request.
#[task(instances = 4, backoff = "exp")]
async fn pack(ctx: TaskContext, Instance(number): Instance, shop: State<Shop>) -> Result<(), TaskError> {
    let mut packed = 0;
    loop {
        let next = async { shop.queue.lock().await.recv().await };
        match ctx.run_until_cancelled(next).await {
            Some(Some(_order)) => sleep(Duration::from_millis(20)).await,
            _ => break,
        }
        packed += 1;
        shop.packed.fetch_add(1, Ordering::Relaxed);
    }
    println!("  packer {number} goes home after {packed} orders");
    Err(TaskError::Canceled)
}

/// Exports of one tenant run one at a time, and at most two exports run at once. The timeout of an export begins when it has waited.
#[job(slot = "tenant-{tenant}", max_concurrent = 2, timeout = "1s")]
async fn export(tenant: u32, shop: State<Shop>) {
    let running = shop.exports.fetch_add(1, Ordering::Relaxed) + 1;
    shop.most_exports.fetch_max(running, Ordering::Relaxed);
    println!("  exports tenant {tenant}");
    sleep(Duration::from_millis(300)).await;
    shop.exports.fetch_sub(1, Ordering::Relaxed);
}

/// Sends three mails at once, and then one every six seconds. Retries count, too.
#[job(rate_limit = "10/m", burst = 3)]
async fn mail(number: u32, shop: State<Shop>) {
    println!("  sends mail {number} after {} s", shop.seconds());
}

/// Acts as the customers and as the operator.
#[task(restart = "never")]
async fn operate(supervisor: SupervisorHandle, shop: State<Shop>) -> Result<(), RuntimeError> {
    let mut mails = Vec::new();
    for number in 1..=4 {
        mails.push(supervisor.submit(mail { number })?);
    }
    let mut exports = Vec::new();
    for tenant in 1..=5 {
        exports.push(supervisor.submit(export { tenant })?);
    }
    for export in exports {
        export.outcome().await;
    }
    println!("5 tenants, at most {} exports at once", shop.most_exports.load(Ordering::Relaxed));

    for order in 0..200 {
        let _ = shop.orders.send(order);
    }
    let before = supervisor.scale("pack", 8)?;
    println!("{before} packers become {}", supervisor.instances("pack").len());
    while shop.packed.load(Ordering::Relaxed) < 200 {
        sleep(Duration::from_millis(20)).await;
    }
    let before = supervisor.scale("pack", 2)?;
    // The surplus packers stop after the order that they pack.
    while supervisor.instances("pack").len() > 2 {
        sleep(Duration::from_millis(20)).await;
    }
    println!("{before} packers become {}", supervisor.instances("pack").len());

    // All instances are one row, which lists them.
    for row in supervisor.tasks().iter().filter(|row| row.name == "pack") {
        println!("{} is {}: {} instances", row.name, row.phase, row.instances().len());
    }
    for mail in mails.iter().filter(|mail| !mail.is_finished()) {
        println!("the last mail is {}", mail.status().phase);
    }
    sleep(Duration::from_secs(6).saturating_sub(shop.began.elapsed()) + Duration::from_millis(300)).await;
    supervisor.stop();
    Ok(())
}

#[taskvisor::main(grace = "2s")]
async fn main(app: &mut App) {
    app.state(Shop::new());
}
