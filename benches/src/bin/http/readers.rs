//! Clients of the event stream, in a process of their own, so that their work is not counted as that of the server.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::thread;

/// Opens that many streams that are read as fast as they come, and that many that are never read. Prints `open`, and after the streams have
/// ended what the first of them has received: messages, missed events, bytes of all streams.
pub fn run(address: &str, reading: usize, idle: usize) {
    let _idle: Vec<_> = (0..idle).map(|_| open(address)).collect();
    let mut streams: Vec<_> = (0..reading).map(|_| open(address)).collect();
    println!("open");
    let first = (!streams.is_empty()).then(|| streams.remove(0));
    let others: Vec<_> = streams.into_iter().map(|stream| thread::spawn(move || discard(stream))).collect();
    let (messages, missed, bytes) = first.map_or((0, 0, 0), parse);
    let bytes = others.into_iter().fold(bytes, |sum, other| sum + other.join().expect("no panic"));
    println!("{messages} {missed} {bytes}");
}

fn open(address: &str) -> BufReader<TcpStream> {
    let mut stream = TcpStream::connect(address).expect("it listens");
    write!(stream, "GET /events HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").expect("sent");
    BufReader::with_capacity(1 << 16, stream)
}

fn discard(mut stream: BufReader<TcpStream>) -> u64 {
    let mut buffer = vec![0; 1 << 16];
    let mut bytes = 0;
    loop {
        match stream.read(&mut buffer) {
            Ok(0) | Err(_) => return bytes,
            Ok(read) => bytes += read as u64,
        }
    }
}

/// How many messages the stream has, the events that it says are missing, and its bytes.
fn parse(mut stream: BufReader<TcpStream>) -> (u64, u64, u64) {
    let (mut messages, mut missed, mut bytes) = (0, 0, 0);
    let mut line = Vec::new();
    loop {
        line.clear();
        match stream.read_until(b'\n', &mut line) {
            Ok(0) | Err(_) => return (messages, missed, bytes),
            Ok(read) => bytes += read as u64,
        }
        let Some(data) = line.strip_prefix(b"data: ") else { continue };
        match serde_json::from_slice::<taskvisor_axum::answer::MissedAnswer>(data) {
            Ok(gap) => missed += gap.missed,
            Err(_) => messages += 1,
        }
    }
}
