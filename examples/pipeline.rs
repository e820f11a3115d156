//! A pipeline of tasks that need each other. Its database is down for three seconds, and only the task of the connection fails.
//! Ends by itself: `cargo run --example pipeline`

use std::fmt::Display;
use std::io;
use std::net::SocketAddr;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use taskvisor::prelude::*;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

struct Database {
    address: SocketAddr,
    orders: watch::Sender<u64>,
}

#[derive(Default)]
struct Token {
    current: watch::Sender<String>,
}

/// Runs once. It is ready with its success.
#[task]
async fn migrate(database: State<Database>) -> io::Result<()> {
    let _connection = TcpStream::connect(database.address).await?;
    sleep(Duration::from_millis(300)).await; // creates the tables
    Ok(())
}

/// Receives orders. It is ready while it is connected; if the connection is lost, it fails and connects again.
#[task(after = [migrate], backoff(constant, first = "500ms"))]
async fn db(ctx: TaskContext, ready: Ready, database: State<Database>) -> io::Result<()> {
    let mut connection = TcpStream::connect(database.address).await?;
    ready.notify();
    while let Some(order) = ctx.run_until_cancelled(connection.read_u64()).await {
        database.orders.send_replace(order?);
    }
    Ok(())
}

/// Fetches an access token every ten minutes. It is ready with the first one, which would be so without `ready` as well; with it, the
/// readiness is an event.
#[task(every = "10m", ready = "success")]
async fn token(token: State<Token>) {
    sleep(Duration::from_millis(1_200)).await; // asks the identity provider
    token.current.send_replace("secret".to_owned());
}

/// Runs while there are a connection and a token. Half a second after the loss of one it is interrupted, which is no failure.
#[task(needs = [db, token], interrupt_on_loss = "500ms")]
async fn invoices(ctx: TaskContext, database: State<Database>) {
    let mut orders = database.orders.subscribe();
    while let Some(Ok(())) = ctx.run_until_cancelled(orders.changed()).await {
        let _order = *orders.borrow_and_update(); // writes an invoice
    }
}

#[task(needs = [db, token], interrupt_on_loss = "500ms")]
async fn emails(ctx: TaskContext, database: State<Database>) {
    let mut orders = database.orders.subscribe();
    while let Some(Ok(())) = ctx.run_until_cancelled(orders.changed()).await {
        let _order = *orders.borrow_and_update(); // sends an email
    }
}

/// A submission waits for the token, too.
#[job(needs = [token])]
async fn refund(order: u64, token: State<Token>) -> String {
    let letters = token.current.borrow().len(); // calls the bank
    format!("order {order} is refunded with a token of {letters} letters")
}

/// Answers until all others have ended, as the health endpoint of a service does.
#[task(stop_order = "last")]
async fn health(ctx: TaskContext) {
    while ctx.run_until_cancelled(sleep(Duration::from_secs(1))).await.is_some() {
        let tasks = ctx.supervisor().tasks();
        let waiting = tasks.iter().filter(|task| task.phase.is_waiting());
        let waiting: Vec<_> = waiting.map(|task| format!("{} is {}", task.name, task.phase)).collect();
        let waiting = if waiting.is_empty() { "no task waits".to_owned() } else { waiting.join(", ") };
        print(format_args!("health: {waiting}"));
    }
}

/// Submits a job before there is a token, and stops the example six seconds after its end.
#[task]
async fn customer(ctx: TaskContext) -> Result<(), BoxError> {
    let refunded = ctx.supervisor().submit(refund { order: 7 })?.await?;
    print(refunded);
    sleep(Duration::from_secs(6)).await;
    print("the example stops");
    ctx.supervisor().stop();
    Ok(())
}

#[subscriber(on(Started, Ready, NotReady, Failed, Interrupted, Ended))]
async fn log(event: &Event) {
    print(event);
}

/// Prints a line with the time since the start.
fn print(line: impl Display) {
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    println!("{:.1} s  {line}", START.elapsed().as_secs_f64());
}

/// A database that is up for about two seconds, down for three, and up again.
async fn play_database(listener: TcpListener) -> io::Result<()> {
    let address = listener.local_addr()?;
    let _ = timeout(Duration::from_millis(2_200), serve(listener)).await;
    print("the database goes down");
    sleep(Duration::from_secs(3)).await;
    print("the database is back");
    serve(TcpListener::bind(address).await?).await
}

/// Sends the number of an order to every client, ten times a second.
async fn serve(listener: TcpListener) -> io::Result<()> {
    // Dropped with this future: then all connections are closed.
    let mut connections = JoinSet::new();
    loop {
        let (mut connection, _client) = listener.accept().await?;
        connections.spawn(async move {
            for order in 1.. {
                connection.write_u64(order).await?;
                sleep(Duration::from_millis(100)).await;
            }
            Ok::<_, io::Error>(())
        });
    }
}

// On one thread, so that the lines of different tasks keep their order.
#[taskvisor::main(flavor = "current_thread", grace = "5s")]
async fn main(app: &mut App) -> io::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    app.state(Database { address: listener.local_addr()?, orders: watch::Sender::new(0) });
    app.state(Token::default());
    tokio::spawn(play_database(listener));
    Ok(())
}
