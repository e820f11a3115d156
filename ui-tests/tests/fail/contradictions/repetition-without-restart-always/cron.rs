use taskvisor::RestartPolicy;

#[taskvisor::task(cron = "0 3 * * *", restart = RestartPolicy::Never)]
async fn ping() {}

fn main() {}
