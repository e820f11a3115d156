#[taskvisor::job]
async fn sync(text: String) -> std::str::Chars<'_> {
    text.chars()
}

fn main() {}
