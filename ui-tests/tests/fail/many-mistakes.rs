#[taskvisor::task(
    name,
    restrat = "always",
    restart = "on_failure",
    timeout = "5 parsecs",
    max_retries = 0,
    max_attempts = 3,
    backoff(exp, frist = "1s", factor = 0.1),
    stable_after = "1m",
    stable_after = "2m"
)]
unsafe fn ping<T>(_value: &mut u32, _other: impl Send) {}

fn main() {}
