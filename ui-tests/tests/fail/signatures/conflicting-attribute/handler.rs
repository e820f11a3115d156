#[taskvisor::job]
#[actix_web::get("/sync")]
async fn sync(_tenant: u64) {}

fn main() {}
